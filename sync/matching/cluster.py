"""Clusters of records that are one person: components of links, mended where they contradict."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.matching.adopt import adopt
from sync.matching.contradictions import contradictions, contradictory
from sync.matching.decide import Decision, Decisions
from sync.matching.edges import Edges, components
from sync.matching.facts import content_order, is_weak
from sync.matching.hashing import Int64s
from sync.matching.mend import Knot, untie
from sync.matching.mentions import attach
from sync.matching.questions import nothing_asked, questions
from sync.matching.slices import groups, sliced
from sync.matching.touched import Touched, changing

Scores = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """What people decided about pairs of positions: MUST_LINK or CANNOT_LINK; the last word counts.

    `touched` are the people of whom somebody has spoken, as they stood.
    """

    left: Int64s = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    right: Int64s = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    kind: list[str] = field(default_factory=list)
    touched: Touched = field(default_factory=Touched)


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
    adopting: bool = False,
) -> Clustering:
    """Give the people that records fall into; the same for any order of the records.

    `adopting` is for a file looked at whole: rows that know little join the only one who fits.

    Human verdicts come first, then contradictions (two valid СНИЛС, two active cards of one
    source, births or first names that cannot be one person's), then scores; but what would change a
    person of whom somebody has spoken is asked. Linear in edges but for the components that
    contradict themselves.
    """
    verdicts = verdicts or Verdicts()
    if not len(left) and not len(verdicts.left):
        return Clustering(labels=np.arange(len(facts)), questions=nothing_asked())
    edges = Edges(left=left, right=right, score=score, decision=np.asarray(decision, dtype="<U5"))
    must, cannot = _last_words(verdicts)
    edges = edges.without(cannot)
    strong = ~is_weak(facts)
    changes = changing(edges, verdicts.touched, strong)
    kept = edges.those(~changes)
    labels = components(len(facts), *_linked(kept, must))
    labels = _mended(facts, labels, kept, must, cannot)
    attached = attach(facts, labels, edges, cannot=cannot, strong=strong)
    joined = adopt(facts, attached.labels, edges, cannot) if adopting else attached.labels
    labels = canonical(joined, facts["record_id"].to_numpy(np.int64))
    asked = questions(
        facts, labels, edges, cannot=cannot, ambiguous=attached.ambiguous, changes=changes
    )
    return Clustering(labels=labels, questions=asked)


def canonical(labels: Int64s, record_ids: Int64s) -> Int64s:
    """Name each cluster by the position of its least record id."""
    order = np.argsort(record_ids, kind="stable")
    _, first, inverse = np.unique(labels[order], return_index=True, return_inverse=True)
    named = np.empty(len(labels), dtype=np.int64)
    named[order] = order[first][inverse]
    return named


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


def _linked(edges: Edges, must: Int64s) -> tuple[Int64s, Int64s]:
    linked = edges.decision == Decision.LINK
    left = np.concatenate([edges.left[linked], must[:, 0]])
    right = np.concatenate([edges.right[linked], must[:, 1]])
    return left, right


def _mended(
    facts: pd.DataFrame, labels: Int64s, edges: Edges, must: Int64s, cannot: Int64s
) -> Int64s:
    """Cluster again, by constrained average linkage, the components that contradict themselves.

    A component too large for that is first taken apart at its weakest links.
    """
    broken = contradictory(facts, labels, cannot)
    if not len(broken):
        return labels
    links = edges.those(edges.decision == Decision.LINK)
    whole, labels = labels, sliced(labels, links, must, among=broken)
    pieces = broken
    if not np.array_equal(whole, labels):
        pieces = contradictory(facts, labels, cannot)
    one, other = contradictions(facts, labels, cannot, among=pieces)
    rank = content_order(facts)
    members = groups(labels, np.arange(len(labels)), pieces)
    inside = groups(labels, links.left, pieces, labels[links.left] == labels[links.right])
    against, joined = groups(labels, one, pieces), groups(labels, must[:, 0], pieces)
    mended, fresh = labels.copy(), int(labels.max()) + 1
    for piece in pieces.tolist():
        here = members[piece][np.argsort(rank[members[piece]])]
        within = inside[piece]
        parts = untie(
            Knot(
                members=here,
                left=links.left[within],
                right=links.right[within],
                score=links.score[within],
                against=np.column_stack([one[against[piece]], other[against[piece]]]),
                must=must[joined[piece]],
                cannot=cannot,
            )
        )
        mended[here] = fresh + parts
        fresh += len(here)
    return mended
