"""Columns give what the scalar rules give: plain cells by cheap tests, the rest by the rules."""

from datetime import date, timedelta

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.demo.labelled.files import labelled
from sync.matching.facts import NO_DAY
from sync.matching.normalise import normalise, normalise_one
from sync.matching.normalise.columns import birth_columns, contact_columns, snils_column
from sync.matching.normalise.name_columns import name_columns
from sync.matching.normalise.outcome import in_one

TODAY = date(2026, 9, 1)
PARTS = (
    "Иванов",
    "ИВАНОВА",
    "иванов",
    "Петрова-Водкина",
    "Анна",
    "анна",
    "Ильич",
    "Гасан оглы",
    "Петровна",
    "Сергеич",
    "Кузьмич",
    "И.И.",
    "И",
    "нет",
    "-",
    "",
    "Наталия",
    "Саша",
    "декрет",
    "Ivanov",
    "Aннa",
    "Зюзя",
    "(Петрова)",
    "фон Берг",
    "Мамед-оглы",
    "Пётр",
)
CELLS = st.sampled_from(PARTS)
WHOLE = st.lists(CELLS, min_size=0, max_size=4).map(" ".join)
NAME_COLUMNS = ("last_key", "first_key", "middle_key", "previous_last_key", "sex")


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.tuples(CELLS, CELLS, CELLS, WHOLE, st.sampled_from(("", "Сидорова")), CELLS),
        min_size=1,
        max_size=8,
    )
)
def test_names_by_columns_are_names_one_by_one(rows: list[tuple[str, ...]]) -> None:
    titles = ["last_name", "first_name", "middle_name", "full_name", "previous_last_name", "gender"]
    raw = pd.DataFrame(rows, columns=titles).astype(object)

    found = name_columns(raw.astype("category"), TODAY)

    for at, row in enumerate(raw.to_dict("records")):
        alone = normalise_one({str(name): cell for name, cell in row.items()}, today=TODAY).facts
        together = {name: column.gathered()[at] for name, column in found.items()}
        assert {name: alone[name] or "" for name in NAME_COLUMNS} == together


SIGNS = st.text(alphabet="0123456789-+() .,хx", max_size=16)
NUMBERS = st.one_of(
    SIGNS,
    st.sampled_from(
        (
            "112-233-445 95",
            "11223344595",
            "112233445 95",
            "11223344595.0",
            "1,12E+10",
            "000-000-000 00",
            "123-456-789 64",
            "001-001-998 00",
            "8 (927) 123-45-67",
            "+7 927 123 45 67",
            "89271234567",
            "8927123456789271234567",
            "2-13-45",
            "89271234567 доб. 12",
            "нет",
        )
    ),
)
ADDRESSES = st.one_of(
    st.text(alphabet="ab.@-Яru ", max_size=12),
    st.sampled_from(("Anna@Mail.example", "a@b.example; c@d.example", "почта@мэйл.рф", "нет")),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(NUMBERS, NUMBERS, ADDRESSES), min_size=1, max_size=6))
def test_numbers_by_columns_are_numbers_one_by_one(rows: list[tuple[str, ...]]) -> None:
    raw = pd.DataFrame(rows, columns=["snils", "phone", "email"]).astype(object)

    snils = snils_column(raw.astype("category"), TODAY).gathered()
    phones, emails = (one.gathered() for one in contact_columns(raw.astype("category"), TODAY))

    for at, (number, phone, email) in enumerate(rows):
        alone = normalise_one({"snils": number, "phone": phone}, today=TODAY).facts
        addresses = normalise_one({"email": email}, today=TODAY).facts["emails"]
        assert alone["snils"] == snils[at]
        assert "\n".join(map(str, _list(alone["phones"]))) == phones[at]
        assert "\n".join(map(str, _list(addresses))) == emails[at]


def _list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value


FIGURES = st.text(alphabet="0123456789./- ", min_size=8, max_size=10)
BIRTHS = st.one_of(
    FIGURES,
    st.dates(min_value=date(1900, 1, 1)).map(date.isoformat),
    st.dates(min_value=date(1900, 1, 1)).map(lambda day: f"{day:%d.%m.%Y}"),
    st.dates(min_value=date(1900, 1, 1)).map(lambda day: f"{day:%d/%m.%Y}"),
    st.sampled_from(
        ("31.02.1980", "00.01.1980", "01.00.1980", "1980-13-01", "29.02.2000", "29.02.1999")
    ),
    st.sampled_from(("10.10.1929", "10.10.1930", "2023-09-02", "2024-01-01", "1980", "29252")),
    st.sampled_from(("1 мая 1980 г.", "01.02.80", "1980-02-01 00:00:00", "01-02-1980", "", "нет")),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(BIRTHS, min_size=1, max_size=6))
def test_births_by_columns_are_births_one_by_one(cells: list[str]) -> None:
    raw = pd.DataFrame({"birth_date": cells}).astype(object).astype("category")

    days, years = birth_columns(raw, TODAY)

    for cell, day, year in zip(cells, days.tolist(), years.tolist(), strict=True):
        alone = normalise_one({"birth_date": cell}, today=TODAY).facts
        stated = date(1970, 1, 1) + timedelta(days=day) if day != NO_DAY else None
        assert (alone["birth_date"], alone["birth_year"] or 0) == (stated, year)


@pytest.mark.parametrize("setting", ["usual", "doubled", "sparse", "other"])
def test_whole_files_are_normalised_as_their_records_are(setting: str) -> None:
    cards = labelled(3_000, setting=setting, seed=5).cards
    raw = pd.DataFrame([dict(card.cells) for card in cards]).fillna("").astype(object)
    raw = raw.rename(columns={"sex": "gender"})

    one_by_one = normalise(raw, today=TODAY).frame
    columns = name_columns(raw.astype("category"), TODAY)
    columns["snils"] = snils_column(raw.astype("category"), TODAY)

    for name, column in columns.items():
        assert one_by_one[name].fillna("").tolist() == column.gathered().tolist()


@settings(max_examples=200, deadline=None)
@given(CELLS, CELLS, CELLS)
def test_normalising_twice_is_normalising_once(last: str, first: str, middle: str) -> None:
    cells = {"last_name": last, "first_name": first, "middle_name": middle}

    once = normalise_one(cells, today=TODAY).facts
    twice = normalise_one({name: once[name] for name in cells}, today=TODAY).facts

    for name in ("last_key", "first_key", "middle_key"):
        assert once[name] == twice[name]


def test_a_column_read_in_chunks_has_one_list_of_distinct_texts() -> None:
    chunks = [["а", "б", None, "а"], [], ["в", "б"]]
    column = pa.chunked_array([pa.array(chunk, pa.string()) for chunk in chunks])

    whole = in_one(column.dictionary_encode())

    assert ["а", "б", "в"] == whole.dictionary.to_pylist()
    assert ["а", "б", None, "а", "в", "б"] == whole.to_pylist()
    assert [] == in_one(pa.chunked_array([], pa.string())).to_pylist()
    assert ["а", "а"] == in_one(pa.array(["а", "а"])).to_pylist()
