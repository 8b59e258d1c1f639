"""Records that know little: joined to the only person whom they can be, else asked about.

A row with a year of birth alone, of another school, says too little for its score to decide. But
where a whole file holds one person alone who fits, that is telling: of such rows 98 in 100 belong.
A СНИЛС beside the year says no more as long as the other has none: then each must be the only one
whom the other can be, by a whole name.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.matching.contradictions import contradict
from sync.matching.decide import Decision
from sync.matching.edges import Edges
from sync.matching.facts import NO_DAY, birth_days, coded, is_weak
from sync.matching.hashing import Int64s
from sync.matching.levels import patterns
from sync.matching.model import HAND_MODEL
from sync.matching.scales import Given, Last, level

Pair = tuple[int, int]
_GIVEN = (Given.EQUAL, Given.VARIANT, Given.CLOSE)


def adopt(facts: pd.DataFrame, labels: Int64s, edges: Edges, cannot: Int64s) -> Int64s:
    """Join each cluster without a full birth date to the one person who fits.

    Mentions by name and workplace alone, and initials, are left: they attach within a school only.
    """
    apart = edges.those(labels[edges.left] != labels[edges.right])
    poor, numbered = _are_poor(facts, labels), _are_numbered(facts, labels)
    asked = (apart.decision == Decision.ASK) & ~_initials(facts, apart)
    asked &= poor[labels[apart.left]] | poor[labels[apart.right]]
    asked &= ~contradict(facts, apart.left, apart.right)
    choices = _choices(labels, apart, len(poor))
    named = _pairs(labels, apart.those(asked & _bear_one_name(facts, apart)))

    def fits(child: int, parent: int) -> bool:
        if not poor[child] or choices[child] != 1:
            return False
        alone = choices[parent] == 1 and not numbered[parent]
        return not numbered[child] or (alone and (min(child, parent), max(child, parent)) in named)

    into = np.arange(len(poor), dtype=np.int64)
    taken: set[int] = set()
    for one, other in sorted(_pairs(labels, apart.those(asked)) - _pairs_of(labels[cannot])):
        found = [ends for ends in ((other, one), (one, other)) if fits(*ends)]
        if not found or {one, other} & taken:
            continue
        child, parent = found[0]
        into[child] = parent
        taken |= {child, parent} if poor[parent] or numbered[child] else {child}
    return into[labels] if len(labels) else labels


def _pairs(labels: Int64s, edges: Edges) -> set[Pair]:
    """Give which clusters the edges lead between, the lesser first."""
    return _pairs_of(np.column_stack([labels[edges.left], labels[edges.right]]))


def _pairs_of(ends: Int64s) -> set[Pair]:
    return {(one, other) for one, other in np.sort(ends, axis=1).tolist()}


def _are_poor(facts: pd.DataFrame, labels: Int64s) -> npt.NDArray[np.bool_]:
    """Tell which clusters hold a year of birth at most, and something more than a mention."""
    count = int(labels.max(initial=-1)) + 1
    poor, said = np.ones(count, dtype=bool), np.zeros(count, dtype=bool)
    poor[labels[birth_days(facts) != NO_DAY]] = False
    said[labels[~is_weak(facts)]] = True
    return np.asarray(poor & said, dtype=bool)


def _are_numbered(facts: pd.DataFrame, labels: Int64s) -> npt.NDArray[np.bool_]:
    """Tell which clusters hold a СНИЛС."""
    numbered = np.zeros(int(labels.max(initial=-1)) + 1, dtype=bool)
    numbered[labels[coded(facts, "snils_hash").stands()]] = True
    return numbered


def _initials(facts: pd.DataFrame, edges: Edges) -> npt.NDArray[np.bool_]:
    pattern = patterns(facts, edges.left, edges.right, HAND_MODEL, fields=("first", "middle"))
    first, middle = level(pattern, "first"), level(pattern, "middle")
    return np.asarray((first == Given.INITIAL) | (middle == Given.INITIAL), dtype=bool)


def _bear_one_name(facts: pd.DataFrame, edges: Edges) -> npt.NDArray[np.bool_]:
    """Tell which edges join whole names that agree, patronymics among them."""
    read = ("last", "first", "middle")
    pattern = patterns(facts, edges.left, edges.right, HAND_MODEL, fields=read)
    borne = ~np.isin(level(pattern, "last"), (Last.UNKNOWN, Last.DIFFERENT))
    borne &= np.isin(level(pattern, "first"), _GIVEN) & np.isin(level(pattern, "middle"), _GIVEN)
    return np.asarray(borne, dtype=bool)


def _choices(labels: Int64s, edges: Edges, count: int) -> Int64s:
    """Give with how many other clusters each may be one person."""
    ends = np.sort(np.column_stack([labels[edges.left], labels[edges.right]]), axis=1)
    distinct = np.unique(ends, axis=0)
    return np.bincount(distinct.ravel(), minlength=count).astype(np.int64)
