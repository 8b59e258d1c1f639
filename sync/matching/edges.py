"""Compared pairs of records as the edges of a graph, and the components of such a graph."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from sync.matching.decide import Decisions
from sync.matching.hashing import Int64s


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """Compared pairs of positions that were not told apart."""

    left: Int64s
    right: Int64s
    score: npt.NDArray[np.int32]
    decision: Decisions

    def those(self, wanted: npt.NDArray[np.bool_]) -> "Edges":
        """Give the edges that are wanted."""
        return Edges(
            left=self.left[wanted],
            right=self.right[wanted],
            score=self.score[wanted],
            decision=self.decision[wanted],
        )

    def without(self, pairs: Int64s) -> "Edges":
        """Give the edges that are not among pairs (n, 2) with the lesser position first."""
        if not len(pairs):
            return self
        width = int(max(self.left.max(initial=0), self.right.max(initial=0), pairs.max())) + 1
        low, high = np.minimum(self.left, self.right), np.maximum(self.left, self.right)
        return self.those(~np.isin(low * width + high, pairs[:, 0] * width + pairs[:, 1]))


def components(size: int, left: Int64s, right: Int64s) -> Int64s:
    """Number the connected components of a graph of positions."""
    ones = np.ones(len(left), dtype=np.int8)
    graph = coo_array((ones, (left, right)), shape=(size, size))
    return connected_components(graph, directed=False)[1].astype(np.int64)
