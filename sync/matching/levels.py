"""Comparing two records: a level for each field, all levels packed into one integer pattern."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.matching.facts import (
    NO_DAY,
    Coded,
    birth_days,
    birth_years,
    coded,
    coded_lists,
    is_weak,
    places,
)
from sync.matching.frequencies import Frequencies
from sync.matching.hashing import Int64s
from sync.matching.phonetic import surname_sound
from sync.matching.scales import FIELDS, Birth, Given, Last, Rarity, Same
from sync.matching.spelling import given_level, last_level

GENERATION_YEARS = 15


class HasFrequencies(Protocol):
    """A model as far as comparing needs it."""

    @property
    def frequencies(self) -> Frequencies:
        """Give the frozen name frequencies."""
        ...


def patterns(
    facts: pd.DataFrame,
    left: Int64s,
    right: Int64s,
    model: HasFrequencies,
    *,
    fields: Collection[str] = FIELDS.keys(),
) -> Int64s:
    """Give the pattern of each pair of positions; the same for (a, b) and (b, a).

    Levels are computed on distinct pairs of values and gathered. Fields that are not asked for
    stay 0: a partial pattern serves rules that read a few levels, never a score.
    """
    packed = np.zeros(len(left), dtype=np.int64)
    names = _name_levels(facts, left, right) if {"last", "first", "rarity"} & {*fields} else None
    for field in fields:
        if names and field in ("last", "first"):
            levels = names[field == "first"]
        elif names and field == "rarity":
            levels = _rarity(facts, (left, right), names, model.frequencies)
        else:
            levels = _LEVELS[field](facts, left, right)
        packed |= levels << FIELDS[field][0]
    return packed


def _name_levels(facts: pd.DataFrame, left: Int64s, right: Int64s) -> tuple[Int64s, Int64s]:
    """Give levels of surname and first name, which may stand in each other's place."""
    last, first = coded(facts, "last_key"), coded(facts, "first_key")
    former = coded(facts, "previous_last_key")
    lasts = _on_pairs(last, left, right, last_level)
    firsts = _on_pairs(first, left, right, given_level)
    in_last, in_first, in_former = _one_code(last, first, former)
    known = last.stands()[left] & last.stands()[right]
    has_former = former.stands()
    meets = (in_former[left] == in_last[right]) | (in_former[right] == in_last[left])
    meets |= (in_former[left] == in_former[right]) & has_former[left]
    formerly = (has_former[left] | has_former[right]) & meets & known & (lasts != Last.EQUAL)
    lasts[formerly] = Last.FORMER
    swapped = (in_last[left] == in_first[right]) & (in_last[right] == in_first[left]) & known
    swapped &= lasts != Last.EQUAL
    lasts[swapped], firsts[swapped] = Last.SWAPPED, Given.EQUAL
    return lasts, firsts


def _one_code(*columns: Coded) -> list[Int64s]:
    """Number the values of several columns alike."""
    numbers, _ = pd.factorize(np.concatenate([column.distinct for column in columns]))
    ends = np.cumsum([len(column.distinct) for column in columns])[:-1]
    parts = np.split(numbers.astype(np.int64), ends)
    return [part[column.codes] for part, column in zip(parts, columns, strict=True)]


