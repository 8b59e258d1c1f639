"""The list of people: who is in it, in which order, narrowed by which conditions."""

from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

import strawberry

from schema.compiler import declare
from schema.compiler.arguments import Argument, Value
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.compiler.ids import key_of
from schema.compiler.sql import Sql
from schema.organisations import IdentifierInput, identifier_condition, territory_condition


@declare.choice(
    "Кем человек является сегодня.",
    {
        "STAFF": "Работает в учреждении.",
        "PUPIL": "Учится в учреждении.",
        "MENTOR": "Наставник в действующей паре.",
        "MENTEE": "Наставляемый в действующей паре.",
    },
)
class PersonRole(StrEnum):
    """What a person is today."""

    STAFF = "STAFF"
    PUPIL = "PUPIL"
    MENTOR = "MENTOR"
    MENTEE = "MENTEE"


@declare.choice(
    "Порядок списка людей.",
    {
        "NAME_ASC": "По имени, от А.",
        "NAME_DESC": "По имени, от Я.",
        "CHANGED_ASC": "Сначала изменённые давно.",
        "CHANGED_DESC": "Сначала изменённые недавно.",
    },
)
class PersonOrder(StrEnum):
    """By which column people are listed."""

    NAME_ASC = "NAME_ASC"
    NAME_DESC = "NAME_DESC"
    CHANGED_ASC = "CHANGED_ASC"
    CHANGED_DESC = "CHANGED_DESC"


@strawberry.input(description="Каких людей показать; условия складываются.")
class PersonFilter:
    """What narrows the list of people."""

    department: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Орган управления, в чьём ведении человек."
    )
    organisation: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Учреждение человека."
    )
    identifier: IdentifierInput | None = strawberry.field(
        default=strawberry.UNSET, description="Учреждение человека по номеру в другой системе."
    )
    territory: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Территория учреждения, где человек работает или учится сегодня.",
    )
    role: PersonRole | None = strawberry.field(
        default=strawberry.UNSET, description="Кем человек является."
    )
    name_prefix: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Начало полного имени: «Иванова М»; регистр и ё не важны.",
    )


PERSON_FILTER = declare.argument("filter", PersonFilter | None, "Каких людей показать.")
PERSON_ORDER = declare.argument("order_by", PersonOrder | None, "Порядок; по умолчанию NAME_ASC.")
IN_FORCE = "{x}.starts <= {today} and {x}.ends > {today}"


def people_rows(call: Call) -> Rows:
    """Read people of the scope, narrowed by the filter."""
    return narrowed_people(call, _conditions(call))


def narrowed_people(call: Call, conditions: Sequence[str]) -> Rows:
    """Read people of the scope, starting from the rows of the narrowest authority named.

    A department or an organisation has rows of its own in the order of the page, so a filter by
    one of them reads its rows alone; the scope is then looked up for each.
    """
    order = call.arguments["orderBy"].choice
    by_change = order in {PersonOrder.CHANGED_ASC, PersonOrder.CHANGED_DESC}
    first = Key("{t}.changed_at", "timestamptz") if by_change else Key("{t}.sort_key", "text")
    authorities = [*_authorities(call), call.scope]
    return Rows(
        source="person_place {t}",
        where=(
            f"{{t}}.authority_id = {authorities[0]}",
            IN_FORCE.replace("{x}", "{t}"),
            *(_also_under(authority) for authority in authorities[1:]),
            *conditions,
        ),
        order=(first, Key("{t}.person_id", "uuid")),
        descending=order in {PersonOrder.NAME_DESC, PersonOrder.CHANGED_DESC},
        node="join person {t} on {t}.id = {r}.person_id",
    )


def _authorities(call: Call) -> list[Sql]:
    chosen = call.arguments["filter"]
    return [
        call.bind(chosen.part(name), "uuid", convert=key_of("organisation"))
        for name in ("organisation", "department")
        if chosen.part(name).given
    ]


def _also_under(authority: Sql) -> str:
    return (
        "exists (select from person_place ap where ap.person_id = {t}.person_id"
        f" and ap.authority_id = {authority} and {IN_FORCE.replace('{x}', 'ap')})"
    )


def place_conditions(call: Call) -> list[str]:
    """Compose where a person is today: an organisation by its number, a territory."""
    chosen = call.arguments["filter"]
    found: list[str] = []
    if chosen.part("identifier").given:
        own = identifier_condition(call, "ap.authority_id")
        found.append(
            "exists (select from person_place ap where ap.person_id = {t}.person_id"
            f" and {own} and {IN_FORCE.replace('{x}', 'ap')})"
        )
    if chosen.part("territory").given:
        found.append(_in_territory(call))
    return found


def _conditions(call: Call) -> list[str]:
    chosen = call.arguments["filter"]
    found = place_conditions(call)
    role = chosen.part("role").choice
    if isinstance(role, PersonRole):
        found.append(_has_role(role))
    if chosen.part("namePrefix").given:
        found.append(begins(call, chosen.part("namePrefix"), "{t}.sort_key"))
    return found


def begins(call: Call, prefix: Argument, column: str) -> str:
    """Compose that a sort key begins with a text, as a range that its index answers."""
    low = call.bind(prefix, "text", convert=folded)
    high = call.bind(prefix, "text", convert=lambda value: folded(value) + "\U0010ffff")
    return f"{column} >= {low} and {column} < {high}"


def folded(value: Value) -> str:
    """Fold a text as sort keys are folded."""
    return " ".join(str(value).casefold().replace("ё", "е").split())


def _in_territory(call: Call) -> str:
    places = " or ".join(
        f"exists (select from {table} tx join organisation ty on ty.id = tx.organisation_id"
        f" where tx.person_id = {{t}}.person_id and {IN_FORCE.replace('{x}', 'tx')}"
        f" and {territory_condition(call, 'ty.territory_id')})"
        for table in ("employment", "enrolment")
    )
    return f"({places})"


def _has_role(role: PersonRole) -> str:
    match role:
        case PersonRole.STAFF:
            table, column = "employment", "person_id"
        case PersonRole.PUPIL:
            table, column = "enrolment", "person_id"
        case PersonRole.MENTOR:
            table, column = "participation_fact", "mentor_id"
        case PersonRole.MENTEE:
            table, column = "participation_fact", "mentee_id"
        case _:
            assert_never(role)
    return (
        f"exists (select from {table} rx where rx.{column} = {{t}}.person_id"
        f" and {IN_FORCE.replace('{x}', 'rx')})"
    )
