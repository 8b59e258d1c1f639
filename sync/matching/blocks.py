"""Pairs of records that share a key: blocks whole, thinned or refined where they grew large, or chained.

Who mentors a hundred people is described alike a hundred times, and no comparison tells such records
apart. So a block over the cap that holds few descriptions is not large: the first record of each is
compared with the first of every other, and whoever is described alike with their first alone. Only
where even descriptions are many is a block split by finer keys, and what they leave too large is
thinned or, with many descriptions, chained.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sync.matching.hashing import Int64s, mix
from sync.matching.keys import Keys

_WAITING = 1_000_000  # pairs that are merged with the rest only together: sorting costs
_BITS = 32  # of a position within the number of a pair
_POSITION = (1 << _BITS) - 1
CAP = 400  # records of a block that are compared all with all


Describe = Callable[[Int64s], Int64s]  # positions to numbers: equal where records say the same


def each_its_own(positions: Int64s) -> Int64s:
    """Describe no two records alike."""
    return positions


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Pairs of positions (left < right, each once) and what became of blocks over the cap.

    `thinned` blocks hold no more descriptions than the cap; `refined` ones were split by the finer
    key; of `chained` ones even the finer block was too large, and only neighbours by the order of
    their positions are compared.
    """

    left: Int64s
    right: Int64s
    thinned: int
    refined: int
    chained: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Met:
    """Pairs, each one number: the lesser position before the greater."""

    pairs: Int64s
    thinned: int
    refined: int
    chained: int

    def apart(self) -> Candidates:
        """Give the two positions of each pair."""
        left, right = sides(self.pairs)
        return Candidates(
            left=left,
            right=right,
            thinned=self.thinned,
            refined=self.refined,
            chained=self.chained,
        )


def candidates(keys: Keys, *, cap: int = CAP, describe: Describe = each_its_own) -> Candidates:
    """Give each pair that shares a key, once; O(sum of squared block sizes under the cap)."""
    return _together([_met(split_blocks(keys, cap, describe))]).apart()


