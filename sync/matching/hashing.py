"""Hashes that never change: the same text gives the same number on every machine and run."""

from collections.abc import Iterable
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pandas as pd

Int64s = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

_WORD = (1 << 64) - 1
_STEP, _FIRST_FACTOR, _SECOND_FACTOR = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_LARGEST = (1 << 63) - 1
_SALT = b"\x9e\x37\x79\xb9"


def hash_text(text: str) -> int:
    """Give the unsigned 64-bit number of a text: two crc32 of its UTF-8, before mixing."""
    raw = text.encode()
    return crc32(raw) << 32 | crc32(raw + _SALT, 0x5BD1E995)


def hash_column(values: npt.NDArray[np.object_]) -> npt.NDArray[np.uint64]:
    """Hash a column of texts, each distinct value once; an empty text hashes to 0."""
    codes, distinct = pd.factorize(values)
    return hash_texts(str(value) for value in distinct)[codes]


def hash_texts(texts: Iterable[str]) -> npt.NDArray[np.uint64]:
    """Hash texts in their order, empty ones to 0."""
    return np.array([hash_text(text) if text else 0 for text in texts], dtype=np.uint64)


def mix(*parts: npt.NDArray[np.uint64], salt: int) -> Int64s:
    """Give one signed 64-bit key for each row of parts, by splitmix64 over them in order."""
    return mix_each(parts, rows=len(parts[0]), salt=salt)


def mix_each(parts: Iterable[npt.NDArray[np.uint64]], *, rows: int, salt: int) -> Int64s:
    """Give what `mix` gives for parts that are made one after another, and held no longer."""
    with np.errstate(over="ignore"):
        state = np.full(rows, salt, dtype=np.uint64)
        for part in parts:
            state = _splitmix(state ^ part)
    return state.view(np.int64)


def numbered(columns: Iterable[tuple[Int64s, int]], *, rows: int) -> Int64s:
    """Number the rows of columns, equal ones alike and all in order; each column with its width.

    A width is how many values a column may have, from 0 on.

    Columns may be made one after another: memory is that of two.
    """
    number, upto = np.zeros(rows, dtype=np.int64), 1
    for column, width in columns:
        if upto * width > _LARGEST:
            number = pd.factorize(number, sort=True)[0].astype(np.int64, copy=False)
            upto = int(number.max(initial=0)) + 1
        number = number * width + column
        upto *= width
    return number


def mix_one(*parts: int, salt: int) -> int:
    """Give the key of one row: the number that `mix` gives for it."""
    state = salt
    for part in parts:
        z = ((state ^ part) + _STEP) & _WORD
        z = ((z ^ (z >> 30)) * _FIRST_FACTOR) & _WORD
        z = ((z ^ (z >> 27)) * _SECOND_FACTOR) & _WORD
        state = z ^ (z >> 31)
    return state - (1 << 64) if state >> 63 else state


def _splitmix(state: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    z = state + np.uint64(_STEP)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(_FIRST_FACTOR)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(_SECOND_FACTOR)
    return z ^ (z >> np.uint64(31))
