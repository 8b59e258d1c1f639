"""Weights without hand labels: compared pairs as a mixture of pairs of one person and of two (EM).

Fields are taken as independent within each part of the mixture. How two people agree is what all pairs
of a file show, less the pairs of one person; the start model says first which those are.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sync.matching.chance import Chance, weighed
from sync.matching.hashing import Int64s
from sync.matching.model import Model
from sync.matching.scales import FIELDS, level

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
LEAST_PAIRS = 500
_LENT = 0.5  # pairs, to each level
_ROUNDS = 30
_BITS = (-25.0, 15.0)  # a weight lies between
_FIELDS = tuple(name for name in FIELDS if name not in ("snils", "weak"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Distinct patterns of candidates and how many pairs have each."""

    patterns: Int64s
    pairs: Floats


def separate(
    counted: Counted, start: Model, *, by_chance: Chance, version: str, barred: Mask | None = None
) -> Model:
    """Give the model of the mixture that explains how often patterns occur among candidates.

    Where both sides have a СНИЛС the start model's word on it is heard as well. `barred` patterns
    are two people by rule, whatever else agrees.
    """
    levels = {name: level(counted.patterns, name) for name in _FIELDS}
    told = np.array(start.weights["snils"])[level(counted.patterns, "snils")] / 100
    odds = start.score(counted.patterns) / 100
    prior, weights = 0.0, {}
    for _ in range(_ROUNDS):
        same = _probability(odds) if barred is None else np.where(barred, 0.0, _probability(odds))
        one, two = counted.pairs * same, counted.pairs * (1 - same)
        weights = {
            name: _weights(name, at, (one, two), by_chance, start) for name, at in levels.items()
        }
        prior = float(np.log2((one.sum() + 1) / (by_chance.pairs - one.sum() + 1)))
        odds = prior + told + sum((weights[name][at] for name, at in levels.items()), 0.0 * told)
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


def _weights(
    name: str, levels: Int64s, parts: tuple[Floats, Floats], by_chance: Chance, start: Model
) -> Floats:
    """Give what each level of a field is worth, in bits; one that nobody shows as at the start."""
    one, two = (weighed(name, levels, part) for part in parts)
    two = np.maximum(by_chance.counts[name] - one, two)
    shown = one + two > 0
    bits = np.zeros(len(one))
    known = np.array(start.weights[name]) / 100
    bits[: len(known)] = known
    bits[shown] = np.log2(_shares(one[shown]) / _shares(two[shown]))
    return np.clip(bits, *_BITS)


def _shares(counts: Floats) -> Floats:
    lent = counts + _LENT
    return np.asarray(lent / lent.sum(), dtype=np.float64)


def _row(start: Model, name: str, bits: Floats) -> tuple[int, ...]:
    width = len(start.weights[name])
    return tuple(int(value) for value in np.rint(bits[:width] * 100))
