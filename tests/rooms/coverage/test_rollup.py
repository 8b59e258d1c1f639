"""What is kept equals what is counted live: in every question, for every viewer, after any change."""

import random
from dataclasses import replace
from itertools import product

import asyncpg
import pytest

from hub.coverage import NAMES, Source
from hub.coverage.rollup import refresh_rollup
from hub.database import Database
from tests.rooms.coverage.changes import CHANGES, drawn
from tests.rooms.coverage.keeping import (
    TODAYS,
    answered,
    kept_questions,
    live,
    settle,
    source,
)
from tests.rooms.coverage.questions import questions
from tests.rooms.coverage.test_agreement import compare
from tests.rooms.coverage.world import TODAY, Maker

pytestmark = pytest.mark.anyio


async def test_what_is_kept_counts_as_plain_python(
    connection: asyncpg.Connection, database: Database
) -> None:
    world = Maker(300).make()
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
        asked_of = draw.sample(every, 5)
        before = [await live(connection, asked, NAMES) for asked in asked_of]
        undone = connection.transaction()
        await undone.start()
        await connection.execute(drawn(change, seed))
        for asked, stood in zip(asked_of, before, strict=True):
            now = await live(connection, asked, NAMES)
            assert now == await answered(connection, asked, NAMES), (change, asked)
            told[change] += now != stood
        await undone.rollback()

    assert sum(times > 0 for times in told.values()) > len(CHANGES) * 3 / 4


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
