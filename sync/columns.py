"""Columns of Python values: made of lists, ruled by distinct values, written into tables."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final  # a cell is a text, a day, an id, a list or nothing
from uuid import UUID

import asyncpg
import numpy as np
import pandas as pd

from hub.database import ALWAYS, FOREVER
from hub.filling import column_values, copy_frame

# Rows that travel within a statement: below this a temporary table costs more than they do.
FEW: Final = 5_000


def column(values: Iterable[object], index: "pd.Index[Any] | None" = None) -> "pd.Series[Any]":
    """Make a column that keeps each value as the object it is, None included."""
    return pd.Series(list(values), index=index, dtype=object)


def frame_of(rows: Sequence[asyncpg.Record], names: Sequence[str]) -> pd.DataFrame:
    """Make a frame of rows; of many, each distinct value of a column stands in memory once."""
    if is_few(len(rows)):
        return pd.DataFrame([tuple(row) for row in rows], columns=list(names), dtype=object)
    return pd.DataFrame({name: _once(row[at] for row in rows) for at, name in enumerate(names)})


def _once(values: Iterable[Any]) -> "pd.Series[Any]":
    known: dict[Any, Any] = {}
    return column(one if isinstance(one, list) else known.setdefault(one, one) for one in values)


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
