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

from sync.matching.facts import NO_DAY, Coded
from sync.matching.hashing import Int64s
from sync.matching.lexicon import fold_yo, word_set
from sync.matching.normalise.contacts import normalise_contacts
from sync.matching.normalise.dates import normalise_birth
from sync.matching.normalise.outcome import Outcome, Rule, cells_of, outcomes_of
from sync.matching.normalise.snils import SAMPLES, UNCHECKED_UP_TO, normalise_snils

Mask = npt.NDArray[np.bool_]
_PUNCTUATION = str.maketrans("", "", " -()")
_EMAIL = re.compile(r"[a-z0-9][a-z0-9._%+\-]*@[a-z0-9\-]+(?:\.[a-z0-9\-]+)*\.[a-z]{2,}")
_PLAIN_DAY = re.compile(r"([0-3][0-9])\.([01][0-9])\.([0-9]{4})|([0-9]{4})-[01][0-9]-[0-3][0-9]")
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
    bare = [cell.replace("-", "").replace(" ", "") for cell in cells]
    plain = np.array([_is_number(text) for text in bare], dtype=bool)
    valid = np.zeros(len(cells), dtype=bool)
    valid[plain] = _are_valid([bare[at] for at in np.flatnonzero(plain)])
    values = [text if ok else "" for text, ok in zip(bare, valid.tolist(), strict=True)]
    for at in np.flatnonzero(~plain).tolist():
        values[at] = str(_first(normalise_snils((cells[at],), today)))
    return recoded(codes.astype(np.int64), values)


def _is_number(text: str) -> bool:
    return len(text) == _SNILS_DIGITS and text.isascii() and text.isdigit()


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
    found = _PLAIN_DAY.fullmatch(cells[0])
    if found and _OLDEST_USUAL <= int(found[3] or found[4]) <= today.year - _YOUNGEST:
        text = cells[0]
        iso = text if found[4] else f"{found[3]}-{found[2]}-{found[1]}"
        try:
            day = date.fromisoformat(iso)
        except ValueError:
            return normalise_birth(cells, today)
        return Outcome(values=(day, day.year))
    return normalise_birth(cells, today)


def contact_columns(raw: pd.DataFrame, today: date) -> tuple[Coded, Coded]:
    """Give (phones, e-mails) of each row, one value a line."""
    phone_codes, phone_cells = cells_of(raw, "phone")
    email_codes, email_cells = cells_of(raw, "email")
    phones = [_phone(cell) for cell in phone_cells]
    emails = [_email(cell) for cell in email_cells]
    for at in (at for at, text in enumerate(phones) if text is None):
        phones[at] = _listed(normalise_contacts((phone_cells[at], "", ""), today), 0)
    for at in (at for at, text in enumerate(emails) if text is None):
        emails[at] = _listed(normalise_contacts(("", email_cells[at], ""), today), 1)
    found = recoded(phone_codes.astype(np.int64), map(str, phones))
    return found, recoded(email_codes.astype(np.int64), map(str, emails))


def _phone(cell: str) -> str | None:
    """Give a plain phone, "" of nothing, None where the rule must look."""
    digits = cell.removeprefix("+").translate(_PUNCTUATION)
    if not digits:
        return "" if cell.strip("- ()") == "" else None
    if len(digits) == len("89270000000") and digits.isascii() and digits.isdigit():
        return "+7" + digits[1:] if digits[0] in "78" else None
    return None


def _email(cell: str) -> str | None:
    if not cell:
        return ""
    folded = cell.lower()
    return folded if folded.isascii() and _EMAIL.fullmatch(folded) else None


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
