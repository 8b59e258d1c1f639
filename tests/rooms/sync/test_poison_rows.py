"""Rows that PostgreSQL refuses: found by halving, set aside alone; all else lands."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import asyncpg
import numpy as np
import pytest

from hub.database import Database
from hub.records import Completeness, FileKind
from hub.seal import Sealer
from sync.evidence.poison import MOST, Parts, sound
from sync.refused.repairing import repair
from sync.region import Region
from sync.runs.run import RunState
from tests.rooms.sync import cards
from tests.rooms.sync.cards import EVERYWHERE, System, batch, staff, whole
from tests.rooms.sync.fresh import fresh_hub
from tests.rooms.sync.pushing import counter_of, partner, push, said
from tests.rooms.sync.world import FIRST, TODAY, card, handed, pair, rows, take

pytestmark = pytest.mark.anyio
ZERO = "\x00"  # JSON may hold it and PostgreSQL no text that does
REFUSED = 'select code, sheet, row, "column", organisation_id from rejection order by row'
NAMES = "select last_name from person order by sort_key"


NOT_PROCESSED = ("record.not_processed", "Лист1", 14, "full_name", FIRST)
SEEN = (
    "select p.sort_key, p.birth_date, e.organisation_id, e.position_text from person p"
    " join employment e on e.person_id = p.id order by 1, 2, 3"
)


def endless(letters: str = "абвгдежзиклмнопрстуфхцчшщэюя") -> str:
    """Give a word that fits a text and, whatever packs it, no index."""
    return "".join(Random(5).choices(letters, k=9_000)).title()  # noqa: S311 - no secret


def region(sealer: Sealer) -> Region:
    return Region(sealer=sealer, zone=ZoneInfo("Europe/Moscow"), today=TODAY)


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

    await repair(hub, int(str(number)), {"position": "учитель"}, region(sealer), actor="test")

    assert [] == await rows(hub, REFUSED)
    assert 3 == len(await rows(hub, NAMES))


async def test_a_repair_that_is_no_better_leaves_the_row_aside(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    listed = people(3)
    listed[1]["position"] = ZERO
    await take(hub, [handed(FileKind.STAFF, FIRST, TODAY, listed)], sealer=sealer, folder=tmp_path)
    ((number,),) = await rows(hub, "select id from rejection")

    done = await repair(hub, int(str(number)), {"subject": ZERO}, region(sealer), actor="test")

    assert ["«subject»" in one for one in done.still_wrong] == [True]
    assert [("row.not_storable", "Лист1", 6, "subject", FIRST)] == await rows(hub, REFUSED)


async def test_a_row_that_no_index_holds_is_as_if_it_had_not_been_given(
    hub: Database, admin_url: str, sealer: Sealer, tmp_path: Path
) -> None:
    listed = people(24)
    spoiled = [*listed[:9], card(f"{endless()} Лев Ильич", "01.02.1980"), *listed[9:]]

    done = await take(
        hub, [handed(FileKind.STAFF, FIRST, TODAY, spoiled)], sealer=sealer, folder=tmp_path
    )
    async with fresh_hub(admin_url) as other:
        without = handed(FileKind.STAFF, FIRST, TODAY, listed)
        await take(other, [without], sealer=sealer, folder=tmp_path)
        expected = await rows(other, SEEN)

    assert (24, 1) == (done.projected.people_added, done.projected.set_aside)
    assert expected == await rows(hub, SEEN)
    assert [NOT_PROCESSED] == await rows(hub, REFUSED)
    assert ["record.not_processed"] == [one.code for one in done.files[0].rejected]


async def test_a_spoiled_row_of_a_base_goes_with_whom_it_mentions(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    pairs = [pair(f"Парин{x} Лев Ильич", f"Юн{x} Пётр Ильич") for x in "абвгдежз"]
    pairs[5]["mentee_full_name"] = endless()

    done = await take(
        hub, [handed(FileKind.MENTOR_BASE, FIRST, TODAY, pairs)], sealer=sealer, folder=tmp_path
    )

    assert (14, 7, 1) == (
        len(await rows(hub, NAMES)),
        done.projected.mentorships_added,
        done.projected.set_aside,
    )
    assert 7 == len(await rows(hub, "select from mentorship_claim"))


async def test_what_a_spoiled_card_said_before_holds(hub: Database, sealer: Sealer) -> None:
    await cards.add_source(hub)
    stated = staff(20)
    await cards.run(hub, whole(stated), sealer=sealer)
    before = await rows(hub, SEEN)
    renamed = [*stated[:4], replace(stated[4], full_name=endless()), *stated[5:]]
    later = TODAY + timedelta(days=1)

    runs = [
        await cards.run(hub, whole(renamed, later), sealer=sealer, today=later) for _ in range(2)
    ]

    assert [(RunState.PARTIAL, 1)] * 2 == [(one.state, one.counts["rejected"]) for one in runs]
    assert before == await rows(hub, SEEN)
    assert 1 == len(await rows(hub, REFUSED))
    assert [] == await rows(hub, "select from record where ended_on is not null")


async def test_a_spoiled_row_is_taken_once_its_cell_is_repaired(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    listed = people(3)
    listed[1]["email"] = f"{endless('abcdefghijklmnopqrstuvwxyz')}@example.org"
    await take(hub, [handed(FileKind.STAFF, FIRST, TODAY, listed)], sealer=sealer, folder=tmp_path)
    ((number,),) = await rows(hub, "select id from rejection")

    await repair(hub, int(str(number)), {"email": "lev@example.org"}, region(sealer), actor="test")

    assert [] == await rows(hub, REFUSED)
    assert 3 == len(await rows(hub, NAMES))


async def test_one_pushed_card_that_cannot_be_stored_is_refused_alone(
    hub: Database, sealer: Sealer
) -> None:
    items = [
        said(str(n), 0, at=FIRST, who={"last_name": f"Картин{x}", "first_name": "Лев"})
        for n, x in enumerate("абвгдежз")
    ]
    items[3] = said("3", 0, at=FIRST, who={"last_name": "Картин\x00", "first_name": "Лев"})

    answers = await push(counter_of(hub, sealer), await partner(hub), items)

    assert ["3"] == [one["externalId"] for one in answers if one["status"] == "REFUSED"]
    assert ["push.not_storable"] == [one["code"] for one in answers[3]["errors"]]
    assert 7 == sum(one["status"] == "APPLIED" for one in answers)
    assert 7 == len(await rows(hub, NAMES))


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
