"""What only a whole file can tell: whose a number is, which school a code is, what names are rare."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from sync.engines.encode import Encoded, encode
from sync.engines.file_run import Job, run
from sync.engines.learning import suited
from sync.engines.record_file import read_records
from sync.matching.model import HAND_MODEL
from sync.matching.scales import Given
from sync.matching.spelling import given_level

TODAY = date(2026, 9, 1)
OWN, ANOTHER = "112-233-445 95", "087-654-302 00"
ANNA = {"full_name": "Барканова Анна Ильинична", "birth_date": "05.03.1980", "org_code": "1"}
LEV = {"full_name": "Вербин Лев Олегович", "birth_date": "17.08.1991", "org_code": "1"}


def _encoded(folder: Path, rows: Sequence[Mapping[str, object]]) -> Encoded:
    pd.DataFrame(rows).to_csv(folder / "r.csv", index=False)
    return encode(read_records(folder / "r.csv"), today=TODAY)


def _numbers(encoded: Encoded) -> list[str]:
    """Give the СНИЛС of each row in the order of the file."""
    said = encoded.facts["snils_hash"].astype(str).to_numpy()
    return [said[at] for at in encoded.rows.argsort()]


def test_a_number_copied_from_the_row_above_is_its_owners_alone(tmp_path: Path) -> None:
    rows = [ANNA | {"snils": OWN}, LEV | {"snils": OWN}, ANNA | {"snils": OWN, "source": "b"}]

    encoded = _encoded(tmp_path, rows)

    assert ["11223344595", "", "11223344595"] == _numbers(encoded)
    assert "snils.borrowed" in {notice.cause for notice in encoded.notices}


def test_of_two_bearers_the_one_with_a_number_elsewhere_copied_it(tmp_path: Path) -> None:
    rows = [ANNA | {"snils": OWN}, LEV | {"snils": OWN}, LEV | {"snils": ANOTHER, "source": "b"}]

    assert ["11223344595", "", "08765430200"] == _numbers(_encoded(tmp_path, rows))


def test_a_card_that_says_a_little_less_shows_his_other_number_too(tmp_path: Path) -> None:
    less = LEV | {"full_name": "Вербин Лев", "snils": ANOTHER, "source": "b"}
    rows = [ANNA | {"snils": OWN}, LEV | {"snils": OWN}, less]

    assert ["11223344595", "", "08765430200"] == _numbers(_encoded(tmp_path, rows))


def test_a_sons_card_with_the_number_of_a_father_of_his_name_loses_it(tmp_path: Path) -> None:
    son = LEV | {"birth_date": "02.04.2015"}
    rows = [LEV | {"snils": OWN}, son | {"snils": OWN}, son | {"snils": ANOTHER, "source": "b"}]

    assert ["11223344595", "", "08765430200"] == _numbers(_encoded(tmp_path, rows))


def test_where_nothing_tells_the_owner_both_keep_the_number(tmp_path: Path) -> None:
    rows = [ANNA | {"snils": OWN}, LEV | {"snils": OWN}]

    assert ["11223344595", "11223344595"] == _numbers(_encoded(tmp_path, rows))


def test_a_changed_surname_or_a_slip_does_not_take_a_number_away(tmp_path: Path) -> None:
    married = ANNA | {"full_name": "Вербина Анна Ильинична"}
    slip = ANNA | {"full_name": "Барканова Агна Ильинична"}
    rows = [ANNA | {"snils": OWN}, ANNA | {"snils": OWN}, married | {"snils": OWN}]

    assert ["11223344595"] * 4 == _numbers(_encoded(tmp_path, [*rows, slip | {"snils": OWN}]))


def test_twins_under_one_number_are_a_question_and_not_one_person(tmp_path: Path) -> None:
    twin = {"birth_date": "01.02.2015", "org_code": "7", "snils": OWN}
    rows = [
        twin | {"full_name": "Вербина Анна Олеговна"},
        twin | {"full_name": "Вербина Дарья Олеговна"},
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "r.csv", index=False)

    done = run(Job(records=tmp_path / "r.csv", out=tmp_path / "c.csv"), today=TODAY)

    assert (2, 1) == (done.people, done.questions)


def test_a_school_named_here_and_coded_there_is_known_by_its_people(tmp_path: Path) -> None:
    people = [ANNA, LEV, ANNA | {"full_name": "Сойкина Вера Павловна"}]
    named = {"org_code": "", "org_name": "Школа № 5", "municipality": "Вымышленный район"}
    rows = [*people, *(one | named for one in people), ANNA | {"org_code": "9"}]

    facts = _encoded(tmp_path, rows).facts

    assert {"#1": 6, "#9": 1} == facts["organisation_id"].astype(str).value_counts().to_dict()


def test_schools_without_common_people_stay_two(tmp_path: Path) -> None:
    named = {"org_code": "", "org_name": "Школа № 5", "municipality": "Вымышленный район"}

    facts = _encoded(tmp_path, [ANNA, LEV | named]).facts

    assert 2 == facts["organisation_id"].nunique()


def test_a_name_that_many_of_the_file_bear_is_not_rare(tmp_path: Path) -> None:
    rows = [ANNA | {"full_name": f"Зуброва Агата {at}"} for at in range(4_000)]

    frequencies = suited(HAND_MODEL, _encoded(tmp_path, rows).facts).frequencies

    assert HAND_MODEL.frequencies.borne("зуброва", "агата") < frequencies.rare
    assert frequencies.borne("зуброва", "агата") > frequencies.frequent
    assert "барканова" not in frequencies.surnames


def test_a_misspelled_name_is_near_any_form_of_the_name() -> None:
    assert Given.CLOSE == given_level("ммша", "михаил")
    assert Given.CLOSE == given_level("тптьяна", "таня")
    assert Given.GARBLED == given_level("ксюнея", "ксения")
    assert Given.DIFFERENT == given_level("мария", "марина")
