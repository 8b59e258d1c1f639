"""A replica that follows the feed while eight writers commit out of order equals the source (F19)."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random
from uuid import UUID, uuid4

import asyncpg
import pytest

from hub.database import Database, open_connection
from hub.settings import Addresses
from tests.door.asking import Door, opened
from tests.door.feed import Follower, settle
from tests.door.rows import ROOT

pytestmark = pytest.mark.anyio
RUNS, WRITERS, ROUNDS, PEOPLE = 100, 8, 3, 6
DELAY_S = 0.008
UPSERT = """
insert into person (id, last_name, first_name, middle_name, sort_key, record_count, changeset_id)
select $1, $2, '', '', $2, 1, min(id) from changeset
on conflict (id) do update set last_name = excluded.last_name
"""
EVENT = """
insert into change (entity, entity_id, operation, places_before, places_after, changeset_id)
select 'PERSON', $1, $2, array[$3::uuid], case when $2 = 'UPSERT' then array[$3::uuid] else '{}' end,
       min(id)
from changeset
"""


@pytest.fixture
async def door(addresses: Addresses, database: Database) -> AsyncIterator[Door]:
    async with opened(addresses, database) as door:
        yield door


async def write(connection: asyncpg.Connection, people: list[UUID], draw: Random) -> None:
    """Change people one after another, each in a transaction that lingers before it commits."""
    for _ in range(ROUNDS):
        person, name = draw.choice(people), f"Писцов-{draw.getrandbits(32)}"
        async with connection.transaction():
            await asyncio.sleep(draw.random() * DELAY_S)
            if draw.random() < 0.25:
                await connection.execute("delete from person where id = $1", person)
                await connection.execute(EVENT, person, "DELETE", ROOT)
            else:
                await connection.execute(UPSERT, person, name)
                await connection.execute(EVENT, person, "UPSERT", ROOT)
            await asyncio.sleep(draw.random() * DELAY_S)


@asynccontextmanager
async def lingering(connection: asyncpg.Connection, person: UUID) -> AsyncIterator[None]:
    """Hold a transaction open that has written before all others and commits after them."""
    async with connection.transaction():
        await connection.execute(UPSERT, person, "Долгов")
        await connection.execute(EVENT, person, "UPSERT", ROOT)
        yield


async def followed(
    follower: Follower, writers: list[asyncpg.Connection], people: list[UUID], seed: int
) -> None:
    """Let the writers write while the follower reads on."""
    work = asyncio.gather(
        *(
            write(connection, people, Random(f"{seed}/{number}"))  # noqa: S311 - test data
            for number, connection in enumerate(writers)
        )
    )
    while not work.done():
        await follower.catch_up(first=3)
        await asyncio.sleep(0)
    await work


async def test_a_replica_equals_the_source_in_a_hundred_runs(
    door: Door, addresses: Addresses, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = 0
    async with AsyncExitStack() as stack:
        connections = [await open_connection(addresses.worker) for _ in range(WRITERS + 1)]
        for connection in connections:
            stack.push_async_callback(connection.close)
        *writers, slow = connections
        follower = Follower(door, "centre")
        for seed in range(RUNS):
            people = [uuid4() for _ in range(PEOPLE)]
            if seed % 4 == 0:
                async with lingering(slow, uuid4()):
                    await followed(follower, writers, people, seed)
            else:
                await followed(follower, writers, people, seed)
            await settle(database)
            await follower.catch_up(first=100)
            source = await slow.fetch("select id, last_name from person where id = any($1)", people)
            expected = {f"person-{row['id']}": row["last_name"] for row in source}
            actual = {
                f"person-{key}": follower.replica[f"person-{key}"]
                for key in people
                if f"person-{key}" in follower.replica
            }
            lost += len(expected.items() ^ actual.items())
        events = await slow.fetchval("select count(*) from change")
    repeated = len(follower.cursors) - len(set(follower.cursors))
    with capsys.disabled():
        sys.stdout.write(
            f"\nF19: {events} events of {WRITERS} writers in {RUNS} runs:"
            f" {lost} lost, {repeated} repeated\n"
        )
    assert (0, 0) == (lost, repeated)
    assert events == len(follower.cursors)
