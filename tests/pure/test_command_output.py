"""Data on stdout: what a person reads in a table is what a program gets as JSON."""

import json
from datetime import UTC, datetime

import pytest

from hub.cli.output import OutputFormat, print_rows

ROWS = [{"code": "page.landed", "counts": {"rows": 2, "pages": 1}, "columns": ["ФИО", "Дата"]}]
TITLES = {"code": "Что", "counts": "Числа", "columns": "Столбцы"}


def test_a_table_shows_what_has_an_inside_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(ROWS, OutputFormat.TABLE, titles=TITLES)

    [titles, line] = capsys.readouterr().out.splitlines()
    assert ["Что", "Числа", "Столбцы"] == titles.split()
    assert ["page.landed", "rows", "2,", "pages", "1", "ФИО,", "Дата"] == line.split()


def test_an_instant_is_shown_alike_however_it_came(capsys: pytest.CaptureFixture[str]) -> None:
    at = datetime(2026, 9, 7, 8, 30, tzinfo=UTC)
    rows: list[dict[str, object]] = [
        {"at": at},
        {"at": at.isoformat()},
        {"at": "2026-09-07T12:30:00.5+04:00"},
    ]

    print_rows(rows, OutputFormat.TABLE, titles={"at": "Когда"})

    shown = capsys.readouterr().out.splitlines()
    assert ["Когда", *["07.09.2026 08:30 UTC"] * 3] == [line.strip() for line in shown]


def test_what_is_copied_stays_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    number = "question-01a22d40-b2cd-728f-a1ee-d5e701925ea9"
    titles = {"id": "Номер"} | {name: name for name in "abcdef"}

    print_rows(
        [{"id": number} | dict.fromkeys("abcdef", "слово " * 20)], OutputFormat.TABLE, titles=titles
    )

    assert number in capsys.readouterr().out


def test_programs_get_it_whole(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(ROWS, OutputFormat.JSON, titles=TITLES)

    assert ROWS == json.loads(capsys.readouterr().out)
