"""The rules for whole columns: plain cells, which most are, by cheap tests; the rest by the rules.

A cell is plain when the scalar rule would not change more of it than its case and ё. The tests
hold both ways to the same facts, so a record gives the same bits alone and among a million.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from pyarrow import compute

from sync.matching.facts import NO_DAY, Coded
from sync.matching.hashing import Int64s
from sync.matching.lexicon import fold_yo, table, word_set
from sync.matching.normalise.contacts import normalise_contacts
from sync.matching.normalise.dates import EXCEL_EPOCH, century, normalise_birth
from sync.matching.normalise.figures import (
    Bytes,
    are_figures,
    number,
    of_size,
    put,
    recoded_texts,
    without,
)
from sync.matching.normalise.outcome import Outcome, Rule, outcomes_of, texts_of
from sync.matching.normalise.snils import SAMPLES, UNCHECKED_UP_TO, normalise_snils

Mask = npt.NDArray[np.bool_]
_EMAIL = r"[a-z0-9][a-z0-9._%+\-]*@[a-z0-9\-]+(?:\.[a-z0-9\-]+)*\.[a-z]{2,}"
_DAY_FIRST = re.compile(r"([0-3]?[0-9])[./]([01]?[0-9])[./]([0-9]{4}|[0-9]{2})")
_YEAR_FIRST = re.compile(
    r"([0-9]{4})-([01][0-9])-([0-3][0-9])(?: [0-2][0-9]:[0-5][0-9]:[0-5][0-9])?"
)
_IN_WORDS = re.compile(r"([0-3]?[0-9]) ([а-я]{3,8}) ([0-9]{4})(?: г\.?)?")
_OLDEST_USUAL = 1930
_YOUNGEST = 3
_EPOCH = date(1970, 1, 1).toordinal()
_SNILS_DIGITS = 11
_PHONE_DIGITS = 11
_WEIGHTS = np.arange(9, 0, -1)
_MONTHS = 12
_DATE_SIGNS = 10
# Where year, month and day stand in a date of ten signs, and which signs stand between.
_USUAL_DATES = (
    ((range(6, 10), range(3, 5), range(2)), (2, 5), "./"),
    ((range(4), range(5, 7), range(8, 10)), (4, 7), "-"),
)


def recoded(codes: Int64s, values: Iterable[str]) -> Coded:
    """Give a coded column whose values are distinct again."""
    numbers, distinct = pd.factorize(np.array([*values, ""], dtype=object))
    return Coded(codes=numbers.astype(np.int64)[codes], distinct=np.asarray(distinct, dtype=object))


def snils_column(raw: pd.DataFrame, today: date) -> Coded:
    """Give the digits of each row's valid СНИЛС, "" for none."""
    codes, stated = texts_of(raw, "snils")
    bare = without(stated, "- ")
    rows, signs = of_size(bare, _SNILS_DIGITS)
    plain = are_figures(signs)
    rows, valid = rows[plain], _are_valid(signs[plain])
    odd = np.ones(len(stated), dtype=bool)
    odd[rows] = False
    cells = stated.filter(pa.array(odd)).to_pylist()
    said = [str(_first(normalise_snils((cell,), today))) for cell in cells]
    bare = put(bare, np.flatnonzero(odd).tolist(), said)
    return recoded_texts(codes, put(bare, rows[~valid].tolist(), [""] * int((~valid).sum())))


def _are_valid(signs: Bytes) -> Mask:
    """Tell which eleven figures are a valid number and not a sample."""
    digits = signs - np.uint8(ord("0"))
    body = digits[:, :9].astype(np.int64)
    stated = digits[:, 9].astype(np.int64) * 10 + digits[:, 10]
    unchecked = number(signs[:, :9]) <= UNCHECKED_UP_TO
    checked = (body @ _WEIGHTS) % 101 % 100 == stated
    same = (body == body[:, :1]).all(axis=1)
    sample = np.isin(number(signs), np.array(sorted(map(int, SAMPLES)), dtype=np.int64))
    return np.asarray((unchecked | checked) & ~same & ~sample, dtype=bool)


def birth_columns(raw: pd.DataFrame, today: date) -> tuple[Int64s, Int64s]:
    """Give days since 1970 and years, NO_DAY and 0 where unknown."""
    if "birth_year" in raw.columns:
        return _births_of_two_cells(raw, today)
    codes, stated = texts_of(raw, "birth_date")
    days, years = _usual_days(stated, today.year - _YOUNGEST)
    odd = np.flatnonzero(days == NO_DAY)
    cells = stated.take(pa.array(odd)).to_pylist()
    days[odd], years[odd] = _read([_plain_birth((cell, ""), today) for cell in cells])
    return days[codes], years[codes]


def _births_of_two_cells(raw: pd.DataFrame, today: date) -> tuple[Int64s, Int64s]:
    reads = ("birth_date", "birth_year")
    codes, outcomes = outcomes_of(Rule(reads=reads, fills=reads, apply=_plain_birth), raw, today)
    days, years = _read(outcomes)
    return days[codes], years[codes]


def _read(outcomes: list[Outcome]) -> tuple[Int64s, Int64s]:
    pairs = [outcome.values for outcome in outcomes]  # noqa: PD011 - a dataclass, no frame
    days = [day.toordinal() - _EPOCH if isinstance(day, date) else NO_DAY for day, _ in pairs]
    years = [year if isinstance(year, int) else 0 for _, year in pairs]
    return np.array(days, dtype=np.int64), np.array(years, dtype=np.int64)


