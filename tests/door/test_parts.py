"""A department pulls its schools with their people, over HTTP, and sees nobody else's."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.database import Database
from hub.settings import Addresses
from tests.door.answering import evaluate
from tests.door.asking import opened
from tests.door.drawing import differences
from tests.door.over_http import Json, Served, served
from tests.door.rows import NORTH, SOUTH

pytestmark = pytest.mark.anyio
WHO = ("centre", "north", "south", "partner")
PULL = """
    query($authority: ID, $kind: SubordinationKind, $asOf: Date, $year: Int) {
      subordinateOrganisations(authority: $authority, kind: $kind, asOf: $asOf) {
        totalCount
        nodes {
          id shortName subordinations { kind authorityName authority { id } }
          staff(first: 5, asOf: $asOf, filter: { positionCode: "TEACHER" }) {
            totalCount nodes { id displayName employments { positionName } }
          }
          mentors(first: 5, asOf: $asOf) { totalCount nodes { id } }
          mentees(first: 5, filter: { academicYear: $year }) { totalCount nodes { id } }
          programmes(filter: { academicYear: 2025 }) { totalCount nodes { title status } }
          mentorships(first: 5, filter: { academicYear: $year }, orderBy: STARTS_DESC) {
            totalCount
            nodes { id status starts members(role: MENTOR) { displayName person { id } } }
          }
        }
      }
    }"""


@pytest.fixture(scope="module")
async def hub(
    module_addresses: Addresses, module_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    async with opened(module_addresses, module_database) as door:
        with served(module_addresses, door, Path(tmp_path_factory.mktemp("hub"))) as running:
            yield running


def pulled(hub: Served, who: str, **variables: Json) -> Json:
    """Return the answer, which plain rows must give as well."""
    answer = hub.ask(who, PULL, variables)
    expected = evaluate(hub.door.world(who), PULL, variables)
    assert not expected.errors, expected.errors
    assert [] == differences(expected.data, answer)
    return answer["subordinateOrganisations"]


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("kind", [None, "PRIMARY", "METHODICAL"])
async def test_a_pull_is_what_plain_rows_say(hub: Served, who: str, kind: str | None) -> None:
    for day in (None, "2025-10-05", "2020-02-02"):
        pulled(hub, who, kind=kind, asOf=day, year=2025)


async def test_a_department_pulls_its_own_schools_unasked(hub: Served) -> None:
    own = pulled(hub, "north", year=2025)
    named = pulled(hub, "north", authority=f"organisation-{NORTH}", year=2025)
    of_region = pulled(hub, "centre", authority=f"organisation-{NORTH}", year=2025)

    assert own == named
    assert {unit["id"] for unit in own["nodes"]} <= {unit["id"] for unit in of_region["nodes"]}
    assert any(unit["staff"]["nodes"] for unit in own["nodes"])
    assert any(unit["mentors"]["nodes"] for unit in own["nodes"])
    assert any(unit["mentorships"]["nodes"] for unit in own["nodes"])


async def test_a_foreign_department_shows_only_what_both_guide(hub: Served) -> None:
    foreign = pulled(hub, "north", authority=f"organisation-{SOUTH}", year=2025)
    whole = pulled(hub, "centre", authority=f"organisation-{SOUTH}", year=2025)

    guided = pulled(hub, "north", kind="METHODICAL", year=2025)
    assert [unit["id"] for unit in guided["nodes"]] == [unit["id"] for unit in foreign["nodes"]]
    assert foreign["totalCount"] < whole["totalCount"]


LISTS = """
    query($school: ID, $territory: ID) {
      mentors(filter: { academicYear: 2025, organisation: $school }) { totalCount nodes { id } }
      mentorships(orderBy: ORGANISATION_ASC, first: 100, filter: { status: ACTIVE }) {
        totalCount nodes { id status members(role: MENTEE) { hostOrganisation { id } } }
      }
      programmes(orderBy: ORGANISATION_ASC, filter: { territory: $territory }) {
        totalCount nodes { id organisations { nodes { id } } mentorships { totalCount } }
      }
      organisations(orderBy: TERRITORY_ASC, filter: { namePrefix: "школа" }) {
        totalCount nodes { id territory { name organisations { totalCount } } }
      }
      people(filter: { subject: "физика", changedSince: "2026-01-01T03:00:00+00:00" }) {
        totalCount nodes { id }
      }
    }"""


@pytest.mark.parametrize("who", WHO)
async def test_lists_are_narrowed_and_ordered_as_plain_rows_say(hub: Served, who: str) -> None:
    tables = hub.door.tables
    variables = {
        "school": f"organisation-{tables['participation_fact'][0]['host_id']}",
        "territory": f"territory-{tables['territory'][1]['id']}",
    }

    answer = hub.ask(who, LISTS, variables)

    expected = evaluate(hub.door.world(who), LISTS, variables)
    assert not expected.errors, expected.errors
    assert [] == differences(expected.data, answer)


async def test_runs_are_for_those_who_watch_and_holds_for_whose_schools(hub: Served) -> None:
    query = """{ syncRuns(filter: { state: FAILED }) { totalCount nodes { key message failure } }
        sources { nodes { code lastRun { state } runningRun { state } } }
        holds { totalCount nodes { state organisation { id } } } }"""

    centre, north = (hub.ask(who, query) for who in ("centre", "north"))

    assert 2 == centre["syncRuns"]["totalCount"]
    assert 0 == north["syncRuns"]["totalCount"] == len(north["sources"]["nodes"])
    assert {"QUEUED", "RUNNING"} >= {
        source["runningRun"]["state"] for source in centre["sources"]["nodes"]
    }
    assert 0 < north["holds"]["totalCount"] < centre["holds"]["totalCount"] == 5
    assert all(hold["organisation"] for hold in north["holds"]["nodes"])
