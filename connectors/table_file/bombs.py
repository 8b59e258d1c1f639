"""How large a spreadsheet would grow once opened, measured before anything opens it.

A few kilobytes may declare gigabytes, and one far cell makes the reader allocate every cell before
it, so both are measured by streaming through the archive with flat memory.
"""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO
from xml.parsers import expat

from connectors.table_file.container import BROKEN_ZIP, MOST_MEMBERS, Container, overlapping
from connectors.table_file.failure import UnreadableTableError, damaged, too_much_inside

MOST_BYTES = 600 * (1 << 20)
MOST_RATIO = 250
SMALL_BYTES = 20 * (1 << 20)
# Each cell of the rectangle costs 32 bytes in the reader: 256 MB at most.
MOST_CELLS = 8_000_000
LONGEST_NUMBER = 12

_FAR_COLUMN = re.compile(rb"""\br=["']([A-Za-z]{2,})\d""")
_FAR_ROW = re.compile(rb"""\br=["'][A-Za-z]*(\d{5,})""")
# The reader reserves memory for as many shared strings as their table claims to have.
_CLAIMED = re.compile(rb"""[cC]ount=["']\d{8,}""")


def refuse_bombs(path: Path, container: Container) -> None:
    """Raise UnreadableTableError if opening the book would take more memory than the hub allows."""
    if container not in {Container.XLSX, Container.XLSB, Container.ODS}:
        return
    measure = _xlsx_cells if container is Container.XLSX else _ods_cells
    try:
        with zipfile.ZipFile(path) as archive:
            refuse_declared(archive)
            for member in archive.infolist():
                if member.filename.lower().endswith((".xml", ".rels")):
                    _refuse_rectangle(archive, member, measure)
    except BROKEN_ZIP as error:
        raise damaged() from error
    except expat.ExpatError as error:
        raise damaged() from error


def refuse_declared(archive: zipfile.ZipFile) -> None:
    """Raise UnreadableTableError for an archive that says itself how far it would grow."""
    members = archive.infolist()
    declared = sum(member.file_size for member in members)
    packed = max(sum(member.compress_size for member in members), 1)
    dense = declared > SMALL_BYTES and declared / packed > MOST_RATIO
    if declared > MOST_BYTES or len(members) > MOST_MEMBERS or dense:
        raise too_much_inside()


def _refuse_rectangle(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    measure: Callable[[IO[bytes]], tuple[int, int]],
) -> None:
    """Read a member to its end, so that a size declared falsely shows itself, and measure it."""
    with archive.open(member) as stream:
        rows, columns = measure(stream)
    if rows * columns > MOST_CELLS:
        raise UnreadableTableError(
            f"Лист занимает {rows} строк и {columns} столбцов, считая до самой дальней ячейки. "
            "Удалите ячейки вне таблицы или сохраните лист в CSV и загрузите снова.",
            code="file.too_large",
        )


def _xlsx_cells(stream: IO[bytes]) -> tuple[int, int]:
    """Give the rows and columns up to the farthest cell; near cells count as 10,000 by 26."""
    columns: set[bytes] = set()
    rows: set[bytes] = set()
    for piece in overlapping(stream):
        if _CLAIMED.search(piece):
            raise too_much_inside()
        columns.update(_FAR_COLUMN.findall(piece))
        rows.update(_FAR_ROW.findall(piece))
    if not columns and not rows:
        return 0, 0
    farthest_row = max((int(row[:LONGEST_NUMBER]) for row in rows), default=10_000)
    return farthest_row, max(map(_column_number, columns), default=26)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters[:8].upper():
        number = number * 26 + letter - 64
    return number


class _Extent:
    """The rectangle of an ods sheet as its repeated rows and cells unfold."""

    def __init__(self) -> None:
        self.row = self.column = self.row_repeat = self.cell_repeat = 0
        self.rows = self.columns = self.largest = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "table":
                self.row = self.rows = self.columns = 0
                self.row_repeat = 0
            case "table-row":
                self.row += self.row_repeat
                self.column = self.cell_repeat = 0
                self.row_repeat = _repeat(attributes, "rows")
            case "table-cell" | "covered-table-cell":
                self.column += self.cell_repeat
                self.cell_repeat = _repeat(attributes, "columns")
                if any(key.endswith(("value-type", "formula")) for key in attributes):
                    self._filled()
            case "p":
                self._filled()

    def _filled(self) -> None:
        self.rows = max(self.rows, self.row + self.row_repeat)
        self.columns = max(self.columns, self.column + self.cell_repeat)
        self.largest = max(self.largest, self.rows * self.columns)


def _repeat(attributes: dict[str, str], what: str) -> int:
    text = attributes.get(f"table:number-{what}-repeated", "1")
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else 1


def _ods_cells(stream: IO[bytes]) -> tuple[int, int]:
    extent = _Extent()
    parser = expat.ParserCreate()
    parser.StartElementHandler = extent.start
    parser.StartDoctypeDeclHandler = _refuse_doctype
    while piece := stream.read(1 << 16):
        parser.Parse(piece)
    return extent.largest, 1


def _refuse_doctype(*_declaration: object) -> None:
    raise damaged()
