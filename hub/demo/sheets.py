"""Writing a grid of cells as the files that schools send: csv of many encodings, xls, xlsx."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import xlsxwriter
import xlwt

Cell = str | int | float | date | None

SHEET = "Лист1"
_CREATED = datetime(2026, 1, 1)  # noqa: DTZ001 - a workbook's clock has no zone
_DATE_FORMAT = "dd.mm.yyyy"
_CSV = {
    "csv-cp1251": ("cp1251", ";"),
    "csv-utf8": ("utf-8", ";"),
    "csv-utf8-bom": ("utf-8-sig", ";"),
    "csv-utf16-tab": ("utf-16-le", "\t"),
}
_BYTE_ORDER_MARK = "﻿"


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A rectangle of cells shown as one; rows and columns count from zero, ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The cells of a sheet, row by row, and which of them are merged."""

    rows: Sequence[Sequence[Cell]]
    merges: tuple[Merge, ...] = ()


def extension_of(table_format: str) -> str:
    """Give the ending of a file of this format."""
    if table_format in _CSV:
        return "txt" if table_format.endswith("tab") else "csv"
    return table_format


def sheet_of(table_format: str) -> str:
    """Name the sheet on which the rows of a file stand; a text file has none."""
    return "" if table_format in _CSV else SHEET


def write_grid(path: Path, grid: Grid, table_format: str) -> None:
    """Write a grid; the same grid always gives the same bytes."""
    if table_format in _CSV:
        _write_csv(path, grid, table_format)
    elif table_format == "xls":
        _write_xls(path, grid)
    else:
        _write_xlsx(path, grid)


def _write_csv(path: Path, grid: Grid, table_format: str) -> None:
    encoding, delimiter = _CSV[table_format]
    width = max(map(len, grid.rows))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([*map(_shown, row), *[""] * (width - len(row))] for row in grid.rows)
    mark = _BYTE_ORDER_MARK if encoding == "utf-16-le" else ""
    path.write_bytes((mark + text.getvalue()).encode(encoding, errors="replace"))


def _shown(cell: Cell) -> str:
    if isinstance(cell, date):
        return f"{cell:%d.%m.%Y}"
    return "" if cell is None else str(cell).replace("\n", " ")


def _write_xls(path: Path, grid: Grid) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet(SHEET)
    style = xlwt.easyxf(num_format_str=_DATE_FORMAT)
    hidden = _hidden(grid)
    for merge in grid.merges:
        sheet.write_merge(
            merge.top, merge.bottom, merge.left, merge.right, grid.rows[merge.top][merge.left]
        )
    for number, row in enumerate(grid.rows):
        for column, cell in enumerate(row):
            if (number, column) in hidden or cell in {None, ""}:
                continue
            if isinstance(cell, date):
                sheet.write(number, column, cell, style)
            else:
                sheet.write(number, column, cell)
    book.save(str(path))


def _write_xlsx(path: Path, grid: Grid) -> None:
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": _CREATED})
        sheet = book.add_worksheet(SHEET)
        dated = book.add_format({"num_format": _DATE_FORMAT})
        bold = book.add_format({"bold": True, "text_wrap": True})
        hidden = _hidden(grid)
        for merge in grid.merges:
            value = grid.rows[merge.top][merge.left]
            sheet.merge_range(merge.top, merge.left, merge.bottom, merge.right, value, bold)
        for number, row in enumerate(grid.rows):
            for column, cell in enumerate(row):
                if (number, column) in hidden or cell in {None, ""}:
                    continue
                if isinstance(cell, date):
                    sheet.write_datetime(number, column, cell, dated)
                else:
                    sheet.write(number, column, cell)


def _hidden(grid: Grid) -> set[tuple[int, int]]:
    """Give the cells that a merge writes or covers."""
    return {
        (row, column)
        for merge in grid.merges
        for row in range(merge.top, merge.bottom + 1)
        for column in range(merge.left, merge.right + 1)
    }
