"""Pairs within a cluster that cannot be one person, whatever links lead from one to the other."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.matching.blocks import all_pairs
from sync.matching.facts import NO_DAY, birth_days, birth_years, coded
from sync.matching.hashing import Int64s, numbered
from sync.matching.levels import patterns
from sync.matching.model import HAND_MODEL
from sync.matching.scales import FIELDS, Birth, Given, Last, Rarity, Same, level

_READ = ("last", "first", "middle", "birth", "snils", "place", "rarity")
_SAID = (
    "last_key",
    "first_key",
    "middle_key",
    "previous_last_key",
    "snils_hash",
    "kind",
    "source_id",
    "organisation_id",
    "employment_kind",
)
_OTHER_DAYS = (Birth.MONTH, Birth.YEAR, Birth.APART)
_KEPT = 2  # records of one content: two cards word for word may contradict each other too
MOST_CONTENTS = 1_000
PAIRS_A_BATCH = 500_000
CARDS = ("STAFF", "PUPIL")
PART_TIME = ("INTERNAL_PT", "EXTERNAL_PT", "CIVIL")


def contradictory(facts: pd.DataFrame, labels: Int64s, cannot: Int64s) -> Int64s:
    """Give the labels whose records contradict each other, in their order.

    Records that say the same are looked at as two of them: costs pairs of different contents. A
    label with more contents than MOST_CONTENTS is taken to contradict itself.
    """
    rows = _contents(facts, labels)
    sizes = np.bincount(labels[rows], minlength=int(labels.max(initial=-1)) + 1)
    many = np.flatnonzero(sizes > MOST_CONTENTS)
    rows = rows[sizes[labels[rows]] <= MOST_CONTENTS]
    one, _ = _against(facts, labels, rows)
    forbidden = cannot[labels[cannot[:, 0]] == labels[cannot[:, 1]]][:, 0]
    return np.unique(np.concatenate([labels[one], labels[forbidden], many])).astype(np.int64)


def contradictions(
    facts: pd.DataFrame, labels: Int64s, cannot: Int64s, *, among: Int64s
) -> tuple[Int64s, Int64s]:
    """Give the pairs of positions that share a label of `among` and contradict each other."""
    one, other = _against(facts, labels, np.flatnonzero(np.isin(labels, among)))
    same = labels[cannot[:, 0]] == labels[cannot[:, 1]]
    forbidden = cannot[same]
    return np.concatenate([one, forbidden[:, 0]]), np.concatenate([other, forbidden[:, 1]])


def _against(facts: pd.DataFrame, labels: Int64s, rows: Int64s) -> tuple[Int64s, Int64s]:
    order = rows[np.argsort(labels[rows], kind="stable")].astype(np.int64)
    found = [_of_batch(facts, labels, batch) for batch in _batches(labels[order], order)]
    nothing = np.empty(0, dtype=np.int64)
    return (
        np.concatenate([nothing, *(one for one, _ in found)]),
        np.concatenate([nothing, *(other for _, other in found)]),
    )


def _of_batch(facts: pd.DataFrame, labels: Int64s, rows: Int64s) -> tuple[Int64s, Int64s]:
    those, within = facts[_compared(facts)].iloc[rows], labels[rows]
    one, other = all_pairs(within, np.arange(len(rows), dtype=np.int64))
    pattern = patterns(those, one, other, HAND_MODEL, fields=_READ)
    two_cards = _two_cards(those, one, other)
    against = np.flatnonzero(patterns_contradict(pattern, two_cards))
    one, other, pattern = one[against], other[against], pattern[against]
    slipped = np.isin(level(pattern, "birth"), _OTHER_DAYS)
    slipped &= ~patterns_contradict(_with_a_slip(pattern), two_cards[against])
    kept = ~(slipped & _borne_by_one_number(those, within, one, other))
    return rows[one[kept]], rows[other[kept]]


def _compared(facts: pd.DataFrame) -> list[str]:
    """Name the columns that comparing reads."""
    read = (*_SAID, "affiliation_organisation_id", "birth_date", "birth_year", "active")
    return [name for name in read if name in facts.columns]


def _with_a_slip(pattern: Int64s) -> Int64s:
    """Give the patterns as they were if the births differed by a slip alone."""
    shift, bits = FIELDS["birth"]
    return pattern & ~np.int64((1 << bits) - 1 << shift) | np.int64(Birth.TYPO << shift)


def _borne_by_one_number(
    facts: pd.DataFrame, labels: Int64s, one: Int64s, other: Int64s
) -> npt.NDArray[np.bool_]:
    """Tell which pairs state two days that stand beside one СНИЛС in their cluster.

    One of the two days is wrong then, on whichever cards it stands.
    """
    snils, days = coded(facts, "snils_hash"), birth_days(facts)
    rows = np.flatnonzero(snils.stands() & (days != NO_DAY))
    said = pd.DataFrame({"label": labels[rows], "number": snils.codes[rows], "day": days[rows]})
    said = said.drop_duplicates()
    both = said.merge(said, on=["label", "number"]).query("day_x < day_y")
    wrong = pd.MultiIndex.from_frame(both[["label", "day_x", "day_y"]])
    low, high = np.minimum(days[one], days[other]), np.maximum(days[one], days[other])
    return np.asarray(pd.MultiIndex.from_arrays([labels[one], low, high]).isin(wrong))


def _batches(ordered: Int64s, rows: Int64s) -> list[Int64s]:
    """Split rows between labels, so that a batch holds about PAIRS_A_BATCH pairs."""
    _, starts, sizes = np.unique(ordered, return_index=True, return_counts=True)
    upto = np.cumsum(sizes * (sizes - 1) // 2)
    cuts = np.flatnonzero(np.diff(upto // PAIRS_A_BATCH)) + 1
    return [part for part in np.split(rows, starts[cuts]) if len(part) > 1]


def _contents(facts: pd.DataFrame, labels: Int64s) -> Int64s:
    """Give two positions, or one, of each content that a label has."""
    rows = np.flatnonzero(np.bincount(labels)[labels] > 1).astype(np.int64)
    number = numbered(_said(facts, labels, rows), rows=len(rows))
    order = np.argsort(number, kind="stable")
    number = number[order]
    again = np.zeros(len(rows), dtype=bool)
    again[_KEPT:] = number[_KEPT:] == number[:-_KEPT]
    return rows[np.sort(order[~again])]


def _said(facts: pd.DataFrame, labels: Int64s, rows: Int64s) -> Iterator[tuple[Int64s, int]]:
    """Give what some rows say, column by column, as numbers below a width."""
    yield labels[rows], int(labels.max(initial=0)) + 1
    for name in _SAID:
        column = coded(facts, name)
        yield column.codes[rows], max(len(column.distinct), 1)
    for dates in (birth_days(facts)[rows], birth_years(facts)[rows]):
        numbers, distinct = pd.factorize(dates)
        yield numbers.astype(np.int64), max(len(distinct), 1)
    yield facts["active"].to_numpy(dtype=bool)[rows].astype(np.int64), 2


def contradict(facts: pd.DataFrame, left: Int64s, right: Int64s) -> npt.NDArray[np.bool_]:
    """Tell which pairs cannot be one person; an equal СНИЛС excuses all but another number."""
    pattern = patterns(facts, left, right, HAND_MODEL, fields=_READ)
    return patterns_contradict(pattern, _two_cards(facts, left, right))


def patterns_contradict(pattern: Int64s, two_cards: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tell which compared pairs cannot be one person, given where one source keeps two cards.

    A card entered twice is one person's all the same.
    """
    snils, birth = level(pattern, "snils"), level(pattern, "birth")
    births = np.isin(birth, (Birth.MONTH, Birth.YEAR, Birth.APART, Birth.GENERATION))
    births &= ~_misread_day(pattern)
    names = level(pattern, "first") == Given.DIFFERENT
    second = two_cards & ~_entered_twice(pattern)
    against = (births | names | second) & (snils != Same.EQUAL)
    return np.asarray(against | (snils == Same.DIFFERENT), dtype=bool)


