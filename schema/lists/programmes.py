"""The list of programmes: which are in it, in which order, narrowed by what."""

from datetime import date
from enum import StrEnum

import strawberry

from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.lists.organisations import (
    NAME_ORDER,
    IdentifierInput,
    narrowed_organisations,
    place_asked,
    seen_as,
)
from schema.lists.prefix import title_begins
from schema.words.mentoring import SEEN_PROGRAMME, ProgrammeStatus

_LEADER = "(select lo.sort_key from organisation lo where lo.id = {t}.lead_organisation_id)"


@declare.choice(
    "Порядок списка программ.",
    {
        "TITLE_ASC": "По названию, от А.",
        "TITLE_DESC": "По названию, от Я.",
        "STARTS_ASC": "Сначала начатые давно.",
        "STARTS_DESC": "Сначала начатые недавно.",
        "ORGANISATION_ASC": "По ведущему учреждению, внутри него по названию.",
    },
)
class ProgrammeOrder(StrEnum):
    """By which columns programmes are listed."""

    TITLE_ASC = "TITLE_ASC"
    TITLE_DESC = "TITLE_DESC"
    STARTS_ASC = "STARTS_ASC"
    STARTS_DESC = "STARTS_DESC"
    ORGANISATION_ASC = "ORGANISATION_ASC"


@strawberry.input(
    description="Какие программы показать; условия складываются. Условия о месте говорят об одном "
    "и том же учреждении программы, ведущем или участвующем, в вашей области видимости."
)
class ProgrammeFilter:
    """What narrows the list of programmes."""

    academic_year: int | None = declare.optional("Учебный год по году его начала.")
    active_on: date | None = declare.optional("Программа, которая длится в этот день.")
    organisation: strawberry.ID | None = declare.optional("Учреждение программы.")
    identifier: IdentifierInput | None = declare.optional(
        "То же учреждение по номеру в другой системе."
    )
    department: strawberry.ID | None = declare.optional(
        "Орган управления, чьё это учреждение сегодня."
    )
    territory: strawberry.ID | None = declare.optional(
        "Территория учреждения или то, что в неё входит."
    )
    status: ProgrammeStatus | None = declare.optional("Состояние.")
    title_prefix: str | None = declare.optional("Начало названия; регистр, ё и кавычки не важны.")


PROGRAMME_ARGUMENTS = (
    declare.argument("filter", ProgrammeFilter | None, "Какие программы показать."),
    declare.argument("order_by", ProgrammeOrder | None, "Порядок; по умолчанию TITLE_ASC."),
)
_ORDERS = {
    ProgrammeOrder.STARTS_ASC: (Key("{t}.starts", "date"), Key("{t}.id", "uuid")),
    ProgrammeOrder.STARTS_DESC: (Key("{t}.starts", "date"), Key("{t}.id", "uuid")),
    ProgrammeOrder.ORGANISATION_ASC: (Key(_LEADER, "text"), *NAME_ORDER),
}
_BACKWARD = {ProgrammeOrder.TITLE_DESC, ProgrammeOrder.STARTS_DESC}


def programme_rows(call: Call) -> Rows:
    """Read the programmes of the scope, narrowed by the filter."""
    return narrowed_programmes(call, ())


def narrowed_programmes(call: Call, conditions: tuple[str, ...]) -> Rows:
    """Read the programmes of the scope that meet conditions, narrowed by the filter."""
    order = call.arguments["orderBy"].choice
    return Rows(
        source="programme {t}",
        where=(*conditions, *_filtered(call)),
        scope=(SEEN_PROGRAMME,),
        order=next((keys for name, keys in _ORDERS.items() if name is order), NAME_ORDER),
        descending=order in _BACKWARD,
    )


def _filtered(call: Call) -> list[str]:
    chosen = call.arguments["filter"]
    found: list[str] = []
    if chosen.part("academicYear").given:
        found.append(f"{{t}}.academic_year = {call.bind(chosen.part('academicYear'), 'bigint')}")
    if chosen.part("status").given:
        found.append(f"{{t}}.status = {call.bind(chosen.part('status'), 'text')}")
    if chosen.part("activeOn").given:
        day = call.bind(chosen.part("activeOn"), "date")
        found.append(f"{{t}}.starts <= {day} and {{t}}.ends > {day}")
    if chosen.part("titlePrefix").given:
        found.append(title_begins(call, chosen.part("titlePrefix"), "{t}.sort_key"))
    asked = place_asked(call, "fo.id", "fo.territory_id")
    if asked:
        conditions = " and ".join([*asked, *seen_as(call, "fo.id")])
        found.append(
            "{t}.id in (select fl.programme_id from organisation fo join programme_organisation fl"
            f" on fl.organisation_id = fo.id where {conditions})"
        )
    return found


def programme_organisations(call: Call) -> Rows:
    """Read the organisations of the programme above that the scope sees."""
    taking_part = (
        "{t}.id in (select pl.organisation_id from programme_organisation pl"
        " where pl.programme_id = {p}.id)"
    )
    return narrowed_organisations(call, (taking_part,))
