"""Learning a model from a file's own facts, by a sample that one machine's minute allows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sync.engines.embedded import compare, roomy_cap
from sync.engines.notices import Notice
from sync.matching.facts import coded
from sync.matching.frequencies import counted
from sync.matching.hashing import Int64s
from sync.matching.keys import candidates, shared_keys
from sync.matching.mixture import LEAST_PAIRS, separate
from sync.matching.model import Model
from sync.matching.training import Counts, calibration, count, train

SAMPLED_RECORDS = 150_000
LINK, ASK = 200, -100  # centibits of a calibrated score: four to one, and one to two


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """The model to match with, how it keeps its promises, and why it may be the start model."""

    model: Model
    calibration: Sequence[Mapping[str, object]]
    notices: list[Notice]


def learn(facts: pd.DataFrame, start: Model, *, version: str, mixture: bool = False) -> Learned:
    """Learn from the records that have a СНИЛС.

    Where they are too few the start model stands, unless a `mixture` is asked for.
    """
    numbered, share = _numbered(facts)
    keys = shared_keys(numbered, without_snils=True)
    found = candidates(keys, cap=roomy_cap(keys, len(numbered)))
    pattern = compare(numbered, found, start)
    counts = count(pattern, weight_of_different=1 / share)
    if not counts.suffices:
        if mixture:
            return _without_numbers(facts, start, counts, version=version)
        return Learned(model=start, calibration=(), notices=[_too_few(counts)])
    model = replace(train(counts, start, version=version), link=LINK, ask=ASK)
    source = coded(numbered, "source_id").gathered()
    rows = [
        {
            "source": one.source or "—",
            "expected": f"{one.low:.2f}–{one.high:.2f}",
            "pairs": one.pairs,
            "found": round(one.found, 4),
        }
        for one in calibration(pattern, (source[found.left], source[found.right]), model)
    ]
    return Learned(model=model, calibration=rows, notices=[])


def suited(model: Model, facts: pd.DataFrame) -> Model:
    """Give the model with names as frequent as they are among these records."""
    return replace(model, frequencies=counted(facts, model.frequencies))


def _without_numbers(facts: pd.DataFrame, start: Model, counts: Counts, *, version: str) -> Learned:
    """Learn from how often patterns occur, where there are pairs enough even for that."""
    keys = shared_keys(facts)
    found = candidates(keys, cap=roomy_cap(keys, len(facts)))
    if len(found.left) < LEAST_PAIRS:
        return Learned(model=start, calibration=(), notices=[_too_few(counts)])
    model = separate(compare(facts, found, start), start, version=version)
    notice = Notice(
        cause="training.mixture",
        count=len(found.left),
        text="пар с двумя СНИЛС мало: модель обучена по тому, как часто совпадают поля",
    )
    return Learned(model=replace(model, link=LINK, ask=ASK), calibration=(), notices=[notice])


def _numbered(facts: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """Give records with a СНИЛС, all of some numbers, and what share of numbers that is.

    Two people are both in the sample with the square of that share, one person's records with the
    share itself: pairs of two people weigh more by as much.
    """
    snils = coded(facts, "snils_hash")
    stated = np.flatnonzero(snils.stands())
    share = min(1.0, SAMPLED_RECORDS / max(len(stated), 1))
    hashed = snils.hashed()[stated] >> np.uint64(11)
    kept = stated[hashed < np.uint64(int(share * 2**53))]
    sample = {name: _cut(column, kept) for name, column in facts.items()}
    return pd.DataFrame(sample), share


def _cut(column: "pd.Series[Any]", rows: Int64s) -> object:
    """Give some rows of a column; a categorical one keeps only the values that they hold."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return column.to_numpy()[rows]
    used, codes = np.unique(column.cat.codes.to_numpy()[rows], return_inverse=True)
    return pd.Categorical.from_codes(codes, categories=column.cat.categories[used])


def _too_few(counts: Counts) -> Notice:
    return Notice(
        cause="training.too_few",
        count=int(min(counts.same.sum(), counts.different.sum())),
        text="слишком мало пар с двумя СНИЛС, чтобы учиться: взята готовая модель",
    )
