"""How often names are borne: by the tables, or counted among the records at hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from sync.matching.facts import coded
from sync.matching.lexicon import first_names
from sync.matching.phonetic import surname_frequencies, surname_sound

_SURNAME_UNIT, _NAME_UNIT = 10_000, 1_000
_LENT = 2_000  # records: how many the tables weigh beside those that are counted
_LEAST_SEEN = 5  # records: what a model keeps of names tells of nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequencies:
    """How often names are borne; `frequent` and `rare` bound surnames times first names.

    Surnames in ten thousand people by sound, first names in a thousand; an unlisted name counts
    one. What was counted stands before the tables, which are frozen with the version.
    """

    version: str
    frequent: int
    rare: int
    counted_surnames: Mapping[str, int] = field(default_factory=dict)
    counted_first_names: Mapping[str, int] = field(default_factory=dict)

    @property
    def surnames(self) -> Mapping[str, int]:
        """Give people in ten thousand by the sound of the surname."""
        return self.counted_surnames or surname_frequencies()

    @property
    def first_names(self) -> Mapping[str, int]:
        """Give people in a thousand by first name."""
        return self.counted_first_names or first_names().per_mille

    def borne(self, last: str, first: str) -> int:
        """Give how many of ten million people bear a surname and a first name."""
        return self.surnames.get(surname_sound(last), 1) * self.first_names.get(first, 1)


def counted(facts: pd.DataFrame, start: Frequencies) -> Frequencies:
    """Give the frequencies of the names of these records, the tables lending where they are few.

    Names seen in few records are left out: they are rare, and a model should name nobody.
    """
    surnames = coded(facts, "last_key")
    sounds = surnames.mapped(surname_sound)
    first = coded(facts, "first_key")
    return replace(
        start,
        counted_surnames=_shares(
            sounds.codes, sounds.distinct.tolist(), start.surnames, _SURNAME_UNIT
        ),
        counted_first_names=_shares(
            first.codes, first.distinct.tolist(), start.first_names, _NAME_UNIT
        ),
    )


def _shares(
    codes: "np.typing.NDArray[np.int64]", names: list[str], listed: Mapping[str, int], unit: int
) -> dict[str, int]:
    seen: dict[str, int] = {}
    for name, count in zip(names, np.bincount(codes, minlength=len(names)).tolist(), strict=True):
        if name:
            seen[name] = seen.get(name, 0) + count
    total = sum(seen.values()) + _LENT
    known = {*listed, *(name for name, count in seen.items() if count >= _LEAST_SEEN)}
    return {
        name: max(1, round((seen.get(name, 0) * unit + _LENT * listed.get(name, 0)) / total))
        for name in sorted(known)
    }
