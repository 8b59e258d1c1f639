"""What subjects demand, until when it is due, and the acts of what was destroyed."""

from datetime import date, datetime
from typing import Final

import strawberry

from hub.law.requests import RequestState
from hub.law.rules import RequestKind
from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.law.consents import ITS_PERSON, of_person
from schema.organisations.organisation import ITS_ORGANISATION, Organisation
from schema.people.person import Person
from schema.scope.places import SEEN_STATED
from schema.scope.watching import NamedCount, watches

PREFIX: Final = "request"
OVERDUE: Final = "({t}.state in ('OPEN', 'BLOCKED') and {t}.due_on < {today})"


@declare.bound("Обращение субъекта персональных данных и срок, к которому оно исполняется.")
class SubjectRequest:
    """A request of the register."""

    id: strawberry.ID = declare.identity("Непрозрачный идентификатор.", PREFIX)
    kind: RequestKind = declare.column("Чего требует.", "{t}.kind")
    state: RequestState = declare.column("Где оно.", "{t}.state")
    received_on: date = declare.column("Когда получено.", "{t}.received_on")
    due_on: date = declare.column("Последний день исполнения.", "{t}.due_on")
    is_extended: bool = declare.column("Продлён ли срок.", "{t}.is_extended")
    is_overdue: bool = declare.column("Пропущен ли срок.", OVERDUE)
    source: str | None = declare.column(
        "Где этот срок установлен.",
        "(select l.source from law_rule l where l.code = {t}.kind"
        " and l.starts <= {t}.received_on and l.ends > {t}.received_on"
        " order by l.version desc limit 1)",
    )
    basis: str | None = declare.column(
        "По какому основанию сведения пока хранятся: код правила KEEPING.", "{t}.basis"
    )
    kept_until: date | None = declare.column("До какого дня хранятся.", "{t}.kept_until")
    closed_on: date | None = declare.column("Когда закрыто.", "{t}.closed_on")
    organisation: Organisation | None = declare.one("Кто отвечает.", ITS_ORGANISATION)
    person: Person | None = declare.one(
        "О ком; вне области видимости и после уничтожения — null.", ITS_PERSON
    )


@strawberry.input(description="Какие обращения показать; условия складываются.")
class SubjectRequestFilter:
    """What narrows the register."""

    person: strawberry.ID | None = declare.optional("О ком.")
    kind: RequestKind | None = declare.optional("Чего требуют.")
    state: RequestState | None = declare.optional("Где они.")
    overdue: bool | None = declare.optional("true — с пропущенным сроком, false — прочие.")


REQUEST_FILTER: Final = declare.argument(
    "filter", SubjectRequestFilter | None, "Какие обращения показать."
)


def request_rows(call: Call) -> Rows:
    """Read the requests of the scope, what is due first."""
    chosen = call.arguments["filter"]
    where = [
        *of_person(call),
        *(
            f"{{t}}.{name} = {call.bind(chosen.part(name), 'text')}"
            for name in ("kind", "state")
            if chosen.part(name).given
        ),
    ]
    if chosen.part("overdue").given:
        where.append(f"{OVERDUE} = {call.bind(chosen.part('overdue'), 'boolean')}")
    return Rows(
        source="subject_request {t}",
        where=tuple(where),
        scope=(SEEN_STATED,),
        order=(Key("{t}.due_on", "date"), Key("{t}.id", "uuid")),
    )


@declare.bound("Акт об уничтожении персональных данных; имени в нём нет.")
class DestructionAct:
    """What was destroyed, by the former id of whose it was."""

    number: int = declare.column("Номер.", "{t}.number")
    subject_id: strawberry.ID = declare.column(
        "Прежний идентификатор субъекта; ни к кому больше не ведёт.", "'person-' || {t}.subject_id"
    )
    reason: RequestKind = declare.column("Причина.", "{t}.reason")
    categories: list[str] = declare.column("Категории сведений.", "{t}.categories")
    counts: list[NamedCount] = declare.many(
        "Сколько строк откуда.",
        Rows(source="jsonb_each_text({p}.counts) {t}", order=(Key("{t}.key", "text"),)),
    )
    received_on: date = declare.column("Когда потребовано.", "{t}.received_on")
    destroyed_at: datetime = declare.column("Когда уничтожено.", "{t}.destroyed_at")
    keep_until: date = declare.column("До какого дня хранить акт.", "{t}.keep_until")


def act_rows(call: Call) -> Rows:
    """Read the acts, the last first; whoever does not watch over the hub gets an empty list."""
    return Rows(
        source="destruction_act {t}",
        where=(watches(call),),
        order=(Key("{t}.number", "bigint"),),
        descending=True,
        present="{t}.number",
    )
