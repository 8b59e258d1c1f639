"""The text of a cell: what a person sees in it, without the marks of typesetting and of Excel."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

CellValue = str | float | bool | date | datetime | time | timedelta

# A cell longer than this is no cell of a school table; the rest of it is not kept.
LONGEST_CELL = 32_767
# Beyond this a float has no exact whole part to show.
MOST_WHOLE = 1e16

_SPACES = re.compile("[^\\S\n\x1c-\x1f]+")
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_BREAKS = re.compile(r" ?\r?\n[ \r\n]*")
# What `str.strip` leaves and a tidy cell has not; й and ё written as letter and mark included.
_ODD = "[\x00-\x1d\x1f\x7f\u00a0\u00ad\u0300-\u036f\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]|  "
_UNTIDY = re.compile(_ODD + "|^[=']")
_CELL_END = "\x1e"
_UNTIDY_COLUMN = re.compile(_ODD + f"|(?:^|{_CELL_END})[=']")
_EXCEL_TEXT = re.compile(r'^="([^"]*)"$')
_GUARDED = re.compile(r"^'(?=[=+\-@\d])")


def text_of(value: CellValue) -> str:
    """Give the tidy text of a cell; dates as ISO 8601, whole numbers as digits."""
    if isinstance(value, str):
        return tidy(value)
    return text_of_value(value)


def text_of_value(value: CellValue) -> str:
    """Give the text of a cell that a spreadsheet holds as something other than text."""
    match value:
        case bool():
            return "да" if value else "нет"
        case float():
            return (
                str(int(value)) if value.is_integer() and abs(value) < MOST_WHOLE else repr(value)
            )
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def tidy(text: str) -> str:
    """Strip a cell of typesetting: other spaces become spaces, invisible signs go, letters unite.

    Line breaks stay, for several people may stand in one cell. `="0123"` and `'0123`, by which
    programs keep Excel from reading a number or a formula, give what stands inside.
    """
    text = text.strip()
    if not _UNTIDY.search(text):
        return text[:LONGEST_CELL]
    text = unicodedata.normalize("NFC", text[: LONGEST_CELL * 2])
    text = _BREAKS.sub("\n", _SPACES.sub(" ", _UNSEEN.sub("", text)))
    text = _GUARDED.sub("", _EXCEL_TEXT.sub(r"\1", text.strip()))
    return text.strip()[:LONGEST_CELL]


def texts(values: Sequence[CellValue]) -> list[str]:
    """Give the tidy texts of a column; each distinct value is worked on once."""
    kinds = set(map(type, values))
    if kinds <= {str}:
        return _tidied(values)  # type: ignore[arg-type]  # the line above looked at every value
    if bool in kinds and len(kinds) > 1:
        # 1, 1.0 and True are equal keys of a dict and different texts.
        return [text_of(value) for value in values]
    text_by_value = {value: text_of(value) for value in set(values)}
    return [text_by_value[value] for value in values]


def _tidied(values: Sequence[str]) -> list[str]:
    """Tidy a column of strings, looking at the whole before looking at each."""
    stripped = [value.strip() for value in values]
    if _fits(stripped) and not _UNTIDY_COLUMN.search(_CELL_END.join(stripped)):
        return stripped
    text_by_value = {value: tidy(value) for value in set(stripped)}
    return [text_by_value[value] for value in stripped]


def _fits(values: Sequence[str]) -> bool:
    return not values or max(map(len, values)) <= LONGEST_CELL
