"""The matching model: what a pattern is worth, in centibits, and where linking begins."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import numpy.typing as npt

from sync.matching import scales
from sync.matching.frequencies import Frequencies
from sync.matching.hashing import Int64s
from sync.matching.scales import FIELDS, level

Levels = Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """Centibits added where all the named fields stand at the named levels."""

    levels: Levels
    centibits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A versioned artefact: weights of levels, interactions, name frequencies, thresholds.

    Scores are log2 odds in centibits: 100 doubles the odds. At `link` and above records are one
    person, from `ask` to `link` a person is asked, below they stay apart.
    """

    version: str
    prior: int
    weights: Mapping[str, tuple[int, ...]]
    interactions: tuple[Interaction, ...]
    frequencies: Frequencies
    link: int
    ask: int

    def score(self, patterns: Int64s) -> npt.NDArray[np.int32]:
        """Give the score of each pattern; distinct patterns are evaluated once."""
        distinct, inverse = np.unique(patterns, return_inverse=True)
        total = np.full(len(distinct), self.prior, dtype=np.int32)
        for field, weights in self.weights.items():
            total += np.array(weights, dtype=np.int32)[level(distinct, field)]
        for interaction in self.interactions:
            total += np.int32(interaction.centibits) * _stands(distinct, interaction.levels)
        return total[inverse]

    def explain(self, pattern: int) -> dict[str, int]:
        """Give the centibits that each field adds to one pattern's score, the prior included."""
        one = np.array([pattern], dtype=np.int64)
        parts = {name: w[int(level(one, name)[0])] for name, w in self.weights.items()}
        together = sum(i.centibits for i in self.interactions if _stands(one, i.levels)[0])
        return {"prior": self.prior, **parts, "interactions": together}

    @property
    def levels_hash(self) -> int:
        """Give the hash of the level definitions that the weights were made for."""
        return crc32(json.dumps([scales.VERSION, FIELDS]).encode())


def _stands(patterns: Int64s, wanted: Levels) -> npt.NDArray[np.bool_]:
    mask = value = 0
    for field, at in wanted.items():
        shift, bits = FIELDS[field]
        mask |= ((1 << bits) - 1) << shift
        value |= at << shift
    return np.asarray(patterns & np.int64(mask) == value, dtype=bool)


# Each row follows its enumeration in `levels`. A weight is about log2 of how much more frequent
# the level is among records of one person than among records of two; equal names are worth what
# a name of the middle frequency is, and `rarity` mends it.
_WEIGHTS = {
    "last": (0, 800, 700, 720, 750, 600, -500, 800),
    "first": (0, 400, 300, 150, 250, -1200, 0, -500),
    "middle": (0, 500, 300, 300, 350, -900, 0, -300),
    "birth": (0, 1350, 600, 500, 100, -500, -900, -2500, -300),
    "snils": (0, 1800, -3000, 0),
    "phone": (0, 700, -50, 0),
    "email": (0, 900, -50, 0),
    "place": (0, 500, -100, 0),
    "sex": (0, 30, -300, 0),
    "rarity": (0, 700, 250, -150),
    "role": (0, 50, -400, 0),
    "list": (0, 0, 0, 0),
}
_SURNAME_CHANGED = Interaction(
    levels={"last": 6, "first": 1, "middle": 1, "birth": 1, "place": 1}, centibits=350
)

# A slip in a date between two schools: namesakes of neighbouring birthdays are as likely.
_SLIP_ELSEWHERE = Interaction(levels={"birth": 2, "place": 2}, centibits=-300)


# The first model, written by hand from what agreement of each field is worth.
HAND_MODEL = Model(
    version="hand-2",
    prior=-2000,
    weights=_WEIGHTS,
    interactions=(_SURNAME_CHANGED, _SLIP_ELSEWHERE),
    frequencies=Frequencies(version="1", frequent=1000, rare=150),
    link=600,
    ask=250,
)
