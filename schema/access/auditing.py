"""The journal of access as the auditor reads it: who did what, when, and whom they saw."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import strawberry

from hub.access import Role
from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.compiler.ids import key_of
from schema.compiler.request import Request
from schema.organisations.organisation import Organisation

AUDITORS: Final = frozenset({Role.AUDITOR, Role.OPERATOR, Role.REGIONAL_CENTRE})
COLUMNS: Final = {
    "seq": "bigint",
    "at": "timestamptz",
    "action": "text",
    "client_id": "uuid",
    "credential": "text",
    "role": "text",
    "scope_id": "uuid",
    "purposes": "text[]",
    "operation": "text",
    "entity": "text",
    "entity_ids": "uuid[]",
    "field_classes": "text[]",
    "reason": "text",
    "row_count": "bigint",
    "correlation": "text",
}
# Whose role reads a part of the region may not touch the journal at all.
NOTHING: Final = (
    "(select "
    + ", ".join(f"null::{kind} as {name}" for name, kind in COLUMNS.items())
    + " limit 0) {t}"
)


@declare.choice(
    "Что сделано.",
    {
        "READ": "Прочитаны личные сведения без маски.",
        "DENIED": "Отказано.",
        "EXPORT": "Выгружен файл.",
        "IMPORT": "Подан файл.",
        "CHANGE": "Изменено: доступ, сведения, их уничтожение.",
    },
)
class AuditAction(StrEnum):
    """What somebody did or was refused."""

    READ = "READ"
    DENIED = "DENIED"
    EXPORT = "EXPORT"
    IMPORT = "IMPORT"
    CHANGE = "CHANGE"


# How the ids of each kind of thing begin.
PREFIX: Final = (
    "(case {t}.entity when 'PERSON' then 'person-' when 'CLIENT' then 'client-'"
    " when 'UPLOAD' then 'import-' when 'MENTORSHIP' then 'mentorship-'"
    " when 'CONSENT' then 'consent-' when 'REQUEST' then 'request-'"
    " when 'QUESTION' then 'question-' end)"
)


@declare.bound("Запись журнала доступа; личных сведений в ней нет.")
class AuditEvent:
    """One event of the journal."""

    number: int = declare.column("Номер в цепочке.", "{t}.seq")
    at: datetime = declare.column("Когда.", "{t}.at")
    action: AuditAction = declare.column("Что сделано.", "{t}.action")
    operation: str = declare.column("Чем: корневые поля запроса или команда.", "{t}.operation")
    client: str | None = declare.column(
        "Кто; null — не опознан или это команда.",
        "(select c.name from client c where c.id = {t}.client_id)",
    )
    credential: str = declare.column(
        "Чем подтвердил себя: номер ключа, вход или команда.", "{t}.credential"
    )
    role: str = declare.column("В какой роли; пустая строка — ни в какой.", "{t}.role")
    purposes: list[str] = declare.column("С какими целями.", "{t}.purposes")
    person_ids: list[strawberry.ID] = declare.column(
        "Кого это коснулось.",
        "array(select 'person-' || one from unnest({t}.entity_ids) one where {t}.entity = 'PERSON')",
    )
    about: list[strawberry.ID] = declare.column(
        "О ком или о чём: люди, клиенты, файлы, наставничества, согласия, обращения, вопросы.",
        f"array(select {PREFIX} || one from unnest({{t}}.entity_ids) one where {PREFIX} is not null)",
    )
    field_classes: list[str] = declare.column("Какие личные сведения увидел.", "{t}.field_classes")
    reason: str = declare.column("Почему отказано; пустая строка, если не отказано.", "{t}.reason")
    row_count: int | None = declare.column("Сколько строк.", "{t}.row_count")
    correlation_id: str = declare.column("Номер запроса.", "{t}.correlation")
    scope: Organisation | None = declare.one(
        "В чьей области видимости.",
        Rows(source="organisation {t}", where=("{t}.id = {p}.scope_id",)),
    )


@strawberry.input(description="Какие записи показать; условия складываются.")
class AuditFilter:
    """What narrows the journal."""

    person: strawberry.ID | None = declare.optional(
        "Кого видели: человек под любым из своих идентификаторов."
    )
    client: strawberry.ID | None = declare.optional("Чей доступ меняли: клиент.")
    action: AuditAction | None = declare.optional("Что сделано.")
    since: datetime | None = declare.optional("С этого мгновения.")
    until: datetime | None = declare.optional("До этого мгновения, не включая его.")


AUDIT_FILTER: Final = declare.argument("filter", AuditFilter | None, "Какие записи показать.")
# A person is looked for under every id that ever named them.
SAW: Final = """{{t}}.entity_ids && array(
    select {key} union select a.alias_id from person_alias a where a.person_id = {key}
    union select a.person_id from person_alias a where a.alias_id = {key})"""


def audit_rows(call: Call) -> Rows:
    """Read the journal, the last first; who is no auditor gets an empty list."""
    order = (Key("{t}.seq", "bigint"),)
    if not call.viewer.region_wide:
        return Rows(source=NOTHING, order=order, descending=True, present="{t}.seq")
    chosen = call.arguments["filter"]
    where: list[str] = [call.binds.add(_is_auditor, "boolean", key="auditor")]
    if chosen.part("person").given:
        key = call.bind(chosen.part("person"), "uuid", convert=key_of("person"))
        where.append(SAW.format(key=key))
    if chosen.part("client").given:
        key = call.bind(chosen.part("client"), "uuid", convert=key_of("client"))
        where.append(f"{{t}}.entity = 'CLIENT' and {{t}}.entity_ids @> array[{key}]")
    if chosen.part("action").given:
        where.append(f"{{t}}.action = {call.bind(chosen.part('action'), 'text')}")
    for name, sign in (("since", ">="), ("until", "<")):
        if chosen.part(name).given:
            where.append(f"{{t}}.at {sign} {call.bind(chosen.part(name), 'timestamptz')}")
    return Rows(
        source="audit_event {t}",
        where=tuple(where),
        order=order,
        descending=True,
        present="{t}.seq",
    )


def _is_auditor(request: Request) -> bool:
    return request.viewer.role in AUDITORS
