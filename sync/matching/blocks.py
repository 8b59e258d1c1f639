"""Pairs of records that share a key: blocks whole, refined where they grew large, or chained."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sync.matching.hashing import Int64s, mix
from sync.matching.keys import Keys

_WAITING = 1_000_000  # pairs that are merged with the rest only together: sorting costs
_BITS = 32  # of a position within the number of a pair
_POSITION = (1 << _BITS) - 1
CAP = 400  # records of a block that are compared all with all


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Pairs of positions (left < right, each once) and what became of blocks over the cap.

    `refined` blocks were split by the finer key; of `chained` ones even the finer block was too
    large, and only neighbours by the order of their keys are compared.
    """

    left: Int64s
    right: Int64s
    refined: int
    chained: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Met:
    """Pairs in order, each one number: the lesser position before the greater."""

    pairs: Int64s
    refined: int
    chained: int

    def apart(self) -> Candidates:
        """Give the two positions of each pair."""
        return Candidates(
            left=self.pairs >> _BITS,
            right=self.pairs & _POSITION,
            refined=self.refined,
            chained=self.chained,
        )


def candidates(keys: Keys, *, cap: int = CAP) -> Candidates:
    """Give each pair that shares a key, once; O(sum of squared block sizes under the cap)."""
    return _met(keys, cap).apart()


def candidates_within(kinds: Iterable[Keys], *, cap: int, room: int) -> Candidates | None:
    """Give each pair that shares a key, or None where there are more than `room`, repeats among them.

    Memory is that of the pairs and of one kind of keys.
    """
    parts: list[_Met] = []
    for keys in kinds:
        room -= expected_pairs(keys, cap=cap)
        if room < 0:
            return None
        parts.append(_met(keys, cap))
        if sum(len(part.pairs) for part in parts[1:]) > _WAITING + len(parts[0].pairs):
            parts = [_together(parts)]
    return _together(parts).apart()


def _met(keys: Keys, cap: int) -> _Met:
    """Give the pairs of blocks whole, refined and chained."""
    large = _sizes(keys.key) > cap
    finer, position = _refined(keys, large)
    too_large = _sizes(finer) > cap
    pairs = [
        _numbered(*all_pairs(keys.key[~large], keys.position[~large])),
        _numbered(*all_pairs(finer[~too_large], position[~too_large])),
        _numbered(*_chain(finer[too_large], position[too_large])),
    ]
    refined, chained = _runs(keys.key[large]), _runs(finer[too_large])
    return _Met(pairs=_once(pairs), refined=refined, chained=chained)


def _together(parts: Sequence[_Met]) -> _Met:
    return _Met(
        pairs=_once([part.pairs for part in parts]),
        refined=sum(part.refined for part in parts),
        chained=sum(part.chained for part in parts),
    )


def _numbered(left: Int64s, right: Int64s) -> Int64s:
    pairs = np.minimum(left, right) << _BITS | np.maximum(left, right)
    return np.asarray(pairs[left != right], dtype=np.int64)


def _once(parts: Sequence[Int64s]) -> Int64s:
    pairs = np.concatenate([np.empty(0, dtype=np.int64), *parts])
    pairs.sort()
    return pairs[_starts(pairs)]


def expected_pairs(keys: Keys, *, cap: int) -> int:
    """Give how many pairs `candidates` will look at with this cap, repeats among them."""
    sizes = _sizes(keys.key)
    large = sizes > cap
    inner = _sizes(_refined(keys, large)[0])
    chained = int((inner > cap).sum())
    return int((sizes[~large] - 1).sum() + (inner[inner <= cap] - 1).sum()) // 2 + chained


def _refined(keys: Keys, large: npt.NDArray[np.bool_]) -> tuple[Int64s, Int64s]:
    """Give finer blocks of the large ones, in order, with their positions."""
    block, finer = keys.key[large].view(np.uint64), keys.finer[large].view(np.uint64)
    key, position = mix(block, finer, salt=7), keys.position[large]
    order = np.lexsort((position, key))
    return key[order], position[order]


def _sizes(block: Int64s) -> Int64s:
    """Give for each row the length of its run of equal numbers."""
    starts = _starts(block)
    sizes = np.diff(np.append(starts, len(block)))
    return np.repeat(sizes, sizes).astype(np.int64)


def _runs(block: Int64s) -> int:
    return len(_starts(block))


def _starts(block: Int64s) -> Int64s:
    fresh = np.ones(len(block), dtype=bool)
    fresh[1:] = block[1:] != block[:-1]
    return np.flatnonzero(fresh)


def all_pairs(block: Int64s, position: Int64s) -> tuple[Int64s, Int64s]:
    """Give all pairs within runs of equal numbers."""
    if not len(block):
        return position, position
    starts = _starts(block)
    sizes = np.diff(np.append(starts, len(block)))
    later = np.repeat(starts + sizes, sizes) - np.arange(len(block)) - 1
    left_at = np.repeat(np.arange(len(block)), later)
    within = np.arange(len(left_at)) - np.repeat(np.cumsum(later) - later, later)
    return position[left_at], position[left_at + within + 1]


def _chain(block: Int64s, position: Int64s) -> tuple[Int64s, Int64s]:
    same = block[1:] == block[:-1]
    return position[:-1][same], position[1:][same]
