"""The list of people: who is in it, in which order, narrowed by which conditions."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import assert_never

import strawberry

from schema.compiler import declare
from schema.compiler.bindings import Key, Rows
from schema.compiler.call import Call
from schema.lists.organisations import (
    IdentifierInput,
    identifier_condition,
    organisation_bound,
    territory_condition,
)
from schema.lists.prefix import begins, folded
from schema.scope.gate import may_be
from schema.words.law import ConsentPurpose


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

    department: strawberry.ID | None = declare.optional("Орган управления, в чьём ведении человек.")
    organisation: strawberry.ID | None = declare.optional("Учреждение человека.")
    identifier: IdentifierInput | None = declare.optional(
        "Учреждение человека по номеру в другой системе."
    )
    territory: strawberry.ID | None = declare.optional(
        "Территория учреждения, где человек работает или учится сегодня."
    )
    role: PersonRole | None = declare.optional("Кем человек является.")
    name_prefix: str | None = declare.optional(
        "Начало полного имени: «Иванова М»; регистр и ё не важны."
    )
    position_code: str | None = declare.optional("Код должности сегодня: TEACHER и другие.")
    subject: str | None = declare.optional(
        "Предмет, который человек ведёт сегодня: «физика»; регистр не важен."
    )
    changed_since: datetime | None = declare.optional(
        "Сведения изменились в это мгновение или позже."
    )
    may_be: ConsentPurpose | None = declare.optional(
        "Кого можно назвать ради этой цели: по согласиям и правилу GATE."
    )


PERSON_ORDER = declare.argument("order_by", PersonOrder | None, "Порядок; по умолчанию NAME_ASC.")
PERSON_ARGUMENTS = (
    declare.argument("filter", PersonFilter | None, "Каких людей показать."),
    PERSON_ORDER,
)
BY_CHANGE = {PersonOrder.CHANGED_ASC, PersonOrder.CHANGED_DESC}
BACKWARD = {PersonOrder.NAME_DESC, PersonOrder.CHANGED_DESC}
IN_FORCE = "{x}.starts <= {today} and {x}.ends > {today}"


def people_rows(call: Call) -> Rows:
    """Read people of the scope, narrowed by the filter."""
    return narrowed_people(call, _conditions(call))


def people_beneath(call: Call) -> Rows:
    """Read people of the organisation above and of all beneath it, narrowed by the filter."""
    return narrowed_people(call, _conditions(call), beneath=("{p}.id",))


def narrowed_people(call: Call, conditions: Sequence[str], *, beneath: Sequence[str] = ()) -> Rows:
    """Read people of the scope, starting from the rows of the narrowest authority named.

    A department or an organisation has rows of its own in the order of the page, so a filter by
    one of them reads its rows alone; the scope is then looked up for each.
    """
    order = call.arguments["orderBy"].choice
    by_change = order in BY_CHANGE
    first = Key("{t}.changed_at", "timestamptz") if by_change else Key("{t}.sort_key", "text")
    authorities = [*_authorities(call), *beneath, call.scope]
    return Rows(
        source="person_place {t}",
        where=(
            f"{{t}}.authority_id = {authorities[0]}",
            IN_FORCE.replace("{x}", "{t}"),
            *(_also_under(authority) for authority in authorities[1:]),
            *conditions,
        ),
        order=(first, Key("{t}.person_id", "uuid")),
        descending=order in BACKWARD,
        node="join person {t} on {t}.id = {r}.person_id",
    )


def _authorities(call: Call) -> list[str]:
    chosen = call.arguments["filter"]
    return [
        organisation_bound(call, name)
        for name in ("organisation", "department")
        if chosen.part(name).given
    ]


def _also_under(authority: str) -> str:
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
    if chosen.part("changedSince").given:
        found.append(f"{{t}}.changed_at >= {call.bind(chosen.part('changedSince'), 'timestamptz')}")
    if chosen.part("mayBe").given:
        found.append(may_be(call, "{t}.person_id"))
    return [*found, *post_condition(call, "{t}.person_id", IN_FORCE.replace("{x}", "ex"))]


def post_condition(call: Call, person: str, in_force: str) -> list[str]:
    """Compose that a person holds a post in force of the filter's position and subject."""
    chosen = call.arguments["filter"]
    position, subject = chosen.part("positionCode"), chosen.part("subject")
    found: list[str] = []
    if position.given:
        found.append(f"ex.position_code = {call.bind(position, 'text')}")
    if subject.given:
        found.append(f"{call.bind(subject, 'text', convert=folded)} = any (ex.subjects)")
    if not found:
        return []
    conditions = " and ".join([f"ex.person_id = {person}", *found, in_force])
    return [f"exists (select from employment ex where {conditions})"]


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
