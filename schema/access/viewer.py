"""Who asks: the client behind a credential, its role, its purposes, its scope and its allowance."""

from datetime import datetime

from hub.access import Purpose, Role
from schema.compiler import declare
from schema.compiler.bindings import Rows
from schema.organisations.organisation import Organisation

declare.choice(
    "Роль, в которой читает клиент.",
    {
        "OPERATOR": "Оператор хаба.",
        "REGIONAL_CENTRE": "Региональный ресурсный центр.",
        "TERRITORY": "Территориальное управление.",
        "SCHOOL": "Учреждение.",
        "PARTNER_SYSTEM": "Система партнёра.",
        "STEWARD": "Разбирает вопросы о совпадениях.",
        "AUDITOR": "Проверяющий.",
        "PUBLIC": "Открытые данные.",
    },
    name="Role",
)(Role)
declare.choice(
    "Цель, ради которой личные поля видны без маски.",
    {
        "BIRTH_DATES": "Даты рождения.",
        "CONTACTS": "Телефоны и адреса.",
        "IDENTIFIERS": "Государственные номера.",
    },
    name="Purpose",
)(Purpose)


@declare.bound("Кто спрашивает.")
class Viewer:
    """The client behind the credential, and what it may see."""

    name: str = declare.from_viewer("Имя клиента.", "client_name")
    role: Role = declare.from_viewer("Роль.", "role")
    purposes: list[Purpose] = declare.from_viewer("Цели доступа к личным полям.", "purposes")
    is_region_wide: bool = declare.from_viewer("Видит ли весь регион.", "is_region_wide")
    organisation: Organisation | None = declare.one(
        "Учреждение, чью область видит клиент.",
        Rows(source="organisation {t}", where=("{t}.id = {scope}",)),
    )


@declare.bound("Сколько ещё можно спросить этим ключом.")
class RateLimit:
    """The bucket of the credential after this request; nulls where nobody counts."""

    cost: int = declare.from_request(
        "Сколько стоит этот запрос; то же число — в extensions.cost.", lambda request: request.cost
    )
    limit: int | None = declare.from_request(
        "Сколько вмещает полный запас.",
        lambda request: request.allowance.limit if request.allowance else None,
    )
    remaining: int | None = declare.from_request(
        "Сколько осталось после этого запроса.",
        lambda request: request.allowance.remaining if request.allowance else None,
    )
    reset_at: datetime | None = declare.from_request(
        "Когда запас снова станет полным, если больше не спрашивать.",
        lambda request: request.allowance.reset_at if request.allowance else None,
    )


__all__ = ["Purpose", "RateLimit", "Role", "Viewer"]
