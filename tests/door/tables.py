"""All rows of all tables, read once for the evaluator."""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from hub.tables import Base

Row = Mapping[str, Any]  # a column of any type


class Tables:
    """All rows of all tables, found by the values of a column."""

    def __init__(self, rows: Mapping[str, Sequence[Row]]) -> None:
        self._rows = rows
        self._found: dict[tuple[str, str], dict[object, list[Row]]] = {}

    def __getitem__(self, table: str) -> Sequence[Row]:
        return self._rows[table]

    def having(self, table: str, column: str, value: object) -> Sequence[Row]:
        index = self._found.get((table, column))
        if index is None:
            index = self._found[table, column] = {}
            for row in self._rows[table]:
                index.setdefault(row[column], []).append(row)
        return index.get(value, ())


async def read_tables(owner: asyncpg.Connection) -> Tables:
    """Fetch every row of every table of the hub."""
    return Tables(
        {
            table: [dict(row) for row in await owner.fetch(f'select * from "{table}"')]
            for table in Base.metadata.tables
        }
    )
