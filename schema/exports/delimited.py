"""Delimited text: for Excel with semicolons and a BOM, for machines as RFC 4180 has it."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence

from schema.exports.cells import cells_of, plain_cells_of, texts_of
from schema.exports.table import Table

BOM = "\ufeff"
# A spreadsheet takes a cell that begins so for a formula; the apostrophe makes it a text again.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


async def for_excel(table: Table) -> AsyncIterator[bytes]:
    """Yield the text page by page: UTF-8 with a BOM, semicolons, Russian dates, no formulas."""
    lines = [[line] for line in table.above]
    lines.append([column.header for column in table.columns])
    yield (BOM + _written(_guarded(lines), ";")).encode()
    async for page in table.pages():
        rows = [texts_of(cells_of(table.columns, row, table.zone)) for row in page]
        yield _written(_guarded(rows), ";").encode()


async def for_machines(table: Table) -> AsyncIterator[bytes]:
    """Yield the text page by page: UTF-8, commas, CRLF, field names, values as they are.

    Nothing is added to a value, so a spreadsheet may take some for formulas: it is for programs.
    """
    yield _written([[column.name for column in table.columns]], ",").encode()
    async for page in table.pages():
        yield _written([plain_cells_of(table.columns, row) for row in page], ",").encode()


def guarded(text: str) -> str:
    """Make a text that a spreadsheet would run as a formula into one that it shows."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _guarded(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    return [[guarded(cell) for cell in row] for row in rows]


def _written(rows: Iterable[Sequence[str]], delimiter: str) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return stream.getvalue()
