"""What a model promises and what СНИЛС say, source by source: numbers check what they did not teach."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from sync.matching.decide import parted
from sync.matching.hashing import Int64s
from sync.matching.model import Model
from sync.matching.scales import FIELDS, Same, level

Floats = npt.NDArray[np.float64]
_BOUNDS = (0.0, 0.02, 0.5, 0.9, 0.99, 1.000001)


def without_number(patterns: Int64s) -> Int64s:
    """Give patterns as if no side had a СНИЛС."""
    shift, bits = FIELDS["snils"]
    return patterns & ~np.int64(((1 << bits) - 1) << shift)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """Of pairs promised to be one person with a probability within a band: how many were."""

    source: str
    low: float
    high: float
    pairs: int
    found: float


def calibration(
    patterns: Int64s,
    sources: Sequence[npt.NDArray[np.object_]],
    model: Model,
    *,
    weight_of_different: float = 1.0,
) -> list[Calibrated]:
    """Compare what the model promises with what СНИЛС say, source by source.

    `sources` are the two sides' sources. In a sample that was chosen by numbers each pair of two
    people stands for `weight_of_different` such. Pairs that no score could join are left out. A source whose numbers are missing where the
    matching is hard shows here: its promise and its finding part.
    """
    snils = level(patterns, "snils")
    told = (snils != Same.UNKNOWN) & ~parted(without_number(patterns))
    promised = 1 / (1 + 2.0 ** (-model.score(without_number(patterns[told])) / 100))
    same = snils[told] == Same.EQUAL
    weight = np.where(same, 1.0, weight_of_different)
    rows = []
    for source in sorted({str(name) for side in sources for name in set(side[told].tolist())}):
        of_source = (sources[0][told] == source) | (sources[1][told] == source)
        rows += list(_bands(source, promised[of_source], same[of_source], weight[of_source]))
    return rows


def _bands(
    source: str, promised: Floats, same: npt.NDArray[np.bool_], weight: Floats
) -> Iterator[Calibrated]:
    for low, high in pairwise(_BOUNDS):
        inside = (promised >= low) & (promised < high)
        if inside.any():
            yield Calibrated(
                source=source,
                low=low,
                high=min(high, 1.0),
                pairs=int(inside.sum()),
                found=float(np.average(same[inside], weights=weight[inside])),
            )
