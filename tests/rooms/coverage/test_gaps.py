"""What mentoring has not reached is listed as plain Python finds it, in every scope and period."""

import random

import asyncpg
import pytest

from hub.coverage import Gap, gaps
from tests.rooms.coverage.asking import Asking, become
from tests.rooms.coverage.evaluator import Asked
from tests.rooms.coverage.expected import missing
from tests.rooms.coverage.landing import land
from tests.rooms.coverage.questions import narrowed, questions
from tests.rooms.coverage.world import Maker

pytestmark = pytest.mark.anyio


async def listed(connection: asyncpg.Connection, asked: Asked, gap: Gap) -> list[str]:
    asking = Asking(asked)
    queries = gaps(asking.shape, gap, asking.place)
    await become(connection, asked)
    text = f"with {asking.with_clause(queries)} select id from coverage_member"
    return [row["id"] for row in await connection.fetch(text, *asking.arguments)]


@pytest.mark.parametrize("seed", range(3))
async def test_every_gap_is_listed_as_plain_python_finds_it(
    connection: asyncpg.Connection, seed: int
) -> None:
    world = Maker(200 + seed).make()
    draw = random.Random(seed)  # noqa: S311 - repeats by its seed
    asked_about = [*questions(world), *narrowed(world, seed)]
    whole = [each for each in asked_about if each.group_by == "NONE"]
    met = dict.fromkeys(Gap, 0)

    async with connection.transaction():
        await land(connection, world)

        for asked in draw.sample(whole, 12):
            expected = missing(world, asked)
            for gap in Gap:
                async with connection.transaction():
                    found = await listed(connection, asked, gap)
                    await connection.execute("reset role")
                assert sorted(map(str, expected[gap])) == sorted(found), (asked, gap)
                met[gap] += len(found)

    assert all(met.values()), met
