"""Writes tables as web pages, binary books, dBase files and archives, for the reader to read."""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape

Grid = Sequence[Sequence[str]]

_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships '
    'xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
_RELATION = (
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/{0}" Target="{1}"/>'
)


def web_page(grid: Grid, *, title: str = "", charset: str = "") -> str:
    """Write a grid as programs write a page for Excel: cells as they are, the last tags left open."""
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">'
    rows = "".join(
        "<tr>" + "".join(f"<td>{_marked(cell)}</td>\n" for cell in row) + "</tr>" for row in grid
    )
    heading = f"<h3>{escape(title)}</h3>" if title else ""
    head = f"<head>{meta if charset else ''}<style>td {{color: red}}</style></head>"
    return f"<html>{head}<body>{heading}<table border=1>{rows}</table>"


def _marked(cell: str) -> str:
    return escape(cell).replace("\n", "<br>") or "&nbsp;"


def binary_book(grid: Grid, *, sheet: str = "Лист1") -> bytes:
    """Write a grid as a binary Excel book (.xlsb) of one sheet, all cells texts."""
    parts: dict[str, str | bytes] = {
        "_rels/.rels": _RELATIONS.format(_RELATION.format("officeDocument", "xl/workbook.bin")),
        "xl/_rels/workbook.bin.rels": _RELATIONS.format(
            _RELATION.format("worksheet", "worksheets/sheet1.bin")
        ),
        "xl/workbook.bin": _record(131)
        + _record(143)
        + _record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide(sheet))
        + _record(144)
        + _record(132),
        "xl/worksheets/sheet1.bin": _record(129) + _cells(grid) + _record(130),
    }
    return archive({name: _bytes(part) for name, part in parts.items()})


def _bytes(part: str | bytes) -> bytes:
    return part.encode() if isinstance(part, str) else part


def _cells(grid: Grid) -> bytes:
    width = max((len(row) for row in grid), default=1)
    written = _record(148, struct.pack("<IIII", 0, max(len(grid) - 1, 0), 0, width - 1))
    written += _record(145)
    for number, row in enumerate(grid):
        written += _record(0, struct.pack("<IIHHB", number, 0, 300, 0, 0) + struct.pack("<I", 0))
        for column, cell in enumerate(row):
            if cell:
                written += _record(6, struct.pack("<II", column, 0) + _wide(cell))
    return written + _record(146)


def _record(number: int, content: bytes = b"") -> bytes:
    """Write a record: its number in one or two bytes, its length in sevens of bits."""
    kind = bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80, number >> 7])
    size, length = b"", len(content)
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 0x7F else 0)])
        length >>= 7
        if not length:
            return kind + size + content


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def dbase(
    grid: Grid, *, encoding: str = "cp866", driver: int = 0x65, deleted: Sequence[int] = ()
) -> bytes:
    """Write a grid as a dBase table; its first row names the fields, a date column is typed D."""
    names, rows = grid[0], grid[1:]
    encoded = [[cell.encode(encoding) for cell in row] for row in rows]
    columns = list(zip(*encoded, strict=True)) if encoded else [[b""] for _ in names]
    kinds = [
        b"D" if name.startswith("D") and _dated(column) else b"C"
        for name, column in zip(names, columns, strict=True)
    ]
    widths = [max(1, *map(len, column)) for column in columns]
    size, begins = 1 + sum(widths), 32 + 32 * len(names) + 1
    today = date(2026, 9, 1)
    head = struct.pack(
        "<BBBBIHH17xBxx",
        3,
        today.year - 1900,
        today.month,
        today.day,
        len(rows),
        begins,
        size,
        driver,
    )
    fields = b"".join(
        struct.pack("<11sc4xBB14x", name.encode(encoding)[:10], kind, width % 256, width // 256)
        for name, kind, width in zip(names, kinds, widths, strict=True)
    )
    records = b"".join(
        (b"*" if number in deleted else b" ")
        + b"".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for number, row in enumerate(encoded)
    )
    return head + fields + b"\r" + records + b"\x1a"


def _dated(column: Sequence[bytes]) -> bool:
    return all(len(cell) == 8 and cell.isdigit() for cell in column)


def archive(members: Mapping[str, bytes]) -> bytes:
    """Pack files by name."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in members.items():
            written.writestr(name, content)
    return stream.getvalue()
