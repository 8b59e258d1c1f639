"""Who asks: the client behind a credential, its role, its purposes and its scope."""

from hub.access import Purpose, Role
from schema.compiler import declare
from schema.compiler.bindings import Rows
from schema.organisations import Organisation

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
