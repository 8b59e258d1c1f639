"""The closed choices of consents and of what subjects demand."""

from enum import StrEnum

from hub.law.consents import DocumentKind, Relation
from hub.law.requests import RequestState
from hub.law.rules import ConsentPurpose, RequestKind
from schema.compiler import declare

declare.choice(
    "На что дано согласие; на каждую цель — свой документ.",
    {
        "PROCESSING": "На обработку.",
        "TRANSFER": "На передачу третьему лицу.",
        "PUBLICATION": "На распространение: показать всем.",
    },
    name="ConsentPurpose",
)(ConsentPurpose)
declare.choice(
    "Кто подписал согласие.",
    {
        "SELF": "Сам человек.",
        "PARENT": "Родитель.",
        "GUARDIAN": "Опекун или попечитель.",
        "REPRESENTATIVE": "Представитель по доверенности.",
    },
    name="ConsentRelation",
)(Relation)
declare.choice(
    "Чем оформлено согласие.",
    {
        "SEPARATE": "Отдельным документом.",
        "APPLICATION": "Внутри заявления.",
        "CONTRACT": "Внутри договора.",
    },
    name="ConsentDocumentKind",
)(DocumentKind)
declare.choice(
    "Чего требует субъект персональных данных.",
    {
        "ACCESS": "Сведений о себе.",
        "CORRECTION": "Исправить сведения.",
        "WITHDRAWAL": "Отзывает согласие на обработку.",
        "STOP": "Прекратить обработку.",
        "UNLAWFUL": "Уничтожить обрабатываемое неправомерно.",
        "GOAL_REACHED": "Цель обработки достигнута.",
    },
    name="SubjectRequestKind",
)(RequestKind)
declare.choice(
    "Где обращение.",
    {
        "OPEN": "Принято, ещё не исполнено.",
        "KEPT": "Сведения пока хранятся по названному основанию.",
        "BLOCKED": "Сведения заблокированы до уничтожения.",
        "DONE": "Исполнено.",
        "REFUSED": "Отклонено или отозвано.",
    },
    name="SubjectRequestState",
)(RequestState)


@declare.choice(
    "Действует ли согласие.",
    {
        "IN_FORCE": "Действует.",
        "NOT_YET": "Ещё не подписано к этому дню.",
        "EXPIRED": "Срок истёк.",
        "WITHDRAWN": "Отозвано.",
        "LAPSED": "Подписал представитель, а человеку исполнилось восемнадцать: нужно новое.",
    },
)
class ConsentState(StrEnum):
    """Whether a consent holds today."""

    IN_FORCE = "IN_FORCE"
    NOT_YET = "NOT_YET"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"
    LAPSED = "LAPSED"


__all__ = ["ConsentPurpose", "ConsentState"]
