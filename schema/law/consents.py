"""The register of consents as it is read, and the gate: whom a purpose lets be named."""

from datetime import date, datetime
from typing import Final

import strawberry

from hub.access import Purpose
from hub.law.consents import Relation
from hub.law.rules import ConsentPurpose
from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.compiler.ids import key_of
from schema.organisations.organisation import ITS_ORGANISATION, Organisation
from schema.people.person import Person
from schema.scope.gate import STATE
from schema.scope.places import SEEN_PERSON, SEEN_STATED
from schema.words.law import ConsentState

PREFIX: Final = "consent"
OF_RECORD: Final = (
    "exists (select from record r where r.id = {t}.record_id and "
    + SEEN_STATED.replace("{t}.organisation_id", "r.organisation_id")
    + ")"
)
ITS_PERSON: Final = Rows(
    source="person {t}",
    where=("{t}.id = (select l.person_id from link l where l.record_id = {p}.record_id)",),
    scope=(SEEN_PERSON,),
)


@declare.bound(
    "Согласие: отдельный документ на одну цель; действует, пока не кончится и не отозвано."
)
class Consent:
    """A consent of the register."""

    id: strawberry.ID = declare.identity("Непрозрачный идентификатор.", PREFIX)
    purpose: ConsentPurpose = declare.column("На что.", "{t}.purpose")
    state: ConsentState = declare.column("Действует ли сегодня.", STATE.replace("{c}", "{t}"))
    relation: Relation = declare.column("Кто подписал.", "{t}.relation")
    signer: str | None = declare.column(
        "Подписавший представитель и его документ; без цели CONTACTS — null.",
        "{t}.signer_sealed",
        sealed=True,
        purpose=Purpose.CONTACTS,
        subject="(select l.person_id from link l where l.record_id = {t}.record_id)",
    )
    document: str = declare.column("Номер документа.", "{t}.document")
    form_version: str = declare.column(
        "Версия формы; пустая строка, если не сказана.", "{t}.form_version"
    )
    categories: list[str] = declare.column("Какие сведения.", "{t}.categories")
    actions: list[str] = declare.column("Какие действия с ними.", "{t}.actions")
    processors: list[str] = declare.column("Кому поручено.", "{t}.processors")
    revocation: str = declare.column("Как отзывается.", "{t}.revocation")
    signed_on: date = declare.column("Когда подписано.", "{t}.signed_on")
    ends: date | None = declare.column(
        "До какого дня, не включая его; null — бессрочно.", "nullif({t}.ends, 'infinity')"
    )
    lapses_on: date | None = declare.column(
        "День, с которого подписи представителя мало: человеку восемнадцать.", "{t}.lapses_on"
    )
    withdrawn_on: date | None = declare.column("С какого дня отозвано.", "{t}.withdrawn_on")
    given_at: datetime = declare.column("Когда записано.", "{t}.given_at")
    organisation: Organisation | None = declare.one("Кому дано.", ITS_ORGANISATION)
    person: Person | None = declare.one("Чьё; вне области видимости — null.", ITS_PERSON)


@strawberry.input(description="Какие согласия показать; условия складываются.")
class ConsentFilter:
    """What narrows the register."""

    person: strawberry.ID | None = declare.optional("Чьи.")
    purpose: ConsentPurpose | None = declare.optional("На что.")
    state: ConsentState | None = declare.optional("Действуют ли сегодня.")


CONSENT_FILTER: Final = declare.argument("filter", ConsentFilter | None, "Какие согласия показать.")


def consent_rows(call: Call) -> Rows:
    """Read the consents of the scope, the last signed first."""
    chosen = call.arguments["filter"]
    where = list(of_person(call))
    if chosen.part("purpose").given:
        where.append(f"{{t}}.purpose = {call.bind(chosen.part('purpose'), 'text')}")
    if chosen.part("state").given:
        where.append(f"{STATE.replace('{c}', '{t}')} = {call.bind(chosen.part('state'), 'text')}")
    return Rows(
        source="consent {t}",
        where=tuple(where),
        scope=(OF_RECORD,),
        order=(Key("{t}.signed_on", "date"), Key("{t}.id", "uuid")),
        descending=True,
    )


def of_person(call: Call) -> tuple[str, ...]:
    """Compose that a row follows a record of the person of the filter."""
    chosen = call.arguments["filter"].part("person")
    if not chosen.given:
        return ()
    key = call.bind(chosen, "uuid", convert=key_of("person"))
    return (f"{{t}}.record_id in (select l.record_id from link l where l.person_id = {key})",)
