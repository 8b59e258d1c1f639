"""Average linkage under constraints for one component that contradicts itself."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sync.matching.hashing import Int64s

_NOT_COMPARED = -600.0  # centibits: a pair that no key brought together speaks against itself
_LEAST_AVERAGE = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Knot:
    """One component: members in the order of their content, links, and what stands against."""

    members: Int64s
    left: Int64s
    right: Int64s
    score: npt.NDArray[np.int32]
    against: Int64s  # pairs (n, 2) that contradict
    must: Int64s  # pairs (n, 2) that a person joined
    cannot: Int64s  # pairs (n, 2) that a person parted


def untie(knot: Knot) -> Int64s:
    """Give the part of each member; ties are broken by the order of the members."""
    size = len(knot.members)
    number = {position: at for at, position in enumerate(knot.members.tolist())}
    average = np.full((size, size), _NOT_COMPARED)
    linked = np.zeros((size, size), dtype=bool)
    pairs = zip(knot.left.tolist(), knot.right.tolist(), knot.score.tolist(), strict=True)
    for one, other, score in pairs:
        a, b = number[one], number[other]
        average[a, b] = average[b, a] = score
        linked[a, b] = linked[b, a] = True
    forbidden = _matrix(size, number, knot.cannot)
    barred = _matrix(size, number, knot.against) | forbidden
    state = _State(average=average, linked=linked, barred=barred, forbidden=forbidden)
    for one, other in sorted(
        map(tuple, knot.must.tolist()), key=lambda p: (number[p[0]], number[p[1]])
    ):
        state.join_by_hand(number[one], number[other])
    while state.join_best():
        continue
    return state.part


def _matrix(size: int, number: dict[int, int], pairs: Int64s) -> npt.NDArray[np.bool_]:
    matrix = np.zeros((size, size), dtype=bool)
    for one, other in pairs.tolist():
        if one in number and other in number:
            matrix[number[one], number[other]] = matrix[number[other], number[one]] = True
    return matrix


class _State:
    """Clusters being joined: a matrix row stands for the cluster named by its first member."""

    def __init__(
        self,
        *,
        average: npt.NDArray[np.float64],
        linked: npt.NDArray[np.bool_],
        barred: npt.NDArray[np.bool_],
        forbidden: npt.NDArray[np.bool_],
    ) -> None:
        self.average, self.linked = average, linked
        self.barred, self.forbidden = barred, forbidden
        self.part = np.arange(len(average), dtype=np.int64)
        self.sizes = np.ones(len(average))
        self.alive = np.ones(len(average), dtype=bool)

    def join_by_hand(self, one: int, other: int) -> None:
        """Join two members' clusters by a person's word, unless a person's word parts them."""
        a, b = sorted((int(self.part[one]), int(self.part[other])))
        if a != b and not self.forbidden[a, b]:
            self._join(a, b)

    def join_best(self) -> bool:
        """Join the two clusters that agree best on average; tell whether there were any."""
        open_pairs = self.linked & ~self.barred & self.alive[:, None] & self.alive[None, :]
        np.fill_diagonal(open_pairs, val=False)
        scores = np.where(open_pairs, self.average, -np.inf)
        best = int(np.argmax(scores))
        a, b = sorted(divmod(best, len(scores)))
        if not scores[a, b] >= _LEAST_AVERAGE:
            return False
        self._join(a, b)
        return True

    def _join(self, a: int, b: int) -> None:
        total = self.sizes[a] + self.sizes[b]
        merged = (self.average[a] * self.sizes[a] + self.average[b] * self.sizes[b]) / total
        self.average[a] = self.average[:, a] = merged
        for matrix in (self.linked, self.barred, self.forbidden):
            matrix[a] |= matrix[b]
            matrix[:, a] = matrix[a]
        self.sizes[a] = total
        self.alive[b] = False
        self.part[self.part == b] = a