def _usual_days(stated: pa.Array, newest_year: int) -> tuple[Int64s, Int64s]:
    """Give days and years of cells of ten signs that are a date of a usual year, else NO_DAY and 0."""
    days, years = np.full(len(stated), NO_DAY, np.int64), np.zeros(len(stated), np.int64)
    rows, signs = of_size(stated, _DATE_SIGNS)
    for places, between, separators in _USUAL_DATES:
        year, month, day = (signs[:, list(at)] for at in places)
        fits = are_figures(np.hstack([year, month, day]))
        fits &= np.isin(signs[:, list(between)], [*separators.encode()]).all(axis=1)
        found = np.flatnonzero(fits)
        parts = [number(part[found]) for part in (year, month, day)]
        days[rows[found]], years[rows[found]] = _days_of(parts, newest_year)
    return days, years


def _days_of(parts: Sequence[Int64s], newest_year: int) -> tuple[Int64s, Int64s]:
    """Give the day and year of each date of a usual year, NO_DAY and 0 where there is no such."""
    year, month, day = parts
    usual = (year >= _OLDEST_USUAL) & (year <= newest_year)
    usual &= (month >= 1) & (month <= _MONTHS) & (day >= 1)
    first = np.where(usual, (year - 1970) * _MONTHS + month - 1, 0).astype("datetime64[M]")
    days = first.astype("datetime64[D]").astype(np.int64) + day - 1
    usual &= days < (first + 1).astype("datetime64[D]").astype(np.int64)
    return np.where(usual, days, NO_DAY), np.where(usual, year, 0)


def _plain_birth(cells: tuple[str, ...], today: date) -> Outcome:
    """Give what the rule gives; dates written as most are cost a pattern and no more."""
    parts = _parts_of_day(cells[0], today.year - _YOUNGEST)
    if parts and _OLDEST_USUAL <= parts[0] <= today.year - _YOUNGEST:
        try:
            day = date(*parts)
        except ValueError:
            return normalise_birth(cells, today)
        return Outcome(values=(day, day.year))
    return normalise_birth(cells, today)


def _parts_of_day(cell: str, newest_year: int) -> tuple[int, int, int] | None:
    """Give year, month and day of a cell that is a date and nothing else."""
    if len(cell) == len("34567") and cell.isascii() and cell.isdigit():
        day = date.fromordinal(EXCEL_EPOCH.toordinal() + int(cell))
        return day.year, day.month, day.day
    if found := _YEAR_FIRST.fullmatch(cell):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _DAY_FIRST.fullmatch(cell):
        return century(found[3], newest_year), int(found[2]), int(found[1])
    if (found := _IN_WORDS.fullmatch(cell)) and (month := table("months").get(found[2])):
        return int(found[3]), int(str(month)), int(found[1])
    return None


def contact_columns(raw: pd.DataFrame, today: date) -> tuple[Coded, Coded]:
    """Give (phones, e-mails) of each row, one value a line."""
    phone_codes, phone_cells = texts_of(raw, "phone")
    email_codes, email_cells = texts_of(raw, "email")
    phones, odd = _plain_phones(phone_cells)
    cells = phone_cells.take(pa.array(odd)).to_pylist()
    said = [_listed(normalise_contacts((cell, "", ""), today), 0) for cell in cells]
    found = recoded_texts(phone_codes, put(phones, odd.tolist(), said))
    emails, odd = _plain_emails(email_cells)
    cells = email_cells.take(pa.array(odd)).to_pylist()
    said = [_listed(normalise_contacts(("", cell, ""), today), 1) for cell in cells]
    return found, recoded_texts(email_codes, put(emails, odd.tolist(), said))


def _plain_phones(stated: pa.Array) -> tuple[pa.Array, Int64s]:
    """Give plain phones, "" of nothing, and which cells the rule must look at."""
    plus = compute.starts_with(stated, "+")
    bare = compute.replace_substring(stated, pattern="+", replacement="", max_replacements=1)
    digits = without(compute.if_else(plus, bare, stated), " ()-")
    rows, signs = of_size(digits, _PHONE_DIGITS)
    whole = rows[are_figures(signs) & np.isin(signs[:, 0], (ord("7"), ord("8")))]
    odd = np.ones(len(stated), dtype=bool)
    odd[whole] = False
    nothing = compute.and_(compute.equal(digits, ""), compute.invert(plus))
    odd &= ~nothing.to_numpy(zero_copy_only=False)
    phones = compute.binary_join_element_wise("+7", compute.utf8_slice_codeunits(digits, 1), "")
    return compute.if_else(nothing, "", phones), np.flatnonzero(odd).astype(np.int64)


def _plain_emails(stated: pa.Array) -> tuple[pa.Array, Int64s]:
    """Give plain addresses, "" of nothing, and which cells the rule must look at."""
    folded = compute.utf8_lower(stated)
    plain = compute.match_substring_regex(folded, f"^(?:{_EMAIL})?$").to_numpy(zero_copy_only=False)
    return folded, np.flatnonzero(~plain).astype(np.int64)


def _listed(outcome: Outcome, place: int) -> str:
    found = outcome.values[place]  # noqa: PD011 - a dataclass, no frame
    return "\n".join(map(str, found)) if isinstance(found, list) else ""


def _first(outcome: Outcome) -> object:
    return outcome.values[0]  # noqa: PD011 - a dataclass, no frame


def flags(values: Sequence[str], test: Callable[[str], bool]) -> Mask:
    """Apply a test to each value."""
    return np.array([test(value) for value in values], dtype=bool)


def is_nothing(cell: str) -> bool:
    """Tell whether a cell of a name says that there is none."""
    return not cell.strip() or fold_yo(cell).strip() in word_set("names", "empty")
