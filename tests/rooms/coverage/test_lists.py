"""Each number opens as a list of as many members, by the same predicate."""

import random

import asyncpg
import pytest

from hub.coverage import COUNTS, MEMBERS, Measure
from tests.rooms.coverage.asking import ask, count_members
from tests.rooms.coverage.landing import land
from tests.rooms.coverage.questions import narrowed, questions
from tests.rooms.coverage.world import Maker

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("seed", range(4))
async def test_every_number_is_the_length_of_its_list(
    connection: asyncpg.Connection, seed: int
) -> None:
    world = Maker(100 + seed).make()
    draw = random.Random(seed)  # noqa: S311 - repeats by its seed
    listed = 0

    async with connection.transaction():
        await land(connection, world)

        for asked in draw.sample([*questions(world), *narrowed(world, seed)], 12):
            async with connection.transaction():
                rows, total, _ = await ask(connection, asked)
                for name, measure in COUNTS.items():
                    for row in (None, *rows):
                        number = (row or total)[name]
                        key = str(row["key"]) if row else None
                        if number is None:
                            continue
                        found = await count_members(connection, asked, measure, key)
                        assert number == found, (asked, name, key)
                        listed += found
                await connection.execute("reset role")

    assert listed > 500


async def test_without_a_grouping_the_only_row_is_the_total(connection: asyncpg.Connection) -> None:
    world = Maker(100).make()
    asked = next(each for each in questions(world) if each.group_by == "NONE")

    async with connection.transaction():
        await land(connection, world)
        total = await count_members(connection, asked, Measure.PAIRS, "TOTAL")
        await connection.execute("reset role")
        outside = await count_members(connection, asked, Measure.PAIRS, "OUTSIDE")
        await connection.execute("reset role")

    assert total > 0
    assert 0 == outside


def test_every_measure_has_members() -> None:
    assert set(COUNTS.values()) == set(MEMBERS)
