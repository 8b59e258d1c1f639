"""Values that belong to nobody: a school's phone, a form's sample number, a day nobody knew.

They are recognised by how many different people bear them, and a file alone can tell that.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.engines.notices import Notice
from sync.matching.facts import NO_DAY, coded
from sync.matching.hashing import Int64s

Mask = npt.NDArray[np.bool_]
_FAMILY = 5  # different full names that one phone may have
_NUMBER_HOLDERS = 3  # different full names under one СНИЛС: the owner's, a maiden one, a child's
_DEFAULT_DAY_TIMES = 30  # of the mean number of records a birth date
_DEFAULT_DAY_LEAST = 200
_NEW_YEAR_SHARE = 0.01  # of dates: in life 0.3 per cent are born on the first of January
_FEWEST_DATES = 1_000


def without_fillers(facts: pd.DataFrame) -> tuple[pd.DataFrame, list[Notice]]:
    """Take away what stands in a cell and says nothing of the person; tell what was taken."""
    notices: list[Notice] = []
    names = _full_names(facts)
    for column, most, cause, text in (
        ("phones", _FAMILY, "phone.shared", "телефон общий для многих людей: не учитывается"),
        ("emails", _FAMILY, "email.shared", "адрес почты общий для многих людей: не учитывается"),
        (
            "snils_hash",
            _NUMBER_HOLDERS,
            "snils.shared",
            "под одним СНИЛС записано много разных людей: номер не учитывается",
        ),
    ):
        shared = _shared(facts, column, names, most)
        if shared.any():
            facts[column] = facts[column].where(~shared, "")
            notices.append(Notice(cause=cause, count=int(shared.sum()), text=text))
    return facts, [*notices, *_without_default_days(facts)]


def _full_names(facts: pd.DataFrame) -> Int64s:
    last, first = coded(facts, "last_key"), coded(facts, "first_key")
    return last.codes * len(first.distinct) + first.codes


def _shared(facts: pd.DataFrame, column: str, names: Int64s, most: int) -> Mask:
    """Tell which rows hold a value that more than `most` different full names bear."""
    held = coded(facts, column)
    stated = np.flatnonzero(held.stands())
    pairs = pd.DataFrame({"value": held.codes[stated], "name": names[stated]}).drop_duplicates()
    bearers = np.bincount(pairs["value"], minlength=len(held.distinct))
    return np.asarray((bearers > most)[held.codes] & held.stands(), dtype=bool)


def _without_default_days(facts: pd.DataFrame) -> list[Notice]:
    """Blank a birthday that a form fills in; keep the year alone of doubtful firsts of January."""
    days = facts["birth_date"].to_numpy(np.int64).copy()
    years = facts["birth_year"].to_numpy(np.int64).copy()
    default = _default_days(days)
    days[default], years[default] = NO_DAY, 0
    new_year = _new_years(days)
    days[new_year] = NO_DAY
    facts["birth_date"], facts["birth_year"] = days, years
    found = []
    if default.any():
        found.append(
            Notice(
                cause="birth.default",
                count=int(default.sum()),
                text="одна и та же дата рождения у многих людей: считается неизвестной",
            )
        )
    if new_year.any():
        found.append(
            Notice(
                cause="birth.new_year",
                count=int(new_year.sum()),
                text="первых января больше, чем бывает: от такой даты оставлен год",
            )
        )
    return found


def _default_days(days: Int64s) -> Mask:
    known = days != NO_DAY
    distinct, counts = np.unique(days[known], return_counts=True)
    if len(distinct) == 0:
        return np.asarray(known, dtype=bool)
    usual = max(float(np.median(counts)), 1.0)
    most = max(_DEFAULT_DAY_LEAST, _DEFAULT_DAY_TIMES * usual)
    return np.asarray(known & np.isin(days, distinct[counts > most]), dtype=bool)


def _new_years(days: Int64s) -> Mask:
    known = days != NO_DAY
    calendar = np.where(known, days, 0).astype("datetime64[D]")
    first = known & (calendar == calendar.astype("datetime64[Y]").astype("datetime64[D]"))
    many = known.sum() >= _FEWEST_DATES and first.sum() > _NEW_YEAR_SHARE * known.sum()
    return np.asarray(first & bool(many), dtype=bool)
