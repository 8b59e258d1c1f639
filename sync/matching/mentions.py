"""Records that name a person by full name and workplace alone: to whom they attach."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.matching.decide import Decision
from sync.matching.edges import Edges, components
from sync.matching.hashing import Int64s
from sync.matching.levels import patterns
from sync.matching.model import HAND_MODEL
from sync.matching.scales import Given, Last, level


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """Labels with mentions attached, and which positions are mentions that fit several people."""

    labels: Int64s
    ambiguous: npt.NDArray[np.bool_]


def attach(
    facts: pd.DataFrame,
    labels: Int64s,
    edges: Edges,
    *,
    cannot: Int64s,
    strong: npt.NDArray[np.bool_],
) -> Attached:
    """Attach mentions to the one person of that full name in that place.

    Mentions of one full name in one place are one group. It joins the person who bears exactly
    that name there; if nobody does, the one who bears it but for a misspelling; if there are
    several, it stays apart and is asked about. Two groups that differ by a misspelling alone are
    one.
    """
    weak_edges = edges.those(edges.decision == Decision.WEAK)
    exact = _is_exact(facts, weak_edges)
    is_strong = np.zeros(int(labels.max(initial=-1)) + 1, dtype=bool)
    is_strong[labels[strong]] = True
    labels = _grouped(labels, weak_edges.those(exact), is_strong)
    joined, ambiguous = _joins(labels, weak_edges, exact, is_strong, _forbidden(labels, cannot))
    unsure = np.isin(labels, np.array(sorted(ambiguous), dtype=np.int64))
    return Attached(labels=joined[labels] if len(joined) else labels, ambiguous=unsure)


def _is_exact(facts: pd.DataFrame, edges: Edges) -> npt.NDArray[np.bool_]:
    read = ("last", "first", "middle")
    pattern = patterns(facts, edges.left, edges.right, HAND_MODEL, fields=read)
    same = (level(pattern, "last") == Last.EQUAL) & (level(pattern, "first") == Given.EQUAL)
    same &= np.isin(level(pattern, "middle"), (Given.EQUAL, Given.ABSENT))
    return np.asarray(same, dtype=bool)


def _grouped(labels: Int64s, exact: Edges, is_strong: npt.NDArray[np.bool_]) -> Int64s:
    """Join mentions of exactly one full name in one place."""
    one, other = labels[exact.left], labels[exact.right]
    mentions = ~is_strong[one] & ~is_strong[other]
    group = components(len(is_strong), one[mentions], other[mentions])
    least = np.full(len(is_strong), len(is_strong), dtype=np.int64)
    np.minimum.at(least, group, np.arange(len(is_strong)))
    return least[group][labels] if len(labels) else labels


def _forbidden(labels: Int64s, cannot: Int64s) -> frozenset[tuple[int, int]]:
    pairs = labels[cannot].tolist() if len(cannot) else []
    return frozenset((a, b) for pair in pairs for a, b in (pair, pair[::-1]))


def _joins(
    labels: Int64s,
    edges: Edges,
    exact: npt.NDArray[np.bool_],
    is_strong: npt.NDArray[np.bool_],
    forbidden: frozenset[tuple[int, int]],
) -> tuple[Int64s, set[int]]:
    """Give into which label each label goes, and which mentions fit several people."""
    joined = np.arange(len(is_strong), dtype=np.int64)
    one, other = labels[edges.left], labels[edges.right]
    bearers: dict[int, tuple[set[int], set[int]]] = {}
    misspelled: list[tuple[int, int]] = []
    for a, b, is_exact in zip(one.tolist(), other.tolist(), exact.tolist(), strict=True):
        if a == b or (a, b) in forbidden or (is_strong[a] and is_strong[b]):
            continue
        if not is_strong[a] and not is_strong[b]:
            misspelled.append((a, b))
            continue
        mention, person = (b, a) if is_strong[a] else (a, b)
        bearers.setdefault(mention, (set(), set()))[0 if is_exact else 1].add(person)
    ambiguous = _join_people(joined, bearers)
    _join_misspelled(joined, misspelled, taken={*bearers})
    return joined, ambiguous


def _join_people(joined: Int64s, bearers: dict[int, tuple[set[int], set[int]]]) -> set[int]:
    ambiguous = set()
    for mention, (exactly, nearly) in bearers.items():
        people = exactly or nearly
        if len(people) == 1:
            joined[mention] = next(iter(people))
        else:
            ambiguous.add(mention)
    return ambiguous


def _join_misspelled(joined: Int64s, pairs: list[tuple[int, int]], *, taken: set[int]) -> None:
    """Join two groups of mentions that have each other alone; three and more are left apart."""
    near: dict[int, set[int]] = {}
    for a, b in pairs:
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    for group, others in near.items():
        other = min(others)
        if len(others) == 1 and near[other] == {group} and not {group, other} & taken:
            joined[max(group, other)] = min(group, other)
