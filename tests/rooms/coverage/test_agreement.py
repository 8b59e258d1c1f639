"""The statement counts as plain Python does, in every period, grouping and attribution."""

import asyncpg
import pytest

from hub.coverage import COUNTS, NAMES
from hub.coverage.measures import has_rows, has_total
from tests.rooms.coverage.asking import Row, ask, shape
from tests.rooms.coverage.evaluator import Asked, Evaluator
from tests.rooms.coverage.landing import land
from tests.rooms.coverage.questions import narrowed, questions
from tests.rooms.coverage.world import Maker, World

pytestmark = pytest.mark.anyio


def expected(evaluator: Evaluator, asked: Asked, key: str | None) -> Row:
    """Give the columns of a row, or of the whole, as JSON would."""
    asked_shape = shape(asked)
    meant = has_total if key is None else has_rows
    found: Row = {}
    for name, measure in COUNTS.items():
        sets = evaluator.counted.whole if key is None else evaluator.counted.rows[name]
        size = len(sets[name] if key is None else sets.get(key, ()))
        found[name] = size if meant(measure, asked_shape) else None
    if not evaluator.world.enrolled.get(asked.year):
        found["approved_organisations"] = None
    by_form = asked.group_by == "FORM" and key is not None
    for metric in ("MENTORS", "MENTEES", "PAIRS"):
        stated = None if by_form else evaluator.stated(metric, key)
        asserted, unnamed = stated or (None, None)
        found[f"asserted_{metric.lower()}"] = asserted
        found[f"unnamed_{metric.lower()}"] = unnamed
    for people in ("mentors", "mentees"):
        found[f"duplicates_{people}"] = evaluator.fewer(people, key)
    active, reported = found["active_organisations"], found["reported_organisations"]
    found["completeness"] = reported / active if active else None
    fresh = None if by_form else evaluator.fresh(key)
    found["data_as_of"] = fresh and fresh.isoformat()
    found["target"] = evaluator.plan(key)
    found["gap"] = evaluator.gap(key)
    return found


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
