"""Clusters of records that are one person: components of links, mended where they contradict."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from sync.matching.contradictions import contradictions
from sync.matching.decide import Decision, Decisions
from sync.matching.facts import content_order, is_weak
from sync.matching.hashing import Int64s
from sync.matching.mend import Knot, untie
from sync.matching.mentions import Edges, attach
from sync.matching.questions import questions

Scores = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """What people decided about pairs of positions: MUST_LINK or CANNOT_LINK; the last word counts."""

    left: Int64s = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    right: Int64s = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    kind: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clustering:
    """The cluster of each position, named by the position of its least record id, and questions.

    `questions` has columns left, right (positions), score (centibits) and reasons (short codes):
    one row a pair of clusters.
    """

    labels: Int64s
    questions: pd.DataFrame


def cluster(
    facts: pd.DataFrame,
    *,
    left: Int64s,
    right: Int64s,
    score: Scores,
    decision: Decisions,
    verdicts: Verdicts | None = None,
) -> Clustering:
    """Give the people that records fall into; the same for any order of the records.

    Human verdicts come first, then contradictions (two valid СНИЛС, two active cards of one
    source, births or first names that cannot be one person's), then scores. Linear in edges but
    for the components that contradict themselves.
    """
    edges = Edges(left=left, right=right, score=score, decision=np.asarray(decision, dtype="<U5"))
    must, cannot = _last_words(verdicts or Verdicts())
    edges = edges.without(cannot)
    labels = _components(len(facts), edges, must)
    labels = _mended(facts, labels, edges, must, cannot)
    strong = ~is_weak(facts)
    attached = attach(facts, labels, edges, cannot=cannot, strong=strong)
    labels = canonical(attached.labels, facts["record_id"].to_numpy(np.int64))
    asked = questions(facts, labels, edges, cannot=cannot, ambiguous=attached.ambiguous)
    return Clustering(labels=labels, questions=asked)


def canonical(labels: Int64s, record_ids: Int64s) -> Int64s:
    """Name each cluster by the position of its least record id."""
    order = np.argsort(record_ids, kind="stable")
    _, first, inverse = np.unique(labels[order], return_index=True, return_inverse=True)
    named = np.empty(len(labels), dtype=np.int64)
    named[order] = order[first][inverse]
    return named


def components(size: int, left: Int64s, right: Int64s) -> Int64s:
    """Number the connected components of a graph of positions."""
    ones = np.ones(len(left), dtype=np.int8)
    graph = coo_array((ones, (left, right)), shape=(size, size))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _last_words(verdicts: Verdicts) -> tuple[Int64s, Int64s]:
    """Give pairs (n, 2) that must and that cannot be one person; a later word replaces one."""
    word: dict[tuple[int, int], str] = {}
    for one, other, kind in zip(
        verdicts.left.tolist(), verdicts.right.tolist(), verdicts.kind, strict=True
    ):
        word[min(one, other), max(one, other)] = kind
    sides = [
        np.array([pair for pair, said in word.items() if said == kind], dtype=np.int64)
        for kind in ("MUST_LINK", "CANNOT_LINK")
    ]
    return sides[0].reshape(-1, 2), sides[1].reshape(-1, 2)


def _components(size: int, edges: Edges, must: Int64s) -> Int64s:
    linked = edges.decision == Decision.LINK
    left = np.concatenate([edges.left[linked], must[:, 0]])
    right = np.concatenate([edges.right[linked], must[:, 1]])
    return components(size, left, right)


def _mended(
    facts: pd.DataFrame, labels: Int64s, edges: Edges, must: Int64s, cannot: Int64s
) -> Int64s:
    """Cluster again, by constrained average linkage, the components that contradict themselves."""
    one, other = contradictions(facts, labels, cannot)
    broken = np.unique(labels[one])
    if not len(broken):
        return labels
    rank = content_order(facts)
    mended = labels.copy()
    fresh = int(labels.max()) + 1
    linked = edges.decision == Decision.LINK
    for component in broken.tolist():
        members = np.flatnonzero(labels == component)
        members = members[np.argsort(rank[members])]
        inside = linked & (labels[edges.left] == component)
        here = labels[one] == component
        parts = untie(
            Knot(
                members=members,
                left=edges.left[inside],
                right=edges.right[inside],
                score=edges.score[inside],
                against=np.column_stack([one[here], other[here]]),
                must=must[labels[must[:, 0]] == component],
                cannot=cannot,
            )
        )
        mended[members] = fresh + parts
        fresh += len(members)
    return mended