def _on_pairs(
    column: Coded, left: Int64s, right: Int64s, compare: Callable[[str, str], int]
) -> Int64s:
    """Apply a symmetric comparison to each distinct unordered pair of values once."""
    distinct, width = column.distinct.tolist(), max(len(column.distinct), 1)
    low = np.minimum(column.codes[left], column.codes[right])
    high = np.maximum(column.codes[left], column.codes[right])
    numbers, pairs = pd.factorize(low * width + high)
    levels = [compare(*sorted((distinct[p // width], distinct[p % width]))) for p in pairs.tolist()]
    return np.array(levels, dtype=np.int64)[numbers] if levels else np.zeros(len(left), np.int64)


def _birth_levels(facts: pd.DataFrame, left: Int64s, right: Int64s) -> Int64s:
    days, years = birth_days(facts), birth_years(facts)
    one, other, year_one, year_other = days[left], days[right], years[left], years[right]
    apart = np.abs(year_one - year_other)
    known = (year_one != 0) & (year_other != 0)
    both = (one != NO_DAY) & (other != NO_DAY)
    levels = np.full(len(left), Birth.UNKNOWN, dtype=np.int64)
    levels[known & (apart > 0)] = Birth.APART
    levels[known & (apart == 1) & ~both] = Birth.NEXT_YEAR
    levels[known & (apart == 0) & ~both] = Birth.YEAR_ONLY
    levels[both & (apart == 0)] = Birth.YEAR
    levels[both & (one == other)] = Birth.EQUAL
    differ = np.flatnonzero(both & (one != other))
    month = _months(one[differ]) == _months(other[differ])
    levels[differ[month]] = Birth.MONTH
    levels[differ[_is_typo(one[differ], other[differ])]] = Birth.TYPO
    levels[known & (apart >= GENERATION_YEARS) & (levels != Birth.TYPO)] = Birth.GENERATION
    return levels


def _calendar(days: Int64s) -> npt.NDArray[np.datetime64]:
    return np.where(days == NO_DAY, 0, days).astype("datetime64[D]")


def _months(days: Int64s) -> Int64s:
    return _calendar(days).astype("datetime64[M]").astype(np.int64)


def _is_typo(one: Int64s, other: Int64s) -> npt.NDArray[np.bool_]:
    """Tell where day and month are swapped or exactly one figure of DDMMYYYY differs."""
    day_one, month_one, year_one = _fields(one)
    day_other, month_other, year_other = _fields(other)
    swapped = (day_one == month_other) & (month_one == day_other) & (year_one == year_other)
    figures_one = day_one * 1_000_000 + month_one * 10_000 + year_one
    figures_other = day_other * 1_000_000 + month_other * 10_000 + year_other
    differing = np.zeros(len(one), dtype=np.int64)
    for place in range(8):
        differing += figures_one // 10**place % 10 != figures_other // 10**place % 10
    return np.asarray(swapped | (differing == 1), dtype=bool)


def _fields(days: Int64s) -> tuple[Int64s, Int64s, Int64s]:
    calendar = _calendar(days)
    months = calendar.astype("datetime64[M]")
    years = calendar.astype("datetime64[Y]").astype(np.int64) + 1970
    day = (calendar - months).astype(np.int64) + 1
    return day, months.astype(np.int64) % 12 + 1, years


def _same(column: Coded, left: Int64s, right: Int64s) -> Int64s:
    one, other = column.codes[left], column.codes[right]
    stands = column.stands()
    levels = np.where(one == other, Same.EQUAL, Same.DIFFERENT).astype(np.int64)
    levels[~(stands[left] & stands[right])] = Same.UNKNOWN
    return levels


def _shared(
    column: Coded,
    left: Int64s,
    right: Int64s,
    compare: Callable[[str, str], int],
    *,
    says: Callable[[str], bool],
) -> Int64s:
    """Compare lists of one element a line; `says` tells whether an element alone says anything.

    Two lists of one element are told apart by their numbers, without a look at the texts.
    """
    texts = column.distinct.tolist()
    several = np.array(["\n" in text for text in texts], dtype=bool)
    telling = np.array([says(text) for text in texts], dtype=bool)
    one, other = column.codes[left], column.codes[right]
    levels = np.where(one == other, Same.EQUAL, Same.DIFFERENT).astype(np.int64)
    levels[~(telling[one] & telling[other])] = Same.UNKNOWN
    listed = np.flatnonzero(several[one] | several[other])
    levels[listed] = _on_pairs(column, left[listed], right[listed], compare)
    return levels


def _lists_level(one: str, other: str) -> Same:
    """Compare two lists: EQUAL when they share an element."""
    if not one or not other:
        return Same.UNKNOWN
    shared = one == other or set(one.split("\n")) & set(other.split("\n"))
    return Same.EQUAL if shared else Same.DIFFERENT


def _phones_level(one: str, other: str) -> Same:
    """Compare lists of phones by those that name a subscriber."""
    return _lists_level(_whole_phones(one), _whole_phones(other))


def _names_subscriber(phone: str) -> bool:
    """Tell whether a phone is whole; a city number without its code is not."""
    return phone.startswith("+")


def _rarity(
    facts: pd.DataFrame,
    pairs: tuple[Int64s, Int64s],
    names: tuple[Int64s, Int64s],
    frequencies: Frequencies,
) -> Int64s:
    """Give how rare the name is that both records bear; the more frequent spelling decides."""
    last = _numbers(coded(facts, "last_key").mapped(surname_sound), frequencies.surnames)
    first = _numbers(coded(facts, "first_key"), frequencies.first_names)
    share = last * first
    most = np.maximum(share[pairs[0]], share[pairs[1]])
    levels = np.where(most >= frequencies.frequent, Rarity.FREQUENT, Rarity.MIDDLING)
    levels = np.where(most < frequencies.rare, Rarity.RARE, levels).astype(np.int64)
    borne = ~np.isin(names[0], (Last.UNKNOWN, Last.DIFFERENT))
    borne &= np.isin(names[1], (Given.EQUAL, Given.VARIANT))
    return np.where(borne, levels, Rarity.NONE)


def _numbers(column: Coded, numbers: Mapping[str, int]) -> Int64s:
    return np.array([numbers.get(v, 1) for v in column.distinct], dtype=np.int64)[column.codes]


def _text_levels(column: str, facts: pd.DataFrame, left: Int64s, right: Int64s) -> Int64s:
    return _same(coded(facts, column), left, right)


def _middle_levels(facts: pd.DataFrame, left: Int64s, right: Int64s) -> Int64s:
    return _on_pairs(coded(facts, "middle_key"), left, right, given_level)


def _phone_levels(facts: pd.DataFrame, left: Int64s, right: Int64s) -> Int64s:
    return _shared(coded_lists(facts, "phones"), left, right, _phones_level, says=_names_subscriber)


def _whole_phones(phones: str) -> str:
    return "\n".join(phone for phone in phones.split("\n") if _names_subscriber(phone))


def _email_levels(facts: pd.DataFrame, left: Int64s, right: Int64s) -> Int64s:
    return _shared(coded_lists(facts, "emails"), left, right, _lists_level, says=bool)


def _place_levels(facts: pd.DataFrame, left: Int64s, right: Int64s) -> Int64s:
    place = places(facts)
    levels = np.where(place[left] == place[right], Same.EQUAL, Same.DIFFERENT).astype(np.int64)
    levels[(place[left] == 0) | (place[right] == 0)] = Same.UNKNOWN
    return levels


def _role_levels(facts: pd.DataFrame, left: Int64s, right: Int64s) -> Int64s:
    role = coded(facts, "role").mapped(lambda text: "" if text == "OTHER" else text)
    return _same(role, left, right)


def _weak_levels(facts: pd.DataFrame, left: Int64s, right: Int64s) -> Int64s:
    weak = is_weak(facts)
    return (weak[left] | weak[right]).astype(np.int64)


def _list_levels(facts: pd.DataFrame, left: Int64s, right: Int64s) -> Int64s:
    """Tell whether both stand in one list: one source's records of one kind."""
    source, kind = coded(facts, "source_id"), coded(facts, "kind")
    both = Coded(
        codes=source.codes * len(kind.distinct) + kind.codes,
        distinct=np.repeat(source.distinct, len(kind.distinct)),
    )
    return _same(both, left, right)


_LEVELS: dict[str, Callable[[pd.DataFrame, Int64s, Int64s], Int64s]] = {
    "middle": _middle_levels,
    "birth": _birth_levels,
    "snils": partial(_text_levels, "snils_hash"),
    "phone": _phone_levels,
    "email": _email_levels,
    "place": _place_levels,
    "sex": partial(_text_levels, "sex"),
    "role": _role_levels,
    "weak": _weak_levels,
    "list": _list_levels,
}
