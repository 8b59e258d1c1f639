"""The lists of mentorships and programmes: which are in them, in which order, narrowed by what."""

from datetime import date
from enum import StrEnum

import strawberry

from schema.compiler import declare
from schema.compiler.arguments import Value
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.compiler.ids import key_of
from schema.mentoring import SEEN_PROGRAMME, Confirmation, MentorshipStatus, ProgrammeStatus
from schema.organisations import (
    NAME_ORDER,
    IdentifierInput,
    identifier_condition,
    territory_condition,
)
from schema.people_search import folded
from schema.places import SEEN_ORGANISATION

QUOTES = str.maketrans(dict.fromkeys("«»\"“”„'", " "))


@declare.choice(
    "Порядок списка наставничества.",
    {
        "NAME_ASC": "По имени наставника, от А.",
        "NAME_DESC": "По имени наставника, от Я.",
        "STARTS_ASC": "Сначала начатое давно.",
        "STARTS_DESC": "Сначала начатое недавно.",
    },
)
class MentorshipOrder(StrEnum):
    """By which column mentorships are listed."""

    NAME_ASC = "NAME_ASC"
    NAME_DESC = "NAME_DESC"
    STARTS_ASC = "STARTS_ASC"
    STARTS_DESC = "STARTS_DESC"


@strawberry.input(
    description="Какое наставничество показать; условия складываются. Условия о месте говорят об "
    "одном и том же учреждении, где наставничество проходит, и только в вашей области видимости."
)
class MentorshipListFilter:
    """What narrows the list of mentorships."""

    form_code: str | None = strawberry.field(default=strawberry.UNSET, description="Код формы.")
    status: MentorshipStatus | None = strawberry.field(
        default=strawberry.UNSET, description="Состояние."
    )
    active_on: date | None = strawberry.field(
        default=strawberry.UNSET, description="Наставничество, которое длится в этот день."
    )
    organisation: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Учреждение, где проходит наставничество."
    )
    identifier: IdentifierInput | None = strawberry.field(
        default=strawberry.UNSET, description="То же учреждение по номеру в другой системе."
    )
    department: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Орган управления, чьё это учреждение сегодня."
    )
    territory: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Территория учреждения или то, что в неё входит."
    )
    confirmation: Confirmation | None = strawberry.field(
        default=strawberry.UNSET, description="Кто подтверждает."
    )
    programme: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Программа."
    )
    end_assumed: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Назначен ли конец хабом."
    )


@strawberry.input(description="Какие программы показать; условия складываются.")
class ProgrammeFilter:
    """What narrows the list of programmes."""

    academic_year: int | None = strawberry.field(
        default=strawberry.UNSET, description="Учебный год по году его начала."
    )
    organisation: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Учреждение программы, ведущее или участвующее, в вашей области видимости.",
    )
    status: ProgrammeStatus | None = strawberry.field(
        default=strawberry.UNSET, description="Состояние."
    )
    title_prefix: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Начало названия; регистр, ё и кавычки не важны.",
    )


MENTORSHIP_LIST_FILTER = declare.argument(
    "filter", MentorshipListFilter | None, "Какое наставничество показать."
)
MENTORSHIP_ORDER = declare.argument(
    "order_by", MentorshipOrder | None, "Порядок; по умолчанию NAME_ASC."
)
PROGRAMME_FILTER = declare.argument("filter", ProgrammeFilter | None, "Какие программы показать.")


def mentorship_rows(call: Call) -> Rows:
    """Read mentorships of the scope: by name from its own rows in their order, else by start."""
    order = call.arguments["orderBy"].choice
    descending = order in {MentorshipOrder.NAME_DESC, MentorshipOrder.STARTS_DESC}
    if order in {MentorshipOrder.STARTS_ASC, MentorshipOrder.STARTS_DESC}:
        placed = (
            "exists (select from mentorship_place sp where sp.mentorship_id = {t}.id"
            " and sp.authority_id = {scope})"
        )
        return Rows(
            source="mentorship {t}",
            where=(placed, *_conditions(call, "{t}")),
            order=(Key("{t}.starts", "date"), Key("{t}.id", "uuid")),
            descending=descending,
        )
    return Rows(
        source="mentorship_place {t} join mentorship {t}m on {t}m.id = {t}.mentorship_id",
        where=("{t}.authority_id = {scope}", *_conditions(call, "{t}m")),
        order=(Key("{t}.sort_key", "text"), Key("{t}.mentorship_id", "uuid")),
        descending=descending,
        node="join mentorship {t} on {t}.id = {r}.mentorship_id",
    )