def _two_cards(facts: pd.DataFrame, left: Int64s, right: Int64s) -> npt.NDArray[np.bool_]:
    """Tell where one source keeps two active cards in one unit; part-time posts have their own."""
    kind, post = coded(facts, "kind"), coded(facts, "employment_kind")
    active = facts["active"].to_numpy(dtype=bool)
    card = active & np.isin(kind.distinct.astype(str), CARDS)[kind.codes]
    card &= ~np.isin(post.distinct.astype(str), PART_TIME)[post.codes]
    two = card[left] & card[right]
    for column in (kind, coded(facts, "source_id"), coded(facts, "organisation_id")):
        two &= column.codes[left] == column.codes[right]
    return np.asarray(two, dtype=bool)


def _entered_twice(pattern: Int64s) -> npt.NDArray[np.bool_]:
    """Tell where two cards say one person: word for word, or but for one slip or omission."""
    last, first = level(pattern, "last"), level(pattern, "first")
    middle, birth = level(pattern, "middle"), level(pattern, "birth")
    whole = (last == Last.EQUAL) & (first == Given.EQUAL)
    whole &= np.isin(middle, (Given.EQUAL, Given.ABSENT, Given.UNKNOWN))
    slip = np.isin(last, (Last.EQUAL, Last.PART, Last.SOUND, Last.FORMER, Last.CLOSE))
    slip &= np.isin(first, (Given.EQUAL, Given.VARIANT, Given.CLOSE))
    slip &= np.isin(middle, (Given.EQUAL, Given.ABSENT, Given.CLOSE, Given.UNKNOWN))
    dated = whole & np.isin(birth, (Birth.TYPO, Birth.YEAR_ONLY))
    return np.asarray(((whole | slip) & (birth == Birth.EQUAL)) | dated, dtype=bool)


def _misread_day(pattern: Int64s) -> npt.NDArray[np.bool_]:
    """Tell where one full name, not a frequent one, stands in one school with two days of a year."""
    whole = (level(pattern, "last") == Last.EQUAL) & (level(pattern, "first") == Given.EQUAL)
    whole &= level(pattern, "middle") == Given.EQUAL
    whole &= np.isin(level(pattern, "rarity"), (Rarity.RARE, Rarity.MIDDLING))
    whole &= level(pattern, "place") == Same.EQUAL
    days = np.isin(level(pattern, "birth"), (Birth.MONTH, Birth.YEAR))
    return np.asarray(whole & days, dtype=bool)
