"""Coverage over HTTP: as the region and as a department, against plain Python."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx
import pytest

from hub.access import ClientKind, Role
from hub.app import build
from hub.coverage import COUNTS, METRICS, Gap, academic_year_of, period_of
from hub.coverage.rollup import refresh_rollup
from hub.credentials import issue_key
from hub.database import open_database
from hub.seal import create_key_file
from hub.settings import Addresses, Settings
from tests.day import region_day
from tests.door.conftest import serving
from tests.rooms.coverage.evaluator import Asked, Evaluator
from tests.rooms.coverage.expected import expected, missing
from tests.rooms.coverage.landing import land
from tests.rooms.coverage.world import Maker, World

Json = dict[str, Any]  # a JSON object of a response


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


FIGURES = [camel(name) for name in COUNTS]
ROW = f"""
    key title organisation {{ id shortName }} territory {{ id name }} formCode
    {" ".join(FIGURES)}
    asserted {{ mentors mentees pairs }} unnamed {{ mentors mentees pairs }}
    possibleDuplicates {{ mentors mentees }} completeness dataAsOf target gap"""
COVERAGE = f"""
    query($period: CoveragePeriod, $groupBy: CoverageGroupBy!, $attribution: CoverageAttribution!) {{
      coverage(period: $period, groupBy: $groupBy, attribution: $attribution) {{
        groupBy attribution starts day dataAsOf source computedAt
        rows {{ {ROW} }} total {{ {ROW} }} overlap {{ {" ".join(FIGURES)} }}
      }}
    }}"""
MEMBERS = """
    query($measure: CoverageMeasure!, $row: ID, $after: String) {
      coverageMembers(measure: $measure, row: $row, groupBy: DEPARTMENT, first: 3, after: $after) {
        nodes { key title detail person { id } organisation { id } programme { id } }
        totalCount pageInfo { hasNextPage endCursor }
      }
    }"""
PERIODS: list[Json] = [{"asOf": "2025-10-20"}, {"academicYear": 2025}, {"calendarYear": 2025}]


@dataclass(frozen=True)
class Door:
    """A served hub over an invented region, and the keys of two viewers."""

    url: str
    world: World
    department: UUID
    keys: dict[str, str]

    def ask(self, viewer: str, query: str, **variables: object) -> Json:
        answer = httpx.post(
            f"{self.url}/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {self.keys[viewer]}"},
        )
        body: Json = answer.json()
        return body


@pytest.fixture(scope="module")
def door(
    module_addresses: Addresses, admin_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Door]:
    world = Maker(7).make()
    department = world.departments[0]
    keys = asyncio.run(prepare(module_addresses, admin_url, world, department))
    settings = Settings(data_dir=Path(tmp_path_factory.mktemp("hub")))
    create_key_file(settings.keys)
    with serving(build(module_addresses, settings)) as url:
        yield Door(url=url, world=world, department=department, keys=keys)


async def prepare(
    addresses: Addresses, admin_url: str, world: World, department: UUID
) -> dict[str, str]:
    path = urlsplit(addresses.owner).path
    connection = await asyncpg.connect(urlsplit(admin_url)._replace(path=path).geturl())
    async with connection.transaction():
        await land(connection, world)
    await connection.close()
    async with open_database(addresses.worker) as database, database.writing() as session:
        root = await session.raw.fetchval(THE_REGION)
        grants = {
            "region": (Role.REGIONAL_CENTRE, root),
            "department": (Role.TERRITORY, department),
        }
        return {
            name: await issue_key(
                session,
                client_name=name,
                kind=ClientKind.PERSON,
                role=role,
                organisation_id=organisation,
                env="test",
            )
            for name, (role, organisation) in grants.items()
        }


THE_REGION = """
insert into organisation (id, kind, full_name, short_name, legal_entity_id, status, sort_key)
select id, 'MINISTRY', 'Министерство', 'Министерство', id, 'ACTIVE', '' from gen_random_uuid() as id
returning id
"""


def asked_of(period: Json) -> Asked:
    found = period_of(
        as_of=date.fromisoformat(period["asOf"]) if "asOf" in period else None,
        academic_year=period.get("academicYear"),
        calendar_year=period.get("calendarYear"),
        today=region_day(),
    )
    return Asked(lo=found.lo, hi=found.hi, stated_from=found.stated_from)


def columns(row: Json) -> Json:
    """Put a row of the response as the evaluator puts it."""
    found = {name: row[camel(name)] for name in COUNTS}
    for metric in map(str.lower, METRICS):
        found[f"asserted_{metric}"] = row["asserted"][metric]
        found[f"unnamed_{metric}"] = row["unnamed"][metric]
    for people in ("mentors", "mentees"):
        found[f"duplicates_{people}"] = row["possibleDuplicates"][people]
    rest = {"completeness": "completeness", "data_as_of": "dataAsOf", "target": "target"}
    return found | {name: row[key] for name, key in {**rest, "gap": "gap"}.items()}


@pytest.mark.parametrize("viewer", ["region", "department"])
def test_every_field_answers_as_plain_python(door: Door, viewer: str) -> None:
    groups = ("NONE", "DEPARTMENT", "TERRITORY", "ORGANISATION", "FORM")
    for period, group, attribution in product(PERIODS, groups, ("HOST", "EMPLOYER")):
        answer = door.ask(viewer, COVERAGE, period=period, groupBy=group, attribution=attribution)

        coverage = answer["data"]["coverage"]
        asked = replace(
            asked_of(period),
            group_by=group,
            attribution=attribution,
            viewer=door.department if viewer == "department" else None,
        )
        evaluator = Evaluator(door.world, asked)
        assert expected(evaluator, asked, None) == columns(coverage["total"])
        for row in coverage["rows"]:
            assert expected(evaluator, asked, row["key"]) == columns(row)
        assert (group, attribution) == (coverage["groupBy"], coverage["attribution"])
        assert (str(asked.lo), str(asked.day)) == (coverage["starts"], coverage["day"])


@pytest.mark.parametrize("viewer", ["region", "department"])
def test_what_is_kept_answers_as_what_is_counted(
    door: Door, module_addresses: Addresses, viewer: str
) -> None:
    today = region_day()
    year = academic_year_of(today)
    periods: list[Json | None] = [None, {"academicYear": year}, {"calendarYear": year}]
    groups = ("NONE", "DEPARTMENT", "TERRITORY", "ORGANISATION", "FORM")
    questions = list(product(periods, groups, ("HOST", "EMPLOYER")))

    def answers() -> tuple[set[str], list[Json]]:
        found = [
            door.ask(viewer, COVERAGE, period=period, groupBy=group, attribution=attribution)
            for period, group, attribution in questions
        ]
        told = [one["data"]["coverage"] for one in found]
        assert all((one["source"] == "LIVE") == (one.pop("computedAt") is None) for one in told)
        return {one.pop("source") for one in told}, told

    asyncio.run(change(module_addresses, "delete from rollup"))
    live = answers()
    asyncio.run(refresh(module_addresses, today))
    kept = answers()
    asyncio.run(change(module_addresses, "update stated_figure set value = value"))
    touched = answers()

    assert ({"LIVE"}, {"ROLLUP"}, {"LIVE"}) == (live[0], kept[0], touched[0])
    assert live[1] == kept[1] == touched[1]


async def refresh(addresses: Addresses, today: date) -> None:
    async with open_database(addresses.worker) as database:
        await refresh_rollup(database, today=today)


async def change(addresses: Addresses, statement: str) -> None:
    async with open_database(addresses.worker) as database, database.writing() as session:
        await session.raw.execute(statement)


def test_a_department_sees_its_row_as_the_region_sees_it(door: Door) -> None:
    for period in PERIODS:
        arguments = {"period": period, "groupBy": "DEPARTMENT", "attribution": "HOST"}
        seen = [
            {row["key"]: row for row in answer["data"]["coverage"]["rows"]}
            for answer in (door.ask(viewer, COVERAGE, **arguments) for viewer in door.keys)
        ]

        of_region, own = (rows[str(door.department)] for rows in seen)
        assert of_region == own


def test_a_number_opens_page_by_page(door: Door) -> None:
    arguments = {"groupBy": "DEPARTMENT", "attribution": "HOST"}
    coverage = door.ask("region", COVERAGE, **arguments)["data"]["coverage"]
    opened = 0

    for name, measure in COUNTS.items():
        for row in [coverage["total"], *coverage["rows"]]:
            keys = list(members(door, measure.value, row["key"]))
            assert row[camel(name)] in (None, len(keys))
            assert len(set(keys)) == len(keys)
            opened += len(keys)

    assert opened > 50


def members(door: Door, measure: str, row: str) -> Iterator[str]:
    after = None
    while True:
        answer = door.ask("region", MEMBERS, measure=measure, row=row, after=after)
        page = answer["data"]["coverageMembers"]
        yield from (node["key"] for node in page["nodes"])
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return


def test_the_list_may_be_narrowed_as_the_number_is(door: Door) -> None:
    query = """
        query($scope: ID, $filter: CoverageFilter) {
          coverage(period: {academicYear: 2025}, scope: $scope, filter: $filter) {
            total { pairs mentees } rows { key }
          }
          coverageMembers(
            measure: PAIRS, period: {academicYear: 2025}, scope: $scope, filter: $filter
          ) { totalCount nodes { key title } }
        }"""
    school = next(one.host for one in door.world.dyads)
    narrowing: Json = {
        "scope": f"organisation-{door.department}",
        "filter": {
            "forms": ["TEACHER_TEACHER", "STUDENT_STUDENT"],
            "organisationKinds": ["SCHOOL"],
        },
    }

    for variables in (narrowing, {"filter": {"organisations": [f"organisation-{school}"]}}):
        data = door.ask("region", query, **variables)["data"]
        assert data["coverage"]["total"]["pairs"] == data["coverageMembers"]["totalCount"]


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ({"asOf": "2025-10-20", "academicYear": 2025}, "ровно один период"),
        ({"academicYear": 2090}, "ещё не начался"),
        ({"calendarYear": 0}, "вне календаря"),
    ],
)
def test_a_period_that_is_none_is_refused_in_plain_words(
    door: Door, period: Json, said: str
) -> None:
    answer = door.ask("region", COVERAGE, period=period, groupBy="NONE", attribution="HOST")

    [error] = answer["errors"]
    assert "BAD_USER_INPUT" == error["extensions"]["code"]
    assert said in error["message"]


@pytest.mark.parametrize("kind", list(Gap))
def test_a_department_sees_its_gaps_as_the_region_sees_them(door: Door, kind: Gap) -> None:
    query = """
        query($kind: CoverageGap!, $scope: ID, $period: CoveragePeriod) {
          coverageGaps(kind: $kind, scope: $scope, period: $period, first: 100) {
            totalCount nodes { key title person { id } organisation { id } }
          }
        }"""
    scope = f"organisation-{door.department}"

    for period in PERIODS:
        arguments = {"kind": kind, "period": period}
        of_region = door.ask("region", query, **arguments)["data"]["coverageGaps"]
        narrowed = door.ask("region", query, **arguments, scope=scope)["data"]["coverageGaps"]
        own = door.ask("department", query, **arguments)["data"]["coverageGaps"]

        asked = asked_of(period)
        within = missing(door.world, replace(asked, viewer=door.department))
        everywhere = missing(door.world, asked)
        assert set(map(str, everywhere[kind])) == keys_of(of_region)
        assert set(map(str, within[kind])) == keys_of(own) == keys_of(narrowed)
        assert everywhere[kind]


def keys_of(page: Json) -> set[str]:
    assert page["totalCount"] == len(page["nodes"])
    return {node["key"] for node in page["nodes"]}
