"""Numbers that stand on somebody else's card: a parent's on a child's, the row's above.

A number borne by plainly different people is not believed where it was copied to: its owner is
who bears it on more cards, or the one of two who has no other number. Where neither tells, both
keep it and a person is asked.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.engines.embedded import roomy_cap
from sync.engines.notices import Notice
from sync.matching.alike import describing
from sync.matching.blocks import all_pairs, candidates
from sync.matching.decide import Decision, decide, numbers_agree
from sync.matching.edges import components
from sync.matching.facts import birth_days, birth_years, coded, cut
from sync.matching.hashing import Int64s
from sync.matching.keys import shared_keys
from sync.matching.levels import GENERATION_YEARS, patterns
from sync.matching.model import HAND_MODEL
from sync.matching.scales import FIELDS, Birth, Given, Last, level

Mask = npt.NDArray[np.bool_]
_READ = ("last", "first", "middle", "birth")
_BUT_THE_NUMBER = FIELDS.keys() - {"snils"}
_FAR = 1 << 60
_ONE_PERSON = (Decision.LINK, Decision.WEAK)
_APART = (Birth.MONTH, Birth.YEAR, Birth.APART, Birth.GENERATION)


def without_borrowed(facts: pd.DataFrame) -> tuple[pd.DataFrame, list[Notice]]:
    """Take numbers off the cards they were copied to; tell how many."""
    rows, bearers = _bearers(facts)
    borrowed = _borrowed(facts, rows, bearers)
    if not len(borrowed):
        return facts, []
    taken = np.zeros(len(facts), dtype=bool)
    taken[borrowed] = True
    facts["snils_hash"] = facts["snils_hash"].where(~taken, "")
    text = "СНИЛС другого человека (строкой выше, родителя): номер не учитывается"
    return facts, [Notice(cause="snils.borrowed", count=len(borrowed), text=text)]


def _bearers(facts: pd.DataFrame) -> tuple[Int64s, Int64s]:
    """Give rows whose number several names or generations bear, and which person each seems to be."""
    snils = coded(facts, "snils_hash")
    stated = np.flatnonzero(snils.stands())
    rows = stated[_doubtful(facts, stated)[snils.codes[stated]]].astype(np.int64)
    rows = rows[np.argsort(snils.codes[rows], kind="stable")]
    left, right = all_pairs(snils.codes[rows], np.arange(len(rows), dtype=np.int64))
    pattern = patterns(facts, rows[left], rows[right], HAND_MODEL, fields=_READ)
    alike = ~_are_two(pattern)
    return rows, components(len(rows), left[alike], right[alike])


def _doubtful(facts: pd.DataFrame, stated: Int64s) -> Mask:
    """Tell which distinct numbers several names bear, or births a generation apart."""
    snils, last, first = (coded(facts, name) for name in ("snils_hash", "last_key", "first_key"))
    names = (last.codes * len(first.distinct) + first.codes)[stated]
    years = birth_years(facts)[stated]
    number, count = snils.codes[stated], len(snils.distinct)
    born = years != 0
    several = _spread(number, names, count) > 0
    return several | (_spread(number[born], years[born], count) >= GENERATION_YEARS)


def _spread(of: Int64s, values: Int64s, count: int) -> Int64s:
    """Give by how much the values of each number differ, less than 0 where it has none."""
    least, most = np.full(count, _FAR, dtype=np.int64), np.full(count, -_FAR, dtype=np.int64)
    np.minimum.at(least, of, values)
    np.maximum.at(most, of, values)
    return most - least


def _are_two(pattern: Int64s) -> Mask:
    """Tell which pairs plainly are two people, whatever number they share."""
    births = np.isin(level(pattern, "birth"), _APART)
    fathers = level(pattern, "middle") == Given.DIFFERENT
    two = (level(pattern, "first") == Given.DIFFERENT) | (
        level(pattern, "birth") == Birth.GENERATION
    )
    two |= births & (level(pattern, "last") == Last.DIFFERENT)
    return np.asarray((two | (births & fathers)) & ~numbers_agree(pattern), dtype=bool)


def _borrowed(facts: pd.DataFrame, rows: Int64s, bearers: Int64s) -> Int64s:
    """Give the rows on which a number was copied: all but its owner's, where one can be told.

    Its owner bears it on most cards; of several such, the only one who has no other number.
    """
    number = np.unique(coded(facts, "snils_hash").codes[rows], return_inverse=True)[1]
    pairs = number * (int(bearers.max(initial=0)) + 1) + bearers
    _, first, bearer, cards = np.unique(
        pairs, return_index=True, return_inverse=True, return_counts=True
    )
    of = number[first]
    has_another = np.bincount(bearer, weights=_have_another(facts, rows)) > 0
    most = np.zeros(int(of.max(initial=-1)) + 1, dtype=np.int64)
    np.maximum.at(most, of, cards)
    foremost = cards == most[of]
    free = foremost & ~has_another
    owner = foremost & ((_count(of, foremost) == 1) | (free & (_count(of, free) == 1)))
    copied = (_count(of, owner) > 0) & ~owner
    return np.asarray(rows[copied[bearer]], dtype=np.int64)


def _count(of: Int64s, which: Mask) -> Int64s:
    """Give for each bearer how many bearers of the same number are such."""
    return np.bincount(of[which], minlength=int(of.max(initial=-1)) + 1)[of].astype(np.int64)


def _have_another(facts: pd.DataFrame, rows: Int64s) -> Mask:
    """Tell on whose cards, the shared number aside, another number stands."""
    snils = coded(facts, "snils_hash")
    near = _near(facts, rows)
    those = cut(facts, near)
    keys, describe = shared_keys(those, without_snils=True), describing(those)
    cap = roomy_cap(keys, len(those), describe)
    found = candidates(keys, cap=cap, describe=describe)
    left, right = near[found.left], near[found.right]
    other = snils.codes[left] != snils.codes[right]
    left, right = left[other], right[other]
    pattern = patterns(facts, left, right, HAND_MODEL, fields=_BUT_THE_NUMBER)
    one = np.isin(decide(pattern, HAND_MODEL.score(pattern), HAND_MODEL), _ONE_PERSON)
    has_another = np.zeros(len(facts), dtype=bool)
    has_another[left[one]] = has_another[right[one]] = True
    return has_another[rows]


def _near(facts: pd.DataFrame, rows: Int64s) -> Int64s:
    """Give the rows with a number that may be somebody's of `rows`: by names, or by birthday."""
    stated = np.flatnonzero(coded(facts, "snils_hash").stands())
    last, first = coded(facts, "last_key"), coded(facts, "first_key")
    born = birth_days(facts) * max(len(last.distinct), len(first.distinct))
    near = np.zeros(len(stated), dtype=bool)
    names = last.codes * len(first.distinct) + first.codes
    for said in (names, born + last.codes, born + first.codes):
        near |= np.isin(said[stated], np.unique(said[rows]))
    return stated[near].astype(np.int64)
