"""Tables of web pages, which programs save under the name of a spreadsheet: rows as a page shows them.

The tables of a page follow each other in one sheet, as in a spreadsheet program that opens it; text
between them is a row of one cell, and the rows of a table within a cell stand before its row.
"""

import codecs
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from connectors.table_file.cells import LONGEST_CELL
from connectors.table_file.encoding import SAMPLE_BYTES, encoding_of_text
from connectors.table_file.failure import UnreadableTableError
from connectors.table_file.lines import LONGEST_LINE

PIECE = 1 << 16
WIDEST_ROW = 16_384
MOST_SPAN = 65_534

_CHARSET = re.compile(rb"""charset\s*=\s*["']?([\w-]+)""", re.IGNORECASE)
_BLANK = re.compile(r"\s+")
_UNSEEN = frozenset({"script", "style", "title", "noscript", "template", "xml", "head"})
_OPENING = frozenset({"head"})  # may stay open; whatever shows something closes it
_BLOCKS = frozenset({"p", "div", "li", "br", "h1", "h2", "h3", "h4", "h5", "h6", "caption", "hr"})
_CELLS = frozenset({"td", "th"})

Row = tuple[int, list[str]]


def page_encoding(path: Path) -> str:
    """Find the encoding of a page; what it declares of itself is one opinion among others."""
    with path.open("rb") as stream:
        sample = stream.read(SAMPLE_BYTES)
    found = _CHARSET.search(sample)
    declared = found[1].decode("ascii") if found else ""
    try:
        declared = codecs.lookup(declared).name
    except LookupError:
        declared = ""
    return encoding_of_text(sample, declared)


def rows_of_page(path: Path, encoding: str) -> Iterator[Row]:
    """Yield the rows of a page with their numbers, in flat memory.

    Raises UnreadableTableError for a page without a table, and where a tag has no end.
    """
    reader = _Reader()
    with path.open(encoding=encoding, errors="replace") as stream:
        while piece := stream.read(PIECE):
            reader.feed(piece)
            reader.require_ends()
            yield from reader.taken()
    reader.close()
    reader.finish()
    yield from reader.taken()
    if not reader.has_table:
        raise UnreadableTableError(
            "Это веб-страница, и таблицы в ней нет: так бывает, когда вместо файла сохранилась "
            "страница входа. Выгрузите таблицу снова и загрузите её.",
            code="file.html",
        )


@dataclass(slots=True)
class _Cell:
    width: int
    height: int
    text: list[str] = field(default_factory=list)
    length: int = 0

    def add(self, text: str) -> None:
        """Take more text; what no cell may hold is not kept."""
        if self.length < LONGEST_CELL:
            self.text.append(text)
            self.length += len(text)

    def shown(self) -> str:
        lines = ("".join(self.text)).split("\n")
        return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


@dataclass(slots=True)
class _Table:
    """A table on its way: its open row and cell, and what cells of rows above reach down with."""

    row: list[str] | None = None
    cell: _Cell | None = None
    below: dict[int, tuple[int, str]] = field(default_factory=dict)
    holds_table: bool = False

    def place(self, cell: _Cell) -> None:
        """Put a cell behind what stands in its row already."""
        row = self.row = self._reached(self.row or [])
        text = cell.shown()
        for column in range(len(row), len(row) + cell.width):
            if cell.height > 1:
                self.below[column] = (cell.height - 1, text if column == len(row) else "")
        row += [text, *[""] * (cell.width - 1)]

    def ended(self) -> list[str]:
        """Give the open row with all that reaches into it."""
        row, self.row = self._reached(self.row or []), None
        for column in sorted(column for column in self.below if column >= len(row)):
            row += [""] * (column - len(row))
            row = self._reached(row)
        return row

    def _reached(self, row: list[str]) -> list[str]:
        while (held := self.below.get(len(row))) is not None:
            left, text = held
            if left > 1:
                self.below[len(row)] = (left - 1, text)
            else:
                del self.below[len(row)]
            row.append(text)
        return row


