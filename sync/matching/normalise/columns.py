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

from sync.matching.facts import NO_DAY, Coded, Texts
from sync.matching.hashing import Int64s
from sync.matching.lexicon import fold_yo, table, word_set
from sync.matching.normalise.contacts import normalise_contacts
from sync.matching.normalise.dates import EXCEL_EPOCH, century, normalise_birth
from sync.matching.normalise.outcome import Outcome, Rule, cells_of, outcomes_of
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
_WEIGHTS = np.arange(9, 0, -1)


def recoded(codes: Int64s, values: Iterable[str]) -> Coded:
    """Give a coded column whose values are distinct again."""
    numbers, distinct = pd.factorize(np.array([*values, ""], dtype=object))
    return Coded(codes=numbers.astype(np.int64)[codes], distinct=np.asarray(distinct, dtype=object))


def snils_column(raw: pd.DataFrame, today: date) -> Coded:
    """Give the digits of each row's valid СНИЛС, "" for none."""
    codes, cells = cells_of(raw, "snils")
    bare = compute.replace_substring_regex(pa.array(cells, pa.string()), "[- ]", "")
    plain = compute.match_substring_regex(bare, f"^[0-9]{{{_SNILS_DIGITS}}}$").to_numpy(
        zero_copy_only=False
    )
    texts = bare.to_numpy(zero_copy_only=False)
    values = np.full(len(cells), "", dtype=object)
    at = np.flatnonzero(plain)
    valid = at[_are_valid(texts[at].tolist())]
    values[valid] = texts[valid]
    for odd in np.flatnonzero(~plain).tolist():
        values[odd] = str(_first(normalise_snils((cells[odd],), today)))
    return recoded(codes.astype(np.int64), values.tolist())


def _are_valid(numbers: list[str]) -> Mask:
    """Tell which eleven-digit numbers are valid and not samples."""
    if not numbers:
        return np.zeros(0, dtype=bool)
    digits = np.array(numbers, dtype="S11").view(np.uint8).reshape(-1, _SNILS_DIGITS) - ord("0")
    body = digits[:, :9].astype(np.int64)
    stated = digits[:, 9].astype(np.int64) * 10 + digits[:, 10]
    unchecked = body @ 10 ** np.arange(8, -1, -1) <= UNCHECKED_UP_TO
    checked = (body * _WEIGHTS).sum(axis=1) % 101 % 100 == stated
    same = (body == body[:, :1]).all(axis=1)
    sample = np.isin(np.array(numbers, dtype="S11"), np.array(sorted(SAMPLES), dtype="S11"))
    return np.asarray((unchecked | checked) & ~same & ~sample, dtype=bool)


def birth_columns(raw: pd.DataFrame, today: date) -> tuple[Int64s, Int64s]:
    """Give days since 1970 and years, NO_DAY and 0 where unknown."""
    rule = Rule(
        reads=("birth_date", "birth_year"),
        fills=("birth_date", "birth_year"),
        apply=_plain_birth,
    )
    codes, outcomes = outcomes_of(rule, raw, today)
    pairs = [outcome.values for outcome in outcomes]  # noqa: PD011 - a dataclass, no frame
    days = [day.toordinal() - _EPOCH if isinstance(day, date) else NO_DAY for day, _ in pairs]
    years = [year if isinstance(year, int) else 0 for _, year in pairs]
    return np.array(days, dtype=np.int64)[codes], np.array(years, dtype=np.int64)[codes]


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
    phone_codes, phone_cells = cells_of(raw, "phone")
    email_codes, email_cells = cells_of(raw, "email")
    phones, plain_phones = _plain_phones(phone_cells)
    emails, plain_emails = _plain_emails(email_cells)
    for at in np.flatnonzero(~plain_phones).tolist():
        phones[at] = _listed(normalise_contacts((phone_cells[at], "", ""), today), 0)
    for at in np.flatnonzero(~plain_emails).tolist():
        emails[at] = _listed(normalise_contacts(("", email_cells[at], ""), today), 1)
    found = recoded(phone_codes.astype(np.int64), phones.tolist())
    return found, recoded(email_codes.astype(np.int64), emails.tolist())


def _plain_phones(cells: list[str]) -> tuple[Texts, Mask]:
    """Give plain phones, "" of nothing, and which cells are such; the rule must look at the rest."""
    stated = pa.array(cells, pa.string())
    digits = compute.replace_substring_regex(stated, r"^\+|[ ()-]", "")
    whole = compute.match_substring_regex(digits, "^[78][0-9]{10}$").to_numpy(zero_copy_only=False)
    nothing = compute.match_substring_regex(stated, "^[ ()-]*$").to_numpy(zero_copy_only=False)
    subscriber = compute.binary_join_element_wise("+7", compute.utf8_slice_codeunits(digits, 1), "")
    return np.where(whole, subscriber.to_numpy(zero_copy_only=False), ""), whole | nothing


def _plain_emails(cells: list[str]) -> tuple[Texts, Mask]:
    """Give plain addresses, "" of nothing, and which cells are such."""
    folded = compute.utf8_lower(pa.array(cells, pa.string()))
    plain = compute.match_substring_regex(folded, f"^(?:{_EMAIL})?$").to_numpy(zero_copy_only=False)
    return np.where(plain, folded.to_numpy(zero_copy_only=False), ""), plain


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
