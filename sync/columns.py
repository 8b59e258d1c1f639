"""Columns of Python values: made of lists, ruled by distinct values, written into tables."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final  # a cell is a text, a day, an id, a list or nothing
from uuid import UUID

import asyncpg
import numpy as np
import numpy.typing as npt
import pandas as pd

from hub.database import ALWAYS, FOREVER
from hub.filling import column_values, copy_frame

# Rows that travel within a statement: below this a temporary table costs more than they do.
FEW: Final = 5_000
AT_ONCE: Final = 10_000  # rows read as Python values; as columns they take a fraction
UNSHARED: Final = (list, int, bytes)
_Ids = npt.NDArray[np.int64]


def column(values: Iterable[object], index: "pd.Index[Any] | None" = None) -> "pd.Series[Any]":
    """Make a column that keeps each value as the object it is, None included."""
    return pd.Series(list(values), index=index, dtype=object)


def frame_of(rows: Sequence[asyncpg.Record], names: Sequence[str]) -> pd.DataFrame:
    """Make a frame of rows; of many, each distinct value of a column stands in memory once."""
    if is_few(len(rows)):
        return pd.DataFrame([tuple(row) for row in rows], columns=list(names), dtype=object)
    return _Shelves(names).filled(rows).frame()


async def read_frame(
    connection: asyncpg.Connection,
    query: str,
    ids: _Ids,
    *given: object,
    names: Sequence[str],
) -> pd.DataFrame:
    """Give the rows of a query that binds `ids` as $1.

    The rows of many are taken some thousands at a time: a row takes several times what its cells do.
    """
    if is_few(len(ids)):
        return frame_of(await connection.fetch(query, ids.tolist(), *given), names)
    return await stream_frame(connection, query, ids.tolist(), *given, names=names)


async def stream_frame(
    connection: asyncpg.Connection, query: str, *given: object, names: Sequence[str]
) -> pd.DataFrame:
    """Give the rows of a query of which nobody knows how many there are, as `read_frame` does."""
    shelves = _Shelves(names)
    async for rows in streamed(connection, query, *given):
        shelves.filled(rows)
    return shelves.frame()


async def rows_about(
    connection: asyncpg.Connection, query: str, ids: _Ids, *given: object
) -> AsyncIterator[list[asyncpg.Record]]:
    """Give the rows of a query that binds `ids` as $1: of few at once, of many as `streamed` does."""
    if is_few(len(ids)):
        yield await connection.fetch(query, ids.tolist(), *given)
        return
    async for rows in streamed(connection, query, ids.tolist(), *given):
        yield rows


async def streamed(
    connection: asyncpg.Connection, query: str, *given: object
) -> AsyncIterator[list[asyncpg.Record]]:
    """Give the rows of a query some thousands at a time; none where there are none.

    One plan for all: asked for part by part, each part might read the tables whole.
    """
    rows: list[asyncpg.Record] = []
    async for row in connection.cursor(query, *given, prefetch=AT_ONCE):
        rows.append(row)
        if len(rows) == AT_ONCE:
            yield rows
            rows = []
    if rows:
        yield rows


class _Shelves:
    """Columns that rows are put into piece by piece."""

    def __init__(self, names: Sequence[str]) -> None:
        self._cells: dict[str, list[npt.NDArray[np.object_]]] = {name: [] for name in names}
        self._known: dict[str, dict[Any, Any]] = {name: {} for name in names}

    def filled(self, rows: Sequence[asyncpg.Record]) -> "_Shelves":
        """Put in the rows, whose cells stand in the order of the names."""
        for at, (name, cells) in enumerate(self._cells.items()):
            cells.append(_once((row[at] for row in rows), self._known[name], len(rows)))
        return self

    def frame(self) -> pd.DataFrame:
        """Give what was put in; the shelves are empty then."""
        self._known.clear()
        columns: dict[str, npt.NDArray[np.object_]] = {}
        for name in [*self._cells]:
            nothing = np.empty(0, dtype=object)
            columns[name] = np.concatenate([nothing, *self._cells.pop(name)])
        return pd.DataFrame(columns, dtype=object, copy=False)


def _once(values: Iterable[Any], known: dict[Any, Any], count: int) -> npt.NDArray[np.object_]:
    """Give each distinct value as one object; numbers and hashes are seldom the same twice."""
    cells = np.empty(count, dtype=object)
    cells[:] = [one if isinstance(one, UNSHARED) else known.setdefault(one, one) for one in values]
    return cells


def stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put frames of texts and other objects under each other; where a column is absent, "".

    Many small frames with differing columns: `pd.concat` would spend a millisecond on each.
    """
    rows = sum(len(frame) for frame in frames)
    names = dict.fromkeys(name for frame in frames for name in frame.columns)
    columns = {name: np.full(rows, "", dtype=object) for name in names}
    start = 0
    for frame in frames:
        cells = frame.to_numpy(dtype=object)
        for place, name in enumerate(frame.columns):
            columns[name][start : start + len(frame)] = cells[:, place]
        start += len(frame)
    return pd.DataFrame(columns, dtype=object)


