"""«Не сошлось» over HTTP: as the region and as a department, against plain rows."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from hub.database import Database
from hub.settings import Addresses
from schema.review.disagreements import FindingKind
from tests.day import region_day
from tests.door.asking import opened
from tests.door.evaluator import key_in
from tests.door.evaluator_findings import Days, Disagreements, Expected, places_of
from tests.door.over_http import Json, Served, served
from tests.door.rows import CLOSED, NORTH, SETTLEMENT, uid
from tests.door.rows_disagreeing import add_disagreements

pytestmark = pytest.mark.anyio
FINDINGS = """
    query($period: CoveragePeriod, $filter: FindingFilter, $after: String) {
      findings(period: $period, filter: $filter, first: 40, after: $after) {
        totalCount pageInfo { hasNextPage endCursor }
        nodes {
          key kind reason since asserted named organisation { id }
          people { id } mentorships { id } members { displayName person { id } }
          records { fileName row } figure { metric value fileName }
        }
      }
    }"""
WHO = ("centre", "north", "south", "partner")


@pytest.fixture(scope="module")
async def hub(
    module_addresses: Addresses, module_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    async with opened(module_addresses, module_database, more=add_disagreements) as door:
        with served(module_addresses, door, Path(tmp_path_factory.mktemp("hub"))) as running:
            yield running


def today() -> date:
    return region_day()


def periods() -> list[tuple[Json, Days]]:
    now, day = today(), date(2025, 10, 5)
    begun = date(now.year if now.month >= 9 else now.year - 1, 9, 1)
    one = timedelta(days=1)
    return [
        ({}, Days(lo=now, hi=now + one, stated_from=begun)),
        ({"asOf": "2025-10-05"}, Days(lo=day, hi=day + one, stated_from=date(2025, 9, 1))),
        (
            {"academicYear": 2025},
            Days(lo=date(2025, 9, 1), hi=min(date(2026, 9, 1), now + one), stated_from=date(2025, 9, 1)),
        ),
    ]  # fmt: skip


def listed(hub: Served, who: str, period: Json, chosen: Json = None) -> dict[str, Json]:
    variables = {"period": period or None, "filter": chosen}
    nodes = list(hub.walk(who, FINDINGS, "findings", variables))
    by_key = {node["key"]: node for node in nodes}
    total = hub.ask(who, FINDINGS, variables)["findings"]["totalCount"]
    assert total == len(nodes) == len(by_key)
    return by_key


def expected(hub: Served, who: str, days: Days) -> dict[str, Expected]:
    return Disagreements(hub.door.world(who), days).found


@pytest.mark.parametrize("who", WHO)
async def test_every_finding_is_told_as_plain_rows_tell_it(hub: Served, who: str) -> None:
    for period, days in periods():
        found = listed(hub, who, period)

        wanted = expected(hub, who, days)

        assert set(wanted) == set(found)
        for key, finding in wanted.items():
            assert_shows(hub, who, finding, found[key])


def assert_shows(hub: Served, who: str, finding: Expected, node: Json) -> None:
    world = hub.door.world(who)
    since = None if finding.since in {None, date.min} else str(finding.since)
    assert (finding.kind, since) == (node["kind"], node["since"])
    assert (finding.asserted, finding.named) == (node["asserted"], node["named"])
    assert f"organisation-{finding.organisation}" == node["organisation"]["id"]
    assert finding.mentorships == {key_in(each["id"]) for each in node["mentorships"]}
    seen = {one for one in finding.people if world.sees("Person", {"id": one})}
    assert seen == {key_in(each["id"]) for each in node["people"]}
    shown = {key_in(each["person"]["id"]) for each in node["members"] if each["person"]}
    assert (seen if finding.mentorships else set()) == shown
    assert places_of(world, finding) == {
        (each["fileName"], each["row"]) for each in node["records"] if each["row"]
    }
    assert (finding.asserted is not None) == (node["figure"] is not None)
    assert node["reason"].endswith(".")


async def test_the_region_meets_every_kind_of_finding(hub: Served) -> None:
    met = {
        node["kind"] for period, _ in periods() for node in listed(hub, "centre", period).values()
    }

    assert set(FindingKind) == met


async def test_a_kind_asked_alone_is_the_part_of_the_whole(hub: Served) -> None:
    whole = listed(hub, "centre", {"academicYear": 2025})

    for kind in FindingKind:
        found = listed(hub, "centre", {"academicYear": 2025}, {"kind": kind})
        assert {key for key, node in whole.items() if node["kind"] == kind} == set(found)


@pytest.mark.parametrize(
    ("chosen", "units"),
    [
        ({"organisation": f"organisation-{uid('organisation', 6)}"}, {uid("organisation", 6)}),
        ({"identifier": {"system": "INN", "value": "635"}}, {uid("organisation", 5)}),
        ({"department": f"organisation-{NORTH}"}, {uid("organisation", n) for n in (3, 4, 5)}),
        ({"territory": f"territory-{SETTLEMENT}"}, {uid("organisation", 4)}),
    ],
)
async def test_findings_are_narrowed_by_place(hub: Served, chosen: Json, units: set[UUID]) -> None:
    whole = listed(hub, "centre", {"academicYear": 2025})

    found = listed(hub, "centre", {"academicYear": 2025}, chosen)

    of_units = {key for key, node in whole.items() if key_in(node["organisation"]["id"]) in units}
    assert of_units == set(found)


async def test_a_reason_says_what_does_not_agree_with_what(hub: Served) -> None:
    closed = listed(hub, "centre", {}, {"kind": "HOST_ENDED"})
    asserted = listed(hub, "centre", {"asOf": "2025-10-05"}, {"kind": "ASSERTED_NOT_NAMED"})

    assert {f"organisation-{CLOSED}"} == {node["organisation"]["id"] for node in closed.values()}
    assert all("закрыто с 01.09.2025" in node["reason"] for node in closed.values())
    for node in asserted.values():
        assert f": {node['asserted']}, поимённо названо: {node['named']}." in node["reason"]


async def test_a_period_that_has_not_begun_is_refused(hub: Served) -> None:
    [error] = hub.answer("north", FINDINGS, {"period": {"academicYear": 2090}})["errors"]

    assert "BAD_USER_INPUT" == error["extensions"]["code"]
