"""A workbook: the table with its header frozen and filtered, and the sheet «Методика».

Rows go to a file on disk as they come, so memory does not grow with them; a text is written as a
text whatever it begins with, so nothing in a cell runs.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from schema.errors import ErrorCode
from schema.exports.cells import Cell, cells_of
from schema.exports.columns import Column, Kind
from schema.exports.table import Note, Page, Table
from schema.faults import refusal

SHEET: Final = "Данные"
NOTES: Final = "Методика"
MAX_TEXT: Final = 32_767  # characters of a cell
FIRST_DAY: Final = date(1900, 1, 1)  # the calendar of a workbook begins here
LAST_ROW: Final = 1_048_576
A4: Final = 9
_WIDTHS: Final = {Kind.NUMBER: 12, Kind.DAY: 12, Kind.INSTANT: 17, Kind.FLAG: 10}
_WIDEST: Final = 48
_NARROWEST: Final = 10
Format = Any  # xlsxwriter ships no types


async def write_workbook(table: Table, path: Path) -> None:
    """Write a table to a file; raises what its pages raise, then the file is of no use."""
    book = Book(path)
    sheet = book.sheet(SHEET, table)
    async for page in table.pages():
        await asyncio.to_thread(sheet.add, page)
    book.notes((*table.notes, Note(about="Строк", text=str(sheet.count))))
    await asyncio.to_thread(book.close)


class Book:
    """A workbook being written; `close` makes the file."""

    def __init__(self, path: Path) -> None:
        self._book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "tmpdir": str(path.parent),
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self.styles = Styles(self._book)
        self._sheets: list[Sheet] = []

    def sheet(self, name: str, table: Table) -> "Sheet":
        """Begin a sheet with a table."""
        sheet = Sheet(self._book.add_worksheet(name), table, self.styles)
        self._sheets.append(sheet)
        return sheet

    def notes(self, notes: Sequence[Note]) -> None:
        """Write the sheet that says how the tables were made."""
        sheet = self._book.add_worksheet(NOTES)
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 100)
        for row, note in enumerate(notes):
            sheet.write_string(row, 0, note.about, self.styles.label)
            sheet.write_string(row, 1, note.text[:MAX_TEXT], self.styles.wrapped)

    @property
    def raw(self) -> Any:  # noqa: ANN401 - xlsxwriter ships no types
        """The workbook itself, for what only some exports need."""
        return self._book

    def close(self) -> None:
        """Finish the tables and make the file."""
        for sheet in self._sheets:
            sheet.finish()
        self._book.close()


class Styles:
    """The formats of a workbook."""

    def __init__(self, book: Any) -> None:  # noqa: ANN401 - xlsxwriter ships no types
        grid = {"border": 1, "border_color": "#D9D9D9", "valign": "top"}
        self.header: Format = book.add_format(
            {**grid, "bold": True, "bg_color": "#E8EEF4", "text_wrap": True, "valign": "vcenter"}
        )
        self.title: Format = book.add_format({"bold": True, "font_size": 12})
        self.label: Format = book.add_format({"bold": True, "valign": "top"})
        self.wrapped: Format = book.add_format({"text_wrap": True, "valign": "top"})
        self.text: Format = book.add_format({**grid, "text_wrap": True, "num_format": "@"})
        self.number: Format = book.add_format({**grid, "num_format": "0.########"})
        self.whole: Format = book.add_format({**grid, "num_format": "0"})
        self.day: Format = book.add_format({**grid, "num_format": "dd.mm.yyyy"})
        self.instant: Format = book.add_format({**grid, "num_format": "dd.mm.yyyy hh:mm"})


class Sheet:
    """A sheet with one table."""

    def __init__(self, sheet: Any, table: Table, styles: Styles) -> None:  # noqa: ANN401 - xlsxwriter ships no types
        self.raw = sheet
        self._table = table
        self._styles = styles
        self._head = len(table.above)
        self._next = self._head + 1
        self._begin()

    @property
    def count(self) -> int:
        """How many rows have been written."""
        return self._next - self._head - 1

    @property
    def first_row(self) -> int:
        """The number of the first row below the header, from zero."""
        return self._head + 1

    def add(self, page: Page) -> None:
        """Write a page of rows."""
        for row in page:
            self.write(cells_of(self._table.columns, row, self._table.zone))

    def write(self, cells: Sequence[Cell]) -> None:
        """Write one row; raises EXPORT_TOO_LARGE where the sheet ends."""
        if self._next >= LAST_ROW:
            raise refusal(
                ErrorCode.EXPORT_TOO_LARGE,
                "Строк больше, чем вмещает лист книги. Сузьте условия или возьмите csv.",
                status=HTTPStatus.BAD_REQUEST,
            )
        for at, cell in enumerate(cells):
            self._cell(self._next, at, cell)
        self._next += 1

    def finish(self) -> None:
        """Put the filter over what has been written."""
        last = max(self._next - 1, self._head)
        self.raw.autofilter(self._head, 0, last, len(self._table.columns) - 1)

    def _begin(self) -> None:
        sheet = self.raw
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(self._head)
        sheet.set_footer("&L&F&R&P / &N")
        sheet.freeze_panes(self._head + 1, 0)
        for at, column in enumerate(self._table.columns):
            sheet.set_column(at, at, _width(column))
        for row, line in enumerate(self._table.above):
            sheet.write_string(row, 0, line, self._styles.title)
        for at, column in enumerate(self._table.columns):
            sheet.write_string(self._head, at, column.header, self._styles.header)

    def _cell(self, row: int, at: int, cell: Cell) -> None:
        sheet, styles = self.raw, self._styles
        match cell:
            case None | "":
                sheet.write_blank(row, at, None, styles.text)
            case datetime() if cell.date() >= FIRST_DAY:
                sheet.write_datetime(row, at, cell, styles.instant)
            case datetime():
                sheet.write_string(row, at, cell.isoformat(" ", "minutes"), styles.text)
            case date() if cell >= FIRST_DAY:
                sheet.write_datetime(row, at, cell, styles.day)
            case date():
                sheet.write_string(row, at, f"{cell:%d.%m.%Y}", styles.text)
            case int():
                sheet.write_number(row, at, cell, styles.whole)
            case float():
                sheet.write_number(row, at, cell, styles.number)
            case _:
                sheet.write_string(row, at, cell[:MAX_TEXT], styles.text)


def _width(column: Column) -> int:
    fixed = _WIDTHS.get(column.kind) if not column.several else None
    return fixed or min(_WIDEST, max(_NARROWEST, len(column.header) + 4))
