"""Matching in one process: a file's facts to clusters, in columns."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.engines.notices import Notice
from sync.engines.record_file import give_back
from sync.matching.alike import describing
from sync.matching.blocks import (
    CAP,
    Candidates,
    Describe,
    candidates,
    candidates_within,
    expected_pairs,
)
from sync.matching.cluster import cluster
from sync.matching.decide import Decision, decide
from sync.matching.edges import Edges
from sync.matching.hashing import Int64s
from sync.matching.keys import Keys, shared_keys, shared_kinds
from sync.matching.levels import patterns
from sync.matching.mixture import Counted
from sync.matching.model import Model

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
    cap, room = CAP, room_for(len(facts))
    describe = describing(facts)
    found = candidates_within(shared_kinds(facts), cap=cap, room=room, describe=describe)
    if found is None:
        keys = shared_keys(facts)
        cap = roomy_cap(keys, len(facts), describe)
        found = candidates(keys, cap=cap, describe=describe)
    told = told_of_blocks(
        thinned=found.thinned, refined=found.refined, chained=found.chained, cap=cap
    )
    give_back()
    return found, [*told]


def told_of_blocks(*, thinned: int, refined: int, chained: int, cap: int) -> Iterator[Notice]:
    """Say which blocks were too large to be compared all with all."""
    if thinned:
        yield Notice(
            cause="block.thinned",
            count=thinned,
            text=f"групп больше {cap}, где одно и то же сказано много раз: сравнены по одной записи",
        )
    if refined:
        yield Notice(
            cause="block.refined",
            count=refined,
            text=f"групп похожих записей больше {cap}: разделены по году, имени и отчеству",
        )
    if chained:
        yield Notice(
            cause="block.chained",
            count=chained,
            text=f"групп с одним именем и годом больше {cap}: сравнены только соседние записи",
        )


def roomy_cap(keys: Keys, records: int, describe: Describe) -> int:
    """Give the largest cap of blocks whose pairs there is room for."""
    return largest_cap(lambda cap: expected_pairs(keys, cap=cap, describe=describe), records)


def largest_cap(expected: Callable[[int], int], records: int) -> int:
    """Give the largest cap that leads to no more pairs than there is room for."""
    room = room_for(records)
    return next((cap for cap in _CAPS if expected(cap) <= room), _CAPS[-1])


def room_for(records: int) -> int:
    """Give how many pairs a file of so many records may lead to, repeats among them."""
    return max(_LEAST_ROOM, PAIRS_A_RECORD * records)


def compare(facts: pd.DataFrame, found: Candidates, model: Model) -> Int64s:
    """Give the pattern of each candidate pair."""
    return patterns(facts, found.left, found.right, model)


def compare_all(facts: pd.DataFrame, model: Model) -> "Compared":
    """Find candidates and compare them; of the model only its frequencies are read."""
    found, notices = find_candidates(facts)
    return compared_of(facts, found, model, notices)


def compared_of(
    facts: pd.DataFrame, found: Candidates, model: Model, notices: list[Notice]
) -> "Compared":
    """Compare candidates."""
    code, distinct = pd.factorize(compare(facts, found, model))
    return Compared(
        left=found.left,
        right=found.right,
        code=code.astype(np.int32),
        distinct=np.asarray(distinct, dtype=np.int64),
        notices=notices,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Compared pairs: which of the few distinct patterns each has."""

    left: Int64s
    right: Int64s
    code: npt.NDArray[np.int32]
    distinct: Int64s
    notices: list[Notice]

    @property
    def pairs(self) -> int:
        """Give how many pairs were compared."""
        return len(self.code)

    def counted(self) -> Counted:
        """Give the distinct patterns and how often each occurs."""
        number = np.bincount(self.code, minlength=len(self.distinct))
        return Counted(patterns=self.distinct, pairs=number.astype(np.float64))

    def edges(self, model: Model) -> Edges:
        """Give the pairs that the model does not tell apart; each pattern is decided once."""
        score = model.score(self.distinct)
        decision = decide(self.distinct, score, model)
        kept = np.flatnonzero((decision != Decision.APART)[self.code])
        code = self.code[kept]
        return Edges(
            left=self.left[kept],
            right=self.right[kept],
            score=score[code],
            decision=decision[code],
        )


def match(facts: pd.DataFrame, model: Model) -> Matched:
    """Give the people that the records fall into."""
    compared = compare_all(facts, model)
    return people(facts, compared.edges(model), pairs=compared.pairs, notices=compared.notices)


def people(facts: pd.DataFrame, edges: Edges, *, pairs: int, notices: list[Notice]) -> Matched:
    """Cluster the records by the pairs that were not told apart, out of `pairs` compared."""
    give_back()
    clustering = cluster(
        facts,
        left=edges.left,
        right=edges.right,
        score=edges.score,
        decision=edges.decision,
        adopting=True,
    )
    return Matched(
        labels=clustering.labels,
        questions=clustering.questions,
        pairs=pairs,
        notices=notices,
    )
