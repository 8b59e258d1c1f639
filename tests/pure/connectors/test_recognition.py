"""On a corpus of another hand columns, names and encodings are recognised as far as they have to be."""

from pathlib import Path

from tests.pure.connectors.reading import take_text
from tests.recognition.corpus import samples
from tests.recognition.judging import judge

FEWEST_FILES = 120


def test_a_corpus_of_another_hand_is_recognised(tmp_path: Path) -> None:
    judged = judge(samples(tmp_path, every_delimiter=False))

    assert judged.files >= FEWEST_FILES
    assert 0 == judged.wrong_names, judged.misses
    assert judged.right >= 0.99 * judged.columns, judged.misses
    assert judged.encodings >= 0.995 * judged.texts, judged.misses


def test_a_header_of_two_rows_over_one_column_is_read_whole(tmp_path: Path) -> None:
    rows = "ФИО;Должность;Стаж\n;;педагогический\nРябов Егор;учитель;12\n"

    taken = take_text(tmp_path, rows)

    assert [] == taken.codes
    assert ["12"] == list(taken.batch.frame["teaching_experience"])


def test_who_signs_below_a_table_without_numbers_is_nobody_of_it(tmp_path: Path) -> None:
    rows = "Школа;Класс;ФИО;Дата рождения\n7;9а;Рябов Егор;01.02.2010\nДиректор;______;И.И. Эхов;\n"

    assert ["Рябов Егор"] == list(take_text(tmp_path, rows).batch.frame["full_name"])
