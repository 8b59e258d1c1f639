"""Weights learned without hand labels: from pairs whose both sides have a valid СНИЛС.

Equal numbers say same, different ones say two people; neither always, so the share of wrong
numbers is estimated from pairs in which everything else agrees. The fit is a logistic regression
over counts of patterns, drawn towards the hand model: where the data are silent, that speaks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from sync.matching.hashing import Int64s
from sync.matching.model import Interaction, Model
from sync.matching.scales import FIELDS, Birth, Given, Last, Rarity, Same, level

Floats = npt.NDArray[np.float64]
LEAST_PAIRS = 300  # of each label: fewer teach nothing
_CENTIBITS = 100 / np.log(2)
_LEARNED = tuple(name for name in FIELDS if name not in ("snils", "weak"))
_TOGETHER = (
    ("last", "first"),
    ("last", "middle"),
    ("last", "birth"),
    ("first", "middle"),
    ("first", "birth"),
    ("middle", "birth"),
    ("birth", "place"),
    ("birth", "rarity"),
    ("place", "rarity"),
    ("last", "place"),
    ("phone", "first"),
    ("birth", "phone"),
    ("list", "place"),
    ("list", "birth"),
)
_LEAST_TOGETHER = 30  # pairs in which two levels meet, to be worth a weight of their own
_PULL, _PULL_TOGETHER = 0.5, 2.0  # how hard weights are drawn to the hand model and to nothing
_WRONG_NUMBERS = (0.0005, 0.15)  # bounds of the share of numbers that are somebody else's


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Distinct patterns with how often each was one person and how often two."""

    patterns: Int64s
    same: Floats
    different: Floats

    @property
    def suffices(self) -> bool:
        """Tell whether there is enough of both to learn from."""
        return bool(min(self.same.sum(), self.different.sum()) >= LEAST_PAIRS)


def without_number(patterns: Int64s) -> Int64s:
    """Give patterns as if no side had a СНИЛС."""
    shift, bits = FIELDS["snils"]
    return patterns & ~np.int64(((1 << bits) - 1) << shift)


def count(patterns: Int64s, *, weight_of_different: float = 1.0) -> Counts:
    """Count the labels that СНИЛС give to patterns; pairs without two numbers say nothing."""
    snils = level(patterns, "snils")
    bare = without_number(patterns)
    distinct, inverse = np.unique(bare, return_inverse=True)
    same = np.bincount(inverse, weights=snils == Same.EQUAL, minlength=len(distinct))
    different = np.bincount(inverse, weights=snils == Same.DIFFERENT, minlength=len(distinct))
    said = (same + different) > 0
    return Counts(
        patterns=distinct[said],
        same=same[said].astype(np.float64),
        different=different[said].astype(np.float64) * weight_of_different,
    )


def train(counts: Counts, start: Model, *, version: str) -> Model:
    """Give the model that explains the counts best, near `start` where they say little."""
    design = _Design.of(counts, start)
    wrong = wrong_numbers(counts)
    found = minimize(
        _loss,
        design.start,
        args=(design, counts, wrong),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 200, "ftol": 1e-8},
    )
    return design.model(np.asarray(found.x, dtype=np.float64), start, version)


def wrong_numbers(counts: Counts) -> float:
    """Estimate the share of pairs of one person whose numbers differ: one is somebody else's.

    Pairs alike in everything, of rare names, are one person; what СНИЛС says of them is its error.
    """
    p = counts.patterns
    alike = (level(p, "last") == Last.EQUAL) & (level(p, "first") == Given.EQUAL)
    alike &= (level(p, "middle") == Given.EQUAL) & (level(p, "birth") == Birth.EQUAL)
    alike &= level(p, "rarity") == Rarity.RARE
    different, same = counts.different[alike].sum(), counts.same[alike].sum()
    low, high = _WRONG_NUMBERS
    return float(np.clip((different + 0.5) / (different + same + 1), low, high))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Feature:
    """A level of a field, or two levels that stand together, and which patterns have it."""

    levels: tuple[tuple[str, int], ...]
    holds: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Design:
    features: Sequence[_Feature]
    matrix: Floats
    start: Floats
    pull: Floats

    @classmethod
    def of(cls, counts: Counts, start: Model) -> "_Design":
        features = [*_singles(counts.patterns), *_doubles(counts)]
        columns = [np.ones(len(counts.patterns)), *(one.holds for one in features)]
        known = [start.prior, *(_known(one, start) for one in features)]
        rest = _untold(counts.patterns, features, start)
        pull = [0.05, *(_PULL if len(one.levels) == 1 else _PULL_TOGETHER for one in features)]
        return cls(
            features=features,
            matrix=np.column_stack([*columns, rest]).astype(np.float64),
            start=np.array([*(value / _CENTIBITS for value in known), 1.0]),
            pull=np.array([*pull, 1e6]),
        )

    def model(self, weights: Floats, start: Model, version: str) -> Model:
        """Write the weights as a model."""
        centibits = np.rint(weights * _CENTIBITS).astype(np.int64)
        table = {name: list(start.weights[name]) for name in start.weights}
        learned: list[Interaction] = []
        for feature, value in zip(self.features, centibits[1:-1].tolist(), strict=True):
            if len(feature.levels) == 1:
                (name, at) = feature.levels[0]
                table[name][at] = value
            elif value:
                learned.append(Interaction(levels=dict(feature.levels), centibits=value))
        return replace(
            start,
            version=version,
            prior=int(centibits[0]),
            weights={name: tuple(row) for name, row in table.items()},
            interactions=(*start.interactions, *learned),
        )


