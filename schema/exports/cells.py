"""A value of an answer as a cell: in words for people, as it is for machines."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from schema.exports.columns import Column, Kind
from schema.exports.paging import MORE

Json = Any  # a decoded part of an answer
Cell = str | int | float | date | datetime | None
JOINT = "; "
CUT = " …"  # the list goes on beyond its page
NOTHING = "—"  # keeps the places of a joined list: columns of one list can be read side by side


def cells_of(columns: Sequence[Column], row: Json, zone: ZoneInfo) -> list[Cell]:
    """Give a row's cells as people read them: days, numbers, words of choices."""
    return [_cell(column, row, zone) for column in columns]


def plain_cells_of(columns: Sequence[Column], row: Json) -> list[str]:
    """Give a row's cells as machines read them: codes, ISO days and instants, true and false."""
    return [_plain_cell(column, row) for column in columns]


def _cell(column: Column, row: Json, zone: ZoneInfo) -> Cell:
    found: list[Json] = []
    is_cut = _gather(row, column.path, found)
    if not column.several:
        return _worded(column, found[0], zone) if found else None
    texts = [_text(_worded(column, value, zone)) for value in found]
    return _joined(texts, is_cut=is_cut)


def _plain_cell(column: Column, row: Json) -> str:
    found: list[Json] = []
    is_cut = _gather(row, column.path, found)
    if not column.several:
        return _plain(found[0]) if found else ""
    return _joined([_plain(value) for value in found], is_cut=is_cut)


def _joined(texts: Sequence[str], *, is_cut: bool) -> str:
    if not any(texts):
        return ""
    return JOINT.join(text or NOTHING for text in texts) + (CUT if is_cut else "")


def _gather(value: Json, path: Sequence[str], found: list[Json]) -> bool:
    """Collect the values at the end of a path; tell whether a list on it goes on."""
    if isinstance(value, list):
        # A list, not a generator: every item is to be collected, whatever the first one says.
        cuts = [_gather(item, path, found) for item in value]
        return any(cuts)
    if not path or value is None:
        found.append(value)
        return False
    more = value.get(MORE)
    inner = _gather(value.get(path[0]), path[1:], found)
    return inner or bool(more and more["hasNextPage"])


def _worded(column: Column, value: Json, zone: ZoneInfo) -> Cell:
    match column.kind if value is not None else None:
        case None:
            return None
        case Kind.TEXT | Kind.NUMBER:
            return value if isinstance(value, int | float) else str(value)
        case Kind.DAY:
            return date.fromisoformat(value)
        case Kind.INSTANT:
            return datetime.fromisoformat(value).astimezone(zone).replace(tzinfo=None)
        case Kind.FLAG:
            return "да" if value else "нет"
        case Kind.CHOICE:
            return (column.labels or {}).get(value, str(value))


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            return f"{cell:%d.%m.%Y %H:%M}"
        case date():
            return f"{cell:%d.%m.%Y}"
        case _:
            return str(cell)


def texts_of(cells: Sequence[Cell]) -> list[str]:
    """Write cells as texts in the order of a Russian date and with a decimal comma."""
    return [
        _text(cell).replace(".", ",") if isinstance(cell, float) else _text(cell) for cell in cells
    ]


def _plain(value: Json) -> str:
    match value:
        case None:
            return ""
        case True | False:
            return str(value).lower()
        case _:
            return str(value)
