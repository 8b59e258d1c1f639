"""Learning a model from a file's own compared pairs, and how it keeps its promises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sync.engines.embedded import compare, compare_all, roomy_cap
from sync.engines.notices import Notice
from sync.matching.alike import describing
from sync.matching.blocks import candidates
from sync.matching.calibration import calibration
from sync.matching.chance import chance
from sync.matching.decide import parted
from sync.matching.facts import coded, cut
from sync.matching.frequencies import counted
from sync.matching.keys import shared_keys
from sync.matching.mixture import LEAST_PAIRS, Counted, separate
from sync.matching.model import Model

CHECKED_RECORDS = 50_000
LINK, ASK = (
    500,
    -100,
)  # centibits of a learned score, which is too sure of itself: see docs/matching.md


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """The model to match with, and why it may be the start model."""

    model: Model
    notices: list[Notice]


def learn(facts: pd.DataFrame, start: Model, *, version: str) -> Learned:
    """Compare the records and learn from that; where pairs are too few the start model stands."""
    return learned_from(compare_all(facts, start).counted(), facts, start, version=version)


def learned_from(found: Counted, facts: pd.DataFrame, start: Model, *, version: str) -> Learned:
    """Learn from compared candidates beside how the same records agree by chance."""
    if found.pairs.sum() < LEAST_PAIRS:
        return Learned(model=start, notices=[_too_few(found)])
    by_chance, barred = chance(facts, start), parted(found.patterns)
    model = separate(found, start, by_chance=by_chance, version=version, barred=barred)
    return Learned(model=replace(model, link=LINK, ask=ASK), notices=[])


def suited(model: Model, facts: pd.DataFrame) -> Model:
    """Give the model with names as frequent as they are among these records."""
    return replace(model, frequencies=counted(facts, model.frequencies))


def checked(facts: pd.DataFrame, model: Model) -> Sequence[Mapping[str, object]]:
    """Give what the model promises and what СНИЛС say, source by source.

    Looked at are pairs with two СНИЛС that something else brought together, of CHECKED_RECORDS at
    most.
    """
    numbered, share = _numbered(facts)
    keys = shared_keys(numbered, without_snils=True)
    describe = describing(numbered)
    cap = roomy_cap(keys, len(numbered), describe)
    found = candidates(keys, cap=cap, describe=describe)
    pattern = compare(numbered, found, model)
    source = coded(numbered, "source_id").gathered()
    return [
        {
            "source": one.source or "—",
            "expected": f"{one.low:.2f}–{one.high:.2f}",
            "pairs": one.pairs,
            "found": round(one.found, 4),
        }
        for one in calibration(
            pattern,
            (source[found.left], source[found.right]),
            model,
            weight_of_different=1 / share,
        )
    ]


def _numbered(facts: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """Give records with a СНИЛС, all of some numbers, and what share of numbers that is.

    Two people are both in the sample with the square of that share, one person's records with the
    share itself.
    """
    snils = coded(facts, "snils_hash")
    stated = np.flatnonzero(snils.stands())
    share = min(1.0, CHECKED_RECORDS / max(len(stated), 1))
    hashed = snils.hashed()[stated] >> np.uint64(11)
    kept = stated[hashed < np.uint64(int(share * 2**53))]
    return cut(facts, kept), share


def _too_few(found: Counted) -> Notice:
    return Notice(
        cause="training.too_few",
        count=int(found.pairs.sum()),
        text="слишком мало похожих записей, чтобы учиться: взята готовая модель",
    )
