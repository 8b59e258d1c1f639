"""What is asked when somebody decides who is whom, and what is answered: inputs and payloads."""

from typing import Final

import strawberry
from strawberry.types.arguments import StrawberryArgument

from schema.compiler import declare
from schema.compiler.bindings import Rows
from schema.people.person import Person
from schema.review.person import Pin
from schema.review.questions import Question
from schema.review.verdicts import Verdict
from schema.said import UserError, listed
from schema.scope.places import SEEN_PERSON, SEEN_STATED
from sync.review.verdicts import Answer

KEY: Final = "Ключ запроса: повтор с ним и с теми же сведениями ничего не меняет."
VERSION: Final = "Версия, которую вы видели: если она уже другая, решение не принимается."
REASON: Final = "Почему так решено; без личных данных."


@strawberry.input(description="Какой вопрос взять.")
class QuestionTakeInput:
    """Which question to take, and for how long."""

    id: strawberry.ID = strawberry.field(description="Идентификатор вопроса.")
    minutes: int | None = declare.optional("На сколько минут, не больше 120; обычно 15.")


@strawberry.input(description="Какой вопрос вернуть.")
class QuestionLeaveInput:
    """Which question to give back."""

    id: strawberry.ID = strawberry.field(description="Идентификатор вопроса.")


@strawberry.input(description="Ответ на вопрос.")
class QuestionAnswerInput:
    """What is said of a question."""

    id: strawberry.ID = strawberry.field(
        description="Идентификатор вопроса или пары для разметки вслепую."
    )
    answer: Answer = strawberry.field(description="Ответ.")
    reason: str = strawberry.field(
        default="",
        description=REASON + " Обязательно, если у записей одного человека разные верные СНИЛС.",
    )
    expected_version: int | None = declare.optional(VERSION)
    idempotency_key: str | None = declare.optional(KEY)


@strawberry.input(description="Какие записи отделить от человека.")
class PersonSplitInput:
    """Which records leave a person."""

    id: strawberry.ID = strawberry.field(description="Идентификатор человека.")
    records: list[strawberry.ID] = strawberry.field(description="Ключи записей: records.key.")
    reason: str = strawberry.field(default="", description=REASON)
    expected_version: int | None = declare.optional(VERSION)
    idempotency_key: str | None = declare.optional(KEY)


@strawberry.input(description="Каких людей объединить.")
class PersonMergeInput:
    """Which people are one."""

    id: strawberry.ID = strawberry.field(description="Идентификатор одного.")
    other_id: strawberry.ID = strawberry.field(description="Идентификатор другого.")
    reason: str = strawberry.field(
        default="", description=REASON + " Обязательно при разных верных СНИЛС."
    )
    expected_version: int | None = declare.optional(VERSION)
    idempotency_key: str | None = declare.optional(KEY)


@strawberry.input(description="Какое решение отменить.")
class VerdictRetractInput:
    """Which verdict to take back."""

    id: strawberry.ID = strawberry.field(description="Идентификатор решения.")
    reason: str = strawberry.field(default="", description=REASON)
    idempotency_key: str | None = declare.optional(KEY)


@strawberry.input(description="Какое поле закрепить.")
class PersonPinInput:
    """Which field of whoever bears a record is what."""

    record: strawberry.ID = strawberry.field(
        description="Ключ записи человека: закрепление следует за ней."
    )
    field: str = strawberry.field(
        description="last_name, first_name, middle_name, birth_date, sex или snils."
    )
    value: str | None = declare.optional("Значение; без него — то, что говорит сама запись.")
    reason: str = strawberry.field(default="", description=REASON)
    idempotency_key: str | None = declare.optional(KEY)


@strawberry.input(description="Какое закрепление снять.")
class PinRetractInput:
    """Which pin to take back."""

    id: strawberry.ID = strawberry.field(description="Идентификатор закрепления.")
    idempotency_key: str | None = declare.optional(KEY)


def _input(kind: type) -> StrawberryArgument:
    return declare.argument("input", kind, "Что сделать.")


TAKE_INPUT, LEAVE_INPUT = _input(QuestionTakeInput), _input(QuestionLeaveInput)
ANSWER_INPUT, SPLIT_INPUT = _input(QuestionAnswerInput), _input(PersonSplitInput)
MERGE_INPUT, RETRACT_INPUT = _input(PersonMergeInput), _input(VerdictRetractInput)
PIN_INPUT, UNPIN_INPUT = _input(PersonPinInput), _input(PinRetractInput)


def _said(table: str, name: str) -> Rows:
    return Rows(
        source=f"{table} {{t}}",
        where=(f"{{t}}.id = ({{p}}.said ->> '{name}')::uuid",),
        scope=(SEEN_STATED,),
    )


VERDICT_ROW = _said("verdict", "verdict")
ERRORS = listed("errors")
THE_VERDICT = "Решение; null, если оно не принято."
THE_ERRORS = "Что не так; пусто, если принято."


@declare.bound("Ответ на взятие вопроса или его возврат.")
class QuestionLeasePayload:
    """What came of taking a question or giving it back."""

    question: Question | None = declare.one(
        "Вопрос; null, если его нет в вашей области.", _said("question", "question")
    )
    errors: list[UserError] = declare.many(THE_ERRORS, ERRORS)


@declare.bound("Ответ на ответ: что стало с вопросом.")
class QuestionAnswerPayload:
    """What came of answering."""

    question: Question | None = declare.one(
        "Вопрос; null для пары, размеченной вслепую.", _said("question", "question")
    )
    verdict: Verdict | None = declare.one(THE_VERDICT, VERDICT_ROW)
    errors: list[UserError] = declare.many(THE_ERRORS, ERRORS)


PERSON_ROW = Rows(
    source="person {t}",
    where=("{t}.id = ({p}.said ->> 'person')::uuid",),
    scope=(SEEN_PERSON,),
)


@declare.bound("Ответ на разделение человека.")
class PersonSplitPayload:
    """What came of splitting a person."""

    verdict: Verdict | None = declare.one(THE_VERDICT, VERDICT_ROW)
    person: Person | None = declare.one("Человек, каким он остаётся до пересчёта.", PERSON_ROW)
    errors: list[UserError] = declare.many(THE_ERRORS, ERRORS)


@declare.bound("Ответ на объединение людей.")
class PersonMergePayload:
    """What came of merging people."""

    verdict: Verdict | None = declare.one(THE_VERDICT, VERDICT_ROW)
    person: Person | None = declare.one("Первый из названных, до пересчёта.", PERSON_ROW)
    errors: list[UserError] = declare.many(THE_ERRORS, ERRORS)


@declare.bound("Ответ на отмену решения.")
class VerdictRetractPayload:
    """What came of taking a verdict back."""

    verdict: Verdict | None = declare.one("Решение; null, если его нет.", VERDICT_ROW)
    errors: list[UserError] = declare.many(THE_ERRORS, ERRORS)


@declare.bound("Ответ на закрепление поля или его снятие.")
class PersonPinPayload:
    """What came of pinning a field or taking a pin back."""

    pin: Pin | None = declare.one(
        "Закрепление; null, если оно не принято.",
        Rows(
            source="pin {t}",
            where=("{t}.id = ({p}.said ->> 'pin')::uuid",),
            scope=(
                "exists (select from record r where r.id = {t}.record_id and "
                + SEEN_STATED.replace("{t}.organisation_id", "r.organisation_id")
                + ")",
            ),
        ),
    )
    errors: list[UserError] = declare.many(THE_ERRORS, ERRORS)
