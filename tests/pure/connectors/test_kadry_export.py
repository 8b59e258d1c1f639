"""Exports of «Кадры в образовании»: many schools in one file, numbers from a spreadsheet."""

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from connectors.catalogue import connector_of
from connectors.client.failure import SourceConfigError, SourceTransientError
from connectors.protocol import Checkpoint, Connector, Item, Roll
from hub.records import Batch, FileKind, Rejected

HEADERS = (
    "ID карточки",
    'ID в АИС "Кадры в образовании"',
    "Полное наименование организации",
    "Фамилия",
    "Имя",
    "Отчество",
    "Дата рождения",
    "Должность",
)
PEOPLE = (
    (5001.0, 1003.0, "МБОУ СОШ № 1", "Выгрузкин", "Лев", "Ильич", "04.03.1980", "учитель"),
    (5002.0, 1004.0, "МБОУ СОШ № 2", "Таблицын", "Пётр", "Фомич", "05.03.1981", "методист"),
    (5003.0, "", "МБОУ СОШ № 2", "Пустошин", "Олег", "Львович", "06.03.1982", "учитель"),
)
DAY = date(2026, 11, 20)


def export(folder: Path, name: str = "export-2026-11-20.xlsx") -> Path:
    path = folder / name
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Сотрудники")
        for row, line in enumerate((HEADERS, *PEOPLE)):
            sheet.write_row(row, 0, line)
    os.utime(path, (datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp(),) * 2)
    return path


def source(folder: Path, **settings: object) -> Connector:
    return connector_of("KADRY_EXPORT", {"folder": str(folder), **settings})


def read(folder: Path, cursor: str | None = None) -> list[Item]:
    return list(source(folder).fetch(cursor))


def test_rows_of_all_schools_come_with_numbers_as_a_system_knows_them(tmp_path: Path) -> None:
    export(tmp_path)

    (batch,) = [item for item in read(tmp_path) if isinstance(item, Batch)]

    assert (FileKind.STAFF, DAY) == (batch.kind, batch.stated_as_of)
    rows = batch.frame[["external_id", "organization_code", "last_name", "row"]]
    assert [["5001", "1003", "Выгрузкин", 2], ["5002", "1004", "Таблицын", 3]] == (
        rows.to_numpy().tolist()
    )


def test_a_row_without_a_school_is_refused_in_its_place(tmp_path: Path) -> None:
    export(tmp_path)

    (refused,) = [item for item in read(tmp_path) if isinstance(item, Rejected)]

    assert ("row.no_school", "Сотрудники", 4) == (
        refused.code,
        refused.place.sheet,
        refused.place.row,
    )
    assert "5003" == refused.payload["external_id"]


def test_the_schools_of_the_file_are_listed_whole(tmp_path: Path) -> None:
    export(tmp_path)

    *_, last = read(tmp_path)

    assert isinstance(last, Roll)
    assert ["1003", "1004"] == [mention.code for mention in last.organisations]


def test_a_file_that_was_read_gives_its_schools_alone(tmp_path: Path) -> None:
    export(tmp_path)
    (reached,) = [item.cursor for item in read(tmp_path) if isinstance(item, Checkpoint)]

    again = read(tmp_path, reached)

    assert [Roll] == [type(item) for item in again]
    assert ["export-2026-11-20.xlsx", 0, 4] == json.loads(reached)


def test_the_last_file_by_name_is_read_from_its_beginning(tmp_path: Path) -> None:
    export(tmp_path)
    (reached,) = [item.cursor for item in read(tmp_path) if isinstance(item, Checkpoint)]
    newer = export(tmp_path, "export-2026-11-21.xlsx")

    batches = [item for item in read(tmp_path, reached) if isinstance(item, Batch)]

    assert [newer.name] == [batch.file for batch in batches]


def test_delimited_text_is_read_as_well(tmp_path: Path) -> None:
    lines = [";".join(map(str, line)) for line in (HEADERS, *PEOPLE)]
    (tmp_path / "staff.csv").write_text("\n".join(lines).replace('"', ""), encoding="cp1251")

    (batch,) = [item for item in read(tmp_path) if isinstance(item, Batch)]

    assert ["1003", "1004"] == list(batch.frame["organization_code"])


def test_a_table_without_the_schools_number_is_refused_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "staff.csv").write_text("Фамилия;Имя;Должность\nВыгрузкин;Лев;учитель\n")

    items = read(tmp_path)

    assert ["file.no_school_column"] == [one.code for one in items if isinstance(one, Rejected)]
    assert not [one for one in items if isinstance(one, Roll)]
    assert not source(tmp_path).check().ok


def test_an_empty_folder_is_a_matter_of_time(tmp_path: Path) -> None:
    with pytest.raises(SourceTransientError):
        read(tmp_path)

    assert not source(tmp_path).check().ok


def test_settings_that_are_wrong_are_named_by_key() -> None:
    with pytest.raises(SourceConfigError) as refused:
        connector_of("KADRY_EXPORT", {"path": "/somewhere"})

    assert "folder" in refused.value.message
    assert "/somewhere" not in refused.value.message
