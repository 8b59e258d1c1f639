"""The same bits on every path: a pair alone or among thousands, either way round, any split."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hub.demo.labelled.files import labelled, write_labelled
from sync.engines.embedded import compare, find_candidates
from sync.engines.encode import encode
from sync.engines.record_file import read_records
from sync.matching import levels
from sync.matching.blocks import candidates, candidates_within
from sync.matching.decide import decide
from sync.matching.hashing import numbered
from sync.matching.keys import blocking_keys, meeting_rows, shared_keys, shared_kinds
from sync.matching.levels import patterns
from sync.matching.model import HAND_MODEL

TODAY = date(2026, 9, 1)
SAMPLE = 60


def _facts(folder: Path, setting: str) -> pd.DataFrame:
    write_labelled(folder, labelled(3_000, setting=setting, seed=31))
    return encode(read_records(folder / "records.csv"), today=TODAY).facts


@pytest.mark.parametrize("setting", ["usual", "other"])
def test_keys_that_are_shared_bring_the_pairs_that_all_keys_bring(
    tmp_path: Path, setting: str
) -> None:
    facts = _facts(tmp_path, setting)

    every, shared = candidates(blocking_keys(facts)), candidates(shared_keys(facts))

    assert every.left.tolist() == shared.left.tolist()
    assert every.right.tolist() == shared.right.tolist()
    assert len(every.left) > 2_000


@pytest.mark.parametrize("setting", ["usual", "other"])
def test_a_pair_alone_has_the_bits_it_has_among_thousands(tmp_path: Path, setting: str) -> None:
    facts = _facts(tmp_path, setting)
    found, _ = find_candidates(facts)
    together = compare(facts, found, HAND_MODEL)

    for at in range(0, len(together), len(together) // SAMPLE):
        rows = [int(found.right[at]), int(found.left[at])]  # the other way round
        alone = facts.iloc[rows].reset_index(drop=True)
        one, other = np.array([0], dtype=np.int64), np.array([1], dtype=np.int64)
        assert together[at] == patterns(alone, one, other, HAND_MODEL)[0]


def test_pairs_compared_in_batches_or_as_a_few_have_the_bits_of_all_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = _facts(tmp_path, "other")
    found, _ = find_candidates(facts)
    whole = patterns(facts, found.left, found.right, HAND_MODEL)

    few = patterns(facts, found.left[-SAMPLE:], found.right[-SAMPLE:], HAND_MODEL)
    monkeypatch.setattr(levels, "PAIRS_A_BATCH", 700)
    in_batches = patterns(facts, found.left, found.right, HAND_MODEL)

    assert len(whole) > 2 * levels.PAIRS_A_BATCH
    assert whole.tolist() == in_batches.tolist()
    assert whole[-SAMPLE:].tolist() == few.tolist()


def test_score_and_decision_are_the_same_either_way_round(tmp_path: Path) -> None:
    facts = _facts(tmp_path, "usual")
    found, _ = find_candidates(facts)

    one = patterns(facts, found.left, found.right, HAND_MODEL)
    other = patterns(facts, found.right, found.left, HAND_MODEL)

    score = HAND_MODEL.score(one)
    assert one.tolist() == other.tolist()
    assert score.tolist() == HAND_MODEL.score(other).tolist()
    assert decide(one, score, HAND_MODEL).tolist() == decide(other, score, HAND_MODEL).tolist()


def test_kinds_one_after_another_bring_the_same_pairs_together(tmp_path: Path) -> None:
    facts = _facts(tmp_path, "other")
    whole = candidates(shared_keys(facts), cap=3)

    found = candidates_within(shared_kinds(facts), cap=3, room=1_000_000)

    assert found is not None
    assert whole.refined > 0
    assert (whole.refined, whole.chained) == (found.refined, found.chained)
    assert whole.left.tolist() == found.left.tolist()
    assert whole.right.tolist() == found.right.tolist()
    assert candidates_within(shared_kinds(facts), cap=3, room=1_000) is None


def test_keys_that_differ_in_their_last_bits_alone_do_not_meet() -> None:
    far, near = 0x7FFF_0000_0000_0000, -0x7FFF_0000_0000_0000
    key = np.array([far + 1, near, far + 2, far + 1, near + 3, far + 2, far, near], dtype=np.int64)

    rows = meeting_rows(key)

    assert [(0, 3), (1, 7), (2, 5)] == sorted(
        zip(rows[::2].tolist(), rows[1::2].tolist(), strict=True)
    )
    assert key[rows[::2]].tolist() == key[rows[1::2]].tolist()


@pytest.mark.parametrize("width", [3, 1 << 40])
def test_rows_are_numbered_in_their_order_however_wide_they_are(width: int) -> None:
    dice = np.random.default_rng(5)
    columns = [dice.integers(0, 3, 500) * (width // 3) for _ in range(4)]

    found = numbered(((one, width) for one in columns), rows=500)

    rows = [*zip(*(one.tolist() for one in columns), strict=True)]
    ranks = {row: rank for rank, row in enumerate(sorted(set(rows)))}
    _, inverse = np.unique(found, return_inverse=True)
    assert [ranks[row] for row in rows] == inverse.tolist()
