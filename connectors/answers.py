"""Items of answers as rows of our fields: values as texts, what was expected and is not there."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import pandas as pd

from hub.records import Place, Rejected

LONGEST_NUMBER = 18
# JSON can name one half of a pair that only together is a sign: no text holds it.
_HALVES = re.compile("[\ud800-\udfff]")
UNREADABLE = "Запись не читается: это не набор полей. Сообщите оператору системы."


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of an answer by our fields; `key` tells it from the others of its stream."""

    key: str
    stated: Mapping[str, str]
    fault: tuple[str, str] | None = None


def frame_of(rows: Sequence[tuple[int, Row]], sheet: str) -> pd.DataFrame:
    """Put rows with their numbers under each other as the columns of a batch."""
    names = list(rows[0][1].stated) if rows else []
    stated = {name: [row.stated[name] for _, row in rows] for name in names}
    frame = pd.DataFrame({**stated, "sheet": [sheet] * len(rows)}, dtype=object)
    return frame.assign(row=[number for number, _ in rows])


def refused(row: Row, place: Place) -> Rejected:
    """Say why a row was not taken."""
    code, message = row.fault or ("row.unreadable", UNREADABLE)
    stated = {name: value for name, value in row.stated.items() if value}
    return Rejected(place=place, code=code, message=message, payload=stated)


def unmapped_of(items: Sequence[object], fields: Mapping[str, str]) -> tuple[str, ...]:
    """Name the fields of an answer that the map does not take; what they hold is not kept."""
    taken = {path.partition(".")[0] for path in fields.values()}
    present = {str(name) for item in items if isinstance(item, Mapping) for name in item}
    return tuple(sorted(present - taken))


def missing_of(items: Sequence[object], fields: Mapping[str, str]) -> tuple[str, ...]:
    """Name the fields that the map expects and no item has: the answer may have changed."""
    known = [item for item in items if isinstance(item, Mapping)]
    paths = sorted({path.partition(".")[0] for path in fields.values()})
    return tuple(path for path in paths if known and not any(path in item for item in known))


def fields_of(items: Sequence[object], fields: Mapping[str, str]) -> dict[str, str]:
    """Name the parts of some items in their order, each with the field that the map takes it as.

    What lies inside another part is named with dots.
    """
    taken = {path: name for name, path in fields.items()}
    paths = [path for item in items if isinstance(item, Mapping) for path in _paths(item)]
    return {path: taken.get(path, "") for path in dict.fromkeys(paths)}


def _paths(item: Mapping[str, object], within: str = "") -> Iterator[str]:
    for name, value in item.items():
        path = f"{within}{name}"
        if isinstance(value, Mapping):
            yield from _paths(value, f"{path}.")
        else:
            yield path


def text_of(value: object) -> str:
    """Give a value as a cell would show it: 1003.0 is 1003, yes and no are words."""
    match value:
        case None:
            return ""
        case bool():
            return "да" if value else "нет"
        case float() if value.is_integer():
            return str(int(value))
        case list():
            return ", ".join(filter(None, map(text_of, value)))
        case Mapping():
            return ""
        case _:
            return _HALVES.sub("\ufffd", str(value).strip())


def inside(item: Mapping[str, object], path: str) -> object:
    """Give what stands at a path with dots; None where nothing does."""
    value: object = item
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def trimmed(text: str) -> str:
    """Drop the tail that a number gets on its way through a spreadsheet."""
    return text.removesuffix(".0") if text.removesuffix(".0").isdecimal() else text


def whole(text: str) -> str:
    """Give the integer that a school's number is, else nothing."""
    number = trimmed(text)
    plain = number.isascii() and number.isdecimal() and len(number) <= LONGEST_NUMBER
    return str(int(number)) if plain else ""


def hashed(item: object) -> str:
    """Give a key for an item that has no number of its own."""
    return sha256(repr(item).encode()).hexdigest()