class _Reader(HTMLParser):
    """Turns tags into rows; a tag left open is closed by the next one that cannot stand in it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.has_table = False
        self._tables: list[_Table] = []
        self._line = _Cell(width=1, height=1)
        self._unseen: list[str] = []
        self._ready: deque[list[str]] = deque()
        self._number = 0

    def taken(self) -> Iterator[Row]:
        """Yield the rows that are complete."""
        while self._ready:
            self._number += 1
            yield self._number, self._ready.popleft()

    def require_ends(self) -> None:
        """Raise UnreadableTableError for a tag or a comment that does not end."""
        if len(self.rawdata) > LONGEST_LINE:
            row = self._number + len(self._ready) + 1
            raise UnreadableTableError(
                f"После строки {row - 1} веб-страница не читается: знак «<» ничем не закрыт. "
                "Сохраните таблицу как .xlsx и загрузите снова.",
                row=row,
                code="file.line_too_long",
            )

    def finish(self) -> None:
        """Close whatever is still open."""
        while self._tables:
            self._close_table()
        self._flush_line()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, a row or a cell."""
        if tag == "table":
            self._unseen = []
            self._open_table()
        elif tag in _UNSEEN:
            self._unseen.append(tag)
        elif tag in _BLOCKS:
            self._break()
        elif self._tables and tag == "tr":
            self._close_row()
            self._tables[-1].row = []
        elif self._tables and tag in _CELLS:
            self._close_cell()
            self._tables[-1].cell = _cell_of(dict(attrs))
            self._require_width(self._tables[-1].row or [])

    def handle_endtag(self, tag: str) -> None:
        """Close a table, a row or a cell."""
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
        elif tag in _BLOCKS:
            self._break()
        elif not self._tables:
            return
        elif tag == "table":
            self._close_table()
        elif tag == "tr":
            self._close_row()
        elif tag in _CELLS:
            self._close_cell()

    def handle_data(self, data: str) -> None:
        """Take text into the open cell, or into the line between tables."""
        if self._unseen and self._unseen != list(_OPENING):
            return
        cell = self._tables[-1].cell if self._tables else None
        (cell or self._line).add(_BLANK.sub(" ", data))

    def _break(self) -> None:
        cell = self._tables[-1].cell if self._tables else None
        if cell is not None:
            cell.add("\n")
        else:
            self._flush_line()

    def _flush_line(self) -> None:
        if text := self._line.shown():
            self._ready.append([text])
        if self._line.text:
            self._line = _Cell(width=1, height=1)

    def _open_table(self) -> None:
        self._flush_line()
        self.has_table = True
        if self._tables:
            self._tables[-1].holds_table = True
        self._tables.append(_Table())

    def _close_cell(self) -> None:
        table = self._tables[-1]
        if table.cell is not None:
            table.place(table.cell)
            table.cell = None
        self._flush_line()

    def _close_row(self) -> None:
        self._close_cell()
        table = self._tables[-1]
        if table.row is None:
            return
        row = table.ended()
        if any(row) or not table.holds_table:
            self._ready.append(row)
        table.holds_table = False

    def _close_table(self) -> None:
        self._close_row()
        self._tables.pop()

    def _require_width(self, row: list[str]) -> None:
        if len(row) > WIDEST_ROW:
            number = self._number + len(self._ready) + 1
            raise UnreadableTableError(
                f"В строке {number} больше {WIDEST_ROW} столбцов. Оставьте столбцы таблицы, "
                "остальные удалите и загрузите файл снова.",
                row=number,
                code="file.too_wide",
            )


def _cell_of(attributes: dict[str, str | None]) -> _Cell:
    return _Cell(
        width=_span(attributes.get("colspan"), WIDEST_ROW),
        height=_span(attributes.get("rowspan"), MOST_SPAN),
    )


def _span(text: str | None, most: int) -> int:
    text = (text or "").strip()
    return max(1, min(int(text), most)) if text.isdecimal() and len(text) < LONGEST_SPAN else 1


LONGEST_SPAN = 9  # digits
