"""Dates of all shapes that personnel tables hold, and birth years where the day is not known."""

import re
from datetime import date, timedelta
from functools import lru_cache

from sync.matching.lexicon import fold_yo, table
from sync.matching.normalise.outcome import Found, Outcome

EXCEL_EPOCH = date(1899, 12, 30)  # the 1900 system with its leap-year mistake
_SERIALS = range(3_000, 73_051)  # 1908 to 2099
_DAY_FIRST = re.compile(r"^(\d{1,2})[./\-, ]\s*(\d{1,2})[./\-, ]\s*(\d{4}|\d{2})\b")
_YEAR_FIRST = re.compile(r"^(\d{4})[./\- ](\d{1,2})[./\- ](\d{1,2})(?!\d)")
_IN_WORDS = re.compile(r"^(\d{1,2})?\s*([а-я]{3,8})\.?\s*(\d{4}|\d{2})\b")
_MONTH_YEAR = re.compile(r"^(\d{1,2})[./\-](\d{4})$")
_YEAR = re.compile(r"^(\d{4})$")
_COMPACT = re.compile(r"^(\d{2})(\d{2})(\d{4})$")
_NOISE = re.compile(r"\s*(года рождения|г\.?\s*р\.?|года|год|г\.?)$|^(с|от|по|до)\s+|[«»\"']")
_FLOAT_TAIL = re.compile(r"(?<=^\d{4})\.0+$|(?<=^\d{5})\.0+$")
_MIDNIGHT = re.compile(r"[t\s]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(z|[+-]\d{2}:?\d{2})?$")
_EMPTY_DATES = frozenset({date(1, 1, 1), date(1900, 1, 1), date(1899, 12, 30)})
_YOUNGEST, _OLDEST = 3, 110
_MONTHS_IN_YEAR = 12


def normalise_birth(cells: tuple[str, ...], today: date) -> Outcome:
    """Give (birth date, birth year) of the cells (birth_date, birth_year)."""
    stated, year_cell = cells
    day, year, code = _read(stated, today.year - _YOUNGEST)
    field = "birth_date"
    if day is None and year is None and not code:
        day, year, code = _read(year_cell, today.year - _YOUNGEST)
        field = "birth_year"
    elif day is None and year is None:
        _, year, _ = _read(year_cell, today.year - _YOUNGEST)
    issues: tuple[Found, ...] = ((field, code),) if code else ()
    year = day.year if day else year
    if year is not None and not today.year - _OLDEST <= year <= today.year - _YOUNGEST:
        return Outcome(values=(None, None), issues=(*issues, (field, "date.implausible")))
    return Outcome(values=(day, year), issues=issues)


def normalise_hired(cells: tuple[str, ...], today: date) -> Outcome:
    """Give the day of hiring; a year alone is no day."""
    return _plain(cells[0], "hire_date", today)


def normalise_dismissed(cells: tuple[str, ...], today: date) -> Outcome:
    """Give the day of dismissal; a year alone is no day."""
    return _plain(cells[0], "dismissal_date", today)


def _plain(text: str, field: str, today: date) -> Outcome:
    day, _, code = _read(text, today.year + 2)
    if code:
        return Outcome(values=(None,), issues=((field, code),))
    if day is not None and not today.year - _OLDEST <= day.year <= today.year + 10:
        return Outcome(values=(None,), issues=((field, "date.implausible"),))
    return Outcome(values=(day,))


def parse_date(text: str, today: date) -> date | None:
    """Give the full date that a text states, or nothing."""
    return _read(text, today.year + 2)[0]


@lru_cache(maxsize=200_000)
def _read(text: str, newest_year: int) -> tuple[date | None, int | None, str]:
    """Give (date, year, code of what is wrong) of one cell."""
    bare = _clean(text)
    if not bare:
        return None, None, ""
    if (year := _YEAR.match(bare)) and int(year[1]) not in _year_like_serials():
        return None, int(year[1]), ""
    if bare.isdigit() and len(bare) <= len("99999"):
        return _serial(int(bare))
    if month_year := _MONTH_YEAR.match(bare):
        ok = 1 <= int(month_year[1]) <= _MONTHS_IN_YEAR
        return None, int(month_year[2]), "" if ok else "date.impossible"
    return _in_parts(bare, newest_year)


def _year_like_serials() -> range:
    return range(3_000, 10_000)


def _clean(text: str) -> str:
    bare = _MIDNIGHT.sub("", fold_yo(text).strip().replace("\u00a0", " "))
    before = ""
    while before != bare:
        before, bare = bare, _NOISE.sub("", bare).strip()
    bare = _FLOAT_TAIL.sub("", bare)
    return bare if any(sign.isdigit() for sign in bare) and bare != "0" else ""


def _serial(number: int) -> tuple[date | None, int | None, str]:
    if number not in _SERIALS:
        return None, None, "date.unreadable"
    return EXCEL_EPOCH + timedelta(days=number), None, ""


def _in_parts(bare: str, newest_year: int) -> tuple[date | None, int | None, str]:
    if found := _YEAR_FIRST.match(bare):
        year, month, day = (int(part) for part in found.groups())
        return _compose(year, month, day)
    found = _DAY_FIRST.match(bare) or _COMPACT.match(bare)
    if found:
        day, month = int(found[1]), int(found[2])
        if month > _MONTHS_IN_YEAR >= day:  # an American export
            day, month = month, day
        return _compose(century(found[3], newest_year), month, day)
    if (named := _IN_WORDS.match(bare)) and (number := table("months").get(named[2])):
        year = century(named[3], newest_year)
        if named[1] is None:
            return None, year, ""
        return _compose(year, int(str(number)), int(named[1]))
    return None, None, "date.unreadable"


def century(year: str, newest_year: int) -> int:
    """Complete a two-digit year: of this century if that lies far enough back, else the last.

    Nobody in these tables is a hundred years old and nobody is younger than five, so the choice
    is never open for births.
    """
    if len(year) == len("1980"):
        return int(year)
    recent = 2000 + int(year)
    return recent if recent <= newest_year else recent - 100


def _compose(year: int, month: int, day: int) -> tuple[date | None, int | None, str]:
    try:
        composed = date(year, month, day)
    except ValueError:
        return None, year if year > 1 else None, "date.impossible"
    return (None, None, "") if composed in _EMPTY_DATES else (composed, None, "")
