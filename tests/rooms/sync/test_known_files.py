"""A file is read again only where reading it could give something else."""

from dataclasses import replace
from pathlib import Path

import pytest

from hub.database import Database
from hub.records import FileKind
from hub.seal import Sealer
from sync import changeset
from sync.intake import Accepted, Given, accept
from sync.registry import write_rows
from tests.rooms.sync.world import THIRD, TODAY, organisation, rows

pytestmark = pytest.mark.anyio

STAFF = """{school}
Список работников на {day}
ФИО;Дата рождения;Должность
Мерянинов Олег Львович;02.03.1979;учитель
;09.04.1981;учитель
Лукоянцев Пётр Ильич;31.02.1981;учитель
"""
FIRST_SCHOOL, NEW_NAME = "МБОУ СОШ № 1", "Лицей «Заря»"
REFUSED = ["row.no_name", "date.impossible"]
FILES = "select name, rows, rejected, reading is not null from source_file order by name"
REJECTIONS = "select code from rejection order by row"


def file(folder: Path, *, day: str = "01.09.2026", school: str = FIRST_SCHOOL) -> Given:
    path = folder / "staff.csv"
    path.write_text(STAFF.format(school=school, day=day), encoding="cp1251")
    return Given(path=path)


async def take(hub: Database, sealer: Sealer, *files: Given, release: bool = False) -> Accepted:
    return await accept(hub, files, sealer=sealer, actor="test", today=TODAY, release=release)


def is_read(accepted: Accepted) -> bool:
    [*reports] = accepted.files
    return not any("уже принят" in said for report in reports for said in report.repairs)


def codes(accepted: Accepted) -> list[str]:
    return [one.code for report in accepted.files for one in report.rejected]


async def test_a_known_file_is_not_read_and_its_refusals_are_shown_again(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    first = await take(hub, sealer, file(tmp_path))

    again = await take(hub, sealer, file(tmp_path))

    assert (True, False) == (is_read(first), is_read(again))
    assert sorted(REFUSED) == sorted(codes(first)) == sorted(codes(again))
    assert first.files[0].rows == again.files[0].rows
    assert first.files[0].kinds == again.files[0].kinds
    assert [("staff.csv", 2, 1, True)] == await rows(hub, FILES)
    assert len(REFUSED) == len(await rows(hub, REJECTIONS))


async def test_a_file_given_twice_at_once_is_taken_in_once(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    accepted = await take(hub, sealer, file(tmp_path), file(tmp_path))

    assert 2 == len(accepted.files)
    assert 1 == len(await rows(hub, FILES))
    assert len(REFUSED) == len(await rows(hub, REJECTIONS))


async def test_another_declaration_another_content_and_a_release_are_read(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    given = file(tmp_path)
    await take(hub, sealer, given)

    declared = await take(hub, sealer, replace(given, period=2025))
    released = await take(hub, sealer, replace(given, period=2025), release=True)
    changed = await take(hub, sealer, file(tmp_path, day="01.10.2026"))

    assert [True, True, True] == [is_read(one) for one in (declared, released, changed)]


async def test_a_file_that_did_not_land_whole_is_read(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    given = file(tmp_path)
    await take(hub, sealer, given)
    async with hub.writing() as session:
        await session.raw.execute("update source_file set reading = null")

    again = await take(hub, sealer, given)

    assert is_read(again)
    assert (0, 0) == (again.records, again.versions)
    assert len(REFUSED) == len(await rows(hub, REJECTIONS))


async def test_what_the_register_did_not_know_is_taken_in_once_it_does(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    given = file(tmp_path, school=NEW_NAME)
    first = await take(hub, sealer, given)
    async with hub.writing() as session:
        number = await changeset.begin(session, "REGISTRY", actor="test")
        renamed = replace(organisation(THIRD), full_name=NEW_NAME)
        await write_rows(session, "organisation", [renamed], key=("id",))
        await changeset.finish(session, number, changeset.Difference())

    again = await take(hub, sealer, given)

    assert "file.unknown_organisation" in codes(first)
    assert is_read(again)
    assert 2 == again.records
    assert sorted(REFUSED) == sorted(codes(again))
    assert sorted(REFUSED) == sorted(str(code) for (code,) in await rows(hub, REJECTIONS))


async def test_a_file_of_days_to_come_is_read_until_they_have_come(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    given = file(tmp_path, day="01.12.2026")
    await take(hub, sealer, given)

    again = await take(hub, sealer, given)

    assert is_read(again)


async def test_kinds_that_were_given_with_files_read_no_other_file_again(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    given = replace(file(tmp_path), kind=FileKind.STAFF)
    await take(hub, sealer, given)

    again = await take(hub, sealer, given)

    assert not is_read(again)
