"""What row scope costs a point query, and a department's first page of changes beside psql."""

import asyncio
import json
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from statistics import median

import asyncpg

from hub.binaries import find_binaries
from hub.database import open_connection
from hub.pools import open_read_pool
from hub.settings import Settings
from schema.compiler.ids import make_id
from schema.door.http import PATH, build_engine
from tests.bench.cases import PERSON, Case, Compiled, compiled
from tests.bench.figures import Figure, Section
from tests.bench.large import Large
from tests.bench.region import Ground
from tests.bench.serving import hub_web

WANTED = 1_000
TURNS = 2_000  # of a point query, each way in turns
SHORT = "query Short($id: ID!) { person(id: $id) { id displayName birthYear sex } }"
POINTS = (("a person's four fields", SHORT), ("with provenance", PERSON))
CHANGES = f"""
query Changes {{
  changes(first: {WANTED}, types: [PERSON]) {{
    nodes {{ type operation entityId at person {{ id displayName birthYear
      employments {{ isCurrent positionName organisation {{ id shortName }} }} }} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}"""
CHANGED = """
with touched as (
    insert into changeset (kind, state, actor, summary) values ('SYNC', 'APPLIED', 'bench', '{}')
    returning id)
insert into change (entity, entity_id, operation, places_before, places_after, changeset_id)
select 'PERSON', p.person_id, 'UPSERT', array[p.authority_id], array[p.authority_id], touched.id
from touched, (select person_id, authority_id from person_place where authority_id = $1
               order by person_id limit $2) p
"""


def measure(ground: Ground, large: Large, *, rounds: int, seconds: float) -> Iterator[Section]:
    """Ask for one person with and without a scope, as statements and over HTTP; then for changes."""
    yield asyncio.run(_point_queries(ground, large))
    yield _asked_over_http(ground, large, rounds=rounds, seconds=seconds)
    asyncio.run(_change(large))
    yield _page(ground, large, rounds=rounds, seconds=seconds)


async def _point_queries(ground: Ground, large: Large) -> Section:
    figures: list[Figure] = []
    for name, query in POINTS:
        case = Case(name=name, who="", query=query, variables=_who(large))
        scoped, free = await _compared(ground, large, case)
        figures += _beside(name, scoped * 1000, free * 1000)
    return Section(
        title="The statement of a point query, with and without a scope", figures=tuple(figures)
    )


def _beside(name: str, scoped: float, free: float, bar: str = "") -> Sequence[Figure]:
    """Tell milliseconds within a scope beside those without one."""
    return (
        Figure(name=f"{name}, a department", value=scoped, unit="ms"),
        Figure(name=f"{name}, the region, no scope", value=free, unit="ms"),
        Figure(name=f"{name}: scoped / free", value=scoped / free, unit="", bar=bar),
    )


async def _compared(ground: Ground, large: Large, case: Case) -> tuple[float, float]:
    """Ask one statement as either viewer through their own roles, in turns."""
    engine = build_engine(Settings(key_file=ground.keys))
    web = await open_read_pool(large.where.web, statement_s=30)
    region = await open_read_pool(large.where.web_region, statement_s=30)
    try:
        scoped = await compiled(engine, case, web, large.keys["department"])
        free = await compiled(engine, case, web, large.keys["centre"])
        async with web.acquire() as ours, region.acquire() as theirs:
            took = [(await _timed(ours, scoped), await _timed(theirs, free)) for _ in range(TURNS)]
    finally:
        await web.close()
        await region.close()
    return _undisturbed(one for one, _ in took), _undisturbed(other for _, other in took)


def _asked_over_http(ground: Ground, large: Large, *, rounds: int, seconds: float) -> Section:
    """Load the same questions as a client asks them, one at a time, round by round."""
    figures: list[Figure] = []
    with hub_web(ground, large.where) as web:
        for name, query in POINTS:
            body = json.dumps({"query": query, "variables": _who(large)})
            waited: dict[str, list[float]] = {"department": [], "centre": []}
            for _ in range(rounds):
                for who, found in waited.items():
                    shot = web.shoot(PATH, large.keys[who], body, clients=1, seconds=seconds)
                    found.append(shot["p50_ms"])
            scoped, free = (median(found) for found in waited.values())
            figures += _beside(name, scoped, free, bar="<= 1.25")
    return Section(title="The same over HTTP, one client, p50", figures=tuple(figures))


def _who(large: Large) -> dict[str, str]:
    return {"id": make_id("person", large.person)}


def _undisturbed(took: Iterable[float]) -> float:
    """Give the slowest of the fastest tenth: what other work on the machine does not reach."""
    return sorted(took)[TURNS // 10]


async def _timed(connection: "asyncpg.pool.PoolConnectionProxy", asked: Compiled) -> float:
    begun = time.perf_counter()
    await connection.fetchval(asked.sql, *asked.values)
    return time.perf_counter() - begun


async def _change(large: Large) -> None:
    connection = await open_connection(large.where.worker)
    try:
        await connection.execute(CHANGED, large.department, WANTED)
    finally:
        await connection.close()


def _page(ground: Ground, large: Large, *, rounds: int, seconds: float) -> Section:
    """Load the page over HTTP by one client, and run its statement in psql, round by round."""
    key = large.keys["department"]
    script = asyncio.run(_script(ground, large))
    body = json.dumps({"query": CHANGES})
    over_http: list[float] = []
    in_psql: list[float] = []
    with hub_web(ground, large.where) as web:
        page = json.loads(web.fetch(PATH, key, body))["data"]["changes"]["nodes"]
        if len([one for one in page if one["person"]]) != WANTED:
            raise ValueError(f"{len(page)} events, not {WANTED} with their people")
        for _ in range(rounds):
            shot = web.shoot(PATH, key, body, clients=1, seconds=seconds)
            over_http.append(shot["p50_ms"])
            in_psql.append(median(_psql(large.where.web, script)[5:]))
    asked, same = median(over_http), median(in_psql)
    return Section(
        title=f"A department's first page of {WANTED} changed records",
        figures=(
            Figure(name="over HTTP, one client, p50", value=asked, unit="ms"),
            Figure(name="the same statement in psql", value=same, unit="ms"),
            Figure(name="HTTP / psql", value=asked / same, unit="", bar="<= 1.2"),
        ),
    )


async def _script(ground: Ground, large: Large) -> str:
    """Write the page's statement as psql takes it: prepared once, executed again and again."""
    engine = build_engine(Settings(key_file=ground.keys))
    web = await open_read_pool(large.where.web, statement_s=30)
    try:
        case = Case(name="", who="", query=CHANGES, variables={})
        asked = await compiled(engine, case, web, large.keys["department"])
    finally:
        await web.close()
    given = ", ".join(_literal(value) for value in asked.values)
    once = f"execute page({given});\n" if given else "execute page;\n"
    return f"prepare page as {asked.sql};\n\\timing on\n\\o /dev/null\n" + once * 25


def _literal(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool() | int() | float():
            return str(value).lower()
        case bytes():
            return f"'\\x{value.hex()}'"
        case datetime() | date():
            return f"'{value.isoformat()}'"
        case list() | tuple():
            return "array[" + ", ".join(map(_literal, value)) + "]"
        case _:
            text = str(value).replace("'", "''")
            return f"'{text}'"


def _psql(url: str, script: str) -> Sequence[float]:
    """Run a script; answer psql's own time of each statement in milliseconds."""
    done = subprocess.run(
        [find_binaries().program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url],
        input=script.encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    said = done.stdout.decode().splitlines()
    return [float(line.split()[1]) for line in said if line.startswith("Time:")]
