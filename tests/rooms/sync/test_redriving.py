"""Refused rows taken after all: the register learns of a school, a person corrects a row."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.database import Database
from hub.demo.registry import IdentifierRow
from hub.records import Batch, FileKind, OrganisationMention
from hub.seal import Sealer
from sync.intake import Given, accept
from sync.redriving import NotRepairableError, UnknownRejectionError, redrive, repair
from sync.region import Region
from sync.registry import write_rows
from tests.rooms.sync import cards
from tests.rooms.sync.world import FIRST, PLANT, THIRD, TODAY, Handed, card, given, handed, rows

pytestmark = pytest.mark.anyio
DAY = date(2026, 9, 15)
PEOPLE = "select last_name, birth_date from person order by 1"


def region(sealer: Sealer) -> Region:
    return Region(sealer=sealer, zone=ZoneInfo("Europe/Samara"), today=TODAY)


def strange() -> Handed:
    """List staff of a school that the register knows by no number yet."""
    known = handed(FileKind.STAFF, FIRST, DAY, [card("Барсуков Илья Львович", "05.03.1979")])
    (batch,) = known.items
    assert isinstance(batch, Batch)
    unknown = OrganisationMention(ogrn="1020000000033")
    file = "неизвестная.csv"
    return Handed(
        name=file,
        items=(
            Batch(
                kind=batch.kind,
                frame=batch.frame,
                file=file,
                organisation=unknown,
                stated_as_of=DAY,
            ),
        ),
    )


async def learn(hub: Database, system: str, value: str) -> None:
    number = IdentifierRow(organisation_id=THIRD, system=system, value=value)
    async with hub.writing() as session:
        await write_rows(session, "organisation_identifier", [number], key=("system", "value"))


async def test_rows_of_an_unknown_school_come_back_when_the_register_knows_it(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    await accept(hub, [given(strange(), tmp_path)], sealer=sealer, actor="test", today=TODAY)
    await cards.add_source(hub)
    stated = [*cards.staff(2), cards.Card(number=9, school=PLANT, full_name="Выдрин Пётр Ильич")]
    await cards.run(hub, cards.whole(stated), sealer=sealer)
    waiting = await rows(hub, "select code, kind, count(*) from rejection group by 1, 2 order by 1")
    nobody = await redrive(hub, region(sealer))

    await learn(hub, "OGRN", "1020000000033")
    await learn(hub, "AIS_KADRY", "999")
    taken = await redrive(hub, region(sealer))

    assert [
        ("file.unknown_organisation", "STAFF", 1),
        ("row.unknown_organisation", "STAFF", 1),
    ] == waiting
    assert (0, 2, 0) == (nobody, taken, await redrive(hub, region(sealer)))
    assert [(0,)] == await rows(hub, "select count(*) from rejection")
    found = await rows(
        hub,
        "select p.last_name from employment e join person p on p.id = e.person_id"
        " where e.organisation_id = $1 order by 1",
        THIRD,
    )
    assert [("Барсуков",), ("Выдрин",)] == found
    lists = await rows(
        hub,
        "select l.kind, l.completeness from stated_list l join source s on s.id = l.source_id"
        " where s.kind = 'SCHOOL_FILES' and l.organisation_id = $1",
        THIRD,
    )
    assert [("STAFF", "PARTIAL")] == lists


TABLE = """Список педагогических работников МБОУ СОШ № 1 на 15.09.2026
№;ФИО;Дата рождения;Должность
1;Барсуков Илья Львович;31.02.1979;учитель
2;;01.02.1980;учитель
"""


async def test_a_row_and_a_cell_are_corrected_in_place(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    path = tmp_path / "школа.csv"
    path.write_text(TABLE, encoding="utf-8")
    await accept(hub, [Given(path=path)], sealer=sealer, actor="test", today=TODAY)
    found = await rows(hub, "select code, id from rejection")
    refused = {str(code): key for code, key in found}
    owners = await rows(hub, "select distinct organisation_id from rejection")

    with pytest.raises(NotRepairableError):
        await repair(
            hub, _id(refused["row.no_name"]), {"position": "методист"}, region(sealer), actor="t"
        )
    row = await repair(
        hub, _id(refused["row.no_name"]), {"ФИО": "Выдрин Пётр Ильич"}, region(sealer), actor="t"
    )
    wrong = await repair(
        hub,
        _id(refused["date.impossible"]),
        {"birth_date": "30.02.1979"},
        region(sealer),
        actor="t",
    )
    [(again,)] = await rows(hub, "select id from rejection")
    right = await repair(hub, _id(again), {"birth_date": "28.02.1979"}, region(sealer), actor="t")

    assert [(FIRST,)] == owners
    assert (1, (), ()) == (row.difference.people_added, row.still_wrong, right.still_wrong)
    assert 1 == len(wrong.still_wrong)
    assert [("Барсуков", date(1979, 2, 28)), ("Выдрин", date(1980, 2, 1))] == await rows(
        hub, PEOPLE
    )
    assert [(0,)] == await rows(hub, "select count(*) from rejection")
    with pytest.raises(UnknownRejectionError):
        await repair(hub, _id(again), {"birth_date": "28.02.1979"}, region(sealer), actor="t")


def _id(found: object) -> int:
    return int(str(found))
