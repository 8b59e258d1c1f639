"""One department at the door of a whole region: everything it can reach is its own."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from hub.database import open_connection
from hub.settings import Addresses
from tests.day import region_day
from tests.journeys.region import Served

Json = Any  # a decoded answer
PAGE = 50
OWN_PEOPLE = """
select distinct person_id from person_place
where authority_id = $1 and starts <= $2 and ends > $2"""
OWN_ORGANISATIONS = """
select organisation_id from organisation_place
where authority_id = $1 and starts <= $2 and ends > $2"""
LISTS = ("people", "organisations")


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Somebody with a key."""

    web: httpx.Client
    key: str

    def ask(self, query: str, **variables: object) -> Json:
        answer = self.web.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {self.key}"},
        ).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def walk(self, name: str, fields: str) -> list[Json]:
        """Give every node of a list, page by page."""
        query = (
            f"query($after: String) {{ {name}(first: {PAGE}, after: $after) {{ totalCount"
            f" nodes {{ id {fields} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        )
        nodes: list[Json] = []
        after = None
        while True:
            page = self.ask(query, after=after)[name]
            nodes += page["nodes"]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                assert page["totalCount"] == len(nodes)
                return nodes


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A served region, its two viewers, and what the database says is the department's."""

    centre: Viewer
    department: Viewer
    people: frozenset[str]
    organisations: frozenset[str]


async def placed(addresses: Addresses, query: str, authority: UUID) -> frozenset[str]:
    connection = await open_connection(addresses.worker)
    try:
        return frozenset(
            str(row[0]) for row in await connection.fetch(query, authority, region_day())
        )
    finally:
        await connection.close()


@pytest.fixture(scope="module")
def door(module_loaded: Addresses, served: Served) -> Door:
    own = served.keys.department_id
    return Door(
        centre=Viewer(web=served.web, key=served.keys.centre),
        department=Viewer(web=served.web, key=served.keys.department),
        people=asyncio.run(placed(module_loaded, OWN_PEOPLE, own)),
        organisations=asyncio.run(placed(module_loaded, OWN_ORGANISATIONS, own)),
    )


def bare(nodes: list[Json]) -> frozenset[str]:
    """Give ids without the prefix that names their type."""
    return frozenset(node["id"].partition("-")[2] for node in nodes)


def test_the_lists_of_a_department_are_its_own_rows_and_all_of_them(door: Door) -> None:
    people = door.department.walk("people", "displayName")
    organisations = door.department.walk("organisations", "shortName")

    assert 0 < len(door.people) < len(door.centre.walk("people", ""))
    assert door.people == bare(people)
    assert door.organisations == bare(organisations)


def test_no_foreign_id_opens_anything(door: Door) -> None:
    strangers = [
        node["id"]
        for node in door.centre.walk("people", "")
        if node["id"].partition("-")[2] not in door.people
    ]
    half = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"

    by_nodes = [
        node
        for start in range(0, len(strangers), PAGE)
        for node in door.department.ask(half, ids=strangers[start : start + PAGE])["nodes"]
    ]
    singly = [
        door.department.ask(
            "query($id: ID!) { person(id: $id) { id } node(id: $id) { id } }", id=one
        )
        for one in strangers[:10]
    ]

    assert [None] * len(strangers) == by_nodes
    assert [{"person": None, "node": None}] * 10 == singly


def test_the_mentorships_of_a_department_name_strangers_by_name_and_post_only(door: Door) -> None:
    member = "displayName organisationName positionName person { id }"
    fields = f"mentorships(first: 10) {{ nodes {{ id members {{ {member} }} }} }}"
    query = f"query($id: ID!) {{ person(id: $id) {{ {fields} }} }}"
    own = [f"person-{one}" for one in sorted(door.people)]

    members = [
        each
        for one in own
        for pair in door.department.ask(query, id=one)["person"]["mentorships"]["nodes"]
        for each in pair["members"]
    ]

    opened = {each["person"]["id"].partition("-")[2] for each in members if each["person"]}
    strangers = [each for each in members if each["person"] is None]
    assert opened <= door.people
    assert strangers
    assert all(each["displayName"] for each in strangers)


def test_mentorships_open_by_id_as_through_their_people_and_never_without_one(door: Door) -> None:
    pair = "mentorships(first: 5) { nodes { id members { person { id } } } }"
    pairs = {
        found["id"]: {each["person"]["id"].partition("-")[2] for each in found["members"]}
        for person in door.centre.walk("people", pair)
        for found in person["mentorships"]["nodes"]
    }
    query = "query($id: ID!) { mentorship(id: $id) { id } node(id: $id) { id } }"

    reached = {
        found["id"]
        for person in door.department.walk("people", pair)
        for found in person["mentorships"]["nodes"]
    }
    opened = [one for one in pairs if door.department.ask(query, id=one)["mentorship"]]
    by_node = [one for one in pairs if door.department.ask(query, id=one)["node"]]

    assert opened == by_node
    assert reached == set(opened)
    assert all(pairs[one] & door.people for one in opened)
    assert 0 < len(opened) < len(pairs)


def test_the_totals_of_a_department_are_its_row_and_its_lists(door: Door) -> None:
    numbers = "mentors mentees pairs youngSpecialists organisationsWithMentoring"
    query = (
        f"{{ coverage(groupBy: DEPARTMENT) {{ total {{ {numbers} }} rows {{ key {numbers} }} }} }}"
    )
    members = "{ coverageMembers(measure: MENTEES, first: 100) { totalCount nodes { key } } }"

    own, whole = door.department.ask(query)["coverage"], door.centre.ask(query)["coverage"]
    mentees = door.department.ask(members)["coverageMembers"]

    [row] = own["rows"]
    assert row in whole["rows"]
    assert {name: row[name] for name in numbers.split()} == own["total"]
    assert row["mentees"] == mentees["totalCount"] == len(mentees["nodes"])
    assert own["total"] != whole["total"]
