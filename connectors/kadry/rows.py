"""Cards and pairs as the system gives them, turned into columns of strings; bad ones refused."""

from collections.abc import Mapping

from connectors.answers import UNREADABLE, Row, hashed, inside, text_of, trimmed, whole

_NAMES = ("last_name", "first_name", "full_name", "mentor_full_name")
_NO_NUMBER = "У записи нет номера. Попросите оператора системы проверить выгрузку."
NO_SCHOOL = (
    "У записи нет номера организации или он не целое число. Исправьте организацию в карточке."
)
_NO_NAME = "В записи нет ФИО. Впишите его в карточку; при следующем чтении она будет принята."


def read_row(item: object, fields: Mapping[str, str]) -> Row:
    """Read one item of an answer; a fault is its code and what to do.

    Where the map has fields of names, one of them must be filled.
    """
    if not isinstance(item, Mapping):
        return Row(key=hashed(item), stated={}, fault=("row.unreadable", UNREADABLE))
    values = {name: text_of(inside(item, path)) for name, path in fields.items()}
    values["organization_code"] = whole(values["organization_code"])
    values["external_id"] = trimmed(values["external_id"])
    key = values["external_id"] or hashed(sorted(values.items()))
    return Row(key=key, stated=values, fault=_fault(values))


def _fault(values: Mapping[str, str]) -> tuple[str, str] | None:
    if not values["external_id"]:
        return "row.no_number", _NO_NUMBER
    if not values["organization_code"]:
        return "row.no_school", NO_SCHOOL
    names = [values[name] for name in _NAMES if name in values]
    if names and not any(names):
        return "row.no_name", _NO_NAME
    return None
