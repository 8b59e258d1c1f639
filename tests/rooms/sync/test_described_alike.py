"""Who mentors very many is one person: blocks count how people are described, not how often."""

from datetime import date
from importlib import import_module
from pathlib import Path

import pytest

from hub.database import Database
from hub.records import FileKind
from hub.seal import Sealer
from sync.matching.blocks import each_its_own
from sync.people import match
from tests.rooms.sync.canonical import differences
from tests.rooms.sync.conftest import TakeIn
from tests.rooms.sync.fresh import fresh_hub
from tests.rooms.sync.test_order import ends_in
from tests.rooms.sync.world import FIRST, SECOND, Handed, card, handed, pair, rows, take

pytestmark = pytest.mark.anyio
DAY = date(2025, 9, 15)
MENTOR, PLANT = "Мерянинов Олег Львович", "ООО «Маяк»"
PAIRS = 131


def bases(pairs: int, *, dated: int) -> list[Handed]:
    """Make the bases of two schools that name one partner's mentor; some rows state his birth."""
    told = [
        pair(MENTOR, f"Барсоватов {name} Фомич", mentor_organization=PLANT) for name in names(pairs)
    ]
    born = [{**row, "mentor_birth_date": "05.03.1979"} for row in told[:dated]]
    return [
        handed(FileKind.MENTOR_BASE, FIRST, DAY, told),
        handed(FileKind.MENTEE_BASE, FIRST, DAY, told),
        handed(FileKind.MENTOR_BASE, SECOND, DAY, born),
    ]


def names(count: int) -> list[str]:
    """Make given names that differ by more than a slip."""
    syllables = ["ба", "ве", "ги", "до", "жу", "зя", "кэ", "лю", "мо", "не", "пы", "ра"]
    return [f"{one}{other}н".capitalize() for one in syllables for other in syllables][:count]


async def test_a_mentor_of_131_pairs_is_one_person(hub: Database, take_in: TakeIn) -> None:
    await take_in(*bases(PAIRS, dated=12))

    assert [(2 * PAIRS + 12, 1)] == await rows(hub, RECORDS_AND_PEOPLE)


async def test_whoever_was_taken_for_two_is_one_after_the_next_run(
    hub: Database, take_in: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as formerly:
        formerly.setattr(match, "describing", lambda _facts: each_its_own)
        await take_in(*bases(PAIRS, dated=12))
    assert [(2 * PAIRS + 12, 2)] == await rows(hub, RECORDS_AND_PEOPLE)

    async with hub.writing() as session:
        await session.raw.execute(COMPARED_OTHERWISE)
    await take_in(handed(FileKind.STAFF, SECOND, DAY, [card("Лукоянцев Пётр Ильич")]))

    assert [(2 * PAIRS + 12, 1)] == await rows(hub, RECORDS_AND_PEOPLE)


RECORDS_AND_PEOPLE = """
select count(*), count(distinct l.person_id)
from record_facts f join link l using (record_id) where f.last_name = 'Мерянинов'
"""
COMPARED_OTHERWISE = import_module("migrations.versions.0028_alike").COMPARED_OTHERWISE


async def test_so_he_is_in_whatever_order_his_pairs_come(
    admin_url: str, sealer: Sealer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(match, "BLOCK_CAP", 8)
    files = bases(6, dated=4)
    whole = await ends_in(admin_url, [files], sealer=sealer, folder=tmp_path)

    cut = await ends_in(admin_url, [[file] for file in files], sealer=sealer, folder=tmp_path)

    assert [] == differences(whole, cut)


async def test_who_stands_for_many_may_come_to_say_something_else(
    admin_url: str, sealer: Sealer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(match, "BLOCK_CAP", 8)
    base, *_ = bases(9, dated=0)
    async with fresh_hub(admin_url) as database:
        await take(database, [base], sealer=sealer, folder=tmp_path)
        ((mentee, beside),) = await rows(database, LEADING)
    told = pair(MENTOR, f"Барсоватов {mentee} Фомич", mentor_organization=PLANT)
    reached = {**told, "mentor_phone": "89271234567"}
    later = handed(FileKind.MENTOR_BASE, FIRST, DAY.replace(day=20), [reached])
    whole = await ends_in(admin_url, [[base, later]], sealer=sealer, folder=tmp_path)

    cut = await ends_in(admin_url, [[base], [later]], sealer=sealer, folder=tmp_path)

    assert 8 == beside
    assert [] == differences(whole, cut)


# With whose card all others of the mentor are compared.
LEADING = """
select m.first_name, count(*)
from mentorship_claim c
join record_facts m on m.record_id = c.mentee_record_id
join edge e on c.mentor_record_id in (e.record_a, e.record_b)
group by c.id, m.first_name order by 2 desc limit 1
"""
