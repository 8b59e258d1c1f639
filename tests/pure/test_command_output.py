"""Data on stdout: what a person reads in a table is what a program gets as JSON."""

import json

import pytest

from hub.cli.output import OutputFormat, print_rows

ROWS = [{"code": "page.landed", "counts": {"rows": 2, "pages": 1}, "columns": ["ФИО", "Дата"]}]
TITLES = {"code": "Что", "counts": "Числа", "columns": "Столбцы"}


def test_a_table_shows_what_has_an_inside_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(ROWS, OutputFormat.TABLE, titles=TITLES)

    [titles, line] = capsys.readouterr().out.splitlines()
    assert ["Что", "Числа", "Столбцы"] == titles.split()
    assert ["page.landed", "rows", "2,", "pages", "1", "ФИО,", "Дата"] == line.split()


def test_programs_get_it_whole(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(ROWS, OutputFormat.JSON, titles=TITLES)

    assert ROWS == json.loads(capsys.readouterr().out)
