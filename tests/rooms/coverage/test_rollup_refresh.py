"""A refresh counts what is missing or old, loses no change, and leaves the rest."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from hub.coverage import Source
from hub.coverage.rollup import JOB, Refreshed, kept_periods, refresh_rollup, request_refresh
from hub.database import Database
from hub.settings import Settings
from sync.work.duties import DUTIES, Bench, Ended
from tests.rooms.coverage.asking import become
from tests.rooms.coverage.keeping import (
    TODAYS,
    settle,
    source,
)
from tests.rooms.coverage.world import TODAY, Maker

pytestmark = pytest.mark.anyio


class DiedError(Exception):
    pass


async def test_a_refresh_counts_only_what_is_missing_or_marked(
    connection: asyncpg.Connection, database: Database
) -> None:
    world = Maker(8).make()
    await settle(connection, world)
    first = await refresh_rollup(database, today=TODAY)

    again = await refresh_rollup(database, today=TODAY)
    next_day = await refresh_rollup(database, today=TODAY.replace(day=TODAY.day + 1))

    authorities = len({a.authority for a in world.answers}) + 1
    assert authorities == first.authorities
    assert Refreshed() == again
    # The running day, academic year and calendar year of each authority; the past stands.
    assert Refreshed(authorities=authorities, answers=authorities * 3 * 10) == next_day


async def test_a_refresh_that_dies_leaves_the_rest_marked(
    connection: asyncpg.Connection, database: Database
) -> None:
    world = Maker(9).make()
    await settle(connection, world)
    await refresh_rollup(database, today=TODAY)
    await connection.execute("update organisation set sort_key = sort_key || 'я'")
    turns = []

    def dies() -> None:
        turns.append(True)
        if len(turns) > 2:
            raise DiedError

    with pytest.raises(DiedError):
        await refresh_rollup(database, today=TODAY, go_on=dies)

    every = [None, *dict.fromkeys(a.authority for a in world.answers)]
    served = [await source(connection, replace(TODAYS, viewer=one)) for one in every]
    assert 2 == served.count(Source.ROLLUP)
    left = await refresh_rollup(database, today=TODAY)
    assert len(every) - 2 == left.authorities


async def test_a_change_that_commits_during_a_refresh_is_not_lost(
    connection: asyncpg.Connection, database: Database
) -> None:
    world = Maker(10).make()
    await settle(connection, world)
    asked = replace(TODAYS, group_by="ORGANISATION")
    async with database.writing() as session:
        await session.raw.execute("update participation_fact set ends = 'infinity'")
        await refresh_rollup(database, today=TODAY)
        assert Source.ROLLUP == await source(connection, asked)

    assert Source.LIVE == await source(connection, asked)


async def test_a_department_reads_its_own_kept_rows_only(
    connection: asyncpg.Connection, database: Database
) -> None:
    world = Maker(11).make()
    await settle(connection, world)
    await refresh_rollup(database, today=TODAY)
    own = world.departments[0]

    async with connection.transaction():
        await become(connection, replace(TODAYS, viewer=own))
        seen = await connection.fetch("select distinct authority_id from rollup")
        await connection.execute("reset role")

    assert [own] == [row["authority_id"] for row in seen]


async def test_a_refresh_is_asked_for_once_and_only_if_something_changed(
    connection: asyncpg.Connection, database: Database
) -> None:
    await settle(connection, Maker(12).make())
    await refresh_rollup(database, today=TODAY)
    queued = "select count(*) from jobs.pgqueuer where entrypoint = $1"

    async with database.writing() as session:
        await request_refresh(session)
    before = await connection.fetchval(queued, JOB)
    await connection.execute("delete from participation_fact")
    for _ in range(2):
        async with database.writing() as session:
            await request_refresh(session)

    assert (0, 1) == (before, await connection.fetchval(queued, JOB))


async def test_the_worker_s_duty_keeps_the_answers(
    connection: asyncpg.Connection, database: Database
) -> None:
    await settle(connection, Maker(13).make())
    bench = Bench(database=database, settings=Settings(), stop=asyncio.Event())

    ended = await DUTIES[JOB](bench, {})

    assert Ended() == ended
    assert await connection.fetchval("select exists (select from rollup)")


def test_what_is_kept_is_today_each_year_and_each_last_day_of_december() -> None:
    days = [(one.lo.isoformat(), one.day.isoformat()) for one in kept_periods(TODAY, 2024)]

    assert [
        ("2026-03-10", "2026-03-10"),
        ("2024-09-01", "2025-08-31"),
        ("2025-09-01", "2026-03-10"),
        ("2024-01-01", "2024-12-31"),
        ("2025-01-01", "2025-12-31"),
        ("2026-01-01", "2026-03-10"),
        ("2024-12-31", "2024-12-31"),
        ("2025-12-31", "2025-12-31"),
    ] == days
