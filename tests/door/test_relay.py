"""Every connection of the schema keeps to the rules of pages, found by walking the schema."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    is_object_type,
    is_required_argument,
)

from hub.coverage.publishing import publish, span_of
from hub.database import Database
from hub.settings import Addresses
from tests.day import region_day
from tests.door.answering import SCHEMA
from tests.door.asking import Door, opened
from tests.door.over_http import Served
from tests.door.rows import uid

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("anyio_backend")]
Json = Any  # a decoded response
SIZE = 3
SCHOOL = f"organisation-{uid('organisation', 3)}"
REQUIRED = {
    "staffRows": f'organisation: "{SCHOOL}"',
    "pupilRows": f'organisation: "{SCHOOL}"',
    "mentorBaseRows": f'organisation: "{SCHOOL}", academicYear: 2025',
    "menteeBaseRows": f'organisation: "{SCHOOL}", academicYear: 2025',
    "coverageMembers": "measure: MENTORS, period: { academicYear: 2025 }",
    "coverageGaps": "kind: ORGANISATION_WITHOUT_MENTORING",
}
DELTA = (
    "coverageDelta(from: { academicYear: 2024 }, to: { academicYear: 2025 }, groupBy: DEPARTMENT, "
    "measures: [MENTORS])"
)
# The way to a connection that stands in an object: what is asked around it.
WAYS = {
    "Organisation": ("viewer", "organisation"),
    "Territory": ("territories(first: 2)", "nodes"),
    "Person": ("people(first: 20)", "nodes"),
    "Programme": ("programmes(first: 1)", "nodes"),
    "Publication": ("publications(first: 1)", "nodes"),
    "SyncRun": ("syncRuns(first: 1)", "nodes"),
    "CoverageDelta": (DELTA,),
    "CoverageDeltaFigure": (DELTA, "total", "figures"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A connection and the way to it."""

    kind: str
    name: str

    def query(self, *bounds: str) -> str:
        """Ask for a page of this connection."""
        given = ", ".join(filter(None, (REQUIRED.get(self.name, ""), *bounds)))
        asked = f"({given})" if given else ""
        row = SCHEMA.type_map[self.kind]
        assert isinstance(row, GraphQLObjectType)
        page = get_named_type(row.fields[self.name].type)
        body = (
            f"page: {self.name}{asked} {{ totalCount nodes {{ {scalars(page)} }} "
            f"edges {{ cursor node {{ {scalars(page)} }} }} "
            "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"
        )
        for outer in reversed(WAYS.get(self.kind, ())):
            body = f"{outer} {{ {body} }}"
        return f"{{ {body} }}"


def scalars(page: object) -> str:
    """Name what tells one row of a connection from another."""
    assert isinstance(page, GraphQLObjectType)
    row = get_named_type(page.fields["nodes"].type)
    assert isinstance(row, GraphQLObjectType)
    names = [name for name, field in row.fields.items() if is_plain(field)]
    # A row key is sealed anew with each answer.
    return " ".join(["__typename", *(name for name in names if name != "rowKey")])


def is_plain(field: GraphQLField) -> bool:
    named = get_named_type(field.type)
    return not hasattr(named, "fields") and not hasattr(named, "types") and not field.args


def places() -> Iterator[Place]:
    for name, kind in SCHEMA.type_map.items():
        if is_object_type(kind) and isinstance(kind, GraphQLObjectType):
            for field, held in kind.fields.items():
                if get_named_type(held.type).name.endswith("Connection") and is_walked(
                    name, field, held
                ):
                    yield Place(kind=name, name=field)


def is_walked(kind: str, name: str, field: GraphQLField) -> bool:
    """Leave out what is listened to, what needs more than a page, and what grows by being read."""
    needed = [argument for argument, given in field.args.items() if is_required_argument(given)]
    return kind != "Subscription" and name != "auditEvents" and not needed


PLACES = [pytest.param(each, id=f"{each.kind}.{each.name}") for each in places()]
pages = pytest.mark.parametrize("place", PLACES)


@pytest.fixture(scope="module")
async def door(module_addresses: Addresses, module_database: Database) -> AsyncIterator[Door]:
    today = region_day()
    span = span_of(academic_year=2025, calendar_year=None, today=today)
    async with opened(module_addresses, module_database) as opened_door:
        async with module_database.writing() as session:
            await publish(session, span, actor="tests")
        yield opened_door


def page_of(hub: Served, place: Place, *bounds: str) -> Json:
    """Return a page; of several objects that hold one, the longest list."""
    found = list(held(hub.ask("centre", place.query(*bounds))))
    return max(found, key=lambda page: page["totalCount"] or 0, default=None)


