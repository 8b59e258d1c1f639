"""Learning without labels, what СНИЛС say of it, and models as files."""

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
from sync.engines.learning import checked, learn
from sync.engines.record_file import read_records
from sync.matching.artefact import read_model, write_model
from sync.matching.calibration import calibration, without_number
from sync.matching.chance import Chance, chance, weighed
from sync.matching.mixture import Counted, separate
from sync.matching.model import HAND_MODEL
from sync.matching.scales import FIELDS

TODAY = date(2026, 9, 1)


def _pattern(**levels: int) -> int:
    return sum(value << FIELDS[name][0] for name, value in levels.items())


def _counted(*rows: tuple[int, float]) -> Counted:
    patterns, pairs = zip(*rows, strict=True)
    return Counted(patterns=np.array(patterns, dtype=np.int64), pairs=np.array(pairs, dtype=float))


def _by_chance(pairs: float, **shares: dict[int, float]) -> Chance:
    """Give how pairs agree by chance: a share for each level named, of fields that matter."""
    counts = {name: np.zeros(1 << bits) for name, (_, bits) in FIELDS.items()}
    for name, levels in shares.items():
        for at, share in levels.items():
            counts[name][at] = share * pairs
    return Chance(counts=counts, pairs=pairs)


def _facts(folder: Path, setting: str, records: int) -> pd.DataFrame:
    write_labelled(folder, labelled(records, setting=setting, seed=3))
    return encode(read_records(folder / "records.csv"), today=TODAY).facts


def test_what_hardly_happens_by_chance_gains_weight() -> None:
    rare, usual = {"last": 1, "first": 1, "birth": 1}, {"last": 1, "first": 1, "birth": 5}
    found = _counted((_pattern(**rare), 900), (_pattern(**usual), 900))
    by_chance = _by_chance(
        5e7,
        last={1: 0.001, 6: 0.999},
        first={1: 0.02, 5: 0.98},
        birth={1: 0.0001, 5: 0.08, 6: 0.9199},
    )

    model = separate(found, HAND_MODEL, by_chance=by_chance, version="t")

    score = model.score(found.patterns)
    assert score[0] > 300
    assert score[0] - score[1] > 1_000


def test_a_file_in_which_all_candidates_are_one_person_still_tells_what_is_rare() -> None:
    alike = {"last": 1, "first": 1, "birth": 1}
    found = _counted((_pattern(**alike), 1_000))
    by_chance = _by_chance(5e7, last={1: 0.001, 6: 0.999}, first={1: 0.02, 5: 0.98})

    model = separate(found, HAND_MODEL, by_chance=by_chance, version="t")

    assert 800 < model.weights["last"][1] < 1_100
    assert 500 < model.weights["first"][1] < 600


def test_a_level_that_nobody_shows_keeps_what_the_start_model_says() -> None:
    found = _counted((_pattern(last=1, first=1), 1_000))

    model = separate(found, HAND_MODEL, by_chance=_by_chance(5e7), version="t")

    assert HAND_MODEL.weights["birth"] == model.weights["birth"]
    assert HAND_MODEL.weights["snils"] == model.weights["snils"]


def test_what_is_not_stated_says_nothing() -> None:
    levels = np.array([0, 6, 1, 1, 5], dtype=np.int64)

    assert [0, 2, 0, 0, 0, 1, 0, 0] == weighed("middle", levels, 1.0).tolist()


def test_chance_counts_equal_values_and_draws_the_rest(tmp_path: Path) -> None:
    facts = _facts(tmp_path, "usual", 600)

    found = chance(facts, HAND_MODEL)

    last = facts["last_key"].astype(str)
    sizes = last[last != ""].value_counts().to_numpy()
    assert len(facts) * (len(facts) - 1) / 2 == found.pairs
    assert (sizes * (sizes - 1) / 2).sum() == found.counts["last"][1]
    assert pytest.approx(found.pairs, rel=0.1) == found.counts["sex"].sum()
    again = chance(facts.sample(frac=1, random_state=1), HAND_MODEL)
    assert found.counts["rarity"].tolist() == again.counts["rarity"].tolist()


def test_too_few_pairs_leave_the_model_as_it_was(tmp_path: Path) -> None:
    learned = learn(_facts(tmp_path, "doubled", 300), HAND_MODEL, version="t")

    assert learned.model is HAND_MODEL
    assert ["training.too_few"] == [notice.cause for notice in learned.notices]


def test_a_model_read_back_scores_the_same(tmp_path: Path) -> None:
    facts = _facts(tmp_path, "usual", 6_000)
    pattern = compare(facts, find_candidates(facts)[0], HAND_MODEL)
    learned = learn(facts, HAND_MODEL, version="t")

    model = read_model(write_model(learned.model))

    assert learned.model == model
    assert learned.model is not HAND_MODEL
    assert learned.model.score(pattern).tolist() == model.score(pattern).tolist()


def test_numbers_check_what_the_model_promises(tmp_path: Path) -> None:
    facts = _facts(tmp_path, "usual", 6_000)

    rows = checked(facts, learn(facts, HAND_MODEL, version="t").model)

    assert {"source", "expected", "pairs", "found"} == set(rows[0])
    sure = [row for row in rows if row["expected"] == "0.99–1.00"]
    assert sure
    assert min(float(str(row["found"])) for row in sure) > 0.95


def test_a_pair_of_two_people_stands_for_those_that_a_sample_left_out() -> None:
    pattern = np.array([_pattern(last=1, snils=1), _pattern(last=1, snils=2)], dtype=np.int64)
    source = np.array(["a", "a"], dtype=object)

    [row] = calibration(pattern, (source, source), HAND_MODEL, weight_of_different=3)

    assert (2, 0.25) == (row.pairs, row.found)


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


def test_without_a_number_anywhere_a_model_is_learned_all_the_same(tmp_path: Path) -> None:
    facts = _facts(tmp_path, "usual", 6_000)
    facts["snils_hash"] = pd.Categorical([""] * len(facts))

    learned = learn(facts, HAND_MODEL, version="t")

    telling = _pattern(last=1, first=1, middle=1, birth=1, place=1, rarity=1, role=1)
    twin = _pattern(last=1, first=5, middle=1, birth=1, place=1, role=1)
    score = learned.model.score(np.array([telling, twin], dtype=np.int64))
    assert score[0] > 300
    assert score[0] - score[1] > 500
