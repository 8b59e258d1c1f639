"""People of whom a person has spoken: whatever would join them or leave them is a question.

A verdict speaks of people as they stood: of groups of records. What links records of one group, or
records of which nobody has spoken, is decided as ever. A link between a record of a group and one
that is not in it would change a person whom somebody looked at, so it is asked about.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.matching.decide import Decision
from sync.matching.edges import Edges
from sync.matching.facts import coded, content_order
from sync.matching.hashing import Int64s
from sync.matching.slices import groups

MOST_UNASKED = 8  # descriptions of one person that are joined without anybody's having looked
# What describes a person. Who mentors twenty people is described alike by each of the twenty pairs.
_NAMES = ("last_key", "first_key", "middle_key")
DESCRIBING = (*_NAMES, "birth_date", "birth_year", "snils_hash", "organisation_id")
Mask = npt.NDArray[np.bool_]


def _nothing() -> Int64s:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """Which position stands in which group; `joined` tells the groups that somebody said are one."""

    group: Int64s = field(default_factory=_nothing)
    position: Int64s = field(default_factory=_nothing)
    joined: Mask = field(default_factory=lambda: np.empty(0, dtype=bool))


def changing(edges: Edges, touched: Touched, strong: Mask) -> Mask:
    """Tell which links would change a person of whom somebody has spoken.

    A mention by name and workplace alone changes nobody: it only refers to somebody.
    """
    changes = np.zeros(len(edges.left), dtype=bool)
    if not len(touched.position):
        return changes
    spoken = np.zeros(len(strong), dtype=bool)
    spoken[touched.position] = True
    concerned = spoken[edges.left] | spoken[edges.right]
    concerned &= (edges.decision == Decision.LINK) & strong[edges.left] & strong[edges.right]
    held = _groups_of(touched)
    for at in np.flatnonzero(concerned).tolist():
        one, other = int(edges.left[at]), int(edges.right[at])
        changes[at] = not held.get(one, frozenset()) & held.get(other, frozenset())
    return changes


def _groups_of(touched: Touched) -> dict[int, frozenset[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    for position, group in zip(touched.position.tolist(), touched.group.tolist(), strict=True):
        found[position].add(group)
    return {position: frozenset(of) for position, of in found.items()}


def large(
    facts: pd.DataFrame, labels: Int64s, links: Edges, touched: Touched, strong: Mask
) -> pd.DataFrame:
    """Ask about people of more than MOST_UNASKED descriptions that nobody has said are one.

    Gives left, right, score, reasons as `questions` does: the weakest link that holds the person
    together. Mentions do not count, nor does a record that describes somebody as another does.
    """
    many = _described_often(facts, labels, strong)
    members = groups(labels, np.arange(len(labels)), many)
    said = _joined_groups(touched)
    inside = labels[links.left] == labels[links.right]
    within = groups(labels, links.left, many, inside)
    rank = content_order(facts) if len(many) else np.empty(0, dtype=np.int64)
    rows = []
    for label in many.tolist():
        records = {int(one) for one in members[label] if strong[one]}
        if within[label].size and not any(records <= group for group in said):
            rows.append(_weakest(links, within[label], rank))
    return pd.DataFrame(rows, columns=["left", "right", "score", "reasons"])


def _described_often(facts: pd.DataFrame, labels: Int64s, strong: Mask) -> Int64s:
    """Give the labels under which more than MOST_UNASKED different descriptions stand."""
    sizes = np.bincount(labels[strong], minlength=int(labels.max(initial=-1)) + 1)
    members = np.flatnonzero(strong & (sizes > MOST_UNASKED)[labels])
    said = [coded(facts, name).codes[members] for name in DESCRIBING if name in facts.columns]
    different = np.unique(np.column_stack([labels[members], *said]), axis=0)
    owners, descriptions = np.unique(different[:, 0], return_counts=True)
    return owners[descriptions > MOST_UNASKED]


def _joined_groups(touched: Touched) -> list[set[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    held = zip(
        touched.group[touched.joined].tolist(),
        touched.position[touched.joined].tolist(),
        strict=True,
    )
    for group, position in held:
        found[group].add(position)
    return list(found.values())


def _weakest(links: Edges, at: Int64s, rank: Int64s) -> tuple[int, int, int, list[str]]:
    left, right = links.left[at], links.right[at]
    low, high = np.minimum(rank[left], rank[right]), np.maximum(rank[left], rank[right])
    one = int(np.lexsort((high, low, links.score[at]))[0])
    sides = sorted((int(left[one]), int(right[one])))
    return sides[0], sides[1], int(links.score[at][one]), ["cluster.large"]