def candidates_within(
    kinds: Iterable[Keys], *, cap: int, room: int, describe: Describe = each_its_own
) -> Candidates | None:
    """Give each pair that shares a key, or None where there are more than `room`, repeats among them.

    Memory is that of the pairs and of one kind of keys.
    """
    parts: list[_Met] = []
    for keys in kinds:
        split = split_blocks(keys, cap, describe)
        room -= split.expected
        if room < 0:
            return None
        parts.append(_met(split))
        if sum(len(part.pairs) for part in parts[1:]) > _WAITING + len(parts[0].pairs):
            parts = [_together(parts)]
    return _together(parts).apart()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Who stands in which block, block by block; `leader` is the first who says the same there."""

    block: Int64s
    finer: Int64s
    position: Int64s
    leader: Int64s

    def those(self, wanted: npt.NDArray[np.bool_]) -> "_Rows":
        """Give the rows that are wanted."""
        return _Rows(
            block=self.block[wanted],
            finer=self.finer[wanted],
            position=self.position[wanted],
            leader=self.leader[wanted],
        )

    def in_finer_blocks(self) -> "_Rows":
        """Split the blocks by the finer key; positions ascend in each."""
        key = mix(self.block.view(np.uint64), self.finer.view(np.uint64), salt=7)
        order = np.lexsort((self.position, key))
        finer, position, leader = self.finer[order], self.position[order], self.leader[order]
        return _Rows(block=key[order], finer=finer, position=position, leader=leader)

    def are_led_by_few(self, cap: int) -> npt.NDArray[np.bool_]:
        """Tell for each row whether its block holds no more descriptions than the cap."""
        starts = _starts(self.block)
        if not len(starts):
            return np.empty(0, dtype=bool)
        led = np.add.reduceat(self.position == self.leader, starts, dtype=np.int64)
        return np.asarray(np.repeat(led <= cap, np.diff(np.append(starts, len(self.block)))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Blocks by what is done with them; those that only their finer keys made apart from others."""

    small: tuple[Int64s, Int64s]  # block and position
    thinned: _Rows
    fine: _Rows
    fine_thinned: _Rows
    chained: _Rows
    refined: int

    @property
    def expected(self) -> int:
        """Give how many pairs this leads to, repeats among them."""
        thin = (self.thinned, self.fine_thinned)
        led = sum(int((one.position != one.leader).sum()) for one in thin)
        whole = sum(int((_sizes(block) - 1).sum()) // 2 for block, _ in self.wholes)
        return whole + led + len(self.chained.block)

    @property
    def wholes(self) -> list[tuple[Int64s, Int64s]]:
        """Give the blocks, each with its positions, that are compared all with all."""
        led = [one.those(one.position == one.leader) for one in (self.thinned, self.fine_thinned)]
        fine = [self.fine, *led]
        return [self.small, *((one.block, one.position) for one in fine)]

    @property
    def listed(self) -> Int64s:
        """Give the other pairs, at most one a row: whoever is led with their leader, neighbours."""
        led = [numbers(one.leader, one.position) for one in (self.thinned, self.fine_thinned)]
        return np.concatenate([*led, numbers(*_chain(self.chained.block, self.chained.position))])


def split_blocks(keys: Keys, cap: int, describe: Describe) -> Split:
    """Tell blocks apart by how many records and descriptions they hold."""
    large = _sizes(keys.key) > cap
    rows = _led(keys.key[large], keys.finer[large], keys.position[large], describe)
    few = rows.are_led_by_few(cap)
    finer = rows.those(~few).in_finer_blocks()
    too_large = _sizes(finer.block) > cap
    few_again = too_large & finer.are_led_by_few(cap)
    return Split(
        small=(keys.key[~large], keys.position[~large]),
        thinned=rows.those(few),
        fine=finer.those(~too_large),
        fine_thinned=finer.those(few_again),
        chained=finer.those(too_large & ~few_again),
        refined=_runs(rows.block[~few]),
    )


def _led(block: Int64s, finer: Int64s, position: Int64s, describe: Describe) -> _Rows:
    """Find for each row the first of its block who says the same."""
    said = describe(position)
    order = np.lexsort((position, said, block))
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (block[order][1:] != block[order][:-1]) | (said[order][1:] != said[order][:-1])
    leader = np.empty(len(order), dtype=np.int64)
    leader[order] = position[order][fresh][np.cumsum(fresh) - 1]
    return _Rows(block=block, finer=finer, position=position, leader=leader)


def _met(split: Split) -> _Met:
    """Give the pairs of blocks whole, thinned, refined and chained."""
    return _Met(
        pairs=np.concatenate([split.listed, *(numbers(*all_pairs(*one)) for one in split.wholes)]),
        thinned=_runs(split.thinned.block) + _runs(split.fine_thinned.block),
        refined=split.refined,
        chained=_runs(split.chained.block),
    )


def _together(parts: list[_Met]) -> _Met:
    """Give the pairs of all in order, each once, and use the parts up.

    They are sorted here alone: to sort them kind by kind too would be work done twice.
    """
    thinned, refined = sum(part.thinned for part in parts), sum(part.refined for part in parts)
    chained = sum(part.chained for part in parts)
    pairs = np.concatenate([np.empty(0, dtype=np.int64), *(part.pairs for part in parts)])
    parts.clear()
    return _Met(pairs=each_once(pairs), thinned=thinned, refined=refined, chained=chained)


def numbers(left: Int64s, right: Int64s) -> Int64s:
    """Give each pair as one number: the lesser position before the greater."""
    pairs = np.minimum(left, right)
    pairs <<= _BITS
    pairs |= np.maximum(left, right)
    return np.asarray(pairs[left != right], dtype=np.int64)


def each_once(pairs: Int64s) -> Int64s:
    """Give numbers in order, each once; those given are sorted where they stand."""
    pairs.sort()
    return pairs[_are_fresh(pairs)]


def sides(pairs: Int64s) -> tuple[Int64s, Int64s]:
    """Give the two positions of pairs that are numbers."""
    return pairs >> _BITS, pairs & _POSITION


def expected_pairs(keys: Keys, *, cap: int, describe: Describe = each_its_own) -> int:
    """Give how many pairs `candidates` will look at with this cap, repeats among them."""
    return split_blocks(keys, cap, describe).expected


def _sizes(block: Int64s) -> Int64s:
    """Give for each row the length of its run of equal numbers."""
    starts = _starts(block)
    sizes = np.diff(np.append(starts, len(block)))
    return np.repeat(sizes, sizes).astype(np.int64)


def _runs(block: Int64s) -> int:
    return len(_starts(block))


def _starts(block: Int64s) -> Int64s:
    return np.flatnonzero(_are_fresh(block))


def _are_fresh(block: Int64s) -> npt.NDArray[np.bool_]:
    fresh = np.ones(len(block), dtype=bool)
    fresh[1:] = block[1:] != block[:-1]
    return fresh


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
