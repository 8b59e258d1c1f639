"""Comparing two records: a level for each field, all levels packed into one integer pattern."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from pyarrow import compute

from sync.matching.each import Each, in_turn
from sync.matching.facts import (
    NO_DAY,
    Coded,
    Texts,
    birth_days,
    birth_years,
    coded,
    coded_lists,
    cut,
    is_weak,
    places,
)
from sync.matching.frequencies import Frequencies
from sync.matching.hashing import Int64s
from sync.matching.phonetic import surname_sound
from sync.matching.scales import FIELDS, Birth, Given, Last, Rarity, Same
from sync.matching.spelling import given_level, last_level, surnames_unlike

GENERATION_YEARS = 15
PAIRS_A_BATCH = 500_000
_FEW = 8  # times as many records as pairs: whole columns would cost more than the pairs
_OF_NAMES = {"last", "first", "rarity"}
_WHOLE_PHONE = "+"  # names a subscriber; a city number without its code does not
_Compare = Callable[[Int64s, Int64s], Int64s]  # positions of pairs to levels of one field
_Bits = Callable[[Int64s, Int64s], Int64s]  # to levels in the place that they have in a pattern
_Unlike = Callable[[Texts, Int64s, Int64s], Int64s]


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
    each: Each = in_turn,
) -> Int64s:
    """Give the pattern of each pair of positions; the same for (a, b) and (b, a).

    Levels are computed on distinct pairs of values and gathered. Fields that are not asked for
    stay 0: a partial pattern serves rules that read a few levels, never a score. Memory is that of
    the pairs, of one field's columns and of the batches that `each` compares at a time.
    """
    if len(left) * _FEW < len(facts):
        facts, left, right = _narrowed(facts, left, right)
    packed = np.zeros(len(left), dtype=np.int64)
    batches = [slice(at, at + PAIRS_A_BATCH) for at in range(0, len(left), PAIRS_A_BATCH)]

    def put(bits: _Bits) -> None:
        found = each(lambda batch: bits(left[batch], right[batch]), batches)
        for batch, one in zip(batches, found, strict=True):
            packed[batch] |= one

    if asked := _OF_NAMES & {*fields}:
        put(_name_bits(facts, model.frequencies, asked))
    for field in (name for name in fields if name not in _OF_NAMES):
        put(_shifted(_LEVELS[field](facts), FIELDS[field][0]))
    return packed


def _narrowed(
    facts: pd.DataFrame, left: Int64s, right: Int64s
) -> tuple[pd.DataFrame, Int64s, Int64s]:
    """Give the facts of the records of few pairs alone, and where those stand among them."""
    rows = np.unique(np.concatenate([left, right]))
    return cut(facts, rows), np.searchsorted(rows, left), np.searchsorted(rows, right)


def _shifted(compare: _Compare, shift: int) -> _Bits:
    return lambda left, right: compare(left, right) << shift


def _name_bits(facts: pd.DataFrame, frequencies: Frequencies, asked: Collection[str]) -> _Bits:
    """Compare names: how they agree, and how rare the ones are that both records bear."""
    names, share = _Names.of(facts), _name_shares(facts, frequencies) if "rarity" in asked else None

    def bits(left: Int64s, right: Int64s) -> Int64s:
        last, first = names.levels(left, right)
        packed = np.zeros(len(left), dtype=np.int64)
        if share is not None:
            levels = _rarity(np.maximum(share[left], share[right]), last, first, frequencies)
            packed |= levels << FIELDS["rarity"][0]
        for name, levels in (("last", last), ("first", first)):
            if name in asked:
                packed |= levels << FIELDS[name][0]
        return packed

    return bits


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """Surnames, first names and former surnames, and the three as numbers of one list of texts."""

    last: Coded
    first: Coded
    together: list[Int64s]
    has_last: npt.NDArray[np.bool_]
    has_former: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, facts: pd.DataFrame) -> "_Names":
        last, first = coded(facts, "last_key"), coded(facts, "first_key")
        former = coded(facts, "previous_last_key")
        return cls(
            last=last,
            first=first,
            together=_one_code(last, first, former),
            has_last=last.stands(),
            has_former=former.stands(),
        )

    def levels(self, left: Int64s, right: Int64s) -> tuple[Int64s, Int64s]:
        """Give levels of surname and first name, which may stand in each other's place."""
        lasts = _on_pairs(self.last, left, right, last_level, unlike=surnames_unlike)
        firsts = _on_pairs(self.first, left, right, given_level)
        in_last, in_first, in_former = self.together
        known = self.has_last[left] & self.has_last[right]
        meets = (in_former[left] == in_last[right]) | (in_former[right] == in_last[left])
        meets |= (in_former[left] == in_former[right]) & self.has_former[left]
        formerly = (self.has_former[left] | self.has_former[right]) & meets & known
        lasts[formerly & (lasts != Last.EQUAL)] = Last.FORMER
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
    column: Coded,
    left: Int64s,
    right: Int64s,
    compare: Callable[[str, str], int],
    *,
    unlike: _Unlike | None = None,
) -> Int64s:
    """Apply a symmetric comparison to each distinct unordered pair of values once.

    `unlike` gives the levels of pairs that need no look at their letters, -1 of the rest.
    """
    distinct, width = column.distinct, max(len(column.distinct), 1)
    low = np.minimum(column.codes[left], column.codes[right])
    high = np.maximum(column.codes[left], column.codes[right])
    numbers, pairs = pd.factorize(low * width + high)
    one, other = np.divmod(pairs, width)
    levels = unlike(distinct, one, other) if unlike else np.full(len(pairs), -1, dtype=np.int64)
    seen = np.flatnonzero(levels < 0)
    texts = zip(distinct[one[seen]].tolist(), distinct[other[seen]].tolist(), strict=True)
    levels[seen] = [compare(*sorted(both)) for both in texts]
    return levels[numbers]


