"""Pools: what holds for every statement of theirs, straight to the server and behind a pooler.

Here the pool that is made for a pooler meets the server itself; in tests/faults a pooler stands
between.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import uuid4

import asyncpg
import pytest

from hub.database import Database, open_connection
from hub.pools import BESIDE, PooledStatements, open_read_pool, snapshot
from hub.settings import Addresses

READS = {"transaction_read_only": "on", "statement_timeout": "200", "jit": "off"}
NOTES = {"statement_timeout": "200"}
WHO = "select pg_backend_pid()"
COUNTED = "select count(*) from client"
ADDED = "insert into client (id, kind, name) values ($1, 'SYSTEM', 'later')"
LEFT = """
select array[current_setting('statement_timeout'), current_setting('transaction_read_only'),
    coalesce(current_setting('hub.scope', true), ''),
    (select count(*) from pg_prepared_statements)::text]
"""


@pytest.fixture
async def pooled(addresses: Addresses) -> AsyncIterator[asyncpg.Pool]:
    async with PooledStatements(addresses.web, READS, least=1, most=1) as pool:
        yield pool


@pytest.fixture(params=["straight", "pooled"])
async def reading(
    request: pytest.FixtureRequest, addresses: Addresses
) -> AsyncIterator[asyncpg.Pool]:
    """Lend a pool of one connection for reading, made in either way."""
    if request.param == "straight":
        pool = await open_read_pool(addresses.web, size=1, statement_s=0.2)
    else:
        pool = await PooledStatements(addresses.web, READS, least=1, most=1)
    yield pool
    await pool.close()


async def test_a_read_pool_answers_with_json_as_bytes(reading: asyncpg.Pool) -> None:
    assert '{"имя" : 1}'.encode() == await reading.fetchval("select json_build_object('имя', 1)")
    assert [(1,), (2,)] == [tuple(row) for row in await reading.fetch("values (1), ($1::int)", 2)]


async def test_a_read_pool_refuses_writes_and_what_takes_too_long(reading: asyncpg.Pool) -> None:
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await reading.execute("update credential set last_used_at = now()")
    with pytest.raises(asyncpg.QueryCanceledError):
        await reading.fetchval("select pg_sleep(9)")

    assert 1 == await reading.fetchval("select 1")


async def test_a_snapshot_is_one_moment_within_the_same_bounds(
    reading: asyncpg.Pool, database: Database
) -> None:
    async with snapshot(reading, timeout_s=5) as connection:
        before = await connection.fetchval(COUNTED)
        async with database.writing() as session:
            await session.raw.execute(ADDED, uuid4())
        after = await connection.fetchval(COUNTED)
    with pytest.raises(asyncpg.QueryCanceledError):
        async with snapshot(reading, timeout_s=5) as connection:
            await connection.fetchval("select pg_sleep(9)")

    assert before == after
    assert before + 1 == await reading.fetchval(COUNTED)


@pytest.fixture
async def straight(addresses: Addresses) -> AsyncIterator[asyncpg.Pool]:
    pool = await open_read_pool(addresses.web, size=2, statement_s=5)
    yield pool
    await pool.close()


async def test_reads_keep_their_connections_and_no_more_than_they_may(
    straight: asyncpg.Pool,
) -> None:
    asked = [straight.fetchval("select pg_backend_pid(), pg_sleep(0.01)") for _ in range(9)]
    together = set(await asyncio.gather(*asked))
    alone = {await straight.fetchval(WHO) for _ in range(9)}

    assert 2 == len(together)
    assert 1 == len(alone)
    assert alone < together


async def test_a_connection_that_is_lost_meanwhile_is_replaced(
    straight: asyncpg.Pool, addresses: Addresses
) -> None:
    lost = await straight.fetchval(WHO)
    same_role = await open_connection(addresses.web)
    await same_role.execute(f"select pg_terminate_backend({lost})")
    await same_role.close()
    async with asyncio.timeout(5):
        while straight.get_size() > straight.get_idle_size():  # noqa: ASYNC110 - nobody tells it
            await asyncio.sleep(0.01)

    assert lost != await straight.fetchval(WHO)


async def test_a_read_that_is_given_up_ends_and_leaves_its_place(straight: asyncpg.Pool) -> None:
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await straight.fetchval("select pg_sleep(4)")

    async with asyncio.timeout(2):
        assert 1 == await straight.fetchval("select 1")


async def test_whoever_reads_lets_snapshots_in_and_closing_waits_for_them(
    straight: asyncpg.Pool,
) -> None:
    reads = [asyncio.create_task(straight.fetchval("select pg_sleep(0.2)")) for _ in range(2)]
    await asyncio.sleep(0.05)
    async with snapshot(straight, timeout_s=0.1) as connection:
        await connection.fetchval("select 1")
    await straight.close()

    assert all(read.done() and read.exception() is None for read in reads)


async def test_snapshots_that_last_keep_nobody_from_reading(straight: asyncpg.Pool) -> None:
    await asyncio.gather(*(straight.fetchval("select pg_sleep(0.01)") for _ in range(2)))
    async with AsyncExitStack() as lasting:
        for _ in range(BESIDE):
            await lasting.enter_async_context(snapshot(straight, timeout_s=1))
        async with asyncio.timeout(1):
            value, rows = await straight.fetchval(WHO), await straight.fetch(WHO)

    assert value == rows[0][0]


async def test_a_pooled_statement_leaves_nothing_on_its_connection(
    pooled: asyncpg.Pool, addresses: Addresses
) -> None:
    fresh = await open_connection(addresses.web)
    untouched = await fresh.fetchval(LEFT, timeout=5)
    await fresh.close()

    await pooled.fetchval("select set_config('hub.scope', $1, true)", str(uuid4()))
    async with pooled.acquire() as connection:
        left = await connection.fetchval(LEFT)

    # A connection of ours keeps the statement that asks; the pooled one keeps none.
    assert [*untouched[:3], "0"] == left


async def test_a_pooled_statement_given_up_leaves_no_transaction(pooled: asyncpg.Pool) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await pooled.fetchval("select pg_sleep(0.15)")

    async with pooled.acquire() as connection:
        assert not connection.is_in_transaction()


async def test_what_is_noted_is_kept_and_what_fails_is_not(addresses: Addresses) -> None:
    async with PooledStatements(addresses.worker, NOTES, least=0, most=1) as notes:
        await notes.execute(ADDED, uuid4())
        with pytest.raises(asyncpg.UndefinedTableError):
            await notes.execute("insert into nowhere values ($1::int)", 1)

        assert 1 == await notes.fetchval(COUNTED)
