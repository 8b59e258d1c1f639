"""Tables filled with many rows at once: frames copied in, and the planner told of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import asyncpg
import numpy as np

if TYPE_CHECKING:
    import pandas as pd

AT_ONCE: Final = 20_000  # rows that are Python values at a time


async def copy_frame(
    connection: asyncpg.Connection,
    table: str,
    frame: "pd.DataFrame",
    columns: Sequence[str] | None = None,
) -> int:
    """COPY a frame's columns into a table and return how many rows went in.

    PostgreSQL refuses COPY into tables with row-level security: copy into a temporary table and
    insert from there, which is how a difference is computed anyway. Half a million rows a second.
    Goes by pieces: cells as Python values take several times what a column does.
    Missing values of every kind become NULL. A datetime column without a zone is one of dates,
    with a zone one of instants. Arrays are lists, jsonb is JSON text, 'infinity' is `FOREVER`.
    """
    names = list(columns if columns is not None else frame.columns)
    for start in range(0, len(frame), AT_ONCE):
        some = frame.iloc[start : start + AT_ONCE]
        records = zip(*(column_values(some[name]) for name in names), strict=True)
        await connection.copy_records_to_table(table, records=records, columns=names)
    return len(frame)


async def refresh_statistics(connection: asyncpg.Connection, *tables: str) -> None:
    """Tell the planner how large tables are that this very transaction has filled.

    The worker owns no table: ANALYZE of its own would be skipped with a warning. Costs a sample of
    30,000 rows of each table.
    """
    await connection.executemany(
        "select refresh_statistics($1::text::regclass)", [(table,) for table in tables]
    )


def column_values(column: "pd.Series[Any]") -> list[Any]:  # a cell is of any type
    """Turn a column into a list of Python values with None where a value is missing."""
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind == "M":
        return column.to_numpy().astype("datetime64[D]").tolist()
    if isinstance(dtype, np.dtype) and dtype.kind in "iub":
        return column.to_numpy().tolist()
    values: list[Any] = column.tolist()
    for place in np.flatnonzero(column.isna().to_numpy()):
        values[place] = None
    return values
