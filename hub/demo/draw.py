"""Random numbers that are the same on every platform: each value is a hash of seed, name, index.

A stream is named, so adding a draw somewhere changes no other draw, and a value does not depend
on how many were taken before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from zlib import crc32

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
T = TypeVar("T")

# splitmix64, for columns and, in plain integers, for single values.
_STEP, _FIRST_FACTOR, _SECOND_FACTOR = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_GOLDEN = np.uint64(_STEP)
_MIX = ((np.uint64(30), np.uint64(_FIRST_FACTOR)), (np.uint64(27), np.uint64(_SECOND_FACTOR)))
_LAST_SHIFT = np.uint64(31)
_MANTISSA_SHIFT = np.uint64(11)
_MANTISSA = 2.0**-53
_WORD = 0xFFFFFFFFFFFFFFFF


def _mixed(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    for shift, factor in _MIX:
        words = (words ^ (words >> shift)) * factor
    return words ^ (words >> _LAST_SHIFT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """A source of numbers that depend on the seed, the name of the stream and the index alone."""

    seed: int

    def bits(self, stream: str, indices: Ints) -> npt.NDArray[np.uint64]:
        """Give 64 random bits for each index of a stream."""
        key = (self.seed << 32 | crc32(stream.encode())) & _WORD
        start = _mixed(np.array([key], dtype=np.uint64))
        return _mixed(start + (indices.astype(np.uint64) + np.uint64(1)) * _GOLDEN)

    def uniform(self, stream: str, count: int) -> Floats:
        """Give `count` numbers from 0 (included) to 1 (excluded)."""
        return self.uniform_at(stream, np.arange(count))

    def uniform_at(self, stream: str, indices: Ints) -> Floats:
        """Give the numbers of a stream at some indices."""
        return (self.bits(stream, indices) >> _MANTISSA_SHIFT).astype(np.float64) * _MANTISSA

    def below(self, stream: str, count: int, limit: int) -> Ints:
        """Give `count` whole numbers from 0 to `limit` - 1."""
        places: Ints = (self.uniform(stream, count) * limit).astype(np.int64)
        return places

    def weighted(self, stream: str, count: int, cumulative: Floats) -> Ints:
        """Give `count` positions in a table of cumulative weights."""
        places = np.searchsorted(cumulative, self.uniform(stream, count) * cumulative[-1], "right")
        chosen: Ints = np.minimum(places, len(cumulative) - 1).astype(np.int64)
        return chosen

    def chance(self, stream: str, count: int, rate: float) -> Flags:
        """Give `count` yes-or-no answers, yes at the given rate."""
        return self.uniform(stream, count) < rate

    def one(self, stream: str, index: int = 0) -> float:
        """Give the number of a stream at one index; for handfuls, not for columns."""
        return _value(_start(self.seed, crc32(stream.encode())), index)


def _start(seed: int, stream: int) -> int:
    return _mixed_int((seed << 32 | stream) & _WORD)


def _value(start: int, index: int) -> float:
    """Give the same number as `Draw.uniform_at` for one index, without numpy."""
    return (_mixed_int((start + (index + 1) * _STEP) & _WORD) >> 11) * _MANTISSA


def _mixed_int(word: int) -> int:
    word = ((word ^ (word >> 30)) * _FIRST_FACTOR) & _WORD
    word = ((word ^ (word >> 27)) * _SECOND_FACTOR) & _WORD
    return word ^ (word >> 31)


@dataclass(slots=True)
class Dice:
    """A sequence of draws for code that decides step by step: one school, one row."""

    start: int
    index: int = 0

    def roll(self) -> float:
        """Give the next number from 0 (included) to 1 (excluded)."""
        self.index += 1
        return _value(self.start, self.index)

    def chance(self, rate: float) -> bool:
        """Say yes at the given rate."""
        return self.roll() < rate

    def below(self, limit: int) -> int:
        """Give a whole number from 0 to `limit` - 1."""
        return int(self.roll() * limit)

    def one_of(self, options: Sequence[T]) -> T:
        """Choose one of the options, all alike."""
        return options[self.below(len(options))]


def dice(draw: Draw, *names: object) -> Dice:
    """Start a sequence of draws of its own for what the names say."""
    return Dice(start=_start(draw.seed, crc32("|".join(map(str, names)).encode())))
