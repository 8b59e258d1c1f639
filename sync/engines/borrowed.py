"""Numbers that stand on somebody else's card: a parent's on a child's, the row's above.

A number borne by plainly different people is not believed where it was copied to: its owner is
who bears it on more cards, or the one of two who has no other number. Where neither tells, both
keep it and a person is asked.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.engines.notices import Notice
from sync.matching.blocks import all_pairs
from sync.matching.decide import numbers_agree
from sync.matching.edges import components
from sync.matching.facts import coded
from sync.matching.hashing import Int64s
from sync.matching.levels import patterns
from sync.matching.model import HAND_MODEL
from sync.matching.scales import Birth, Given, Last, level

Mask = npt.NDArray[np.bool_]
_READ = ("last", "first", "middle", "birth")
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
    """Give rows whose number several full names bear, and which person each row seems to be."""
    snils, last, first = (coded(facts, name) for name in ("snils_hash", "last_key", "first_key"))
    stated = np.flatnonzero(snils.stands())
    name = last.codes * len(first.distinct) + first.codes
    frame = pd.DataFrame({"number": snils.codes[stated], "name": name[stated]})
    several = frame.drop_duplicates().groupby("number", sort=False).size()
    doubtful = several.index[several > 1].to_numpy(np.int64)
    rows = stated[np.isin(snils.codes[stated], doubtful)].astype(np.int64)
    rows = rows[np.argsort(snils.codes[rows], kind="stable")]
    left, right = all_pairs(snils.codes[rows], np.arange(len(rows), dtype=np.int64))
    pattern = patterns(facts, rows[left], rows[right], HAND_MODEL, fields=_READ)
    alike = ~_are_two(pattern)
    return rows, components(len(rows), left[alike], right[alike])


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
    """Tell whose full name born in that year has several numbers anywhere."""
    said = pd.DataFrame(
        {name: coded(facts, name).codes for name in ("last_key", "first_key", "middle_key")}
    ).assign(year=facts["birth_year"].to_numpy(np.int64))
    name = said.groupby(list(said.columns), sort=False).ngroup().to_numpy(np.int64)
    snils = coded(facts, "snils_hash")
    wanted = np.isin(name, name[rows]) & snils.stands()
    pairs = pd.DataFrame({"name": name[wanted], "number": snils.codes[wanted]}).drop_duplicates()
    numbers = np.bincount(pairs["name"], minlength=int(name.max(initial=-1)) + 1)
    return np.asarray((numbers > 1)[name[rows]], dtype=bool)
