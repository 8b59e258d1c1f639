"""Pairs of records that share a key, made some at a time: by the range of their lesser position.

A pair has one lesser position, so the pairs of a range are no other range's, and each of them is
found once: what is compared is what `blocks.candidates` gives, without all of it at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sync.matching.blocks import Describe, each_once, numbers, sides, split_blocks
from sync.matching.hashing import Int64s
from sync.matching.keys import Keys

Range = tuple[int, int]  # positions from the first to before the second


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whole:
    """Blocks compared all with all, positions ascending in each; `later` is how many follow one."""

    position: Int64s
    later: Int64s

    @classmethod
    def of(cls, block: Int64s, position: Int64s) -> "_Whole":
        order = np.lexsort((position, block))
        block, position = block[order], position[order]
        ends = np.flatnonzero(np.append(block[1:] != block[:-1], [True] * bool(len(block)))) + 1
        sizes = np.diff(ends, prepend=0)
        later = np.repeat(ends, sizes) - np.arange(len(block)) - 1
        met = np.repeat(sizes, sizes) > 1  # who stands alone meets nobody
        return cls(position=position[met], later=later[met])

    def pairs(self, start: int, end: int) -> Int64s:
        """Give the pairs, as numbers, whose lesser position lies in the range."""
        rows = np.flatnonzero((self.position >= start) & (self.position < end))
        later = self.later[rows]
        one = np.repeat(rows, later)
        other = one + 1 + np.arange(len(one)) - np.repeat(np.cumsum(later) - later, later)
        return numbers(self.position[one], self.position[other])


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Who meets whom, as blocks whose pairs are made when a range of them is asked for."""

    wholes: tuple[_Whole, ...]
    listed: Int64s  # the pairs of those that meet few of their block, as numbers, in order

    @classmethod
    def of(cls, keys: Keys, *, cap: int, describe: Describe) -> "Meeting":
        """Split the blocks of sorted keys as `blocks.candidates` does."""
        split = split_blocks(keys, cap, describe)
        return cls(
            wholes=tuple(_Whole.of(*one) for one in split.wholes), listed=each_once(split.listed)
        )

    def ranges(self, room: int) -> Iterator[Range]:
        """Give ranges of about `room` pairs, repeats among them; a position stands in one whole."""
        first, _ = sides(self.listed)
        led = np.bincount(first)
        sums = [np.bincount(one.position, weights=one.later) for one in self.wholes]
        each = np.zeros(max(map(len, [led, *sums])), dtype=np.int64)
        for counts in (led, *sums):
            each[: len(counts)] += counts.astype(np.int64)
        filled = np.cumsum(each) // room
        cuts = [0, *(np.flatnonzero(np.diff(filled)) + 1).tolist(), len(each)]
        return pairwise(cuts)


def candidates_of(meeting: Meeting, those: Range) -> tuple[Int64s, Int64s]:
    """Give the pairs (left < right, each once) whose lesser position lies in the range."""
    start, end = those
    from_, to = np.searchsorted(sides(meeting.listed)[0], [start, end])
    found = [meeting.listed[from_:to], *(one.pairs(start, end) for one in meeting.wholes)]
    return sides(each_once(np.concatenate(found)))
