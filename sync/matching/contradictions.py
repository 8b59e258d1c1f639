"""Pairs within a cluster that cannot be one person, whatever links lead from one to the other."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.matching.facts import texts
from sync.matching.hashing import Int64s
from sync.matching.keys import all_pairs
from sync.matching.levels import patterns
from sync.matching.model import HAND_MODEL
from sync.matching.scales import Birth, Given, Last, Same, level

_READ = ("last", "first", "middle", "birth", "snils")
_CARDS = ("STAFF", "PUPIL")
_PART_TIME = ("INTERNAL_PT", "EXTERNAL_PT", "CIVIL")


def contradictions(facts: pd.DataFrame, labels: Int64s, cannot: Int64s) -> tuple[Int64s, Int64s]:
    """Give the pairs of positions that share a label and contradict each other."""
    order = np.argsort(labels, kind="stable")
    one, other = all_pairs(labels[order], order.astype(np.int64))
    against = contradict(facts, one, other)
    forbidden = cannot[labels[cannot[:, 0]] == labels[cannot[:, 1]]]
    left = np.concatenate([one[against], forbidden[:, 0]])
    right = np.concatenate([other[against], forbidden[:, 1]])
    return left, right


def contradict(facts: pd.DataFrame, left: Int64s, right: Int64s) -> npt.NDArray[np.bool_]:
    """Tell which pairs cannot be one person; an equal СНИЛС excuses all but another number."""
    pattern = patterns(facts, left, right, HAND_MODEL, fields=_READ)
    snils, birth = level(pattern, "snils"), level(pattern, "birth")
    births = np.isin(birth, (Birth.MONTH, Birth.YEAR, Birth.APART, Birth.GENERATION))
    names = level(pattern, "first") == Given.DIFFERENT
    second = _second_card(facts, left, right, pattern)
    against = (births | names | second) & (snils != Same.EQUAL)
    return np.asarray(against | (snils == Same.DIFFERENT), dtype=bool)


def _second_card(
    facts: pd.DataFrame, left: Int64s, right: Int64s, pattern: Int64s
) -> npt.NDArray[np.bool_]:
    """Tell where one source keeps two active cards in one unit that do not say the same person.

    A card entered twice word for word is one person; part-time posts have cards of their own.
    """
    kind, source = texts(facts, "kind"), texts(facts, "source_id")
    unit, post = texts(facts, "organisation_id"), texts(facts, "employment_kind")
    active = facts["active"].to_numpy(dtype=bool)
    card = active & np.isin(kind, _CARDS) & ~np.isin(post, _PART_TIME)
    two = card[left] & card[right]
    for column in (kind, source, unit):
        two &= column[left] == column[right]
    same = (level(pattern, "last") == Last.EQUAL) & (level(pattern, "first") == Given.EQUAL)
    same &= np.isin(level(pattern, "middle"), (Given.EQUAL, Given.ABSENT, Given.UNKNOWN))
    same &= level(pattern, "birth") == Birth.EQUAL
    return np.asarray(two & ~same, dtype=bool)
