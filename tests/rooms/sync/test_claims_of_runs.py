"""Only the last process that took a run up writes for it; what a run does is in its log."""

import asyncio
from uuid import UUID

import pytest

from hub.database import Database, lock_key
from hub.seal import Sealer
from sync.runs import run as runs
from sync.runs.log import Event, Level, read_events
from sync.runs.run import LostRunError, Mode, RunState
from tests.rooms.sync import cards
from tests.rooms.sync.canonical import checksums
from tests.rooms.sync.cards import staff, whole
from tests.rooms.sync.world import rows

pytestmark = pytest.mark.anyio


async def asked(hub: Database) -> UUID:
    async with hub.writing() as session:
        return await runs.request(session, cards.CODE, mode=Mode.FULL, actor="test")


async def events(hub: Database, run_id: UUID) -> list[Event]:
    async with hub.reading() as session:
        return await read_events(session, run_id)


async def free(hub: Database) -> None:
    """Break the connection that holds the source, as a network does; the reader does not notice."""
    key = lock_key(f"source:{cards.CODE}") % 2**64
    async with hub.writing() as session:
        await session.raw.execute(
            "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'"
            " and classid::bigint = $1 and objid::bigint = $2 and pid <> pg_backend_pid()",
            key >> 32,
            key % 2**32,
        )


async def test_a_run_that_another_process_took_up_writes_no_more(
    hub: Database, sealer: Sealer
) -> None:
    await cards.add_source(hub)
    run_id = await asked(hub)
    source = cards.Waits(whole(staff(30)), before=6)
    first = asyncio.create_task(cards.run(hub, source, sealer=sealer, run_id=run_id))
    await asyncio.to_thread(source.reached.wait)
    await free(hub)

    second = await cards.run(hub, whole(staff(30)), sealer=sealer, run_id=run_id)
    before = await checksums(hub)
    source.go_on.set()
    with pytest.raises(LostRunError):
        await first

    assert RunState.SUCCEEDED == second.state
    assert before == await checksums(hub)
    assert [(30,)] == await rows(hub, "select count(*) from person")
    assert [("SUCCEEDED", 2)] == await rows(hub, "select state, claim from sync_run")


async def test_what_a_run_does_is_in_its_log_page_by_page(hub: Database, sealer: Sealer) -> None:
    await cards.add_source(hub)
    run_id = await asked(hub)

    run = await cards.run(hub, whole(staff(9)), sealer=sealer, run_id=run_id)

    found = await events(hub, run_id)
    codes = [event.code for event in found]
    assert ("run.begun", "run.ended") == (codes[0], codes[-1])
    assert {"page.landed"} == set(codes[1:-1])
    assert 9 == found[-2].counts["rows"]
    assert dict(run.counts) == dict(found[-1].counts)
    assert found == sorted(found, key=lambda event: event.at)


async def test_a_failure_is_the_last_line_and_an_attempt_after_it_keeps_the_lines(
    hub: Database, sealer: Sealer
) -> None:
    await cards.add_source(hub)
    run_id = await asked(hub)
    source = whole(staff(9))

    await cards.run(hub, cards.BreaksOff(source, 3), sealer=sealer, run_id=run_id)
    failed = (await events(hub, run_id))[-1]
    await cards.run(hub, source, sealer=sealer, run_id=run_id)

    codes = [event.code for event in await events(hub, run_id)]
    assert (Level.ERROR, "source.timed_out") == (failed.level, failed.code)
    assert ["run.begun", "run.begun"] == [code for code in codes if code == "run.begun"]
    assert ("source.timed_out" in codes, "run.ended") == (True, codes[-1])
