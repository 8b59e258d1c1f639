"""Refused rows taken after all: the register or the mapping learns, a person corrects a row."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.database import Database
from hub.demo.registry import IdentifierRow
from hub.records import Batch, Completeness, FileKind, OrganisationMention
from hub.row_keys import FILES
from hub.seal import Sealer
from sync.evidence.contract import FieldType, Otherwise, Promise
from sync.intake import Given, accept, check
from sync.refused.redriving import redrive
from sync.refused.repairing import NotRepairableError, UnknownRejectionError, repair
from sync.region import Region
from sync.registry import write_rows
from sync.runs.run import Mode
from sync.work.sources import SourceManifest, keep_source
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


async def promise(hub: Database, code: str, **contract: Promise) -> None:
    kind = "SCHOOL_FILES" if code == FILES else "KADRY"
    manifest = SourceManifest(code=code, kind=kind, title="Источник", contract=contract)
    async with hub.writing() as session:
        await keep_source(session, manifest)


STRICT = Promise(required=True, type=FieldType.DATE, kinds=(FileKind.STAFF,))
BORN = """Список педагогических работников МБОУ СОШ № 1 на 15.09.2026
№;ФИО;Дата рождения;Должность
1;Барсуков Илья Львович;05.03.1979;учитель
2;Выдрин Пётр Ильич;;учитель
"""
PUPILS = """Список обучающихся МБОУ СОШ № 1 на 15.09.2026
№;ФИО;Дата рождения;Класс
1;Зорин Глеб Ильич;;5 А
"""


async def test_a_schools_row_that_breaks_the_contract_waits_for_another_contract(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    await promise(hub, FILES, birth_date=STRICT)
    paths = [tmp_path / name for name in ("работники.csv", "дети.csv")]
    for path, text in zip(paths, (BORN, PUPILS), strict=True):
        path.write_text(text, encoding="utf-8")
    files = [Given(path=path, completeness=Completeness.FULL) for path in paths]

    accepted = await accept(hub, files, sealer=sealer, actor="test", today=TODAY)
    waiting = await redrive(hub, region(sealer))
    lists = await rows(hub, "select kind, completeness from stated_list order by 1")
    await promise(hub, FILES, birth_date=STRICT.model_copy(update={"required": False}))
    taken = await redrive(hub, region(sealer))

    assert [["row.contract"], []] == [[one.code for one in f.rejected] for f in accepted.files]
    assert [("PUPILS", "FULL"), ("STAFF", "PARTIAL")] == lists
    assert (0, 1, 0) == (waiting, taken, await redrive(hub, region(sealer)))
    assert [("Барсуков",), ("Выдрин",), ("Зорин",)] == await rows(
        hub, "select last_name from person order by 1"
    )
    assert [(0,)] == await rows(hub, "select count(*) from rejection")


async def test_a_table_that_breaks_a_contract_may_be_refused_whole(
    hub: Database, tmp_path: Path
) -> None:
    await promise(hub, FILES, birth_date=STRICT.model_copy(update={"otherwise": Otherwise.REFUSE}))
    path = tmp_path / "работники.csv"
    path.write_text(BORN, encoding="utf-8")

    [seen] = await check(hub, [Given(path=path)], today=TODAY)
    await promise(hub, FILES)
    [after] = await check(hub, [Given(path=path)], today=TODAY)

    assert (0, ["file.contract"]) == (seen.rows, [one.code for one in seen.rejected])
    assert (2, ()) == (after.rows, after.rejected)


async def test_another_mapping_of_a_system_reads_it_anew_and_takes_what_was_refused(
    hub: Database, sealer: Sealer
) -> None:
    await cards.add_source(hub)
    stated = cards.staff(3)
    nameless = replace(stated[2], full_name="")
    await promise(hub, cards.CODE, full_name=Promise(required=True))
    await cards.run(hub, cards.whole([*stated[:2], nameless]), sealer=sealer)
    refused = await rows(hub, "select code, stated_id from rejection")
    before = await rows(hub, "select cursor is null from source where code = $1", cards.CODE)

    async with hub.writing() as session:
        manifest = SourceManifest(
            code=cards.CODE,
            kind="KADRY",
            title="Система",
            settings={"fields": {"full_name": "name"}},
        )
        await keep_source(session, manifest)
    after = await rows(hub, "select cursor is null from source where code = $1", cards.CODE)
    await cards.run(hub, cards.whole(stated), sealer=sealer, mode=Mode.CHANGES)

    assert [("row.contract", nameless.number)] == [(code, int(str(n))) for code, n in refused]
    assert ([(False,)], [(True,)]) == (before, after)
    assert [(0,)] == await rows(hub, "select count(*) from rejection")
    assert [(3,)] == await rows(hub, "select count(*) from person")
