"""Clusters of a file against its truth, read and measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sync.engines.notices import Notice
from sync.engines.record_file import read_columns
from sync.matching.evaluate import Agreement, b_cubed, confused, pairwise

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Measures and confused kinds as rows to print."""

    measures: Sequence[Row]
    confused: Sequence[Row]
    notices: list[Notice]


def judge(clusters: Path, truth: Path, hard: Path | None) -> Judged:
    """Measure the clusters of the records whose person the truth names.

    A record without a cluster counts as a person of its own.
    """
    found_ids, found = read_columns(clusters, ("rec_id", "cluster_id"))
    true_ids, people = read_columns(truth, ("rec_id", "person_id"))
    at = pd.Index(found_ids).drop_duplicates().get_indexer(pd.Index(true_ids))
    first = np.flatnonzero(~pd.Index(found_ids).duplicated())
    alone = np.array([f"?{number}" for number in range(len(true_ids))], dtype=object)
    labels = np.where(at >= 0, found[first[at]] if len(first) else alone, alone)
    notices = []
    if (at < 0).any():
        notices.append(
            Notice(
                cause="record.unplaced",
                count=int((at < 0).sum()),
                text="записей истины нет среди найденных: каждая считается отдельным человеком",
            )
        )
    measures = [
        _row("pairwise", pairwise(labels, people)),
        _row("b-cubed", b_cubed(labels, people)),
    ]
    kinds = _read_hard(hard) if hard else {}
    return Judged(
        measures=measures,
        confused=[
            {
                "kind": one.kind,
                "pairs": one.pairs,
                "merged": one.merged,
                "share": round(one.share, 4),
            }
            for one in confused(labels, people, kinds)
        ],
        notices=notices,
    )


def _row(name: str, agreement: Agreement) -> Row:
    return {
        "measure": name,
        "precision": round(agreement.precision, 5),
        "recall": round(agreement.recall, 5),
        "f1": round(agreement.f1, 5),
    }


def _read_hard(path: Path) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for one, other, kind in zip(*read_columns(path, ("person_a", "person_b", "kind")), strict=True):
        found.setdefault(str(kind), []).append((str(one), str(other)))
    return found
