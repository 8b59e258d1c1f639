"""Records that no comparison can tell apart: they say the same in every fact that comparing reads."""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.matching.facts import Coded, birth_days, birth_years, coded, coded_lists
from sync.matching.hashing import Int64s, mix

# What comparing reads, but for births; the patterns of two records that agree in all of it with
# each other agree too, whomever they are compared with.
TEXTS = (
    "last_key",
    "first_key",
    "middle_key",
    "previous_last_key",
    "sex",
    "snils_hash",
    "organisation_id",
    "affiliation_organisation_id",
    "role",
    "kind",
    "source_id",
)
LISTS = ("phones", "emails")
_SALT = 101


def describing(facts: pd.DataFrame) -> Callable[[Int64s], Int64s]:
    """Give what numbers positions of these facts by what they say; numbers hold for one frame.

    Nothing is read before it is asked, and then the positions that are asked for alone.
    """

    def numbered(positions: Int64s) -> Int64s:
        if not len(positions):
            return positions
        parts = [column.codes[positions].view(np.uint64) for column in _columns(facts)]
        return mix(*parts, *(births[positions] for births in _births(facts)), salt=_SALT)

    return numbered


def described(facts: pd.DataFrame) -> Int64s:
    """Give what each record says as a number that is the same in every frame and process."""
    return mix(*(column.hashed() for column in _columns(facts)), *_births(facts), salt=_SALT)


def compared_facts(facts: pd.DataFrame) -> pd.DataFrame:
    """Give what comparing reads of facts as numbers of its distinct values: read often, lean to hold."""
    columns: dict[str, object] = {name: _category(coded(facts, name)) for name in TEXTS}
    columns |= {name: _category(coded_lists(facts, name)) for name in LISTS}
    columns |= {"birth_date": birth_days(facts), "birth_year": birth_years(facts)}
    return pd.DataFrame(columns)


def _category(column: Coded) -> pd.Categorical:
    numbers, distinct = pd.factorize(column.distinct)
    return pd.Categorical.from_codes(numbers[column.codes], pd.Index(distinct, dtype=object))


def _columns(facts: pd.DataFrame) -> Iterator[Coded]:
    yield from (coded(facts, name) for name in TEXTS)
    yield from (coded_lists(facts, name) for name in LISTS)


def _births(facts: pd.DataFrame) -> Iterator[npt.NDArray[np.uint64]]:
    yield from (births(facts).view(np.uint64) for births in (birth_days, birth_years))
