"""Files given by mistake: last year's, a copy under another name, two schools in one; today holds."""

from datetime import date
from pathlib import Path

import pytest

from hub.database import Database
from hub.records import Completeness, FileKind
from hub.seal import Sealer
from sync.intake import Accepted, Given, accept
from tests.rooms.sync.drawn import draw_files
from tests.rooms.sync.world import FIRST, SECOND, TODAY, card, handed, rows, take

pytestmark = pytest.mark.anyio
LAST_YEAR, LONG_AGO = date(2025, 10, 1), date(2022, 10, 3)
# Who works and learns where today, and who mentors whom.
SEEN_TODAY = """
select p.sort_key, p.birth_date, e.organisation_id, e.position_text
from employment e join person p on p.id = e.person_id where e.ends > $1
union all
select p.sort_key, p.birth_date, t.organisation_id, concat(t.grade, t.letter)
from enrolment t join person p on p.id = t.person_id where t.ends > $1
union all
select p.sort_key, p.birth_date, m.affiliation_organisation_id, concat(t.status, m.role)
from mentorship t join mentorship_member m on m.mentorship_id = t.id
join person p on p.id = m.person_id where t.ends > $1
order by 1, 2, 3, 4
"""


async def seen_today(hub: Database) -> list[tuple[object, ...]]:
    return await rows(hub, SEEN_TODAY, TODAY)


def staff(count: int, position: str, *, first: int = 0) -> list[dict[str, str]]:
    return [
        card(f"Годов{letter} Лев Ильич", f"01.02.{1960 + number}", position=position)
        for number, letter in enumerate("абвгдежзиклмноп"[first : first + count], start=first)
    ]


@pytest.mark.parametrize("day", [LAST_YEAR, LONG_AGO])
async def test_a_late_file_of_an_earlier_year_changes_nothing_of_today(
    hub: Database, sealer: Sealer, tmp_path: Path, day: date
) -> None:
    now = handed(FileKind.STAFF, FIRST, TODAY, staff(8, "учитель"), completeness=Completeness.FULL)
    await take(hub, [now], sealer=sealer, folder=tmp_path)
    before = await seen_today(hub)

    late = handed(
        FileKind.STAFF, FIRST, day, staff(9, "воспитатель", first=4), completeness=Completeness.FULL
    )
    done = await take(hub, [late], sealer=sealer, folder=tmp_path)

    assert (9, 0) == (done.versions, done.projected.held)
    assert before == await seen_today(hub)


async def test_everything_of_a_region_given_again_changes_nothing_of_today(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    files = draw_files(5)
    await take(hub, files, sealer=sealer, folder=tmp_path)
    before = await seen_today(hub)

    again = [await take(hub, [file], sealer=sealer, folder=tmp_path) for file in reversed(files)]

    assert {(0, 0, 0)} == {
        (one.versions, one.projected.people, one.projected.mentorships) for one in again
    }
    assert before == await seen_today(hub)


async def test_a_copy_under_another_name_adds_nobody(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    first, copy = tmp_path / "список.csv", tmp_path / "список (2).csv"
    first.write_text(table("МБОУ СОШ № 1", staff(6, "учитель")), encoding="utf-8")
    copy.write_bytes(first.read_bytes())
    await accepted(hub, first, sealer)

    done = await accepted(hub, copy, sealer)

    assert (0, 0, 0) == (done.records, done.versions, done.projected.people)
    assert [(6,)] == await rows(hub, "select count(*) from person")


async def test_of_a_file_with_two_schools_a_school_gives_its_own_rows(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    theirs = handed(
        FileKind.STAFF,
        SECOND,
        LAST_YEAR,
        staff(4, "учитель", first=6),
        completeness=Completeness.FULL,
    )
    await take(hub, [theirs], sealer=sealer, folder=tmp_path)
    mixed = tmp_path / "две школы.csv"
    mixed.write_text(mixture(), encoding="utf-8")

    done = await accepted(hub, mixed, sealer, within=frozenset({FIRST}))

    (report,) = done.files
    refused = [one for one in report.rejected if one.code == "row.foreign_organisation"]
    assert (6, 3) == (done.records, len(refused))
    assert [8, 9, 10] == [one.place.row for one in refused]
    assert [] == await rows(hub, "select id from record where ended_on is not null")
    assert [(4,)] == await rows(
        hub, "select count(*) from employment where organisation_id = $1", SECOND
    )


def table(title: str, listed: list[dict[str, str]]) -> str:
    lines = [f"{one['full_name']};{one['birth_date']};{one['position']}" for one in listed]
    return "\n".join([title, "ФИО;Дата рождения;Должность", *lines, ""])


def mixture() -> str:
    """Write rows of two schools under one header, each with its school."""
    schools = ["МБОУ СОШ № 1"] * 6 + ["МБОУ СОШ № 2"] * 3
    lines = [
        f"{one['full_name']};{one['birth_date']};{one['position']};{school}"
        for one, school in zip(staff(9, "учитель"), schools, strict=True)
    ]
    return "\n".join(["ФИО;Дата рождения;Должность;Образовательная организация", *lines, ""])


async def accepted(
    hub: Database, path: Path, sealer: Sealer, within: frozenset[object] | None = None
) -> Accepted:
    given = Given(
        path=path,
        kind=FileKind.STAFF,
        stated_as_of=TODAY,
        completeness=Completeness.FULL,
        within=within,  # type: ignore[arg-type]  # ids of schools
    )
    return await accept(hub, [given], sealer=sealer, actor="test", today=TODAY)
