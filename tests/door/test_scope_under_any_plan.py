"""Whatever plan PostgreSQL chooses, a scoped statement shows exactly the rows of its scope."""

import re
from collections.abc import AsyncIterator, Mapping
from random import Random

import asyncpg
import pytest

from hub.database import open_connection
from hub.settings import Addresses
from schema.compiler.request import shape_of
from schema.compiler.scalars import SHOWN_MARK
from schema.errors import RequestRefused
from tests.door.answering import ROOTS, SCHEMA, evaluate
from tests.door.asking import Door, Json, decoded
from tests.door.drawing import comparable, pools_of
from tests.door.operations import Operation, generate

pytestmark = pytest.mark.anyio
STATEMENTS = 400
NOTED = re.compile(f"{SHOWN_MARK}[^{SHOWN_MARK}]*{SHOWN_MARK}".encode())  # for the audit
SCOPED = ("north", "south", "partner")
SWITCHES = (
    "bitmapscan", "hashagg", "hashjoin", "incremental_sort", "indexonlyscan", "indexscan",
    "material", "memoize", "mergejoin", "nestloop", "seqscan", "sort",
)  # fmt: skip


@pytest.fixture(scope="module")
async def plain(module_addresses: Addresses, door: Door) -> AsyncIterator[asyncpg.Connection]:
    del door
    connection = await asyncpg.connect(module_addresses.web, statement_cache_size=0)
    yield connection
    await connection.close()


def drawn_settings(draw: Random) -> Mapping[str, str]:
    switches = {f"enable_{name}": draw.choice(("on", "on", "off")) for name in SWITCHES}
    return {
        **switches,
        "join_collapse_limit": draw.choice(("1", "8")),
        "from_collapse_limit": draw.choice(("1", "8")),
        "geqo_threshold": draw.choice(("2", "12")),
        "random_page_cost": draw.choice(("0.1", "4", "100")),
        "max_parallel_workers_per_gather": draw.choice(("0", "2")),
        "parallel_setup_cost": "0",
        "parallel_tuple_cost": "0",
        "min_parallel_table_scan_size": "0",
        "plan_cache_mode": draw.choice(("force_custom_plan", "force_generic_plan")),
    }


async def read(door: Door, connection: asyncpg.Connection, who: str, operation: Operation) -> Json:
    viewer = door.viewers[who]
    prepared, given = door.engine.prepare(operation.text, None, operation.variables)
    plan = door.engine.plan(prepared, given, shape_of(viewer))
    values = plan.values(door.engine.request(viewer, given))
    if not plan.statement.sql:  # everything was skipped by directives
        return {}
    body: bytes = await connection.fetchval(plan.statement.sql, *values)
    return decoded(NOTED.sub(b"", body))


async def test_drawn_joins_equal_the_owners_answer_under_drawn_planner_settings(
    door: Door, plain: asyncpg.Connection
) -> None:
    pools = {who: await pools_of(door, who) for who in SCOPED}
    draw = Random(11)  # noqa: S311 - test data, no secret
    compared = seed = 0
    while compared < STATEMENTS:
        seed += 1
        who = SCOPED[seed % len(SCOPED)]
        operation = generate(SCHEMA, pools[who], 100_000 + seed, roots=ROOTS)
        settings = drawn_settings(draw)
        await plain.execute("; ".join(f"set {name} = '{settings[name]}'" for name in settings))
        try:
            actual = await read(door, plain, who, operation)
        except RequestRefused:
            continue

        expected = evaluate(door.world(who), operation.text, operation.variables)

        assert expected.data == comparable(actual), (seed, settings, operation)
        compared += 1


async def test_the_scope_ends_with_its_statement(door: Door, plain: asyncpg.Connection) -> None:
    operation = Operation(text="{ people { totalCount } }", variables={}, used=frozenset())
    answer = await read(door, plain, "north", operation)

    left = await plain.fetchval("select current_setting('hub.scope', true)")

    assert answer["people"]["totalCount"] > 0
    assert left in {None, ""}


async def test_without_a_scope_the_web_role_sees_nobody(
    door: Door, module_addresses: Addresses
) -> None:
    del door
    connection = await open_connection(module_addresses.web)

    seen = await connection.fetchval("select count(*) from person")
    await connection.close()

    assert 0 == seen