def _births(facts: pd.DataFrame) -> _Compare:
    return partial(_birth_levels, birth_days(facts), birth_years(facts))


def _birth_levels(days: Int64s, years: Int64s, left: Int64s, right: Int64s) -> Int64s:
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


def _same(column: Coded) -> _Compare:
    return partial(_same_levels, column.codes, column.stands())


def _same_levels(
    codes: Int64s, stands: npt.NDArray[np.bool_], left: Int64s, right: Int64s
) -> Int64s:
    levels = np.where(codes[left] == codes[right], Same.EQUAL, Same.DIFFERENT).astype(np.int64)
    levels[~(stands[left] & stands[right])] = Same.UNKNOWN
    return levels


def _shared(column: Coded, compare: Callable[[str, str], int], *, says: str) -> _Compare:
    """Compare lists of one element a line; an element alone says something that begins with `says`.

    Two lists of one element are told apart by their numbers, without a look at the texts.
    """
    texts = pa.array(column.distinct, pa.string())
    several, stated = compute.match_substring(texts, "\n"), compute.not_equal(texts, "")
    telling = compute.and_(stated, compute.starts_with(texts, says))
    lists, tell = (one.to_numpy(zero_copy_only=False) for one in (several, telling))

    def levels(left: Int64s, right: Int64s) -> Int64s:
        one, other = column.codes[left], column.codes[right]
        found = np.where(one == other, Same.EQUAL, Same.DIFFERENT).astype(np.int64)
        found[~(tell[one] & tell[other])] = Same.UNKNOWN
        listed = np.flatnonzero(lists[one] | lists[other])
        found[listed] = _on_pairs(column, left[listed], right[listed], compare)
        return found

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


def _whole_phones(phones: str) -> str:
    """Give the whole phones; a city number without its code is not."""
    return "\n".join(phone for phone in phones.split("\n") if phone.startswith(_WHOLE_PHONE))


def _name_shares(facts: pd.DataFrame, frequencies: Frequencies) -> Int64s:
    """Give how frequent each record's name is."""
    last = _numbers(coded(facts, "last_key").mapped(surname_sound), frequencies.surnames)
    return last * _numbers(coded(facts, "first_key"), frequencies.first_names)


def _rarity(most: Int64s, last: Int64s, first: Int64s, frequencies: Frequencies) -> Int64s:
    """Give how rare the name is that both records bear; the more frequent spelling decides."""
    levels = np.where(most >= frequencies.frequent, Rarity.FREQUENT, Rarity.MIDDLING)
    levels = np.where(most < frequencies.rare, Rarity.RARE, levels).astype(np.int64)
    borne = ~np.isin(last, (Last.UNKNOWN, Last.DIFFERENT))
    borne &= np.isin(first, (Given.EQUAL, Given.VARIANT))
    return np.where(borne, levels, Rarity.NONE)


def _numbers(column: Coded, numbers: Mapping[str, int]) -> Int64s:
    return np.array([numbers.get(v, 1) for v in column.distinct], dtype=np.int64)[column.codes]


def _texts(column: str, facts: pd.DataFrame) -> _Compare:
    return _same(coded(facts, column))


def _middles(facts: pd.DataFrame) -> _Compare:
    middle = coded(facts, "middle_key")
    return lambda left, right: _on_pairs(middle, left, right, given_level)


def _phones(facts: pd.DataFrame) -> _Compare:
    return _shared(coded_lists(facts, "phones"), _phones_level, says=_WHOLE_PHONE)


def _emails(facts: pd.DataFrame) -> _Compare:
    return _shared(coded_lists(facts, "emails"), _lists_level, says="")


def _places(facts: pd.DataFrame) -> _Compare:
    place = places(facts)
    return partial(_same_levels, place.view(np.int64), place != 0)


def _roles(facts: pd.DataFrame) -> _Compare:
    return _same(coded(facts, "role").mapped(lambda text: "" if text == "OTHER" else text))


def _weak(facts: pd.DataFrame) -> _Compare:
    weak = is_weak(facts)
    return lambda left, right: (weak[left] | weak[right]).astype(np.int64)


def _lists(facts: pd.DataFrame) -> _Compare:
    """Tell whether both stand in one list: one source's records of one kind."""
    source, kind = coded(facts, "source_id"), coded(facts, "kind")
    both = Coded(
        codes=source.codes * len(kind.distinct) + kind.codes,
        distinct=np.repeat(source.distinct, len(kind.distinct)),
    )
    return _same(both)


_LEVELS: Mapping[str, Callable[[pd.DataFrame], _Compare]] = {
    "middle": _middles,
    "birth": _births,
    "snils": partial(_texts, "snils_hash"),
    "phone": _phones,
    "email": _emails,
    "place": _places,
    "sex": partial(_texts, "sex"),
    "role": _roles,
    "weak": _weak,
    "list": _lists,
}
