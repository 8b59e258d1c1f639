"""Changed ranks are obeyed by a worker without anybody's asking; a description told again is nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import pytest

from hub.database import Database
from hub.records import FileKind
from hub.row_keys import FILES
from hub.seal import Sealer
from hub.settings import Addresses, Settings
from sync.runs.run import RunState
from sync.work.sources import Kept
from tests.door.over_http import KEYS
from tests.door.working import work
from tests.rooms.sync import cards
from tests.rooms.sync.ranked import (
    APART,
    NEWER,
    NEWEST,
    OF_SYSTEM,
    OLDER,
    both_state,
    describe,
    rank,
    school_states,
    stands,
    system_states,
)
from tests.rooms.sync.world import TODAY, rows
from tests.rooms.work.conftest import until

pytestmark = pytest.mark.anyio
ASKED: Final = """
delete from jobs.pgqueuer where entrypoint <> 'rollup.refresh' returning entrypoint
"""
CHANGES: Final = """
select state, actor, summary ->> 'people_changed', summary ->> 'events'
from changeset where kind = 'RANKS'
"""
# Of the source's row, and of what stands about people, which transaction wrote it.
WRITTEN: Final = """
select xmin::text from source union all select xmin::text from person
union all select xmin::text from person_field
"""
NEWS: Final = "select count(*) from record where current_version_id <> standing_version_id"
PassOfWorker = Callable[[], Awaitable[None]]


@pytest.fixture
def works(addresses: Addresses, tmp_path: Path) -> PassOfWorker:
    """Do what waits in the queue."""
    keys = tmp_path / "keys"
    keys.write_text(KEYS, encoding="utf-8")
    settings = Settings(data_dir=tmp_path, key_file=keys, region_time_zone="Europe/Samara")

    async def passed() -> None:
        await work(addresses, settings)

    return passed


async def asked(hub: Database) -> set[object]:
    """Take what waits in the queue out of it, and name it."""
    async with hub.writing() as session:
        return {row["entrypoint"] for row in await session.raw.fetch(ASKED)}


async def has_news(hub: Database) -> bool:
    return [(1,)] == await rows(hub, NEWS)


async def test_a_worker_obeys_changed_ranks_with_nobody_asking(
    hub: Database, sealer: Sealer, works: PassOfWorker, tmp_path: Path
) -> None:
    await both_state(hub, sealer, tmp_path)
    before = await stands(hub)

    kept = await rank(hub, FILES, birth_date=1)
    unseen = await stands(hub)
    await works()

    assert (NEWEST, NEWEST, Kept.CHANGED) == (before, unseen, kept)
    assert {**APART, "last_name": NEWEST["last_name"]} == await stands(hub)
    assert [(1979,)] == await rows(hub, "select birth_year from person where last_name = 'Вербина'")
    assert [("APPLIED", "source add", "1", "1")] == await rows(hub, CHANGES)


async def test_the_same_description_again_writes_nothing_and_asks_for_nothing(
    hub: Database, sealer: Sealer, works: PassOfWorker, tmp_path: Path
) -> None:
    await both_state(hub, sealer, tmp_path)
    await rank(hub, FILES, birth_date=1)
    await works()
    before = await rows(hub, WRITTEN)

    kept = await rank(hub, FILES, birth_date=1)

    assert Kept.SAME == kept
    assert set() == await asked(hub)
    assert before == await rows(hub, WRITTEN)


async def test_only_ranks_that_concern_somebody_are_asked_to_be_obeyed(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    await cards.add_source(hub)
    await school_states(hub, sealer, tmp_path)
    await asked(hub)

    alone = await rank(hub, FILES, last_name=1)
    of_nobody = await asked(hub)
    await system_states(hub, sealer)
    await asked(hub)
    renamed = await describe(hub, FILES, {"last_name": 1}, "Файлы школ")
    of_title = await asked(hub)
    await describe(hub, FILES, {"last_name": 2}, "Файлы школ")

    assert (Kept.CHANGED, Kept.CHANGED) == (alone, renamed)
    assert "ranks.obey" not in of_nobody | of_title
    assert "ranks.obey" in await asked(hub)


async def test_whom_another_projection_has_chosen_anew_no_worker_chooses_again(
    hub: Database, sealer: Sealer, works: PassOfWorker, tmp_path: Path
) -> None:
    await both_state(hub, sealer, tmp_path)
    await rank(hub, FILES, birth_date=1)
    await cards.run(hub, cards.changes(cards.staff(1)[0]), sealer=sealer)

    await works()

    assert APART["birth_date"] == (await stands(hub))["birth_date"]
    assert [] == await rows(hub, CHANGES)


async def test_whom_a_run_under_way_has_news_of_is_chosen_anew_by_that_run(
    hub: Database, sealer: Sealer, works: PassOfWorker, tmp_path: Path
) -> None:
    await both_state(hub, sealer, tmp_path)
    news = {**OF_SYSTEM, "birth_date": "06.03.1980"}
    told = cards.batch(FileKind.STAFF, [news], TODAY)
    others = [cards.page([one]) for one in cards.staff(2)]
    source = cards.Waits(cards.System([told, *others]), before=4)
    reading = asyncio.create_task(cards.run(hub, source, sealer=sealer))
    await until(lambda: has_news(hub))

    await rank(hub, cards.CODE, birth_date=1)
    await works()
    meanwhile = await stands(hub)
    source.go_on.set()
    run = await reading

    assert (NEWEST, []) == (meanwhile, await rows(hub, CHANGES))
    assert RunState.SUCCEEDED == run.state
    assert ["1980-03-06", "SOURCE_RANK", cards.CODE] == (await stands(hub))["birth_date"]


async def test_what_the_brake_holds_is_chosen_anew_as_it_stands(
    hub: Database, sealer: Sealer, works: PassOfWorker, tmp_path: Path
) -> None:
    """Every card of the system becomes somebody else: that is held, and what it said before stands."""
    others = [one.row() for one in cards.staff(11, first=40)]
    own = [one.row() for one in cards.staff(10, first=10)]
    numbers = [OF_SYSTEM["external_id"], *(row["external_id"] for row in own)]
    reused = [{**row, "external_id": number} for row, number in zip(others, numbers, strict=True)]
    await both_state(hub, sealer, tmp_path)
    await rank(hub, FILES, birth_date=2)
    for stated, day in ((own, OLDER), (reused, NEWER)):
        batch = cards.batch(FileKind.STAFF, stated, day)
        run = await cards.run(hub, cards.System([batch]), sealer=sealer)
    held = await stands(hub)

    await rank(hub, cards.CODE, birth_date=1)
    await works()

    assert RunState.WAITING == run.state
    assert ["1979-03-05", "SOURCE_RANK", FILES] == held["birth_date"]
    assert ["1980-03-05", "SOURCE_RANK", cards.CODE] == (await stands(hub))["birth_date"]
