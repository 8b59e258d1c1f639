"""What people told about headers is kept with the acceptance, and changes nothing else."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from hub.database import Database
from hub.records import FileKind
from hub.seal import Sealer
from sync.intake import Accepted, FileReport, Given, accept, check
from tests.rooms.sync.canonical import canonical, differences
from tests.rooms.sync.fresh import fresh_hub
from tests.rooms.sync.world import FIRST, TODAY, rows

pytestmark = pytest.mark.anyio

TITLE = "МБОУ СОШ № {school}\nСписок работников на {day}\n"
PLAIN = TITLE + "ФИО;Дата рождения;Должность\nМерянинов Олег Львович;02.03.1979;учитель\n"
STRANGE = TITLE + "Кто;Явился на свет;Должность\nЛукоянцев Пётр Ильич;09.04.1981;учитель\n"
TOLD = {"Кто": "full_name", "Явился на свет": "birth_date"}
LATER = "01.10.2026"


def file(
    folder: Path,
    text: str,
    *,
    school: int = 1,
    day: str = "01.09.2026",
    columns: Mapping[str, str] | None = None,
    kind: FileKind | None = None,
) -> Given:
    path = folder / f"{school}-{day}-{abs(hash(text))}.csv"
    path.write_text(text.format(school=school, day=day), encoding="cp1251")
    return Given(path=path, columns=columns or {}, kind=kind)


async def take(hub: Database, sealer: Sealer, *files: Given) -> Accepted:
    return await accept(hub, files, sealer=sealer, actor="test", today=TODAY)


async def look(hub: Database, given: Given) -> FileReport:
    [report] = await check(hub, [given], today=TODAY)
    return report


def codes(report: FileReport) -> list[str]:
    return [one.code for one in report.rejected]


async def test_a_check_shows_unreadable_columns_and_stores_nothing(
    hub: Database, tmp_path: Path
) -> None:
    before = await look(hub, file(tmp_path, STRANGE))

    told = await look(hub, file(tmp_path, STRANGE, columns=TOLD))

    assert ["file.no_header"] == codes(before)
    assert "Кто" in before.unmapped
    assert "full_name" in before.suggested["Кто"]
    assert (1, []) == (told.rows, codes(told))
    assert [] == await rows(hub, "select 1 from mapping_profile")


async def test_the_next_file_of_the_same_shape_is_read_as_was_told(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    await take(hub, sealer, file(tmp_path, STRANGE, columns=TOLD))

    later = await look(hub, file(tmp_path, STRANGE, day=LATER))
    foreign = await look(hub, file(tmp_path, STRANGE, school=2))

    assert (1, []) == (later.rows, codes(later))
    assert ["file.no_header"] == codes(foreign)
    kept = await rows(hub, "select organisation_id, told from mapping_profile")
    assert [FIRST] == [owner for owner, _ in kept]


async def test_a_file_that_is_not_kept_is_named_once_its_header_may_be_known(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    unread = file(tmp_path, STRANGE)
    first = await take(hub, sealer, unread)
    unsaid = await take(hub, sealer, file(tmp_path, PLAIN))

    told = await take(hub, sealer, file(tmp_path, STRANGE, day=LATER, columns=TOLD))
    again = await take(hub, sealer, unread)
    after = await take(hub, sealer, file(tmp_path, STRANGE, day="01.11.2026", columns=TOLD))

    assert ["file.no_header"] == codes(first.files[0])
    assert ((), ()) == (first.to_give_again, unsaid.to_give_again)
    assert ((unread.path.name,), ()) == (told.to_give_again, again.to_give_again)
    assert (1, []) == (again.versions, codes(again.files[0]))
    assert () == after.to_give_again
    assert [] == await rows(hub, "select code from rejection")


async def test_what_was_told_of_a_list_of_many_holds_for_everybody(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    common = (
        "Список работников на {day}\nКто;Должность;Школа\n"
        "Мерянинов Олег Львович;учитель;МБОУ СОШ № 1\n"
        "Лукоянцев Пётр Ильич;учитель;МБОУ СОШ № 2\n"
    )
    one = common.replace("МБОУ СОШ № 1", "МБОУ СОШ № 3").replace("МБОУ СОШ № 2", "МБОУ СОШ № 3")
    refused = await look(hub, file(tmp_path, one))

    await take(hub, sealer, file(tmp_path, common, columns={"Кто": "full_name"}))

    after = await look(hub, file(tmp_path, one))
    assert ["file.no_header"] == codes(refused)
    assert (2, []) == (after.rows, codes(after))


async def test_a_changed_header_is_told_with_what_it_was(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    await take(hub, sealer, file(tmp_path, PLAIN))
    changed = PLAIN.replace("Дата рождения;", "Явился на свет;")

    seen = await look(hub, file(tmp_path, changed, day=LATER))
    accepted = await take(hub, sealer, file(tmp_path, changed, day=LATER))
    again = await look(hub, file(tmp_path, changed, day=LATER))

    [drift] = seen.drift
    assert {"Дата рождения": "birth_date"} == drift.missing
    assert {"Явился на свет": ""} == drift.added
    assert "«Дата рождения» (birth_date)" in drift.message
    assert seen.drift == accepted.files[0].drift
    assert () == again.drift


async def test_a_first_header_and_a_known_one_are_no_change(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    first = await take(hub, sealer, file(tmp_path, PLAIN))

    again = await take(hub, sealer, file(tmp_path, PLAIN, day=LATER))

    assert ((), ()) == (first.files[0].drift, again.files[0].drift)


async def test_what_was_told_survives_an_acceptance_that_tells_nothing(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    await take(hub, sealer, file(tmp_path, STRANGE, columns=TOLD))
    kept = await rows(hub, "select * from mapping_profile order by id")

    await take(hub, sealer, file(tmp_path, STRANGE, day=LATER))

    assert kept == await rows(hub, "select * from mapping_profile order by id")


async def test_a_header_the_file_has_not_is_refused_and_the_rest_is_taken(
    hub: Database, tmp_path: Path
) -> None:
    report = await look(hub, file(tmp_path, PLAIN, columns={"Кличка": "full_name"}))

    assert (1, ["mapping.unknown_header"]) == (report.rows, codes(report))
    assert "Кличка" == report.rejected[0].place.column


async def test_a_kind_that_was_told_is_taken_only_where_the_table_tells_none(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    silent = "МБОУ СОШ № {school}\nна {day}\nФИО;Дата рождения\nМерянинов Олег;02.03.1979\n"
    titled = silent.replace("на {day}", "Список обучающихся на {day}")
    refused = await look(hub, file(tmp_path, silent))

    await take(hub, sealer, file(tmp_path, silent, kind=FileKind.STAFF))

    assert ["file.unknown_kind"] == codes(refused)
    assert (FileKind.STAFF,) == (await look(hub, file(tmp_path, silent, day=LATER))).kinds
    assert (FileKind.PUPILS,) == (await look(hub, file(tmp_path, titled))).kinds


async def test_stored_profiles_do_not_change_how_readable_headers_are_read(
    hub: Database, admin_url: str, sealer: Sealer, tmp_path: Path
) -> None:
    flags = TITLE + (
        "ФИО;Должность;Молодой специалист\nМерянинов Олег Львович;учитель;да\n"
        "Лукоянцев Пётр Ильич;учитель;нет\n"
    )
    names = flags.replace(";да", ";Громада Яна Юрьевна").replace(";нет", ";")
    files = [
        file(tmp_path, flags),
        file(tmp_path, names, day=LATER),
        file(tmp_path, PLAIN, day=f"{date(2026, 9, 2):%d.%m.%Y}"),
    ]

    for given in files:
        await take(hub, sealer, given)
    twice = [await take(hub, sealer, given) for given in files]

    async with fresh_hub(admin_url) as other:
        for given in reversed(files):
            await take(other, sealer, given)
        assert [] == differences(await canonical(other), await canonical(hub))
    assert [0, 0, 0] == [done.versions for done in twice]
