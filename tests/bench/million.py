"""Coverage over a million participations: counted live, kept ready, and the keeping itself."""

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.error import HTTPError

from hub.coverage.rollup import Refreshed, refresh_rollup
from hub.database import open_database
from schema.door.http import PATH
from tests.bench.cases import Case, coverage_cases, partial_cases
from tests.bench.figures import Figure, Section, median
from tests.bench.large import Large
from tests.bench.region import Ground
from tests.bench.serving import Web, hub_web

LIMIT_MS = 5_000.0  # of a statement of the web
# A change of one school: its department and the region are counted anew.
TOUCH = """
update stated_list set completeness = completeness
where organisation_id = (select organisation_id from stated_list limit 1)
"""


def measure(ground: Ground, large: Large, *, rounds: int, seconds: float) -> Iterator[Section]:
    """Count live, then keep the answers, then ask for the kept ones; leaves them kept."""
    held = ", ".join(f"{count:,} {name}".replace(",", " ") for name, count in large.held.items())
    cases = coverage_cases()
    year = _of_the_year(ground)
    with hub_web(ground, large.where) as web:
        live = [*cases, *partial_cases(), *year]
        yield _asked(web, f"Live coverage over {held}", live, large, rounds, seconds)
        yield _kept(ground, large)
        yield _asked(web, "The same, kept ready", [*cases, *year], large, rounds, seconds)


def _of_the_year(ground: Ground) -> Sequence[Case]:
    asked = f"coverage(period: {{calendarYear: {ground.today.year}}}, "
    return [
        replace(
            case,
            name=f"{case.name}, the calendar year",
            query=case.query.replace("coverage(", asked),
        )
        for case in coverage_cases()
    ]


def _asked(
    web: Web, title: str, cases: Sequence[Case], large: Large, rounds: int, seconds: float
) -> Section:
    figures = []
    for case in cases:
        key = large.keys[case.who]
        body = json.dumps({"query": case.query, "variables": case.variables})
        try:
            found = json.loads(web.fetch(PATH, key, body))["data"]["coverage"]
        except HTTPError:
            figures.append(Figure(name=case.name, value=LIMIT_MS, unit="ms", note="over the limit"))
            continue
        shots = [
            web.shoot(PATH, key, body, clients=1, seconds=seconds)["p50_ms"] for _ in range(rounds)
        ]
        figures.append(
            Figure(
                name=case.name,
                value=median(shots),
                unit="ms",
                bar="<= 100" if case.name == "coverage of a department by department" else "",
                note=f"{found['total']['pairs']} pairs in {len(found['rows'])} rows",
            )
        )
    return Section(title=title, figures=tuple(figures))


def _kept(ground: Ground, large: Large) -> Section:
    figures = asyncio.run(_refreshes(ground, large))
    return Section(title="Keeping the answers", figures=tuple(figures))


async def _refreshes(ground: Ground, large: Large) -> Sequence[Figure]:
    figures = []
    async with open_database(large.where.worker) as database:

        async def timed(name: str) -> None:
            begun = time.perf_counter()
            done: Refreshed = await refresh_rollup(database, today=ground.today)
            took = time.perf_counter() - begun
            note = f"{done.answers} answers of {done.authorities} authorities"
            figures.append(Figure(name=name, value=took, unit="s", note=note))

        await timed("everything anew")
        await timed("nothing has changed")
        async with database.writing() as session:
            await session.raw.execute(TOUCH)
        await timed("one school has changed")
    return figures
