"""The normaliser as a whole: batch and single record agree, and twice is once."""

import string
from datetime import date

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.matching.normalise import COLUMNS, RULES, normalise, normalise_one
from tests.pure.matching.labelled import TODAY, people, records

FIELDS = sorted({name for rule in RULES for name in rule.reads})
CELLS = st.one_of(
    st.sampled_from(
        [
            "",
            "нет",
            "-",
            "Барканов Олег Ильич",
            "Барканова О.И.",
            "Вербина Анна",
            "01.02.1980",
            "112-233-445 95",
            "1,12E+10",
            "8 927 123-45-67",
            "учитель химии",
            "9 «А»",
            "12/8",
            "да",
        ]
    ),
    st.text(alphabet=string.printable + "абвгдеёжзиклмнопрстИПЁ№«»—", max_size=25),
)
ROWS = st.dictionaries(st.sampled_from(FIELDS), CELLS)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(ROWS, min_size=1, max_size=6))
def test_one_record_gets_what_the_batch_gives(rows: list[dict[str, str]]) -> None:
    batch = normalise(pd.DataFrame(rows), today=TODAY)

    alone = [normalise_one(row, today=TODAY) for row in rows]

    assert batch.frame.to_dict("records") == [one.facts for one in alone]
    found = {(row, field, code) for row, one in enumerate(alone) for field, code in one.issues}
    stated = batch.issues[["row", "field", "code"]].itertuples(index=False, name=None)
    assert found == set(stated)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["full_name", "last_name"]),
    st.lists(
        st.sampled_from(
            [
                "Барканов",
                "ВЕРБИНА",
                "Доланова-Вербина",
                "Олег",
                "Анна",
                "Ильич",
                "Ильинична",
                "Сергеич",
                "оглы",
                "И.",
                "О.И.",
                "(декрет)",
                "совм.",
                "Иванова",
                "Мария",
                "Ли",
                "фон",
                "Barkanov",
                "Oleg",
                "Гасан",
                "кызы",
                "-",
                "О'Долан",
            ]
        ),
        max_size=5,
    ),
)
def test_names_normalised_twice_are_normalised_once(field: str, words: list[str]) -> None:
    once = normalise_one({field: " ".join(words)}, today=TODAY).facts

    again = normalise_one({name: once[name] for name in COLUMNS[:4]}, today=TODAY).facts

    assert once == again


def test_facts_of_many_records_normalised_twice_are_normalised_once() -> None:
    once = records(people(600), dirt=4).facts
    raw = once[["last_name", "first_name", "middle_name", "previous_last_name", "snils"]].assign(
        birth_date=[day.isoformat() if day else "" for day in once["birth_date"]],
        birth_year=[str(year or "") for year in once["birth_year"]],
        phone=[";".join(phones) for phones in once["phones"]],
        gender=[{"MALE": "м", "FEMALE": "ж"}.get(sex, "") for sex in once["sex"]],
    )

    again = normalise(raw, today=TODAY).frame

    same = ["last_name", "first_name", "middle_name", "last_key", "first_key", "middle_key", "sex"]
    same += ["birth_date", "birth_year", "snils", "phones"]
    pd.testing.assert_frame_equal(once[same], again[same])


def test_absent_columns_are_nothing_stated() -> None:
    result = normalise(pd.DataFrame({"full_name": ["Вербина Анна Ильинична"]}), today=TODAY)

    assert list(COLUMNS) == list(result.frame.columns)
    assert ["ABSENT"] == result.frame["snils_state"].tolist()
    assert result.issues.empty


def test_an_issue_names_its_row_and_says_what_to_do_without_the_value() -> None:
    raw = pd.DataFrame({"full_name": ["Вербина А.И."], "birth_date": ["31.02.1980"]}, index=[17])

    issues = normalise(raw, today=date(2026, 11, 1)).issues

    assert [(17, "birth_date", "date.impossible")] == list(
        issues[["row", "field", "code"]].itertuples(index=False, name=None)
    )
    assert "1980" not in issues["message"].iloc[0]
    assert "исправьте" in issues["message"].iloc[0]
