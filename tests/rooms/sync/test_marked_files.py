"""A school's own file comes back marked, and corrected it changes what was corrected alone."""

import zipfile
from pathlib import Path

import pytest
import python_calamine as calamine
import xlsxwriter

from connectors.table_file.failure import UnreadableTableError
from hub.database import Database
from hub.seal import Sealer
from sync.intake import Accepted, Given, accept
from sync.uploads.marking import mark
from tests.rooms.sync.world import TODAY, rows

pytestmark = pytest.mark.anyio

STAFF = """МБОУ СОШ № 1
Список работников на 01.09.2026
№;ФИО;Дата рождения;Должность;Кабинет
1;2;3;4;5
1;Мерянинов Олег Львович;02.03.1979;учитель;=1+1
2;;09.04.1981;учитель;5
3;Лукоянцев Пётр Ильич;31.02.1981;учитель;6
Директор;______;;;
"""
RECORDS = "select external_id from record where kind = 'STAFF' order by id"
VERSIONS = "select count(*) from record_version"


def given(folder: Path, text: str = STAFF) -> Given:
    path = folder / "staff.csv"
    path.write_text(text, encoding="cp1251")
    return Given(path=path)


async def take(hub: Database, sealer: Sealer, *files: Given) -> Accepted:
    return await accept(hub, files, sealer=sealer, actor="test", today=TODAY)


async def count(hub: Database, query: str) -> int:
    async with hub.reading() as session:
        return int(await session.raw.fetchval(query))


def book(path: Path) -> list[list[str]]:
    sheet = calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    return [[str(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]


def rewritten(source: Path, target: Path, changes: dict[tuple[int, int], str]) -> Given:
    """Do as a person does in a spreadsheet: change some cells and save the rest as it is."""
    with xlsxwriter.Workbook(str(target)) as written:
        sheet = written.add_worksheet("Лист1")
        for row, cells in enumerate(book(source), start=1):
            for column, cell in enumerate(cells):
                sheet.write_string(row - 1, column, changes.get((row, column), cell))
    return Given(path=target)


async def test_cells_stand_where_they_stood_and_notes_say_what_to_do(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    to = tmp_path / "marked.xlsx"

    report = await mark(hub, given(tmp_path), to, sealer=sealer, today=TODAY)

    lines = book(to)
    assert ["row.no_name", "date.impossible"] == [one.code for one in report.rejected]
    assert ["1", "Мерянинов Олег Львович", "02.03.1979", "учитель", "=1+1"] == lines[4][:5]
    assert "Ключ строки хаба" == lines[2][5]
    assert [True, False, True] == [bool(line[5]) for line in lines[4:7]]
    with zipfile.ZipFile(to) as archive:
        notes = archive.read("xl/comments1.xml").decode()
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "ДД.ММ.ГГГГ" in notes
    assert 'hidden="1"' in sheet
    assert "<f>" not in sheet
    assert 0 == await count(hub, "select count(*) from record")


async def test_the_corrected_file_makes_no_other_records_and_changes_only_what_was_corrected(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    await take(hub, sealer, given(tmp_path))
    before, versions = await rows(hub, RECORDS), await count(hub, VERSIONS)
    await mark(hub, given(tmp_path), tmp_path / "marked.xlsx", sealer=sealer, today=TODAY)
    corrected = rewritten(
        tmp_path / "marked.xlsx",
        tmp_path / "corrected.xlsx",
        {(6, 1): "Найдёнова Яна Юрьевна", (7, 2): "28.02.1981", (7, 1): "Лукоянцев Пётр Ильич"},
    )

    accepted = await take(hub, sealer, corrected)

    after = await rows(hub, RECORDS)
    assert [] == [one.code for one in accepted.files[0].rejected]
    assert before == after[: len(before)]
    assert len(before) + 1 == len(after)
    assert 2 == await count(hub, VERSIONS) - versions


async def test_a_file_marked_again_has_its_keys_where_they_were(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    await mark(hub, given(tmp_path), first, sealer=sealer, today=TODAY)

    report = await mark(hub, Given(path=first), second, sealer=sealer, today=TODAY)

    assert ["row.no_name", "date.impossible"] == [one.code for one in report.rejected]
    assert [len(line) for line in book(first)] == [len(line) for line in book(second)]


async def test_an_archive_is_not_made_one_workbook(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    path, to = tmp_path / "schools.zip", tmp_path / "marked.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("first.csv", STAFF)

    with pytest.raises(UnreadableTableError, match="по одному"):
        await mark(hub, Given(path=path), to, sealer=sealer, today=TODAY)

    assert not to.exists()
