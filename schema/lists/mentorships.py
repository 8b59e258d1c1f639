"""The list of mentorships: which are in it, in which order, narrowed by what."""

from datetime import date
from enum import StrEnum

import strawberry

from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.compiler.ids import key_of
from schema.lists.organisations import NAME_ORDER, IdentifierInput, place_asked, seen_as
from schema.lists.prefix import begins
from schema.lists.years import year_condition
from schema.scope.places import SEEN_MENTORSHIP
from schema.words.mentoring import STATUS, Confirmation, MentorshipKind, MentorshipStatus


@declare.choice(
    "Порядок списка наставничества.",
    {
        "NAME_ASC": "По имени наставника, от А.",
        "NAME_DESC": "По имени наставника, от Я.",
        "STARTS_ASC": "Сначала начатое давно.",
        "STARTS_DESC": "Сначала начатое недавно.",
        "ORGANISATION_ASC": "По принимающему учреждению, внутри него по имени наставника.",
    },
)
class MentorshipOrder(StrEnum):
    """By which column mentorships are listed."""

    NAME_ASC = "NAME_ASC"
    NAME_DESC = "NAME_DESC"
    STARTS_ASC = "STARTS_ASC"
    STARTS_DESC = "STARTS_DESC"
    ORGANISATION_ASC = "ORGANISATION_ASC"


@strawberry.input(
    description="Какое наставничество показать; условия складываются. Условия о месте говорят об "
    "одном и том же учреждении, где наставничество проходит, и только в вашей области видимости."
)
class MentorshipListFilter:
    """What narrows the list of mentorships."""

    kind: MentorshipKind | None = declare.optional("Пара или группа.")
    form_code: str | None = declare.optional("Код формы.")
    status: MentorshipStatus | None = declare.optional("Состояние сегодня.")
    active_on: date | None = declare.optional("Наставничество, которое длится в этот день.")
    academic_year: int | None = declare.optional(
        "Длится хотя бы в один день учебного года, по году его начала."
    )
    starts_since: date | None = declare.optional("Начато в этот день или позже.")
    ends_before: date | None = declare.optional("Закончится раньше этого дня.")
    name_prefix: str | None = declare.optional("Начало имени наставника; регистр и ё не важны.")
    organisation: strawberry.ID | None = declare.optional(
        "Учреждение, где проходит наставничество."
    )
    identifier: IdentifierInput | None = declare.optional(
        "То же учреждение по номеру в другой системе."
    )
    department: strawberry.ID | None = declare.optional(
        "Орган управления, чьё это учреждение сегодня."
    )
    territory: strawberry.ID | None = declare.optional(
        "Территория учреждения или то, что в неё входит."
    )
    confirmation: Confirmation | None = declare.optional("Кто подтверждает.")
    programme: strawberry.ID | None = declare.optional("Программа.")
    end_assumed: bool | None = declare.optional("Назначен ли конец хабом.")


MENTORSHIP_LIST_ARGUMENTS = (
    declare.argument("filter", MentorshipListFilter | None, "Какое наставничество показать."),
    declare.argument("order_by", MentorshipOrder | None, "Порядок; по умолчанию NAME_ASC."),
)
_BY_START = {MentorshipOrder.STARTS_ASC, MentorshipOrder.STARTS_DESC}
_BACKWARD = {MentorshipOrder.NAME_DESC, MentorshipOrder.STARTS_DESC}
# A mentorship whose mentees have several hosts stands with one of them, always the same. `offset 0`
# keeps each host's mentorships apart: joined at once, a page would read all of the region's.
_BY_HOST = """(
    select {t}o.sort_key as place, {t}o.id as host_id, {t}m.*
    from organisation {t}o cross join lateral (
      select hm.* from mentorship hm
      where hm.id in (select mm.mentorship_id from mentorship_member mm
                      where mm.host_organisation_id = {t}o.id and mm.role = 'MENTEE')
        and not exists (select from mentorship_member om
                        where om.mentorship_id = hm.id and om.role = 'MENTEE'
                          and om.host_organisation_id < {t}o.id)
        and exists (select from mentorship_place sp
                    where sp.mentorship_id = hm.id and sp.authority_id = {scope})
      offset 0) {t}m) {t}"""
