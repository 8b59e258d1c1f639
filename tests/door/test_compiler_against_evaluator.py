"""The compiler agrees with an independent evaluator on thousands of drawn operations."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping

import pytest

from hub.database import Database
from hub.settings import Addresses
from schema.errors import RequestRefused
from tests.door.asking import VIEWERS, Door, Json, opened
from tests.door.evaluator import PREFIXES, SCHEMA, evaluate, place_in
from tests.door.operations import Operation, Pools, every_place, generate
from tests.door.rows import CLOSED, NORTH, PARTNER, SCHOOLS, uid

pytestmark = pytest.mark.anyio
OPERATIONS = 2_000
CURSOR_FIELDS = {"cursor", "startCursor", "endCursor"}
LISTS = {
    "Query.people": "people(first: 60) { edges { cursor } }",
    **{
        f"Query.people({order})": f"people(first: 60, orderBy: {order}) {{ edges {{ cursor }} }}"
        for order in ("NAME_ASC", "NAME_DESC", "CHANGED_ASC", "CHANGED_DESC")
    },
    "Query.organisations": "organisations { edges { cursor } }",
    "Query.territories": "territories { edges { cursor } }",
}


@pytest.fixture(scope="module")
async def door(module_addresses: Addresses, module_database: Database) -> AsyncIterator[Door]:
    async with opened(module_addresses, module_database) as opened_door:
        yield opened_door


async def pools_of(door: Door, who: str) -> Pools:
    cursors = {}
    for listing, field in LISTS.items():
        answer = await door.ask(who, f"{{ list: {field} }}")
        cursors[listing] = [edge["cursor"] for edge in answer["list"]["edges"]]
    text = "{ people(first: 60) { nodes { mentorships(first: 50) { edges { cursor } } } } }"
    people = (await door.ask(who, text))["people"]["nodes"]
    cursors["Person.mentorships"] = [
        edge["cursor"] for person in people for edge in person["mentorships"]["edges"]
    ]
    return Pools(ids=ids(), cursors=cursors, inputs=inputs())


def ids() -> Mapping[str, list[str]]:
    known = {
        "Person": [f"person-{uid('person', n)}" for n in range(25)],
        "Organisation": [f"organisation-{uid('organisation', n)}" for n in range(9)],
        "Territory": [f"territory-{uid('territory', n)}" for n in range(4)],
        "Mentorship": [f"mentorship-{uid('mentorship', n)}" for n in range(15)],
        "Programme": [f"programme-{uid('programme', n)}" for n in range(3)],
    }
    known["Person"] += [f"person-{uid('former', n)}" for n in range(3)]
    known["Mentorship"] += [f"mentorship-{uid('former pair', 0)}"]
    everything = [each for listed in known.values() for each in listed]
    broken = ["person-1", "nobody", f"mentor-{uid('person', 1)}", ""]
    return {**known, "Node": everything + broken}


def inputs() -> Mapping[str, list[Json]]:
    schools = [f"organisation-{uid('organisation', n)}" for n in SCHOOLS]
    departments = [f"organisation-{key}" for key in (NORTH, PARTNER, CLOSED)]
    territories = [f"territory-{uid('territory', n)}" for n in range(4)]
    identifiers = [{"system": "INN", "value": f"63{n}"} for n in (3, 5, 99)]
    return {
        "PersonFilter.department": departments[:1],
        "PersonFilter.organisation": schools,
        "PersonFilter.identifier": identifiers,
        "PersonFilter.territory": territories,
        "PersonFilter.role": ["STAFF", "PUPIL", "MENTOR", "MENTEE"],
        "PersonFilter.namePrefix": ["Ёл", "дубров т", "б", 'Ряб"'],
        "OrganisationFilter.kind": ["SCHOOL", "AUTHORITY"],
        "OrganisationFilter.status": ["ACTIVE", "CLOSED"],
        "OrganisationFilter.territory": territories,
        "OrganisationFilter.department": departments,
        "OrganisationFilter.identifier": identifiers,
        "MentorshipFilter.role": ["MENTOR", "MENTEE"],
        "MentorshipFilter.formCode": ["TEACHER_TEACHER"],
        "MentorshipFilter.activeOn": ["2025-10-05", "2026-10-05"],
    }


def comparable(value: Json) -> Json:
    """Replace cursors by the rows they stand for."""
    if isinstance(value, list):
        return [comparable(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: _cursor(part) or comparable(part) for key, part in value.items()}


def _cursor(value: Json) -> str | None:
    if not isinstance(value, str) or len(value) < 60 or " " in value:
        return None
    try:
        return f"cursor of {place_in(value)}"
    except ValueError:
        return None


def says_something(value: Json) -> bool:
    """Tell an answer that shows at least one row from an empty one."""
    if isinstance(value, dict):
        return any(says_something(part) for part in value.values())
    if isinstance(value, list):
        return any(says_something(part) for part in value)
    return isinstance(value, str) or (isinstance(value, int) and value > 1)


async def test_compiler_agrees_with_the_evaluator_on_drawn_operations(door: Door) -> None:
    used: set[str] = set()
    counts: Counter[str] = Counter()
    pools = {who: await pools_of(door, who) for who in VIEWERS}
    seed = 0
    while counts["compared"] < OPERATIONS:
        seed += 1
        who = VIEWERS[seed % len(VIEWERS)]
        operation = generate(SCHEMA, pools[who], seed)
        actual = await answer(door, who, operation)
        if actual is None:
            counts["too large"] += 1
            continue

        expected = evaluate(door.world(who), operation.text, operation.variables)

        assert not expected.errors, (seed, operation, expected.errors)
        assert expected.data == comparable(actual), (seed, who, operation)
        assert list(expected.data or ()) == list(actual), (seed, who, operation)
        used |= operation.used
        counts["compared"] += 1
        counts["says something"] += says_something(expected.data)

    assert counts["says something"] >= 0.8 * OPERATIONS, counts
    assert set() == every_place(SCHEMA) - used
    assert counts["too large"] < 0.2 * OPERATIONS, counts


async def answer(door: Door, who: str, operation: Operation) -> Json | None:
    try:
        return await door.ask(who, operation.text, operation.variables)
    except RequestRefused as refused:
        codes = {(error.extensions or {}).get("code") for error in refused.errors}
        assert codes == {"QUERY_TOO_COMPLEX"}, (operation, refused.errors)
        return None


def test_every_node_type_has_its_prefix() -> None:
    assert {"Person", "Organisation", "Territory", "Mentorship", "Programme"} == set(PREFIXES)
