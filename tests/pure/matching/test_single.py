"""A record alone has the keys, patterns, scores and decisions that it has in columns."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hub.demo.labelled.files import labelled, write_labelled
from sync.engines.embedded import find_candidates
from sync.engines.encode import encode
from sync.engines.learning import learn
from sync.engines.record_file import read_records
from sync.matching.contradictions import contradict
from sync.matching.decide import decide
from sync.matching.keys import blocking_keys
from sync.matching.levels import patterns
from sync.matching.model import HAND_MODEL
from sync.matching.pairing import Judge
from sync.matching.single import Single, keys_of
from tests.pure.matching.labelled import facts_of

TODAY = date(2026, 9, 1)
PAIRS = 11_000  # of each of two settings
CARD = {
    "last_name": "Петрова-Водкина",
    "first_name": "Наталия",
    "middle_name": "Сергеевна",
    "previous_last_name": "Дроздова",
    "birth_date": "05.03.1980",
    "snils": "112-233-445 95",
    "phone": "8 927 123 45 67; 2-34-56",
    "email": "a@b.example",
}
MENTION = {"full_name": "Дроздова Н.С.", "affiliation_organisation_id": 7}


def _facts(folder: Path, setting: str, records: int) -> pd.DataFrame:
    write_labelled(folder, labelled(records, setting=setting, seed=43))
    return encode(read_records(folder / "records.csv"), today=TODAY).facts


def _singles(facts: pd.DataFrame) -> list[Single]:
    names, columns = list(map(str, facts.columns)), facts.astype(object)
    rows = columns.itertuples(index=False, name=None)
    return [Single.of(dict(zip(names, row, strict=True))) for row in rows]


@pytest.mark.parametrize(("setting", "records"), [("usual", 12_000), ("other", 10_000)])
def test_singles_and_columns_agree_on_twenty_thousand_pairs(
    tmp_path: Path, setting: str, records: int
) -> None:
    facts = _facts(tmp_path, setting, records)
    singles = _singles(facts)
    found, _ = find_candidates(facts)
    pairs = slice(0, PAIRS)
    left, right = found.left[pairs], found.right[pairs]
    model = learn(facts, HAND_MODEL, version="learned").model
    pattern = patterns(facts, left, right, model)
    score = model.score(pattern)

    judge = Judge(model)
    compared = [
        judge.compare(singles[a], [singles[b]])[0]
        for a, b in zip(right.tolist(), left.tolist(), strict=True)
    ]

    assert PAIRS == len(compared)
    assert pattern.tolist() == [one.pattern for one in compared]
    assert score.tolist() == [one.score for one in compared]
    assert decide(pattern, score, model).tolist() == [one.decision for one in compared]
    against = contradict(facts, left, right)
    assert against.tolist() == [one.contradicts for one in compared]
    assert 0 < against.sum() < len(against)


@pytest.mark.parametrize("setting", ["usual", "other"])
def test_singles_have_the_keys_of_columns(tmp_path: Path, setting: str) -> None:
    facts = _facts(tmp_path, setting, 3_000)
    keys = blocking_keys(facts)

    in_columns = set(zip(keys.position, keys.key, keys.finer, strict=True))

    singly = {
        (at, key, finer)
        for at, single in enumerate(_singles(facts))
        for key, finer in keys_of(single).items()
    }
    assert in_columns == singly
    assert len(singly) > 15_000


def test_what_the_database_holds_of_a_record_gives_the_same_bits() -> None:
    facts = facts_of([CARD, CARD | {"birth_date": "", "last_name": "Дроздова"}, MENTION])
    singles = _singles(facts)
    left, right = np.array([0, 0, 1]), np.array([1, 2, 2])

    compared = Judge(HAND_MODEL).compare(singles[0], singles[1:])

    keys = blocking_keys(facts)
    of_first = keys.key[keys.position == 0].tolist()
    assert sorted(of_first) == sorted(keys_of(singles[0]))
    expected = patterns(facts, left, right, HAND_MODEL)[:2]
    assert expected.tolist() == [one.pattern for one in compared]


def test_a_record_of_nothing_has_no_keys_and_meets_nobody() -> None:
    nothing = Single.of({})

    compared = Judge(HAND_MODEL).compare(nothing, [nothing])

    assert {} == keys_of(nothing)
    assert "APART" == compared[0].decision
