"""The compiler agrees with an independent evaluator on thousands of drawn operations.

The usual run asks 2,000. More of them, with a word on how many said something:

    HUB_TEST_OPERATIONS=10000 python -m pytest --log-cli-level=INFO \\
        tests/door/test_compiler_against_evaluator.py
"""

import logging
import os
from collections import Counter
from pathlib import Path

import pytest

from schema.errors import RequestRefused
from tests.door.answering import APART, ROOTS, SCHEMA, evaluate
from tests.door.asking import VIEWERS, Door, Json
from tests.door.drawing import comparable, differences, pools_of
from tests.door.evaluator import PREFIXES
from tests.door.operations import generate
from tests.door.reach import every_place

pytestmark = pytest.mark.anyio
OPERATIONS = int(os.environ.get("HUB_TEST_OPERATIONS", "2000"))
SAID = logging.getLogger(__name__)
CHECKOUT = Path(__file__).parents[2]


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
        operation = generate(SCHEMA, pools[who], seed, roots=ROOTS, asked=used)
        try:
            actual = await door.ask(who, operation.text, operation.variables)
        except RequestRefused as refused:
            counts[refused.errors[0].message] += 1
            continue

        expected = evaluate(door.world(who), operation.text, operation.variables)

        assert not expected.errors, (seed, operation, expected.errors)
        differing = differences(expected.data, comparable(actual))
        assert not differing, (seed, who, differing[:3], operation.text, operation.variables)
        used |= operation.used
        counts["compared"] += 1
        counts["says something"] += says_something(expected.data)

    SAID.info("%s", dict(counts))
    assert counts["says something"] >= 0.8 * OPERATIONS, counts
    missed = sorted(every_place(SCHEMA, ROOTS) - used)
    assert not missed, f"No operation asked for {', '.join(missed)}"
    assert {"compared", "says something"} >= {
        kind for kind in counts if "слишком велик" not in kind
    }


def test_every_root_is_drawn_or_has_a_test_of_its_own() -> None:
    assert SCHEMA.query_type is not None
    unanswered = {*SCHEMA.query_type.fields} - ROOTS - {*APART}
    missing = {test for test in APART.values() if not (CHECKOUT / test).is_file()}

    assert not unanswered, f"Add to answering.RESOLVERS: {', '.join(sorted(unanswered))}"
    assert not missing


def test_every_node_type_has_its_prefix() -> None:
    assert {"Person", "Organisation", "Territory", "Mentorship", "Programme"} == set(PREFIXES)