def held(answer: Json) -> Iterator[Json]:
    if isinstance(answer, list):
        for each in answer:
            yield from held(each)
    elif isinstance(answer, Mapping):
        if "page" in answer:
            yield answer["page"]
        else:
            for each in answer.values():
                yield from held(each)


@pages
def test_walks_forward_and_backward_meet_the_same_rows(hub: Served, place: Place) -> None:
    whole = page_of(hub, place, "first: 100")
    size = max(SIZE, len(whole["nodes"]) // 4)
    forward: list[Json] = []
    backward: list[Json] = []

    after = before = ""
    while len(forward) < len(whole["nodes"]):
        page = page_of(hub, place, f"first: {size}", after)
        forward += page["nodes"]
        after = f'after: "{page["pageInfo"]["endCursor"]}"'
        assert page["pageInfo"]["hasNextPage"] == (len(forward) < whole["totalCount"])
    while len(backward) < len(whole["nodes"]):
        page = page_of(hub, place, f"last: {size}", before)
        backward = page["nodes"] + backward
        before = f'before: "{page["pageInfo"]["startCursor"]}"'
        assert page["pageInfo"]["hasPreviousPage"] == (len(backward) < whole["totalCount"])

    assert whole["nodes"] == forward[: len(whole["nodes"])]
    if whole["totalCount"] <= 100:
        assert forward == backward


@pages
def test_edges_are_the_nodes_with_cursors_of_their_ends(hub: Served, place: Place) -> None:
    page = page_of(hub, place, f"first: {SIZE}")

    cursors = [edge["cursor"] for edge in page["edges"]]
    ends = (page["pageInfo"]["startCursor"], page["pageInfo"]["endCursor"])
    assert page["nodes"] == [edge["node"] for edge in page["edges"]]
    assert len(set(cursors)) == len(cursors)
    assert ((cursors[0], cursors[-1]) if cursors else (None, None)) == ends


@pages
def test_a_page_of_none_is_empty_and_tells_whether_there_is_more(hub: Served, place: Place) -> None:
    page = page_of(hub, place, "first: 0")

    more = page["totalCount"] > 0
    expected = {
        "hasNextPage": more,
        "hasPreviousPage": False,
        "startCursor": None,
        "endCursor": None,
    }
    assert ([], [], expected) == (page["nodes"], page["edges"], page["pageInfo"])


@pages
def test_a_foreign_cursor_is_bad_input(hub: Served, place: Place) -> None:
    refuses(hub, place, 'after: "нет"')


@pytest.mark.parametrize(
    "place", [Place(kind="Query", name="people"), Place(kind="Organisation", name="staff")]
)
@pytest.mark.parametrize(
    "bounds",
    [
        "first: 101", "first: -1", "last: 101", "last: -1", "first: 1, last: 1", 'after: ""',
        f'before: "{"QUJD" * 20}"', 'first: 1, after: "\\u0000"', 'last: 1, before: "%00"',
    ],
)  # fmt: skip
def test_what_is_no_page_is_bad_input(hub: Served, place: Place, bounds: str) -> None:
    refuses(hub, place, bounds)


def refuses(hub: Served, place: Place, bounds: str) -> None:
    body = hub.answer("centre", place.query(bounds))

    assert {"BAD_USER_INPUT"} == {error["extensions"]["code"] for error in body["errors"]}


def test_most_connections_had_rows_to_walk(hub: Served) -> None:
    empty = [
        f"{each.kind}.{each.name}" for each in places() if not page_of(hub, each)["totalCount"]
    ]

    assert len(empty) <= len(PLACES) // 4, empty


def test_nodes_answers_in_the_order_asked_with_null_for_what_is_not_found(hub: Served) -> None:
    own = [
        node["id"]
        for node in hub.ask("north", "{ people(first: 3) { nodes { id } } }")["people"]["nodes"]
    ]
    foreign = next(
        node["id"]
        for node in hub.ask("centre", "{ people(first: 100) { nodes { id } } }")["people"]["nodes"]
        if not hub.ask("north", "query($i: ID!) { node(id: $i) { id } }", {"i": node["id"]})["node"]
    )
    asked = [
        own[2],
        "nonsense",
        own[0],
        foreign,
        "",
        f"person-{uid('organisation', 3)}",
        own[2],
        SCHOOL,
    ]

    found = hub.ask("north", "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": asked})

    kept = {own[0], own[2], SCHOOL}
    assert [each if each in kept else None for each in asked] == [
        node and node["id"] for node in found["nodes"]
    ]


def test_too_many_ids_at_once_are_bad_input(hub: Served) -> None:
    body = hub.answer(
        "north", "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["x"] * 101}
    )

    assert "BAD_USER_INPUT" == body["errors"][0]["extensions"]["code"]
