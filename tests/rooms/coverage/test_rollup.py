"""What is kept equals what is counted live: in every question, for every viewer, after any change."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import asyncpg
import pytest

from hub.coverage import NAMES, GroupBy, Queries, Source, Wanted
from hub.coverage.rollup import JOB, Refreshed, kept_periods, refresh_rollup, request_refresh
from hub.coverage.statement import counted
from hub.database import Database
from tests.rooms.coverage.asking import Asking, Row, become
from tests.rooms.coverage.changes import CHANGES, drawn
from tests.rooms.coverage.evaluator import Asked
from tests.rooms.coverage.landing import land
from tests.rooms.coverage.questions import periods, questions
from tests.rooms.coverage.test_agreement import compare
from tests.rooms.coverage.world import TODAY, Maker, World

pytestmark = pytest.mark.anyio
TODAYS = periods()[3]
ROWS = """
    select (select json_agg(r order by r.position) from coverage_row r) as rows,
           (select to_json(t) from coverage_total t) as total"""


class DiedError(Exception):
    pass


async def settle(connection: asyncpg.Connection, world: World) -> None:
    """Land a world for good, free of references to rows that no world has."""
    async with connection.transaction():
        await land(connection, world)
    rows = await connection.fetch(
        "select conrelid::regclass::text as of, conname as name from pg_constraint"
        " where contype = 'f' and connamespace = 'public'::regnamespace"
    )
    for row in rows:
        await connection.execute(f"alter table {row['of']} drop constraint {row['name']}")


async def source(connection: asyncpg.Connection, asked: Asked) -> str:
    asking = Asking(asked)
    async with connection.transaction():
        await become(connection, asked)
        text = asking.with_clause(asking.queries(Wanted(total=frozenset({"pairs"}))))
        found = await connection.fetchval(
            f"with {text} select source from coverage_source", *asking.arguments
        )
        await connection.execute("reset role")
    return str(found)


async def answered(
    connection: asyncpg.Connection, asked: Asked, names: Sequence[str]
) -> tuple[list[Row], Row]:
    """Give what is served: kept if it stands, else counted."""
    asking, wanted = Asking(asked), frozenset(names)
    return await read(connection, asked, asking, asking.queries(Wanted(rows=wanted, total=wanted)))


async def live(
    connection: asyncpg.Connection, asked: Asked, names: Sequence[str]
) -> tuple[list[Row], Row]:
    """Give what is counted now, whatever is kept."""
    asking, wanted = Asking(asked), frozenset(names)
    queries = counted(asking.shape, Wanted(rows=wanted, total=wanted), asking.place)
    return await read(connection, asked, asking, queries)


async def read(
    connection: asyncpg.Connection, asked: Asked, asking: Asking, queries: Queries
) -> tuple[list[Row], Row]:
    async with connection.transaction():
        await become(connection, asked)
        text = f"with {asking.with_clause(queries)} {ROWS}"
        ((rows, total),) = await connection.fetch(text, *asking.arguments)
        await connection.execute("reset role")
    return bare(json.loads(rows or "[]")), json.loads(total)


def bare(rows: list[Row]) -> list[Row]:
    """Drop the number of a row's place and what only the keeping of rows needs: order stays."""
    return [{k: v for k, v in row.items() if k not in {"position", "expected"}} for row in rows]


def kept_questions(world: World) -> list[Asked]:
    kept = {(one.lo, one.hi, one.stated_from) for one in kept_periods(TODAY, 2025)}
    found = [one for one in periods() if (one.lo, one.hi, one.stated_from) in kept]
    return [
        replace(asked, group_by=group.value, attribution=attribution, viewer=viewer)
        for asked, group, attribution, viewer in product(
            found, GroupBy, ("HOST", "EMPLOYER"), [None, *world.departments]
        )
    ]


@pytest.mark.parametrize("seed", range(2))
async def test_what_is_kept_counts_as_plain_python(
    connection: asyncpg.Connection, database: Database, seed: int
) -> None:
    world = Maker(300 + seed).make()
    await settle(connection, world)
    await refresh_rollup(database, today=TODAY)
    served = []

    for asked in questions(world):
        await compare(connection, world, asked)
        served.append(await source(connection, asked))

    assert served.count(Source.ROLLUP) > len(served) / 2
    for asked in kept_questions(world):
        assert Source.ROLLUP == await source(connection, asked)


async def test_some_figures_of_what_is_kept_are_the_rows_that_they_alone_would_name(
    connection: asyncpg.Connection, database: Database
) -> None:
    world, draw = Maker(400).make(), random.Random(4)  # noqa: S311 - repeats by its seed
    await settle(connection, world)
    await refresh_rollup(database, today=TODAY)

    for asked in draw.sample(kept_questions(world), 60):
        names = tuple(draw.sample(NAMES, draw.randint(1, 4)))

        assert await live(connection, asked, names) == await answered(connection, asked, names)


async def test_no_change_leaves_an_old_count_served(
    connection: asyncpg.Connection, database: Database
) -> None:
    world, draw = Maker(500).make(), random.Random(5)  # noqa: S311 - repeats by its seed
    await settle(connection, world)
    await refresh_rollup(database, today=TODAY)
    every = kept_questions(world)
    told: dict[str, int] = dict.fromkeys(CHANGES, 0)

    for change, seed in product(CHANGES, range(3)):
        asked_of = draw.sample(every, 8)
        before = [await live(connection, asked, NAMES) for asked in asked_of]
        undone = connection.transaction()
        await undone.start()
        await connection.execute(drawn(change, seed))
        for asked, stood in zip(asked_of, before, strict=True):
            now = await live(connection, asked, NAMES)
            assert now == await answered(connection, asked, NAMES), (change, asked)
            told[change] += now != stood
        await undone.rollback()

    assert [] == [change for change, times in told.items() if not times]


async def test_after_a_refresh_what_is_kept_knows_the_change(
    connection: asyncpg.Connection, database: Database
) -> None:
    world, draw = Maker(501).make(), random.Random(6)  # noqa: S311 - repeats by its seed
    await settle(connection, world)
    await refresh_rollup(database, today=TODAY)
    asked_of = draw.sample(kept_questions(world), 40)
    for change in ("pair_goes", "post_moves", "figure_grows"):
        await connection.execute(drawn(change, 1))

    await refresh_rollup(database, today=TODAY)

    for asked in asked_of:
        assert Source.ROLLUP == await source(connection, asked)
        assert await live(connection, asked, NAMES) == await answered(connection, asked, NAMES)


async def test_a_change_in_one_department_leaves_another_s_counts_standing(
    connection: asyncpg.Connection, database: Database
) -> None:
    world = Maker(7).make()
    await settle(connection, world)
    await refresh_rollup(database, today=TODAY)
    school = next(a.organisation for a in world.answers)
    marked = {authority for authority, one, _ in world.places() if one == school}

    await connection.execute(
        "insert into stated_figure (metric, organisation_id, dimensions, value, stated_as_of,"
        " changeset_id) values ('PAIRS', $1, '{}', 5, '2026-03-09', 1)",
        school,
    )

    served = {
        viewer: await source(connection, replace(TODAYS, viewer=viewer))
        for viewer in [None, *world.departments]
    }
    assert Source.LIVE == served[None]
    assert {one: one in marked for one in world.departments} == {
        one: served[one] == Source.LIVE for one in world.departments
    }
    assert set(served.values()) == {Source.LIVE, Source.ROLLUP}


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
