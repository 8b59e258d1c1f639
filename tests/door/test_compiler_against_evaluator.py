"""The compiler agrees with an independent evaluator on thousands of drawn operations."""

from collections import Counter
from collections.abc import AsyncIterator

import pytest

from hub.database import Database
from hub.settings import Addresses
from schema.errors import RequestRefused
from tests.door.answering import SCHEMA, evaluate
from tests.door.asking import VIEWERS, Door, Json, opened
from tests.door.drawing import comparable, pools_of
from tests.door.evaluator import PREFIXES
from tests.door.operations import every_place, generate

pytestmark = pytest.mark.anyio
OPERATIONS = 2_000


@pytest.fixture(scope="module")
async def door(module_addresses: Addresses, module_database: Database) -> AsyncIterator[Door]:
    async with opened(module_addresses, module_database) as opened_door:
        yield opened_door


def says_something(value: Json) -> bool:
    """Tell an answer that shows at least one row from an empty one."""
    if isinstance(value, dict):
        return any(says_something(part) for part in value.values())
    if isinstance(value, list):
        return any(says_something(part) for part in value)
    return isinstance(value, str) or (isinstance(value, int) and value > 1)


async def test_compiler_agrees_with_the_evaluator_on_drawn_operations(door: Door) -> None:
    used: set[str] = set()
    counts: Counter[str] = Counter()
    pools = {who: await pools_of(door, who) for who in VIEWERS}
    seed = 0
    while counts["compared"] < OPERATIONS:
        seed += 1
        who = VIEWERS[seed % len(VIEWERS)]
        operation = generate(SCHEMA, pools[who], seed)
        try:
            actual = await door.ask(who, operation.text, operation.variables)
        except RequestRefused as refused:
            counts[refused.errors[0].message] += 1
            continue

        expected = evaluate(door.world(who), operation.text, operation.variables)

        assert not expected.errors, (seed, operation, expected.errors)
        assert expected.data == comparable(actual), (seed, who, operation)
        assert list(expected.data or ()) == list(actual), (seed, who, operation)
        used |= operation.used
        counts["compared"] += 1
        counts["says something"] += says_something(expected.data)

    assert counts["says something"] >= 0.8 * OPERATIONS, counts
    assert set() == every_place(SCHEMA) - used
    assert {"compared", "says something"} >= {
        kind for kind in counts if "слишком велик" not in kind
    }


def test_every_node_type_has_its_prefix() -> None:
    assert {"Person", "Organisation", "Territory", "Mentorship", "Programme"} == set(PREFIXES)
