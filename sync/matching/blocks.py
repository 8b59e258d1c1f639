"""Pairs of records that share a key: blocks whole, refined where they grew large, or chained."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sync.matching.hashing import Int64s, mix
from sync.matching.keys import Keys

_WAITING = 1_000_000  # pairs that are merged with the rest only together: sorting costs
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


def candidates(keys: Keys, *, cap: int = CAP) -> Candidates:
    """Give each pair that shares a key, once; O(sum of squared block sizes under the cap)."""
    return _together_once([_pairs_of(keys, cap)])


def candidates_within(kinds: Iterable[Keys], *, cap: int, room: int) -> Candidates | None:
    """Give each pair that shares a key, or None where there are more than `room`, repeats among them.

    Memory is that of the pairs and of one kind of keys.
    """
    parts: list[Candidates] = []
    for keys in kinds:
        room -= expected_pairs(keys, cap=cap)
        if room < 0:
            return None
        parts.append(_pairs_of(keys, cap))
        if sum(len(part.left) for part in parts[1:]) > _WAITING + 2 * len(parts[0].left):
            parts = [_together_once(parts)]
    return _together_once(parts)


def _pairs_of(keys: Keys, cap: int) -> Candidates:
    """Give the pairs of blocks whole, refined and chained; a pair as often as it shares a key."""
    large = _sizes(keys.key) > cap
    whole = all_pairs(keys.key[~large], keys.position[~large])
    finer, position = _refined(keys, large)
    too_large = _sizes(finer) > cap
    inner = all_pairs(finer[~too_large], position[~too_large])
    chain = _chain(finer[too_large], position[too_large])
    return Candidates(
        left=np.concatenate([whole[0], inner[0], chain[0]]),
        right=np.concatenate([whole[1], inner[1], chain[1]]),
        refined=_runs(keys.key[large]),
        chained=_runs(finer[too_large]),
    )


def _together_once(parts: Sequence[Candidates]) -> Candidates:
    """Give the pairs of all parts, each once."""
    none = np.empty(0, dtype=np.int64)
    left, right = _unique(
        np.concatenate([none, *(part.left for part in parts)]),
        np.concatenate([none, *(part.right for part in parts)]),
    )
    return Candidates(
        left=left,
        right=right,
        refined=sum(part.refined for part in parts),
        chained=sum(part.chained for part in parts),
    )


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


def _unique(left: Int64s, right: Int64s) -> tuple[Int64s, Int64s]:
    low, high = np.minimum(left, right), np.maximum(left, right)
    width = int(high.max(initial=0)) + 1
    pairs = (low * width + high)[low != high]
    pairs.sort()
    pairs = pairs[_starts(pairs)]
    return pairs // width, pairs % width