def each(values: "pd.Series[Any]", rule: Callable[[Any], object]) -> "pd.Series[Any]":
    """Apply a rule to each distinct value and gather; where nothing stands nothing is made."""
    known = {value: rule(value) for value in set(values) if value is not None}
    return column((known.get(value) for value in values), values.index)


def rows_of(frame: pd.DataFrame, *names: str) -> "zip[tuple[Any, ...]]":
    """Walk a frame's rows as tuples of the named columns."""
    return zip(*(frame[name] for name in names), strict=True)


async def insert_frame(
    connection: asyncpg.Connection, table: str, frame: pd.DataFrame, columns: Sequence[str]
) -> None:
    """Add a frame's rows to a table under row-level security, which takes no COPY of its own.

    Costs one INSERT, of many rows a COPY into a temporary table besides; of none nothing.
    """
    if frame.empty:
        return
    listed = ", ".join(f'"{name}"' for name in columns)
    if is_few(len(frame)):
        await connection.execute(
            f"insert into {table} ({listed}) select {listed}"
            f" from jsonb_populate_recordset(null::{table}, $1)",
            as_json(frame, columns),
        )
        return
    await connection.execute(
        f"create temp table arriving on commit drop as select {listed} from {table} with no data"
    )
    await copy_frame(connection, "arriving", frame, columns)
    await connection.execute(f"insert into {table} ({listed}) select {listed} from arriving")
    await connection.execute("drop table arriving")


def is_few(rows: int) -> bool:
    """Tell whether rows travel within a statement rather than through a temporary table."""
    return rows <= FEW


def as_json(frame: pd.DataFrame, columns: Sequence[str]) -> str:
    """Write rows as JSON whose values PostgreSQL reads back as what COPY would have stored.

    For `jsonb_populate_recordset` and its like; not for columns of jsonb.
    """
    if frame.empty:
        return "[]"
    cells = [_cells(frame[name]) for name in columns]
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*cells, strict=True)]
    return json.dumps(rows, ensure_ascii=False, default=_as_text)


def _cells(column: "pd.Series[Any]") -> list[Any]:
    """Turn a column into Python values; of objects without pandas, which is slow on a few."""
    if column.dtype != object:
        return column_values(column)
    return [None if value is pd.NaT or value != value else value for value in column.tolist()]  # noqa: PLR0124 - NaN is what no cell holds


def _as_text(value: object) -> object:
    """Write a cell as PostgreSQL writes it."""
    match value:
        case datetime():
            return value.isoformat()
        case date():
            return {ALWAYS: "-infinity", FOREVER: "infinity"}.get(value) or value.isoformat()
        case bytes():
            return f"\\x{value.hex()}"
        case UUID():
            return str(value)
        case np.generic():
            return value.item()
    raise TypeError(type(value).__name__)
