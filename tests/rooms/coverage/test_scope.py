"""A department sees of itself what the region sees of it, and nothing without a scope."""

from dataclasses import replace
from itertools import product

import asyncpg
import pytest

from hub.coverage import NAMES
from tests.rooms.coverage.asking import ask
from tests.rooms.coverage.landing import land
from tests.rooms.coverage.questions import periods
from tests.rooms.coverage.world import Maker

pytestmark = pytest.mark.anyio

VIEWS = ("counted_fact", "counted_post", "counted_profile", "counted_twin")


@pytest.mark.parametrize("seed", range(8))
async def test_row_of_a_department_is_the_same_for_the_region_and_for_itself(
    connection: asyncpg.Connection, seed: int
) -> None:
    world = Maker(200 + seed).make()
    counted = 0

    async with connection.transaction():
        await land(connection, world)

        for asked, attribution in product(periods(), ("HOST", "EMPLOYER")):
            wanted = replace(asked, group_by="DEPARTMENT", attribution=attribution)
            async with connection.transaction():
                rows, _, _ = await ask(connection, wanted)
                await connection.execute("reset role")
            of_region = {row["key"]: row for row in rows}
            for department in world.departments:
                async with connection.transaction():
                    rows, _, _ = await ask(connection, replace(wanted, viewer=department))
                    await connection.execute("reset role")
                own = {row["key"]: row for row in rows}
                for name in NAMES:
                    mine = own.get(str(department), {}).get(name)
                    theirs = of_region.get(str(department), {}).get(name)
                    assert theirs == mine, (wanted, department, name)
                    counted += bool(mine)

    assert counted > 100


async def test_without_a_scope_nothing_is_counted(connection: asyncpg.Connection) -> None:
    async with connection.transaction():
        await land(connection, Maker(1).make())
        await connection.execute("set local role hub_web")

        seen = [await connection.fetchval(f"select count(*) from {view}") for view in VIEWS]

    assert [0, 0, 0, 0] == seen


async def test_views_name_nobody(connection: asyncpg.Connection) -> None:
    columns = await connection.fetch(
        "select distinct column_name, data_type from information_schema.columns"
        " where table_name = any ($1)",
        VIEWS,
    )

    texts = {one["column_name"] for one in columns if one["data_type"] == "text"}

    assert {"form_code", "position_code", "kind"} == texts