def _conditions(call: Call, pair: str) -> list[str]:
    chosen = call.arguments["filter"]
    found = [
        f"{pair}.{column} = {call.bind(chosen.part(name), sql_type)}"
        for name, column, sql_type in (
            ("formCode", "form_code", "text"),
            ("status", "status", "text"),
            ("confirmation", "confirmation", "text"),
            ("endAssumed", "end_assumed", "boolean"),
        )
        if chosen.part(name).given
    ]
    if chosen.part("activeOn").given:
        day = call.bind(chosen.part("activeOn"), "date")
        found.append(f"{pair}.starts <= {day} and {pair}.ends > {day}")
    if chosen.part("programme").given:
        key = call.bind(chosen.part("programme"), "uuid", convert=key_of("programme"))
        found.append(f"{pair}.programme_id = {key}")
    hosted = _host(call)
    if hosted:
        found.append(
            "exists (select from mentorship_member hm"
            " join organisation ho on ho.id = hm.host_organisation_id"
            f" where hm.mentorship_id = {pair}.id and {' and '.join(hosted)})"
        )
    return found


def _host(call: Call) -> list[str]:
    """Compose what is asked of the host; nothing is told of one that the viewer may not see."""
    chosen = call.arguments["filter"]
    found: list[str] = []
    if chosen.part("organisation").given:
        found.append(f"ho.id = {_organisation(call, 'organisation')}")
    if chosen.part("identifier").given:
        found.append(identifier_condition(call, "ho.id"))
    if chosen.part("department").given:
        found.append(
            "exists (select from organisation_place hp where hp.organisation_id = ho.id"
            f" and hp.authority_id = {_organisation(call, 'department')}"
            " and hp.starts <= {today} and hp.ends > {today})"
        )
    if chosen.part("territory").given:
        found.append(territory_condition(call, "ho.territory_id"))
    return [*found, *_seen(call, "ho.id")] if found else []


def _organisation(call: Call, name: str) -> str:
    argument = call.arguments["filter"].part(name)
    return call.bind(argument, "uuid", convert=key_of("organisation"))


def _seen(call: Call, column: str) -> list[str]:
    return [] if call.viewer.region_wide else [SEEN_ORGANISATION.replace("{t}.id", column)]


def programme_rows(call: Call) -> Rows:
    """Read the programmes of the scope, narrowed by the filter."""
    chosen = call.arguments["filter"]
    where: list[str] = []
    if chosen.part("academicYear").given:
        where.append(f"{{t}}.academic_year = {call.bind(chosen.part('academicYear'), 'bigint')}")
    if chosen.part("status").given:
        where.append(f"{{t}}.status = {call.bind(chosen.part('status'), 'text')}")
    if chosen.part("organisation").given:
        key = _organisation(call, "organisation")
        known = " and ".join([f"fo.organisation_id = {key}", *_seen(call, "fo.organisation_id")])
        where.append(
            "exists (select from programme_organisation fo"
            f" where fo.programme_id = {{t}}.id and {known})"
        )
    if chosen.part("titlePrefix").given:
        prefix = chosen.part("titlePrefix")
        low = call.bind(prefix, "text", convert=_title_key)
        high = call.bind(prefix, "text", convert=lambda value: _title_key(value) + "\U0010ffff")
        where.append(f"{{t}}.sort_key >= {low} and {{t}}.sort_key < {high}")
    return Rows(
        source="programme {t}", where=tuple(where), scope=(SEEN_PROGRAMME,), order=NAME_ORDER
    )


def _title_key(value: Value) -> str:
    """Fold the beginning of a title as the keys of programmes are folded."""
    return folded(str(value).translate(QUOTES)).lstrip(" .,-")
