"""Taking apart components too large to be looked at pair by pair, at their weakest links."""

import numpy as np
import numpy.typing as npt

from sync.matching.edges import Edges, components
from sync.matching.hashing import Int64s

MOST_MEMBERS = 150  # of a component that is clustered by average linkage
_STEPS = 12


def sliced(labels: Int64s, links: Edges, must: Int64s, *, among: Int64s) -> Int64s:
    """Drop the weakest links of the components `among` that are too large, until none is.

    The same for any order of the records: only scores decide. A component whose links are all
    equally strong falls into single records, but for what a person joined.
    """
    labels = labels.copy()
    wanted = np.zeros(int(labels.max(initial=-1)) + 1, dtype=bool)
    wanted[among] = True
    for step in range(1, _STEPS + 1):
        sizes = np.bincount(labels)
        large = np.zeros(len(sizes), dtype=bool)
        large[: len(wanted)] = wanted
        large &= sizes > MOST_MEMBERS
        if not large.any():
            return labels
        inside = large[labels[links.left]] & (labels[links.left] == labels[links.right])
        least = _least_kept(labels[links.left[inside]], links.score[inside], step, len(sizes))
        kept = np.flatnonzero(inside)[links.score[inside] >= least]
        by_hand = must[large[labels[must[:, 0]]]]
        labels, wanted = _resliced(labels, large, links, kept, by_hand)
    return labels


def _least_kept(
    component: Int64s, score: npt.NDArray[np.int32], step: int, count: int
) -> npt.NDArray[np.float64]:
    """Give for each link the score that its component keeps at this step."""
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, component, score)
    np.maximum.at(high, component, score)
    span = (high - low)[component]
    return np.asarray(low[component] + 1 + span * step / _STEPS, dtype=np.float64)


def _resliced(
    labels: Int64s, large: npt.NDArray[np.bool_], links: Edges, kept: Int64s, must: Int64s
) -> tuple[Int64s, npt.NDArray[np.bool_]]:
    """Give fresh labels to the parts of large components, and which labels those are."""
    rows = np.flatnonzero(large[labels])
    at = np.full(len(labels), -1, dtype=np.int64)
    at[rows] = np.arange(len(rows))
    left = np.concatenate([links.left[kept], must[:, 0]])
    right = np.concatenate([links.right[kept], must[:, 1]])
    parts = components(len(rows), at[left], at[right])
    fresh = labels.copy()
    fresh[rows] = len(large) + parts
    wanted = np.zeros(int(fresh.max()) + 1, dtype=bool)
    wanted[len(large) :] = True
    return fresh, wanted


def groups(
    labels: Int64s,
    positions: Int64s,
    among: Int64s,
    where: npt.NDArray[np.bool_] | None = None,
) -> dict[int, Int64s]:
    """Give for each label of `among` which of the positions, by their place, bear it."""
    of = labels[positions]
    chosen = np.flatnonzero(np.isin(of, among) & (True if where is None else where))
    chosen = chosen[np.argsort(of[chosen], kind="stable")]
    names, starts = np.unique(of[chosen], return_index=True)
    parts = dict(zip(names.tolist(), np.split(chosen, starts[1:]), strict=False))
    nothing = np.empty(0, dtype=np.int64)
    return {int(name): parts.get(int(name), nothing) for name in among.tolist()}