_HOST = (
    "(select mm.host_organisation_id from mentorship_member mm where mm.mentorship_id = {t}.id"
    " and mm.role = 'MENTEE' order by 1 limit 1)"
)
_HOST_ORDER = (
    Key(f"(select oo.sort_key from organisation oo where oo.id = {_HOST})", "text"),
    Key(_HOST, "uuid"),
    *NAME_ORDER,
)


def mentorship_rows(call: Call) -> Rows:
    """Read mentorships of the scope from its own rows in the order of the page.

    By organisation the page goes from host to host, so it reads only the hosts that it shows.
    """
    order = call.arguments["orderBy"].choice
    if order is MentorshipOrder.ORGANISATION_ASC:
        return Rows(
            source=_BY_HOST,
            where=(*_named(call, "{t}"), *mentorship_conditions(call, "{t}")),
            order=(Key("{t}.place", "text"), Key("{t}.host_id", "uuid"), *NAME_ORDER),
        )
    first = Key("{t}.starts", "date") if order in _BY_START else Key("{t}.sort_key", "text")
    return Rows(
        source="mentorship_place {t} join mentorship {t}m on {t}m.id = {t}.mentorship_id",
        where=(
            "{t}.authority_id = {scope}",
            *_named(call, "{t}"),
            *mentorship_conditions(call, "{t}m"),
        ),
        order=(first, Key("{t}.mentorship_id", "uuid")),
        descending=order in _BACKWARD,
        node="join mentorship {t} on {t}.id = {r}.mentorship_id",
    )


def narrowed_mentorships(call: Call, conditions: tuple[str, ...]) -> Rows:
    """Read the few mentorships that meet conditions, narrowed by the filter, in its order."""
    order = call.arguments["orderBy"].choice
    by_start = (Key("{t}.starts", "date"), Key("{t}.id", "uuid"))
    orders = {MentorshipOrder.ORGANISATION_ASC: _HOST_ORDER, **dict.fromkeys(_BY_START, by_start)}
    return Rows(
        source="mentorship {t}",
        where=(*conditions, *_named(call, "{t}"), *mentorship_conditions(call, "{t}")),
        scope=(SEEN_MENTORSHIP,),
        order=next((keys for name, keys in orders.items() if name is order), NAME_ORDER),
        descending=order in _BACKWARD,
    )


def programme_mentorships(call: Call) -> Rows:
    """Read the mentorships of the programme above."""
    return narrowed_mentorships(call, ("{t}.programme_id = {p}.id",))


_SAME = (
    ("kind", "{m}.kind", "=", "text"),
    ("formCode", "{m}.form_code", "=", "text"),
    ("confirmation", "{m}.confirmation", "=", "text"),
    ("endAssumed", "{m}.end_assumed", "=", "boolean"),
    ("startsSince", "{m}.starts", ">=", "date"),
    ("endsBefore", "{m}.ends", "<=", "date"),
    ("status", f"({STATUS.replace('{t}', '{m}')})", "=", "text"),
)


def _named(call: Call, row: str) -> list[str]:
    prefix = call.arguments["filter"].part("namePrefix")
    return [begins(call, prefix, f"{row}.sort_key")] if prefix.given else []


def mentorship_conditions(call: Call, pair: str) -> list[str]:
    """Compose what the filter asks of a mentorship."""
    chosen = call.arguments["filter"]
    found = [
        f"{column.replace('{m}', pair)} {sign} {call.bind(chosen.part(name), sql_type)}"
        for name, column, sign, sql_type in _SAME
        if chosen.part(name).given
    ]
    if chosen.part("activeOn").given:
        day = call.bind(chosen.part("activeOn"), "date")
        found.append(f"{pair}.starts <= {day} and {pair}.ends > {day}")
    if chosen.part("academicYear").given:
        found.append(year_condition(call, chosen.part("academicYear"), pair))
    if chosen.part("programme").given:
        key = call.bind(chosen.part("programme"), "uuid", convert=key_of("programme"))
        found.append(f"{pair}.programme_id = {key}")
    return [*found, *_hosted(call, pair)]


def _hosted(call: Call, pair: str) -> list[str]:
    """Compose what is asked of the host; nothing is told of one that the viewer may not see."""
    asked = place_asked(call, "ho.id", "ho.territory_id")
    if not asked:
        return []
    conditions = " and ".join([*asked, *seen_as(call, "ho.id")])
    hosted = (
        "select hm.mentorship_id from organisation ho"
        f" join mentorship_member hm on hm.host_organisation_id = ho.id where {conditions}"
    )
    return [f"{pair}.id in ({hosted})"]
