"""Asks the statement of coverage over a plain connection, as a viewer's role and scope."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import asyncpg

from hub.coverage import (
    COUNTS,
    NAMES,
    TYPES,
    Attribution,
    GroupBy,
    Measure,
    Period,
    Queries,
    Shape,
    Wanted,
    answer,
    members,
)
from tests.rooms.coverage.evaluator import Asked
from tests.rooms.coverage.world import TODAY

Row = dict[str, Any]  # a row's columns by name, as JSON gives them
FILTERS = ("viewer", "scope", "forms", "organisations", "territories", "kinds")


class Asking:
    """Composes a statement for a question and numbers its parameters."""

    def __init__(self, asked: Asked, row: str | None = None) -> None:
        self.shape = shape(asked)
        self._given = {**values(asked), "row": row}
        self._names: list[str] = []

    def place(self, name: str) -> str:
        if name not in self._names:
            self._names.append(name)
        return f"${self._names.index(name) + 1}::{TYPES[name]}"

    @property
    def arguments(self) -> list[object]:
        return [self._given[name] for name in self._names]

    def queries(self, wanted: Wanted) -> Queries:
        return answer(self.shape, wanted, self.place)

    def with_clause(self, queries: Queries) -> str:
        return ",\n".join(f"{name} as ({text})" for name, text in queries)


def shape(asked: Asked) -> Shape:
    given = {name: getattr(asked, name) is not None for name in FILTERS}
    return Shape(
        group_by=GroupBy(asked.group_by), attribution=Attribution(asked.attribution), **given
    )


def values(asked: Asked) -> Mapping[str, object]:
    period = Period(lo=asked.lo, hi=asked.hi, stated_from=asked.stated_from)
    return {
        **asdict(asked),
        "day": period.day,
        "today": TODAY,
        "academic_year": period.academic_year,
        "plan_year": period.plan_year,
    }


async def become(connection: asyncpg.Connection, asked: Asked) -> None:
    """Take the role and the scope of the question's viewer until the transaction ends."""
    role = "hub_web" if asked.viewer else "hub_web_region"
    await connection.execute(f"set local role {role}")
    scope = str(asked.viewer) if asked.viewer else ""
    await connection.execute("select set_config('hub.scope', $1, true)", scope)
    await connection.execute("select set_config('hub.today', $1, true)", TODAY.isoformat())


ANSWER = """
    select (select json_agg(r order by r.position) from coverage_row r) as rows,
           (select to_json(t) from coverage_total t) as total,
           (select to_json(o) from coverage_overlap o) as overlap"""


async def ask(
    connection: asyncpg.Connection, asked: Asked, names: tuple[str, ...] = NAMES
) -> tuple[list[Row], Row, Row]:
    """Give rows, total and overlap."""
    asking = Asking(asked)
    every = frozenset(names)
    wanted = Wanted(rows=every, total=every, overlap=every & frozenset(COUNTS))
    queries = answer(asking.shape, wanted, asking.place)
    await become(connection, asked)
    text = f"with {asking.with_clause(queries)} {ANSWER}"
    (found,) = await connection.fetch(text, *asking.arguments)
    rows, total, overlap = (json.loads(part) if part else [] for part in found)
    return rows, total, overlap


async def count_members(
    connection: asyncpg.Connection, asked: Asked, measure: Measure, row: str | None
) -> int:
    """Give the length of the list behind a number, of a row or (without one) of the whole."""
    asking = Asking(asked, row)
    queries = members(asking.shape, measure, asking.place, in_row=row is not None)
    await become(connection, asked)
    text = f"with {asking.with_clause(queries)} select count(*), count(distinct id) from coverage_member"
    ((listed, distinct),) = await connection.fetch(text, *asking.arguments)
    assert listed == distinct
    return int(listed)
