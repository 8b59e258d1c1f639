"""Figures of many cells at once: texts that Arrow holds, looked at byte by byte in one array."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import compute

from sync.matching.facts import Coded
from sync.matching.hashing import Int64s

Bytes = npt.NDArray[np.uint8]
_ZERO = ord("0")


def without(texts: pa.Array, signs: Iterable[str]) -> pa.Array:
    """Give the texts without these signs."""
    for sign in signs:
        texts = compute.replace_substring(texts, pattern=sign, replacement="")
    return texts


def of_size(texts: pa.Array, size: int) -> tuple[Int64s, Bytes]:
    """Give the rows of so many bytes, and their bytes row by row."""
    chosen = compute.equal(compute.binary_length(texts), size)
    rows = np.flatnonzero(chosen.to_numpy(zero_copy_only=False)).astype(np.int64)
    held = compute.filter(texts, chosen)
    if not len(rows):
        return rows, np.empty((0, size), dtype=np.uint8)
    start = np.frombuffer(held.buffers()[1], np.int32)[held.offset]
    raw = np.frombuffer(held.buffers()[2], np.uint8)[start : start + size * len(rows)]
    return rows, raw.reshape(-1, size)


def are_figures(signs: Bytes) -> npt.NDArray[np.bool_]:
    """Tell which rows are figures and nothing else."""
    return np.asarray((signs - np.uint8(_ZERO) <= np.uint8(9)).all(axis=1), dtype=bool)


def number(signs: Bytes) -> Int64s:
    """Give the number that each row of figures writes."""
    value = np.zeros(len(signs), dtype=np.int64)
    for place in range(signs.shape[1]):
        value = value * 10 + (signs[:, place] - _ZERO)
    return value


def recoded_texts(codes: npt.NDArray[np.intp], values: pa.Array) -> Coded:
    """Give a coded column whose values are distinct again."""
    stated = pa.concat_arrays([values, pa.array([""], values.type)]).dictionary_encode()
    numbers = stated.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return Coded(codes=numbers[codes], distinct=stated.dictionary.to_numpy(zero_copy_only=False))


def put(texts: pa.Array, rows: Iterable[int], values: Iterable[str]) -> pa.Array:
    """Give the texts with the values of some rows put in their place."""
    at = [*rows]
    if not at:
        return texts
    mask = np.zeros(len(texts), dtype=bool)
    mask[at] = True
    return compute.replace_with_mask(texts, pa.array(mask), pa.array([*values], texts.type))
