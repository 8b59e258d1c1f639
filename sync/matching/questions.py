"""What only a person can tell: one question a pair of clusters, with its reasons."""

from collections import defaultdict
from collections.abc import Mapping
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.matching.contradictions import contradict
from sync.matching.decide import WINDOW, Decision, reasons
from sync.matching.edges import Edges
from sync.matching.facts import NO_DAY, birth_days, coded, content_order
from sync.matching.hashing import Int64s
from sync.matching.levels import patterns
from sync.matching.model import HAND_MODEL
from sync.matching.scales import Birth, Given, Last, Same, level

CLEARLY = 100  # centibits: twice the odds
COLUMNS = ("left", "right", "score", "reasons")
MOST_CHOICES = 3


def questions(
    facts: pd.DataFrame,
    labels: Int64s,
    edges: Edges,
    *,
    cannot: Int64s,
    ambiguous: npt.NDArray[np.bool_],
    changes: npt.NDArray[np.bool_],
) -> pd.DataFrame:
    """Give the pairs to ask about: left, right (positions), score, reasons.

    Asked are pairs in the window, links that a contradiction cut, mentions that fit several
    people, and `changes`: links that would change a person of whom somebody has spoken. Initials
    are asked about where they fit a few people of the place.
    """
    apart = labels[edges.left] != labels[edges.right]
    still_open = apart & ~_answered(labels, edges, cannot)
    if not still_open.any():
        return nothing_asked()
    open_edges, changes = edges.those(still_open), changes[still_open]
    pattern = patterns(facts, open_edges.left, open_edges.right, HAND_MODEL)
    asked = _worth_asking(facts, labels, open_edges, pattern, ambiguous)
    asked &= ~_fits_better(facts, labels, edges, open_edges, pattern)
    asked |= changes
    if not asked.any():
        return nothing_asked()
    found = open_edges.those(asked)
    spoken_of = _spoken_of(labels, found, changes[asked], cannot)
    return _one_a_pair(facts, labels, found, pattern[asked], spoken_of)


def nothing_asked() -> pd.DataFrame:
    """Give the questions where there are none."""
    numbers = {name: np.empty(0, dtype=np.int64) for name in COLUMNS[:-1]}
    return pd.DataFrame({**numbers, COLUMNS[-1]: np.empty(0, dtype=object)})


def _spoken_of(
    labels: Int64s, edges: Edges, changes: npt.NDArray[np.bool_], cannot: Int64s
) -> dict[tuple[int, int], set[str]]:
    """Name what a person's word has to do with a pair of clusters.

    Who would join two people whom somebody kept apart is a bridge between them.
    """
    ends = np.column_stack([labels[edges.left], labels[edges.right]])[changes]
    ends = np.unique(np.sort(ends, axis=1), axis=0)
    named = {(one, other): {"person.touched"} for one, other in ends.tolist()}
    parted = {tuple(sorted(pair)) for pair in labels[cannot].tolist()}
    beside: defaultdict[int, set[int]] = defaultdict(set)
    for one, other in named:
        beside[one].add(other)
        beside[other].add(one)
    for middle, others in beside.items():
        for pair in combinations(sorted(others), 2):
            if pair in parted:
                for end in pair:
                    named[min(middle, end), max(middle, end)].add("person.bridge")
    return named


def _answered(labels: Int64s, edges: Edges, cannot: Int64s) -> npt.NDArray[np.bool_]:
    """Tell which edges join clusters that a person parted."""
    if not len(cannot):
        return np.zeros(len(edges.left), dtype=bool)
    width = int(labels.max()) + 1
    parted = np.sort(labels[cannot], axis=1)
    pairs = np.sort(np.column_stack([labels[edges.left], labels[edges.right]]), axis=1)
    return np.isin(pairs[:, 0] * width + pairs[:, 1], parted[:, 0] * width + parted[:, 1])


def _worth_asking(
    facts: pd.DataFrame,
    labels: Int64s,
    edges: Edges,
    pattern: Int64s,
    ambiguous: npt.NDArray[np.bool_],
) -> npt.NDArray[np.bool_]:
    one, other = labels[edges.left], labels[edges.right]
    weak = level(pattern, "weak") == 1
    initials = weak & (level(pattern, "first") == Given.INITIAL)
    unsure = ambiguous[edges.left] | ambiguous[edges.right]
    few = _few_choices(one, other, weak & (edges.decision == Decision.ASK))
    asked = (edges.decision == Decision.ASK) & (~weak | few)
    asked |= (edges.decision == Decision.WEAK) & unsure
    asked |= edges.decision == Decision.LINK
    hopeless = contradict(facts, edges.left, edges.right) & ~_is_snils_question(pattern)
    hopeless &= initials | _of_two_children(facts, edges, pattern)
    return np.asarray(asked & ~hopeless, dtype=bool)


