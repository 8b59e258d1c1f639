"""Learning from СНИЛС, and models as files."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hub.demo.labelled.files import labelled, write_labelled
from hub.errors import InputError
from sync.engines.embedded import compare, find_candidates
from sync.engines.encode import encode
from sync.engines.learning import learn
from sync.engines.record_file import read_records
from sync.matching.artefact import read_model, write_model
from sync.matching.model import HAND_MODEL
from sync.matching.scales import FIELDS
from sync.matching.training import count, train, without_number, wrong_numbers

TODAY = date(2026, 9, 1)


def _pattern(**levels: int) -> int:
    return sum(value << FIELDS[name][0] for name, value in levels.items())


def test_equal_numbers_say_same_and_different_ones_say_two_people() -> None:
    alike = {"last": 1, "first": 1, "birth": 1}
    patterns = [_pattern(**alike, snils=snils) for snils in (1, 1, 2, 0)]

    counts = count(np.array(patterns, dtype=np.int64))

    assert [_pattern(**alike)] == counts.patterns.tolist()
    assert [2.0] == counts.same.tolist()
    assert [1.0] == counts.different.tolist()


def test_a_level_that_only_one_person_shows_gains_weight() -> None:
    telling, silent = {"last": 1, "first": 1, "birth": 3}, {"last": 1, "first": 1, "birth": 0}
    patterns = (
        [_pattern(**telling, snils=1)] * 900
        + [_pattern(**telling, snils=2)] * 10
        + [_pattern(**silent, snils=1)] * 100
        + [_pattern(**silent, snils=2)] * 800
    )
    counts = count(np.array(patterns, dtype=np.int64))

    model = train(counts, HAND_MODEL, version="t")

    score = model.score(np.array([_pattern(**telling), _pattern(**silent)], dtype=np.int64))
    assert score[0] > 300
    assert score[1] < -150


def test_where_the_data_are_silent_the_start_model_speaks() -> None:
    patterns = [_pattern(last=1, first=1, snils=1)] * 400 + [_pattern(last=1, snils=2)] * 400

    model = train(count(np.array(patterns, dtype=np.int64)), HAND_MODEL, version="t")

    assert HAND_MODEL.weights["birth"][1:] == model.weights["birth"][1:]
    assert HAND_MODEL.weights["snils"] == model.weights["snils"]


def test_the_share_of_wrong_numbers_is_seen_in_pairs_alike_in_all_else() -> None:
    alike = {"last": 1, "first": 1, "middle": 1, "birth": 1, "rarity": 1}
    patterns = [_pattern(**alike, snils=1)] * 980 + [_pattern(**alike, snils=2)] * 20

    assert pytest.approx(0.02, abs=0.002) == wrong_numbers(
        count(np.array(patterns, dtype=np.int64))
    )


def test_too_few_numbers_leave_the_model_as_it_was(tmp_path: Path) -> None:
    write_labelled(tmp_path, labelled(300, setting="doubled", seed=3))
    facts = encode(read_records(tmp_path / "records.csv"), today=TODAY).facts

    learned = learn(facts, HAND_MODEL, version="t")

    assert learned.model is HAND_MODEL
    assert ["training.too_few"] == [notice.cause for notice in learned.notices]


def test_a_model_read_back_scores_the_same(tmp_path: Path) -> None:
    write_labelled(tmp_path, labelled(6_000, setting="usual", seed=3))
    facts = encode(read_records(tmp_path / "records.csv"), today=TODAY).facts
    pattern = compare(facts, find_candidates(facts)[0], HAND_MODEL)
    learned = learn(facts, HAND_MODEL, version="t")

    model = read_model(write_model(learned.model))

    assert learned.model == model
    assert learned.model is not HAND_MODEL
    assert learned.model.score(pattern).tolist() == model.score(pattern).tolist()
    assert {"source", "expected", "pairs", "found"} == set(learned.calibration[0])


def test_a_model_of_other_levels_is_refused() -> None:
    written = json.loads(write_model(HAND_MODEL))

    with pytest.raises(InputError, match="другой версией") as refused:
        read_model(json.dumps({**written, "levels": 1}))

    assert "match.model_version" == refused.value.reason


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}', "не json"])
def test_what_is_no_model_is_refused(text: str) -> None:
    with pytest.raises(InputError) as refused:
        read_model(text)

    assert "match.model" == refused.value.reason


def test_a_number_says_nothing_of_the_pattern_it_labels() -> None:
    patterns = np.array([_pattern(last=1, snils=s) for s in (0, 1, 2)], dtype=np.int64)

    assert [_pattern(last=1)] * 3 == without_number(patterns).tolist()


def test_without_numbers_a_mixture_tells_who_is_one_person(tmp_path: Path) -> None:
    write_labelled(tmp_path, labelled(6_000, setting="usual", seed=3))
    facts = encode(read_records(tmp_path / "records.csv"), today=TODAY).facts
    facts["snils_hash"] = pd.Categorical([""] * len(facts))

    learned = learn(facts, HAND_MODEL, version="t", mixture=True)

    telling = _pattern(last=1, first=1, middle=1, birth=1, place=1, rarity=1, role=1)
    twin = _pattern(last=1, first=5, middle=1, birth=1, place=1, role=1)
    score = learned.model.score(np.array([telling, twin], dtype=np.int64))
    assert ["training.mixture"] == [notice.cause for notice in learned.notices]
    assert score[0] > 300
    assert score[0] - score[1] > 500
