"""Cards and pairs as the system gives them, turned into columns of strings; bad ones refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import pandas as pd

from hub.records import Place, Rejected

_NAMES = ("last_name", "first_name", "full_name", "mentor_full_name")
_LONGEST_NUMBER = 18
_NO_NUMBER = "У записи нет номера. Попросите оператора системы проверить выгрузку."
NO_SCHOOL = (
    "У записи нет номера организации или он не целое число. Исправьте организацию в карточке."
)
_NO_NAME = "В записи нет ФИО. Впишите его в карточку; при следующем чтении она будет принята."
_UNREADABLE = "Запись не читается: это не набор полей. Сообщите оператору системы."


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of an answer by our fields; `key` tells it from the others of its stream."""

    key: str
    stated: Mapping[str, str]
    fault: tuple[str, str] | None = None


def read_row(item: object, fields: Mapping[str, str]) -> Row:
    """Read one item of an answer; a fault is its code and what to do.

    Where the map has fields of names, one of them must be filled.
    """
    if not isinstance(item, Mapping):
        return Row(key=_hashed(item), stated={}, fault=("row.unreadable", _UNREADABLE))
    values = {name: text_of(_inside(item, path)) for name, path in fields.items()}
    values["organization_code"] = whole(values["organization_code"])
    values["external_id"] = trimmed(values["external_id"])
    key = values["external_id"] or _hashed(sorted(values.items()))
    return Row(key=key, stated=values, fault=_fault(values))


def frame_of(rows: Sequence[tuple[int, Row]], sheet: str) -> pd.DataFrame:
    """Put rows with their numbers under each other as the columns of a batch."""
    names = list(rows[0][1].stated) if rows else []
    frame = pd.DataFrame({name: [row.stated[name] for _, row in rows] for name in names})
    frame["sheet"] = sheet
    frame["row"] = [number for number, _ in rows]
    return frame


def refused(row: Row, place: Place) -> Rejected:
    """Say why a row was not taken."""
    code, message = row.fault or ("row.unreadable", _UNREADABLE)
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
            return str(value).strip()


def _inside(item: Mapping[str, object], path: str) -> object:
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
    plain = number.isascii() and number.isdecimal() and len(number) <= _LONGEST_NUMBER
    return str(int(number)) if plain else ""


def _fault(values: Mapping[str, str]) -> tuple[str, str] | None:
    if not values["external_id"]:
        return "row.no_number", _NO_NUMBER
    if not values["organization_code"]:
        return "row.no_school", NO_SCHOOL
    names = [values[name] for name in _NAMES if name in values]
    if names and not any(names):
        return "row.no_name", _NO_NAME
    return None


def _hashed(item: object) -> str:
    return sha256(repr(item).encode()).hexdigest()