def _of_two_children(facts: pd.DataFrame, edges: Edges, pattern: Int64s) -> npt.NDArray[np.bool_]:
    """Tell which edges join cards of children under two surnames.

    A bride's former card may stand beside her new one. Of hundreds of children of one school some
    share a birthday and the names: where the school lists both, they are two.
    """
    kind = coded(facts, "kind")
    child = (kind.distinct.astype(str) == "PUPIL")[kind.codes]
    children = child[edges.left] & child[edges.right]
    return np.asarray(children & (level(pattern, "last") == Last.DIFFERENT), dtype=bool)


def _fits_better(
    facts: pd.DataFrame, labels: Int64s, edges: Edges, open_edges: Edges, pattern: Int64s
) -> npt.NDArray[np.bool_]:
    """Tell where a row with a year alone has found a clearly better place already."""
    inside = edges.those(labels[edges.left] == labels[edges.right])
    best = np.full(len(labels), np.iinfo(np.int32).min, dtype=np.int64)
    for side in (inside.left, inside.right):
        np.maximum.at(best, side, inside.score)
    best[birth_days(facts) != NO_DAY] = np.iinfo(np.int32).min  # a full date doubts nothing
    reached = np.maximum(best[open_edges.left], best[open_edges.right])
    year = np.isin(level(pattern, "birth"), (Birth.YEAR_ONLY, Birth.NEXT_YEAR))
    return np.asarray(year & (reached >= open_edges.score + CLEARLY), dtype=bool)


def _is_snils_question(pattern: Int64s) -> npt.NDArray[np.bool_]:
    return np.asarray(level(pattern, "snils") != Same.UNKNOWN, dtype=bool)


def _few_choices(one: Int64s, other: Int64s, among: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tell which edges join clusters that have no more choices than a person looks through."""
    ends = pd.DataFrame({"one": one[among], "other": other[among]})
    both = pd.concat([ends, ends.rename(columns={"one": "other", "other": "one"})])
    choices = both.drop_duplicates().groupby("one").size()
    few = choices.index[choices <= MOST_CHOICES].to_numpy(np.int64)
    return among & np.isin(one, few) & np.isin(other, few)


def _one_a_pair(
    facts: pd.DataFrame,
    labels: Int64s,
    edges: Edges,
    pattern: Int64s,
    spoken_of: Mapping[tuple[int, int], set[str]],
) -> pd.DataFrame:
    rank = content_order(facts)
    sides = np.sort(np.column_stack([labels[edges.left], labels[edges.right]]), axis=1)
    frame = pd.DataFrame(
        {
            "one": sides[:, 0],
            "other": sides[:, 1],
            "left": np.minimum(edges.left, edges.right),
            "right": np.maximum(edges.left, edges.right),
            "score": edges.score.astype(np.int64),
            "pattern": pattern,
            "rank": np.minimum(rank[edges.left], rank[edges.right]),
            "second": np.maximum(rank[edges.left], rank[edges.right]),
        }
    )
    best = frame.sort_values(["score", "rank", "second"], ascending=[False, True, True])
    best = best.drop_duplicates(["one", "other"]).sort_values(["left", "right"])
    named = _reasons(frame, spoken_of)
    found = [named[pair] for pair in zip(best["one"], best["other"], strict=True)]
    best["reasons"] = pd.Series(found, index=best.index, dtype=object)
    return best[list(COLUMNS)].reset_index(drop=True)


def _reasons(
    frame: pd.DataFrame, spoken_of: Mapping[tuple[int, int], set[str]]
) -> dict[tuple[int, int], list[str]]:
    """Give the reasons of all edges between two clusters; the window is named where it is alone."""
    named = {pair: set(codes) for pair, codes in spoken_of.items()}
    distinct = frame[["one", "other", "pattern"]].drop_duplicates()
    for one, other, pattern in distinct.itertuples(index=False, name=None):
        named.setdefault((one, other), set()).update(reasons(pattern))
    return {pair: sorted(codes - {WINDOW}) or [WINDOW] for pair, codes in named.items()}
