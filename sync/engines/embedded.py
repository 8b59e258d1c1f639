"""Matching in one process: a file's facts to clusters, in columns."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sync.engines.notices import Notice
from sync.matching.cluster import cluster
from sync.matching.decide import Decision, decide
from sync.matching.hashing import Int64s
from sync.matching.keys import CAP, Candidates, Keys, candidates, expected_pairs, shared_keys
from sync.matching.levels import patterns
from sync.matching.model import Model

PAIRS_A_BATCH = 2_000_000
PAIRS_A_RECORD = 12
_LEAST_ROOM = 5_000_000
_CAPS = (CAP, 200, 100, 50, 25, 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The cluster of each position, questions for a person, and what the run noticed."""

    labels: Int64s
    questions: pd.DataFrame
    pairs: int
    notices: list[Notice] = field(default_factory=list)


def find_candidates(facts: pd.DataFrame) -> tuple[Candidates, list[Notice]]:
    """Give the pairs worth comparing: about PAIRS_A_RECORD a record at most, whatever the input."""
    keys = shared_keys(facts)
    cap = roomy_cap(keys, len(facts))
    found = candidates(keys, cap=cap)
    notices = []
    if found.refined:
        notices.append(
            Notice(
                cause="block.refined",
                count=found.refined,
                text=f"групп похожих записей больше {cap}: разделены по году, имени и отчеству",
            )
        )
    if found.chained:
        notices.append(
            Notice(
                cause="block.chained",
                count=found.chained,
                text=f"групп с одним именем и годом больше {cap}: сравнены только соседние записи",
            )
        )
    return found, notices


def roomy_cap(keys: Keys, records: int) -> int:
    """Give the largest cap of blocks whose pairs there is room for."""
    room = max(_LEAST_ROOM, PAIRS_A_RECORD * records)
    return next((cap for cap in _CAPS if expected_pairs(keys, cap=cap) <= room), _CAPS[-1])


def compare(facts: pd.DataFrame, found: Candidates, model: Model) -> Int64s:
    """Give the pattern of each candidate pair; memory is that of one batch."""
    parts = [
        patterns(
            facts, found.left[at : at + PAIRS_A_BATCH], found.right[at : at + PAIRS_A_BATCH], model
        )
        for at in range(0, len(found.left), PAIRS_A_BATCH)
    ]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def match(
    facts: pd.DataFrame, model: Model, *, progress: Callable[[str], None] = lambda _station: None
) -> Matched:
    """Give the people that the records fall into."""
    progress("comparing")
    found, notices = find_candidates(facts)
    pattern = compare(facts, found, model)
    return settle(facts, found, pattern, model, notices=notices, progress=progress)


def settle(
    facts: pd.DataFrame,
    found: Candidates,
    pattern: Int64s,
    model: Model,
    *,
    notices: list[Notice],
    progress: Callable[[str], None] = lambda _station: None,
) -> Matched:
    """Score compared pairs and cluster the records by them."""
    progress("people")
    score = model.score(pattern)
    decision = decide(pattern, score, model)
    kept = np.flatnonzero(decision != Decision.APART)
    clustering = cluster(
        facts,
        left=found.left[kept],
        right=found.right[kept],
        score=score[kept],
        decision=decision[kept],
        adopting=True,
    )
    return Matched(
        labels=clustering.labels,
        questions=clustering.questions,
        pairs=len(pattern),
        notices=notices,
    )
