"""Measures of clusters against the truth, on examples counted by hand."""

from pathlib import Path

import numpy as np
import pytest

from hub.errors import FileError
from sync.engines.judging import judge
from sync.matching.evaluate import b_cubed, confused, pairwise


def _names(*values: object) -> "np.typing.NDArray[np.object_]":
    return np.array(values, dtype=object)


def test_pairs_are_counted_by_hand() -> None:
    labels, truth = _names(1, 1, 1, 2, 2), _names("a", "a", "b", "b", "c")

    found = pairwise(labels, truth)

    assert 1 / 4 == found.precision
    assert 1 / 2 == found.recall


def test_b_cubed_is_an_average_over_records() -> None:
    labels, truth = _names(1, 1, 1, 2), _names("a", "a", "b", "b")

    found = b_cubed(labels, truth)

    assert pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4) == found.precision
    assert pytest.approx((1 + 1 + 1 / 2 + 1 / 2) / 4) == found.recall


def test_the_truth_itself_is_perfect() -> None:
    truth = _names("a", "b", "b", "c")

    assert 1.0 == pairwise(truth, truth).f1
    assert 1.0 == b_cubed(truth, truth).f1


def test_a_hard_pair_without_records_is_not_counted() -> None:
    labels, truth = _names(1, 1, 2), _names("a", "b", "c")

    found = confused(labels, truth, {"twin": [("a", "b"), ("a", "c"), ("a", "z")]})

    assert [(2, 1)] == [(one.pairs, one.merged) for one in found]


def test_a_record_left_out_of_the_clusters_stands_alone(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("rec_id,cluster_id\n1,5\n2,5\n")
    (tmp_path / "t.csv").write_text("rec_id,person_id\n1,a\n2,a\n3,a\n")

    judged = judge(tmp_path / "c.csv", tmp_path / "t.csv", None)

    assert {"measure": "pairwise", "precision": 1.0, "recall": 0.33333, "f1": 0.5} == dict(
        judged.measures[0]
    )
    assert ["record.unplaced"] == [notice.cause for notice in judged.notices]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("rec_id,cluster\n1,5\n")

    with pytest.raises(FileError, match="cluster_id"):
        judge(tmp_path / "c.csv", tmp_path / "c.csv", None)


def test_what_is_no_table_is_told(tmp_path: Path) -> None:
    odd = tmp_path / "clusters.csv"
    odd.write_bytes(bytes(range(256)) * 8)

    with pytest.raises(FileError) as caught:
        judge(odd, odd, None)

    assert "match.file" == caught.value.reason
