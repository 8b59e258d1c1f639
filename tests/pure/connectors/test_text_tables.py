"""Texts survive the way into a file and back, in every encoding and dialect."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.table_file.cells import text_of, texts, tidy
from connectors.table_file.dialect import records
from connectors.table_file.encoding import detect

RUSSIAN = "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯ "
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "cp866", "koi8-r")
CELLS = st.lists(st.text(alphabet=RUSSIAN + '";,|\t12-', max_size=12), min_size=2, max_size=6)


@pytest.mark.parametrize("encoding", [*ENCODINGS, "mac-cyrillic"])
@given(names=st.lists(st.text(alphabet=RUSSIAN, min_size=1, max_size=20), max_size=20))
def test_an_encoding_is_known_by_the_headers_it_gives(
    tmp_path_factory: pytest.TempPathFactory, encoding: str, names: list[str]
) -> None:
    text = "Фамилия;Имя;Дата рождения\r\n" + "".join(f"{name};;\r\n" for name in names)
    path = tmp_path_factory.mktemp("encoding") / "table.csv"
    path.write_bytes(text.encode(encoding))

    found = detect(path)

    assert text == path.read_bytes().decode(found.name)
    assert ";" == found.dialect.delimiter


@pytest.mark.parametrize("delimiter", [";", "\t", ",", "|"])
@given(rows=st.lists(CELLS, max_size=8))
def test_what_a_csv_writer_wrote_is_read(delimiter: str, rows: list[list[str]]) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows(rows)
    lines = enumerate(stream.getvalue().splitlines(), start=1)

    found = [cells for _, cells in records(lines, delimiter)]

    assert rows == found


def test_a_cell_of_several_lines_keeps_them_and_the_number_of_its_first_line() -> None:
    lines = enumerate(["ФИО;Примечание", '"Вьюгин";"раз', 'два"', "Ёлкин;x"], start=1)

    assert [
        (1, ["ФИО", "Примечание"]),
        (2, ["Вьюгин", "раз\nдва"]),
        (4, ["Ёлкин", "x"]),
    ] == list(records(lines, ";"))


@given(st.text(max_size=40))
def test_a_tidy_text_is_tidy(text: str) -> None:
    once = tidy(text)

    assert once == once.strip()
    assert not {"\u00a0", "\u00ad", "\u200b", "\ufeff"} & set(once)


@given(st.lists(st.one_of(st.text(max_size=8), st.floats(allow_nan=False), st.booleans())))
def test_a_column_gives_the_texts_of_its_cells(values: list[str | float | bool]) -> None:
    assert [text_of(value) for value in values] == texts(values)


def test_letters_written_as_letter_and_mark_unite() -> None:
    assert "Йёлкин" == tidy("И\u0306е\u0308лкин")
