"""Rows that know little, in a file looked at whole."""

import numpy as np
import pandas as pd

from sync.engines.embedded import match
from sync.matching.model import HAND_MODEL
from tests.pure.matching.labelled import facts_of

NAME = "Громозека Алиса Игоревна"
FULL = {"full_name": NAME, "birth_date": "05.06.2011", "organisation_id": "school-1"}
NUMBER, OTHER_NUMBER = "112-233-445 95", "087-654-302 00"
YEAR = {"full_name": NAME, "birth_year": "2011", "organisation_id": "school-2"}


def _people(*rows: dict[str, str]) -> list[int]:
    return [int(label) for label in match(_facts(rows), HAND_MODEL).labels]


def _facts(rows: tuple[dict[str, str], ...]) -> pd.DataFrame:
    return facts_of([{**row, "kind": "PUPIL"} for row in rows])


def test_a_year_alone_of_another_school_joins_the_only_one_who_fits() -> None:
    assert [0, 0] == _people(FULL, YEAR)


def test_a_year_alone_that_fits_two_people_is_asked_about() -> None:
    other = {**FULL, "birth_date": "17.11.2011", "organisation_id": "school-3"}

    found = match(_facts((FULL, other, YEAR)), HAND_MODEL)

    assert 3 == len(np.unique(found.labels))
    assert 2 == len(found.questions)


def test_a_number_beside_the_year_joins_the_only_one_who_has_none() -> None:
    numbered = {**YEAR, "snils": NUMBER}
    other = {**FULL, "birth_date": "17.11.2011", "organisation_id": "school-3"}
    third = {**YEAR, "organisation_id": "school-3", "snils": OTHER_NUMBER}

    assert [0, 0] == _people(FULL, numbered)
    assert [0, 1, 2] == _people(FULL, other, numbered)
    assert [0, 1, 2] == _people(FULL, numbered, third)
    assert [0, 1] == _people({**FULL, "snils": OTHER_NUMBER}, numbered)
    assert [0, 1] == _people(FULL, {**numbered, "full_name": "Громозека Алиса"})


def test_initials_of_another_school_join_nobody() -> None:
    assert [0, 1] == _people(FULL, {**YEAR, "full_name": "Громозека А.И."})


def test_a_card_entered_twice_with_a_slip_is_one_person() -> None:
    assert [0, 0] == _people(FULL, {**FULL, "full_name": "Громозека Алиса Игорена"})


def test_one_full_name_with_two_days_of_a_year_in_one_school_is_one_person() -> None:
    numbered = {**FULL, "phone": "89270000001"}

    assert [0, 0] == _people(numbered, {**numbered, "birth_date": "19.02.2011", "source_id": "b"})
