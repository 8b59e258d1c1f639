"""The statement counts as plain Python does, in every period, grouping and attribution."""

import asyncpg
import pytest

from hub.coverage import COUNTS, NAMES
from hub.coverage.measures import has_rows
from tests.rooms.coverage.asking import Row, ask, shape
from tests.rooms.coverage.evaluator import Asked, Evaluator
from tests.rooms.coverage.expected import expected
from tests.rooms.coverage.landing import land
from tests.rooms.coverage.questions import narrowed, questions
from tests.rooms.coverage.world import Maker, World

pytestmark = pytest.mark.anyio


def as_counted(row: Row) -> Row:
    return {name: row[name] for name in NAMES}


async def compare(connection: asyncpg.Connection, world: World, asked: Asked) -> None:
    async with connection.transaction():
        rows, total, overlap = await ask(connection, asked)
        await connection.execute("reset role")
    evaluator = Evaluator(world, asked)
    assert expected(evaluator, asked, None) == as_counted(total), asked
    found = {row["key"]: as_counted(row) for row in rows}
    assert len(found) == len(rows)
    keys = {key for sets in evaluator.counted.rows.values() for key in sets}
    for key in {*found} | {key for key in keys if any_counted(evaluator, key)}:
        assert expected(evaluator, asked, key) == found[key], (key, asked)
    for name in COUNTS:
        numbers = [row[name] for row in rows]
        if total[name] is not None and None not in numbers:
            assert sum(numbers) - total[name] == overlap[name], (name, asked)


def any_counted(evaluator: Evaluator, key: str) -> bool:
    """Say whether the key must have a row: some number that rows have is not nought there."""
    meant = [name for name, measure in COUNTS.items() if has_rows(measure, shape(evaluator.asked))]
    return any(evaluator.counted.rows[name].get(key) for name in meant)


@pytest.mark.parametrize("seed", range(6))
async def test_statement_counts_as_plain_python(connection: asyncpg.Connection, seed: int) -> None:
    world = Maker(seed).make()

    async with connection.transaction():
        await land(connection, world)

        for asked in [*questions(world), *narrowed(world, seed)]:
            await compare(connection, world, asked)
