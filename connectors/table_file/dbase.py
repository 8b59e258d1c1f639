"""Tables of dBase and FoxPro (.dbf), as old personnel programs export them: records as rows.

The names of the fields are the header. A record marked as deleted keeps its number and is left out.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

from connectors.table_file.cells import CellValue
from connectors.table_file.encoding import encoding_of_text
from connectors.table_file.failure import UnreadableTableError, damaged

VERSIONS = frozenset({0x03, 0x30, 0x31, 0x32, 0x83, 0x8B, 0xF5, 0xFB, 0x43, 0xCB})
# The language driver of the header, where a program wrote one.
ENCODINGS: Mapping[int, str] = MappingProxyType(
    {0x26: "cp866", 0x65: "cp866", 0x57: "cp1251", 0xC9: "cp1251", 0x96: "mac-cyrillic"}
)
SAMPLE_RECORDS = 200
LONGEST_HEAD = 32 * 300
_HEAD = struct.Struct("<BBBBIHH17xBxx")
_FIELD = struct.Struct("<11sc4xBB14x")
_DELETED = b"*"
_MONTHS, _DAYS = 12, 31

Row = tuple[int, list[CellValue]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    name: str
    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DBase:
    """What the head of a file says: fields, where its records begin, their size and number."""

    fields: tuple[_Field, ...]
    begins: int
    size: int
    records: int
    encoding: str


def is_dbase(head: bytes) -> bool:
    """Say whether a file begins as a dBase table does: a version, a date, sizes that agree."""
    if len(head) < _HEAD.size or head[0] not in VERSIONS:
        return False
    month, day, begins, size = (int(_HEAD.unpack_from(head)[at]) for at in (2, 3, 5, 6))
    dated = 1 <= month <= _MONTHS and 1 <= day <= _DAYS
    return dated and _HEAD.size < begins <= LONGEST_HEAD and size > 1


def open_dbase(path: Path) -> DBase:
    """Read the head of a file; raises UnreadableTableError where it does not hold together."""
    with path.open("rb") as stream:
        raw = stream.read(LONGEST_HEAD)
        _, _, _, _, records, begins, size, driver = _HEAD.unpack_from(raw)
        fields = tuple(_fields(raw[:begins]))
        stream.seek(begins)
        sample = stream.read(size * SAMPLE_RECORDS)
    if not fields or fields[-1].end > size:
        raise damaged()
    encoding = ENCODINGS.get(driver) or encoding_of_text(_texts(sample, fields, size))
    return DBase(fields=fields, begins=begins, size=size, records=records, encoding=encoding)


def rows_of_dbase(path: Path, table: DBase) -> Iterator[Row]:
    """Yield the names of the fields, then the records; raises UnreadableTableError where they end early."""
    yield 1, [field.name for field in table.fields]
    with path.open("rb") as stream:
        stream.seek(table.begins)
        for number in range(2, table.records + 2):
            record = stream.read(table.size)
            if len(record) < table.size:
                raise _cut_short(number)
            if record[:1] != _DELETED:
                yield number, [_value(field, record, table.encoding) for field in table.fields]


def _fields(head: bytes) -> Iterator[_Field]:
    """Give the fields in their order; the list ends with a carriage return."""
    start = 1
    for at in range(_HEAD.size, len(head) - _FIELD.size + 1, _FIELD.size):
        if head[at] == 0x0D:  # noqa: PLR2004  # the end of the list
            return
        name, kind, length, decimals = _FIELD.unpack_from(head, at)
        # A text longer than 255 has its high byte where a number has its decimals.
        width = length + 256 * decimals if kind == b"C" else length
        text = name.partition(b"\x00")[0]
        yield _Field(
            name=text.decode(encoding_of_text(text), "replace").strip(),
            kind=kind.decode("ascii", "replace"),
            start=start,
            end=start + width,
        )
        start += width


def _texts(sample: bytes, fields: tuple[_Field, ...], size: int) -> bytes:
    """Give the texts of some records, by which the encoding shows itself."""
    records = (sample[at : at + size] for at in range(0, len(sample), size))
    return b" ".join(
        record[field.start : field.end]
        for record in records
        for field in fields
        if field.kind == "C"
    )


def _value(field: _Field, record: bytes, encoding: str) -> CellValue:
    raw = record[field.start : field.end]
    binary = _BINARY.get(field.kind)
    if binary is not None:
        return binary(raw)
    text = raw.replace(b"\x00", b"").decode(encoding, "replace").strip()
    return _WORDED[field.kind](text) if field.kind in _WORDED else text


def _dated(text: str) -> CellValue:
    try:
        return date.fromisoformat(text) if text else ""
    except ValueError:
        return text


def _flag(text: str) -> CellValue:
    return {"T": "да", "Y": "да", "F": "нет", "N": "нет"}.get(text.upper(), "")


_WORDED: Mapping[str, Callable[[str], CellValue]] = MappingProxyType({"D": _dated, "L": _flag})
_BINARY: Mapping[str, Callable[[bytes], CellValue]] = MappingProxyType(
    {
        "I": lambda raw: float(int.from_bytes(raw, "little", signed=True)),
        "Y": lambda raw: int.from_bytes(raw, "little", signed=True) / 10_000,
        "B": lambda raw: (
            float(struct.unpack("<d", raw)[0]) if len(raw) == struct.calcsize("d") else ""
        ),
        # What stands in a file beside the table is not here.
        "M": lambda _: "",
        "G": lambda _: "",
        "P": lambda _: "",
        "0": lambda _: "",
    }
)


def _cut_short(row: int) -> UnreadableTableError:
    error = damaged()
    error.row = row
    return error
