"""Two periods compared over HTTP: the figures of coverage, and who came and left, by name."""

from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path

import pytest

from hub.coverage import COUNTS, Measure
from hub.database import Database
from hub.settings import Addresses
from tests.door.answering import evaluate
from tests.door.asking import opened
from tests.door.drawing import differences
from tests.door.evaluator_delta import camel
from tests.door.over_http import Json, Served, served
from tests.door.rows import NORTH

pytestmark = pytest.mark.anyio
MEMBER = (
    "key title detail person { id lastName } mentee { id } organisation { id } programme { id }"
)
DELTA = f"""
    query($from: CoveragePeriod!, $to: CoveragePeriod, $by: CoverageGroupBy!,
          $side: CoverageAttribution!, $measures: [CoverageMeasure!]!, $scope: ID) {{
      coverageDelta(from: $from, to: $to, groupBy: $by, attribution: $side, measures: $measures,
                    scope: $scope) {{
        dayBefore dayAfter groupBy attribution
        rows(first: 20) {{ totalCount nodes {{ key title organisation {{ id }} territory {{ id }}
          formCode figures {{ ...Figure }} }} }}
        total {{ key title figures {{ ...Figure }} }}
      }}
    }}
    fragment Figure on CoverageDeltaFigure {{
      measure before after delta
      came(first: 2) {{ totalCount nodes {{ {MEMBER} }} }}
      left(first: 2) {{ totalCount nodes {{ {MEMBER} }} }}
    }}"""
COVERAGE = f"""
    query($period: CoveragePeriod, $by: CoverageGroupBy!) {{
      coverage(period: $period, groupBy: $by) {{
        rows {{ key {" ".join(map(camel, COUNTS))} }} total {{ {" ".join(map(camel, COUNTS))} }}
      }}
    }}"""
PERIODS = (
    ({"academicYear": 2024}, {"academicYear": 2025}),
    ({"asOf": "2025-10-05"}, {"asOf": "2026-04-05"}),
)
NEIGHBOURS = [list(Measure)[at : at + 4] for at in range(0, len(Measure), 4)]


@pytest.fixture(scope="module")
async def hub(
    module_addresses: Addresses, module_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    async with opened(module_addresses, module_database) as door:
        with served(module_addresses, door, Path(tmp_path_factory.mktemp("hub"))) as running:
            yield running


@pytest.mark.parametrize("who", ["centre", "north"])
@pytest.mark.parametrize("side", ["HOST", "EMPLOYER"])
async def test_who_came_and_who_left_is_told_as_plain_rows_tell_it(
    hub: Served, who: str, side: str
) -> None:
    shown = 0
    for (before, after), by, measures in product(PERIODS, ("DEPARTMENT", "FORM"), NEIGHBOURS):
        variables = {
            "from": before, "to": after, "by": by, "side": side,
            "measures": [measure.value for measure in measures],
        }  # fmt: skip

        found = hub.ask(who, DELTA, variables)

        expected = evaluate(hub.door.world(who), DELTA, variables)
        assert not expected.errors, expected.errors
        assert [] == differences(expected.data, found)
        shown += len(found["coverageDelta"]["total"]["figures"][0]["came"]["nodes"])
    assert shown


async def test_both_sides_are_the_figures_of_coverage(hub: Served) -> None:
    before, after = PERIODS[0]
    measures = [measure.value for measure in Measure]
    variables = {"from": before, "to": after, "by": "DEPARTMENT", "side": "HOST",
                 "measures": measures}  # fmt: skip

    compared = hub.ask("centre", DELTA, variables)["coverageDelta"]

    sides = {
        name: hub.ask("centre", COVERAGE, {"period": period, "by": "DEPARTMENT"})["coverage"]
        for name, period in (("before", before), ("after", after))
    }
    for name, coverage in sides.items():
        rows = {row["key"]: row for row in coverage["rows"]}
        assert figures_of(coverage["total"]) == told(compared["total"], name)
        for row in compared["rows"]["nodes"]:
            assert row["key"] not in rows or figures_of(rows[row["key"]]) == told(row, name)
        assert set(rows) <= {row["key"] for row in compared["rows"]["nodes"]}


def figures_of(row: Json) -> Json:
    return {measure.value: row[camel(name)] for name, measure in COUNTS.items()}


def told(row: Json, side: str) -> Json:
    return {figure["measure"]: figure[side] for figure in row["figures"]}


async def test_a_change_is_who_came_less_who_left(hub: Served) -> None:
    before, after = PERIODS[1]
    variables = {"from": before, "to": after, "by": "TERRITORY", "side": "HOST",
                 "measures": ["PAIRS", "MENTEES"]}  # fmt: skip

    compared = hub.ask("north", DELTA, variables)["coverageDelta"]

    for row in [compared["total"], *compared["rows"]["nodes"]]:
        for figure in row["figures"]:
            came, left = figure["came"]["totalCount"], figure["left"]["totalCount"]
            assert figure["after"] - figure["before"] == figure["delta"] == came - left


async def test_a_department_compares_its_own_part(hub: Served) -> None:
    before, after = PERIODS[0]
    variables = {"from": before, "to": after, "by": "NONE", "side": "HOST", "measures": ["MENTEES"]}
    scope = f"organisation-{NORTH}"

    own = hub.ask("north", DELTA, variables)["coverageDelta"]["total"]["figures"]
    narrowed = hub.ask("centre", DELTA, {**variables, "scope": scope})["coverageDelta"]
    whole = hub.ask("centre", DELTA, variables)["coverageDelta"]["total"]["figures"]

    assert counts(narrowed["total"]["figures"]) == counts(own) != counts(whole)


def counts(figures: Json) -> Json:
    return [(one["before"], one["after"], one["came"]["totalCount"]) for one in figures]