def _singles(patterns: Int64s) -> Iterator[_Feature]:
    for name in _LEARNED:
        levels = level(patterns, name)
        for value in np.unique(levels).tolist():
            yield _Feature(levels=((name, value),), holds=levels == value)


def _doubles(counts: Counts) -> Iterator[_Feature]:
    weight = counts.same + counts.different
    for one, other in _TOGETHER:
        first, second = level(counts.patterns, one), level(counts.patterns, other)
        pairs = np.unique(np.column_stack([first, second]), axis=0)
        for a, b in pairs.tolist():
            holds = (first == a) & (second == b)
            if weight[holds].sum() >= _LEAST_TOGETHER:
                yield _Feature(levels=((one, a), (other, b)), holds=holds)


def _known(feature: _Feature, start: Model) -> int:
    if len(feature.levels) > 1:
        return 0
    name, at = feature.levels[0]
    return start.weights[name][at]


def _untold(patterns: Int64s, features: Sequence[_Feature], start: Model) -> Floats:
    """Give what the start model adds beyond the features: its own interactions."""
    told = np.full(len(patterns), start.prior, dtype=np.int64)
    for feature in features:
        told += _known(feature, start) * feature.holds
    return np.asarray((start.score(patterns) - told) / _CENTIBITS, dtype=np.float64)


def _loss(weights: Floats, design: _Design, counts: Counts, wrong: float) -> tuple[float, Floats]:
    """Give the negative log likelihood with wrong numbers allowed for, and its gradient."""
    odds = design.matrix @ weights
    same = 1 / (1 + np.exp(-np.clip(odds, -60, 60)))
    said = np.clip(same * (1 - wrong), 1e-12, 1 - 1e-12)
    drift = weights - design.start
    total = -(counts.same * np.log(said) + counts.different * np.log1p(-said)).sum()
    slope = -(counts.same / said - counts.different / (1 - said)) * (1 - wrong) * same * (1 - same)
    penalty = float((design.pull * drift**2).sum())
    return float(total) + penalty, design.matrix.T @ slope + 2 * design.pull * drift


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """Of pairs promised to be one person with a probability within a band: how many were."""

    source: str
    low: float
    high: float
    pairs: int
    found: float


def calibration(
    patterns: Int64s, sources: Sequence[npt.NDArray[np.object_]], model: Model
) -> list[Calibrated]:
    """Compare what the model promises with what СНИЛС say, source by source.

    `sources` are the two sides' sources. A source whose numbers are missing where the matching is
    hard shows here: its promise and its finding part.
    """
    snils = level(patterns, "snils")
    told = snils != Same.UNKNOWN
    promised = 1 / (1 + 2.0 ** (-model.score(without_number(patterns[told])) / 100))
    same = snils[told] == Same.EQUAL
    rows = []
    for source in sorted({str(name) for side in sources for name in set(side[told].tolist())}):
        of_source = (sources[0][told] == source) | (sources[1][told] == source)
        rows += list(_bands(source, promised[of_source], same[of_source]))
    return rows


def _bands(source: str, promised: Floats, same: npt.NDArray[np.bool_]) -> Iterator[Calibrated]:
    bounds = (0.0, 0.02, 0.5, 0.9, 0.99, 1.000001)
    for low, high in pairwise(bounds):
        inside = (promised >= low) & (promised < high)
        if inside.any():
            yield Calibrated(
                source=source,
                low=low,
                high=min(high, 1.0),
                pairs=int(inside.sum()),
                found=float(same[inside].mean()),
            )
