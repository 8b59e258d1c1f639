"""How well clusters agree with the truth: by pairs, by records, and on pairs easily confused."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.matching.hashing import Int64s

Names = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Precision and recall, shares 0 to 1; nothing to find and nothing found is 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Give the harmonic mean of the two."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Confused:
    """Of pairs of people of one kind that have records: how many share a cluster."""

    kind: str
    pairs: int
    merged: int

    @property
    def share(self) -> float:
        """Give the share that was taken for one person."""
        return self.merged / self.pairs if self.pairs else 0.0


def pairwise(labels: Names, truth: Names) -> Agreement:
    """Compare pairs of records that share a cluster with those that share a person."""
    sizes = _Sizes.of(labels, truth)
    both = _pairs(sizes.common)
    return Agreement(
        precision=_ratio(both, _pairs(sizes.clusters)), recall=_ratio(both, _pairs(sizes.people))
    )


def b_cubed(labels: Names, truth: Names) -> Agreement:
    """Average over records how pure a record's cluster is and how whole its person."""
    sizes = _Sizes.of(labels, truth)
    squared = sizes.common.astype(np.float64) ** 2
    total = float(sizes.common.sum())
    purity = float((squared / sizes.clusters[sizes.cluster_of]).sum())
    wholeness = float((squared / sizes.people[sizes.person_of]).sum())
    return Agreement(precision=_ratio(purity, total), recall=_ratio(wholeness, total))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sizes:
    """Records by cluster, by person and by both."""

    clusters: Int64s
    people: Int64s
    common: Int64s
    cluster_of: Int64s
    person_of: Int64s

    @classmethod
    def of(cls, labels: Names, truth: Names) -> "_Sizes":
        cluster, _ = pd.factorize(labels)
        person, people = pd.factorize(truth)
        width = max(len(people), 1)
        both, counts = np.unique(cluster.astype(np.int64) * width + person, return_counts=True)
        return cls(
            clusters=np.bincount(cluster).astype(np.int64),
            people=np.bincount(person).astype(np.int64),
            common=counts.astype(np.int64),
            cluster_of=both // width,
            person_of=both % width,
        )


def _pairs(sizes: Int64s) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def confused(
    labels: Names, truth: Names, hard: Mapping[str, list[tuple[str, str]]]
) -> list[Confused]:
    """Count for each kind of hard pairs how many people were taken for one."""
    held = pd.DataFrame({"person": truth, "label": labels}).drop_duplicates()
    clusters = {str(name): set(group) for name, group in held.groupby("person")["label"]}
    return [_confused(kind, pairs, clusters) for kind, pairs in sorted(hard.items())]


def _confused(
    kind: str, pairs: list[tuple[str, str]], clusters: Mapping[str, set[object]]
) -> Confused:
    present = [(one, other) for one, other in pairs if one in clusters and other in clusters]
    merged = sum(bool(clusters[one] & clusters[other]) for one, other in present)
    return Confused(kind=kind, pairs=len(present), merged=merged)
