"""The four queries of the design over a large region, beside endpoints written by hand."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack
from uuid import UUID

from hub.coverage.rollup import refresh_rollup
from hub.database import open_connection, open_database
from schema.compiler.ids import make_id
from schema.door.http import PATH
from tests.bench.cases import CHANGED, large_cases, write_cases
from tests.bench.figures import Section
from tests.bench.large import Large
from tests.bench.region import Ground
from tests.bench.serving import Web, hand_web, hub_web
from tests.bench.web import compared, ways_to

WANTED = 1_000
# Since when exactly so many people of the department have changed.
SINCE = """
select changed_at from person_place where authority_id = $1
order by changed_at desc, person_id desc offset $2 limit 1
"""


def measure(ground: Ground, large: Large, *, rounds: int, seconds: float) -> Iterator[Section]:
    """Load Q1 to Q4 in turns with their hand-written equals; answer a section each."""
    since = asyncio.run(ready(ground, large))
    with ExitStack() as running:
        hub = running.enter_context(hub_web(ground, large.where))
        after = middle(hub, large.keys["department"], since)
        cases = large_cases(make_id("person", large.person), since=since, after=after)
        listed = ground.folder / "queries.json"
        write_cases(listed, cases, large.keys)
        ways = ways_to(hub, running.enter_context(hand_web(ground, large.where, listed)))
        for number, case in enumerate(cases):
            key = large.keys[case.who]
            yield compared(ways, number, case, key, rounds=rounds, seconds=seconds)


async def ready(ground: Ground, large: Large) -> str:
    """Keep the answers of coverage; tell since when a thousand people have changed."""
    async with open_database(large.where.worker) as database:
        await refresh_rollup(database, today=ground.today)
    return await _since(large.where.worker, large.department)


async def _since(url: str, department: UUID) -> str:
    connection = await open_connection(url)
    try:
        found = await connection.fetchval(SINCE, department, WANTED - 1)
    finally:
        await connection.close()
    return str(found.isoformat())


def middle(web: Web, key: str, since: str) -> str:
    """Walk all pages, as a partner would; give the cursor at half the way."""
    cursors, after, people = [], None, 0
    while True:
        body = json.dumps({"query": CHANGED, "variables": {"since": since, "after": after}})
        page = json.loads(web.fetch(PATH, key, body))["data"]["people"]
        people += len(page["nodes"])
        after = page["pageInfo"]["endCursor"]
        cursors.append(after)
        if not page["pageInfo"]["hasNextPage"]:
            break
    if people != WANTED:
        raise ValueError(f"{people} people have changed, not {WANTED}.")
    return str(cursors[len(cursors) // 2])
