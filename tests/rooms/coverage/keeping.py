"""A world settled for good, and what of it is served, counted and kept."""

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import asyncpg

from hub.coverage import GroupBy, Queries, Wanted
from hub.coverage.rollup import kept_periods
from hub.coverage.statement import counted
from tests.rooms.coverage.asking import Asking, Row, become
from tests.rooms.coverage.evaluator import Asked
from tests.rooms.coverage.landing import land
from tests.rooms.coverage.questions import periods
from tests.rooms.coverage.world import TODAY, World

TODAYS = periods()[3]
ROWS = """
    select (select json_agg(r order by r.position) from coverage_row r) as rows,
           (select to_json(t) from coverage_total t) as total"""


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
