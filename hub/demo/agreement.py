"""How well clusters of records agree with the true people: pairwise precision and recall."""

from dataclasses import dataclass

import pandas as pd

PLACE = ["file", "sheet", "row", "part"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Of the pairs of records that were joined, how many belong together, and the reverse."""

    precision: float
    recall: float
    joined: int
    true: int
    right: int


def pairwise(truth: pd.DataFrame, clusters: pd.DataFrame) -> Agreement:
    """Compare clusters with the truth over the places that both know.

    `truth`: file, sheet, row, part, person (`truth_frame`); `clusters`: the same place and
    `cluster`, any value that is equal for records of one cluster. O(n).
    """
    both = truth.merge(clusters, on=PLACE, how="inner")
    right = _pairs(both.groupby(["person", "cluster"]).size())
    joined = _pairs(both.groupby("cluster").size())
    true = _pairs(both.groupby("person").size())
    return Agreement(
        precision=right / joined if joined else 1.0,
        recall=right / true if true else 1.0,
        joined=joined,
        true=true,
        right=right,
    )


def _pairs(sizes: "pd.Series[int]") -> int:
    return int((sizes * (sizes - 1) // 2).sum())
