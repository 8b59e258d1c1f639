"""What files change when they arrive again, late, whole or in part."""

from datetime import date

import pytest

from hub.database import Database
from hub.records import Completeness, FileKind
from sync.changeset import Difference
from tests.rooms.sync.canonical import checksums
from tests.rooms.sync.conftest import TakeIn
from tests.rooms.sync.drawn import draw_files
from tests.rooms.sync.world import FIRST, OLD, SECOND, card, handed, rows

pytestmark = pytest.mark.anyio
MERYANIN = card("Мерянинов Олег Львович", "05.03.1979", position="учитель")
LUKOYAN = card("Лукоянцев Пётр Ильич", "09.04.1981", position="методист")
POSTS = (
    "select p.last_name, e.position_text, e.ends from employment e"
    " join person p on p.id = e.person_id order by 1, 3"
)
FOREVER = date.max


async def test_the_same_files_again_change_nothing(hub: Database, take_in: TakeIn) -> None:
    files = draw_files(1)
    await take_in(*files)
    before = await checksums(hub)

    again = await take_in(*files)

    assert (0, 0) == (again.records, again.versions)
    assert Difference() == again.projected
    assert before == await checksums(hub)


async def test_one_file_of_many_again_changes_nothing(hub: Database, take_in: TakeIn) -> None:
    files = draw_files(2)
    await take_in(*files)
    before = await checksums(hub)

    for file in files[:3]:
        await take_in(file)

    assert before == await checksums(hub)


async def test_an_older_statement_does_not_overwrite_a_newer(
    hub: Database, take_in: TakeIn
) -> None:
    older = MERYANIN | {"position": "методист"}
    await take_in(handed(FileKind.STAFF, FIRST, date(2026, 9, 1), [MERYANIN]))

    await take_in(handed(FileKind.STAFF, FIRST, date(2022, 9, 1), [older]))

    found = await rows(hub, "select position_text, starts, ends from employment")
    assert [("учитель", date(2022, 9, 1), FOREVER)] == found


async def test_a_full_list_ends_whom_it_leaves_out_on_its_day(
    hub: Database, take_in: TakeIn
) -> None:
    await take_in(handed(FileKind.STAFF, FIRST, date(2025, 9, 1), [MERYANIN, LUKOYAN]))

    await take_in(
        handed(
            FileKind.STAFF,
            FIRST,
            date(2026, 9, 1),
            [MERYANIN],
            completeness=Completeness.FULL,
        )
    )

    expected = [
        ("Лукоянцев", "методист", date(2026, 9, 1)),
        ("Мерянинов", "учитель", FOREVER),
    ]
    assert expected == await rows(hub, POSTS)


async def test_a_partial_list_ends_nobody(hub: Database, take_in: TakeIn) -> None:
    await take_in(handed(FileKind.STAFF, FIRST, date(2025, 9, 1), [MERYANIN, LUKOYAN]))

    await take_in(handed(FileKind.STAFF, FIRST, date(2026, 9, 1), [MERYANIN]))

    assert [FOREVER, FOREVER] == [ends for *_, ends in await rows(hub, POSTS)]


async def test_a_full_list_ends_nobody_of_another_kind_or_school(
    hub: Database, take_in: TakeIn
) -> None:
    await take_in(handed(FileKind.STAFF, SECOND, date(2025, 9, 1), [LUKOYAN]))
    pupil = card("Барсоватов Лев Фомич", "05.05.2012")
    await take_in(handed(FileKind.PUPILS, FIRST, date(2025, 9, 1), [pupil]))

    await take_in(
        handed(FileKind.STAFF, FIRST, date(2026, 9, 1), [MERYANIN], completeness=Completeness.FULL)
    )

    assert [] == await rows(hub, "select id from record where ended_on is not null")


async def test_a_late_full_list_of_2022_does_not_end_todays_people(
    hub: Database, take_in: TakeIn
) -> None:
    await take_in(handed(FileKind.STAFF, FIRST, date(2026, 9, 1), [MERYANIN]))

    await take_in(
        handed(FileKind.STAFF, FIRST, date(2022, 9, 1), [LUKOYAN], completeness=Completeness.FULL)
    )

    assert [("Лукоянцев", FOREVER), ("Мерянинов", FOREVER)] == [
        (name, ends) for name, _, ends in await rows(hub, POSTS)
    ]


async def test_whom_a_later_full_list_names_again_is_back(hub: Database, take_in: TakeIn) -> None:
    full = Completeness.FULL
    await take_in(handed(FileKind.STAFF, FIRST, date(2024, 9, 1), [MERYANIN, LUKOYAN]))
    await take_in(handed(FileKind.STAFF, FIRST, date(2025, 9, 1), [MERYANIN], completeness=full))

    await take_in(
        handed(FileKind.STAFF, FIRST, date(2026, 9, 1), [MERYANIN, LUKOYAN], completeness=full)
    )

    assert [FOREVER, FOREVER] == [ends for *_, ends in await rows(hub, POSTS)]


async def test_a_reorganised_schools_records_go_to_its_successor(
    hub: Database, take_in: TakeIn
) -> None:
    await take_in(handed(FileKind.STAFF, OLD, date(2024, 9, 1), [LUKOYAN]))

    await take_in(handed(FileKind.STAFF, OLD, date(2025, 10, 1), [MERYANIN]))

    found = await rows(
        hub,
        "select p.last_name, e.organisation_id, e.ends from employment e"
        " join person p on p.id = e.person_id order by 1",
    )
    assert [
        ("Лукоянцев", OLD, date(2025, 9, 1)),
        ("Мерянинов", SECOND, FOREVER),
    ] == found


async def test_a_snils_corrected_as_of_the_same_day_is_taken(take_in: TakeIn) -> None:
    day = date(2026, 9, 1)
    wrong, right = MERYANIN | {"snils": "087-654-302 01"}, MERYANIN | {"snils": "087-654-302 00"}
    await take_in(handed(FileKind.STAFF, FIRST, day, [wrong]))

    corrected = await take_in(handed(FileKind.STAFF, FIRST, day, [right]))

    assert (0, 1) == (corrected.records, corrected.versions)
