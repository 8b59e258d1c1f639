"""Weights where no СНИЛС tells the answer: a mixture of pairs of one person and of two (EM).

Fields are taken as independent within each part of the mixture; the start model says which part is
which, and lends each level a few pairs, so that a level hardly seen keeps about its weight.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sync.matching.hashing import Int64s
from sync.matching.model import Model
from sync.matching.scales import FIELDS, Given, level

Floats = npt.NDArray[np.float64]
LEAST_PAIRS = 500
_LENT = 30.0  # pairs
_ROUNDS = 30
_BITS = (-25.0, 15.0)  # a weight lies between
_SILENT = {"first": (0, Given.ABSENT), "middle": (0, Given.ABSENT)}
_FIELDS = tuple(name for name in FIELDS if name not in ("snils", "weak"))


def separate(patterns: Int64s, start: Model, *, version: str) -> Model:
    """Give the model of the mixture that explains how often patterns occur."""
    distinct, counts = np.unique(patterns, return_counts=True)
    number = counts.astype(np.float64)
    levels = {name: level(distinct, name) for name in _FIELDS}
    odds = start.score(distinct) / 100
    lent = _shares(levels, number, _probability(odds), {})
    prior, weights = 0.0, {}
    for _ in range(_ROUNDS):
        same = _probability(odds)
        shares = _shares(levels, number, same, lent)
        weights = {name: _weights(name, *shares[name]) for name in _FIELDS}
        prior = _log_odds(float((number * same).sum()), float((number * (1 - same)).sum()))
        odds = prior + sum((weights[name][levels[name]] for name in _FIELDS), np.zeros(len(number)))
    table = {name: _row(start, name, weights[name]) for name in _FIELDS}
    return replace(
        start,
        version=version,
        prior=round(prior * 100),
        weights={**start.weights, **table},
        interactions=(),
    )


def _probability(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp2(-np.clip(odds, -60, 60))), dtype=np.float64)


def _shares(
    levels: dict[str, Int64s],
    number: Floats,
    same: Floats,
    lent: dict[str, tuple[Floats, Floats]],
) -> dict[str, tuple[Floats, Floats]]:
    """Give for each field how its levels are spread in pairs of one person and of two."""
    found = {}
    for name, at in levels.items():
        width = 1 << FIELDS[name][1]
        parts = [
            np.bincount(at, weights=number * part, minlength=width) for part in (same, 1 - same)
        ]
        known = lent.get(name, (np.full(width, 1 / width), np.full(width, 1 / width)))
        filled = [part + _LENT * one for part, one in zip(parts, known, strict=True)]
        found[name] = (filled[0] / filled[0].sum(), filled[1] / filled[1].sum())
    return found


def _weights(name: str, same: Floats, different: Floats) -> Floats:
    bits = np.clip(np.log2(same / different), *_BITS)
    bits[list(_SILENT.get(name, (0,)))] = 0.0  # what is not stated says nothing
    return np.asarray(bits, dtype=np.float64)


def _log_odds(same: float, different: float) -> float:
    return float(np.log2((same + 1) / (different + 1)))


def _row(start: Model, name: str, bits: Floats) -> tuple[int, ...]:
    width = len(start.weights[name])
    return tuple(int(value) for value in np.rint(bits[:width] * 100))
