"""How records of two people agree by chance: what agreement of each field is worth is seen beside it.

Compared candidates cannot tell it: whoever shares no key is not among them, and where a file is clean
nearly all of them are one person.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.matching.facts import NO_DAY, birth_days, coded, coded_lists
from sync.matching.hashing import Int64s
from sync.matching.levels import HasFrequencies, patterns
from sync.matching.scales import FIELDS, SILENT, Birth, Given, Last, Same, level

Floats = npt.NDArray[np.float64]
PAIRS = 100_000  # drawn; what is rarer than they show is counted, not drawn
_SEED = 20260901
_DRAWN = ("last", "first", "middle", "birth", "phone", "email", "place", "sex", "role", "list")
_EQUAL = {
    "last": Last.EQUAL,
    "first": Given.EQUAL,
    "middle": Given.EQUAL,
    "birth": Birth.EQUAL,
    "phone": Same.EQUAL,
    "email": Same.EQUAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """Of all pairs of a file: how many stand at each level of a field, and how many there are.

    Pairs of one person are among them; pairs of which one side does not state the field are not.
    """

    counts: Mapping[str, Floats]
    pairs: float


def chance(facts: pd.DataFrame, model: HasFrequencies) -> Chance:
    """Give how all pairs of records agree; the same for any order of the file's rows.

    O(records) and PAIRS comparisons. Equal values are counted whole, since a draw hardly shows them.
    """
    left, right = _drawn(len(facts))
    pattern = patterns(facts, left, right, model, fields=_DRAWN)
    pairs = len(facts) * (len(facts) - 1) / 2
    scale = pairs / max(len(left), 1)
    counts = {name: weighed(name, level(pattern, name), scale) for name in _DRAWN}
    for name, equal in _equal_pairs(facts).items():
        counts[name][_EQUAL[name]] = equal
    return Chance(counts=counts | {"rarity": _rarities(facts, model)}, pairs=pairs)


def weighed(field: str, levels: Int64s, weight: Floats | float) -> Floats:
    """Give how much weight stands at each level of a field, at silent ones nothing."""
    each = np.broadcast_to(np.asarray(weight, dtype=np.float64), levels.shape)
    counts = np.bincount(levels, weights=each, minlength=1 << FIELDS[field][1])
    counts[list(SILENT.get(field, (0,)))] = 0.0
    return np.asarray(counts, dtype=np.float64)


def _drawn(records: int) -> tuple[Int64s, Int64s]:
    dice = np.random.default_rng(_SEED)
    left, right = (dice.integers(0, max(records, 1), PAIRS) for _ in ("left", "right"))
    return left[left != right], right[left != right]


def _equal_pairs(facts: pd.DataFrame) -> dict[str, float]:
    """Give how many pairs state the same, field by field."""
    days = birth_days(facts)
    numbers, _ = pd.factorize(days[days != NO_DAY])
    columns = {name: coded(facts, f"{name}_key") for name in ("last", "first", "middle")}
    columns |= {"phone": coded_lists(facts, "phones"), "email": coded_lists(facts, "emails")}
    found = {name: column.codes[column.stands()] for name, column in columns.items()}
    return {
        name: float(_pairs(np.bincount(at)).sum())
        for name, at in (found | {"birth": numbers}).items()
    }


def _pairs(sizes: npt.NDArray[np.intp]) -> Floats:
    return np.asarray(sizes * (sizes - 1.0) / 2, dtype=np.float64)


def _rarities(facts: pd.DataFrame, model: HasFrequencies) -> Floats:
    """Give how many pairs bear one name, by how rare it is."""
    last, first = coded(facts, "last_key"), coded(facts, "first_key")
    rows = np.flatnonzero(last.stands() & first.stands()).astype(np.int64)
    names = last.codes[rows] * len(first.distinct) + first.codes[rows]
    _, bearer, sizes = np.unique(names, return_index=True, return_counts=True)
    one = rows[bearer]
    rarity = level(patterns(facts, one, one, model, fields=("rarity",)), "rarity")
    return weighed("rarity", rarity, _pairs(sizes))
