"""A model beside the active one: who would join or part, which questions would come or go.

Pure. Examples say what fields say and what both models make of it; they hold no personal data.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import numpy as np
import pandas as pd

from sync.explained import parts
from sync.matching.decide import Decision
from sync.matching.model import Model
from sync.people.component import Component

SHOWN: Final = 10
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A pair of records of which the models decide otherwise, in words."""

    record_a: int
    record_b: int
    before: str  # APART where the pair was not worth keeping
    after: str
    bits_before: float | None
    bits_after: float | None
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """What a model would change, in numbers and examples."""

    version: str
    active: str
    records: int
    pairs_linked: int  # pairs that it would link and the active model does not
    pairs_parted: int
    people_before: int
    people_after: int
    people_merged: int  # ids that would end in others
    people_split: int  # ids that would part from others
    questions_new: int
    questions_gone: int
    examples: Sequence[Example] = ()

    @property
    def is_same(self) -> bool:
        """Tell whether people and questions would stay as they are."""
        return not (
            self.people_merged or self.people_split or self.questions_new or self.questions_gone
        )


def compared(
    component: Component,
    *,
    before: pd.DataFrame,
    after: pd.DataFrame,
    asked: Collection[Pair],
    active: Model,
    model: Model,
) -> Shadow:
    """Compare people, edges and questions as they stand with what the model gives for all records.

    `before` and `after` are edges: record_a, record_b, pattern, score, decision.
    """
    labels = component.clustering.labels.tolist()
    people = _people(labels, component.previous)
    fresh = _questions(component)
    linked = [_links(edges) for edges in (before, after)]
    return Shadow(
        version=model.version,
        active=active.version,
        records=len(labels),
        pairs_linked=len(linked[1] - linked[0]),
        pairs_parted=len(linked[0] - linked[1]),
        people_before=len({old for old in component.previous if old is not None}),
        people_after=len(set(labels)),
        people_merged=people[0],
        people_split=people[1],
        questions_new=len(fresh - set(asked)),
        questions_gone=len(set(asked) - fresh),
        examples=tuple(_examples(before, after, model)),
    )


def _people(labels: Sequence[int], previous: Sequence[UUID | None]) -> tuple[int, int]:
    """Count ids beyond the first in each cluster, and clusters beyond the first of each id."""
    ids: defaultdict[int, set[UUID]] = defaultdict(set)
    clusters: defaultdict[UUID, set[int]] = defaultdict(set)
    for label, old in zip(labels, previous, strict=True):
        if old is not None:
            ids[label].add(old)
            clusters[old].add(label)
    return sum(len(one) - 1 for one in ids.values()), sum(len(one) - 1 for one in clusters.values())


def _questions(component: Component) -> set[Pair]:
    ids = component.facts["record_id"].to_numpy(np.int64)
    found: set[Pair] = set()
    for frame in (component.clustering.questions, component.large):
        left, right = (ids[frame[side].to_numpy(np.int64)] for side in ("left", "right"))
        found |= set(zip(left.tolist(), right.tolist(), strict=True))
    return found


def _links(edges: pd.DataFrame) -> set[Pair]:
    linked = edges[edges["decision"] == Decision.LINK]
    return set(zip(linked["record_a"].tolist(), linked["record_b"].tolist(), strict=True))


def _examples(before: pd.DataFrame, after: pd.DataFrame, model: Model) -> Iterator[Example]:
    """Give the pairs decided otherwise, one a pattern, the most frequent patterns first."""
    key = ["record_a", "record_b"]
    both = before.merge(after, on=key, how="outer", suffixes=("_before", "_after"))
    both[["decision_before", "decision_after"]] = both[
        ["decision_before", "decision_after"]
    ].fillna(Decision.APART.value)
    moved = both[both["decision_before"] != both["decision_after"]]
    moved = moved.assign(pattern=moved["pattern_after"].fillna(moved["pattern_before"]))
    moved = moved.assign(times=moved.groupby("pattern")["pattern"].transform("size"))
    moved = moved.sort_values(["times", "pattern", *key], ascending=[False, True, True, True])
    for row in moved.drop_duplicates("pattern").head(SHOWN).to_dict("records"):
        yield Example(
            record_a=int(row["record_a"]),
            record_b=int(row["record_b"]),
            before=str(row["decision_before"]),
            after=str(row["decision_after"]),
            bits_before=_bits(row["score_before"]),
            bits_after=_bits(row["score_after"]),
            says=_words(int(row["pattern"]), model),
        )


def _bits(score: float) -> float | None:
    return None if np.isnan(score) else round(score / 100, 2)


def _words(pattern: int, model: Model) -> str:
    """Say what the fields say, and not what they hold."""
    said = [one for one in parts(model) if one.says and pattern & one.mask == one.value]
    return "; ".join(f"{one.field}: {one.says}" for one in said)
