"""Rows that PostgreSQL refuses: found by halving, set aside alone; all else lands."""

from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg
import numpy as np
import pytest

from hub.database import Database
from hub.records import Completeness, FileKind
from hub.seal import Sealer
from sync.evidence.poison import MOST, Parts, sound
from sync.redriving import repair
from sync.region import Region
from sync.runs.run import RunState
from tests.rooms.sync import cards
from tests.rooms.sync.cards import EVERYWHERE, System, batch, staff
from tests.rooms.sync.world import FIRST, TODAY, card, handed, pair, rows, take

pytestmark = pytest.mark.anyio
ZERO = "\x00"  # JSON may hold it and PostgreSQL no text that does
REFUSED = 'select code, sheet, row, "column", organisation_id from rejection order by row'
NAMES = "select last_name from person order by sort_key"


def people(count: int) -> list[dict[str, str]]:
    return [
        card(f"Строкин{'абвгдежзик'[n % 10]}{'лмнопрстуф'[n // 10]} Лев Ильич")
        for n in range(count)
    ]


async def test_a_refused_row_of_a_file_stands_alone_in_quarantine(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    listed = people(64)
    listed[40]["position"] = f"учи{ZERO}тель"

    done = await take(
        hub, [handed(FileKind.STAFF, FIRST, TODAY, listed)], sealer=sealer, folder=tmp_path
    )

    assert (63, 63) == (done.records, done.projected.people_added)
    assert [("row.not_storable", "Лист1", 45, "position", FIRST)] == await rows(hub, REFUSED)
    (said,) = done.files[0].rejected
    assert "«position»" in said.message


async def test_a_refused_row_of_a_base_takes_whom_it_mentions_along(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    pairs = [pair(f"Парин{x} Лев Ильич", f"Юн{x} Пётр Ильич") for x in "абвгдежз"]
    pairs[5]["mentee_position"] = f"педа{ZERO}гог"

    done = await take(
        hub, [handed(FileKind.MENTOR_BASE, FIRST, TODAY, pairs)], sealer=sealer, folder=tmp_path
    )

    assert (14, 7) == (done.records, done.projected.mentorships_added)
    assert [("row.not_storable", "Лист1", 10, "mentee_position", FIRST)] == await rows(hub, REFUSED)


async def test_a_full_list_with_a_refused_row_ends_nobody(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    listed = people(8)
    first = handed(FileKind.STAFF, FIRST, TODAY, listed, completeness=Completeness.FULL)
    await take(hub, [first], sealer=sealer, folder=tmp_path)
    again = [*listed[:7], {**listed[7], "position": ZERO}]
    later = TODAY.replace(day=TODAY.day + 1)

    second = handed(FileKind.STAFF, FIRST, later, again, completeness=Completeness.FULL)
    await take(hub, [second], sealer=sealer, folder=tmp_path)

    assert [(0,)] == await rows(hub, "select count(*) from record where ended_on is not null")


async def test_a_refused_row_of_a_system_leaves_its_page_and_is_told_once(
    hub: Database, sealer: Sealer
) -> None:
    await cards.add_source(hub)
    stated = [dict(one.row()) for one in staff(50)]
    stated[17]["full_name"] = f"Карточ{ZERO}кин Лев Ильич"
    system = System([batch(FileKind.STAFF, stated)], EVERYWHERE)

    first = await cards.run(hub, system, sealer=sealer)
    again = await cards.run(hub, system, sealer=sealer)

    assert (RunState.PARTIAL, 49, 1) == (
        first.state,
        first.counts["records"],
        first.counts["rejected"],
    )
    assert (RunState.PARTIAL, 0) == (again.state, again.counts["versions"])
    assert [("row.not_storable", "staff", 18, "full_name", FIRST)] == await rows(hub, REFUSED)
    assert [(0,)] == await rows(hub, "select count(*) from stated_list where completeness = 'FULL'")


async def test_a_refused_row_is_taken_once_its_cell_is_repaired(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    listed = people(3)
    listed[1]["position"] = ZERO
    await take(hub, [handed(FileKind.STAFF, FIRST, TODAY, listed)], sealer=sealer, folder=tmp_path)
    ((number,),) = await rows(hub, "select id from rejection")

    region = Region(sealer=sealer, zone=ZoneInfo("Europe/Moscow"), today=TODAY)
    await repair(hub, int(str(number)), {"position": "учитель"}, region, actor="test")

    assert [] == await rows(hub, REFUSED)
    assert 3 == len(await rows(hub, NAMES))


async def test_one_refused_part_costs_twice_the_logarithm(hub: Database) -> None:
    tried: list[int] = []

    async with hub.writing() as session:

        async def act(parts: Parts) -> int:
            tried.append(len(parts))
            await session.raw.execute("select 1 / $1::int", int((parts != 700).all()))
            return len(parts)

        answers, failed = await sound(session, np.arange(1024), act)

    assert 1023 == sum(answers)
    assert [700] == [part for part, _ in failed]
    assert 1 + 2 * 10 == len(tried)


async def test_where_everything_is_refused_it_is_no_matter_of_rows(hub: Database) -> None:
    tried: list[int] = []

    async with hub.writing() as session:

        async def act(parts: Parts) -> None:
            tried.append(len(parts))
            await session.raw.execute("select 1 / 0")

        with pytest.raises(asyncpg.DivisionByZeroError):
            await sound(session, np.arange(10_000), act)

    assert 4 * MOST > len(tried)
