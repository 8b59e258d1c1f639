"""Runs that meet and runs that die: one waits or is refused, and what landed is finished later."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import asyncpg
import pytest

from hub.database import Database, open_connection
from hub.errors import ConflictError
from hub.seal import Sealer
from hub.settings import Addresses
from sync import changeset
from sync.projecting import project
from tests.rooms.sync.canonical import canonical, differences
from tests.rooms.sync.drawn import draw_files
from tests.rooms.sync.fresh import fresh_hub
from tests.rooms.sync.world import TODAY, take

pytestmark = pytest.mark.anyio
SEED = 5
# A process that accepts the drawn files page by page, and dies at a station if it is told so.
RUN = """
import asyncio, os, signal, sys
from pathlib import Path
from hub.database import open_database
from hub.seal import Sealer
from tests.rooms.sync.drawn import draw_files
from tests.rooms.sync.world import take

address, folder, seed, dies_at = sys.argv[1:]
heard = []

def progress(station, done):
    heard.append(station)
    if f"{station}:{heard.count(station)}" == dies_at:
        os.kill(os.getpid(), signal.SIGKILL)

async def main():
    async with open_database(address) as database:
        await take(database, draw_files(int(seed)), sealer=Sealer({1: bytes(range(32))}),
                   folder=Path(folder), page_rows=10, progress=progress)

asyncio.run(main())
"""
WAITING = """
select count(*) from pg_locks l join pg_class c on c.oid = l.relation
where c.relname = $1 and not l.granted
"""
LOCKED_OUT = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
SESSIONS = (
    "select count(*) from pg_stat_activity where datname = current_database()"
    " and pid <> pg_backend_pid() and backend_type = 'client backend'"
)


@pytest.fixture(autouse=True)
def _key(sealer: Sealer) -> None:
    assert sealer.hash("") == Sealer({1: bytes(range(32))}).hash("")


async def start(addresses: Addresses, folder: Path, dies_at: str = "") -> Process:
    arguments = (addresses.worker, str(folder), str(SEED), dies_at)
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", RUN, *arguments, env={"PYTHONPATH": "."}, stderr=PIPE
    )


async def until(connection: asyncpg.Connection, query: str, expected: int, *of: str) -> None:
    """Wait until a count is as expected."""
    async with asyncio.timeout(60):
        while expected != await connection.fetchval(query, *of):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)


async def finished(hub: Database, admin_url: str, sealer: Sealer, folder: Path) -> list[str]:
    """Run again, and say by what the end differs from that of a run that lived."""
    files = draw_files(SEED)
    await take(hub, files, sealer=sealer, folder=folder)
    async with fresh_hub(admin_url) as other:
        await take(other, files, sealer=sealer, folder=folder)
        return differences(await canonical(other), await canonical(hub))


@pytest.mark.parametrize("dies_at", ["landing:1", "landing:5", "facts:1", "mentorships:1"])
async def test_a_run_killed_between_two_stations_is_finished_by_the_next(
    dies_at: str,
    hub: Database,
    addresses: Addresses,
    admin_url: str,
    sealer: Sealer,
    tmp_path: Path,
) -> None:
    process = await start(addresses, tmp_path, dies_at)
    _, said = await process.communicate()
    assert -signal.SIGKILL == process.returncode, said
    watch = await open_connection(addresses.worker)
    await until(watch, f"{SESSIONS} and state = 'active'", 0)
    landed = await watch.fetchval("select count(*) from record")
    projected = await watch.fetchval("select count(*) from person")
    await watch.close()

    left = await finished(hub, admin_url, sealer, tmp_path)

    assert landed > projected == 0
    assert [] == left


@pytest.mark.parametrize("table", ["record_facts", "link", "mentorship_claim", "change"])
async def test_a_run_killed_in_the_middle_of_projecting_is_finished_by_the_next(
    table: str,
    hub: Database,
    addresses: Addresses,
    admin_url: str,
    sealer: Sealer,
    tmp_path: Path,
) -> None:
    holder = await open_connection(addresses.owner)
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute(f"lock table {table} in share mode")
    process = await start(addresses, tmp_path)
    await until(holder, WAITING, 1, table)
    process.kill()
    await process.communicate()
    await transaction.rollback()
    await until(holder, f"{SESSIONS} and application_name <> 'hub'", 0)
    projected = await holder.fetchval("select count(*) from person")
    await holder.close()

    left = await finished(hub, admin_url, sealer, tmp_path)

    assert 0 == projected
    assert [] == left


async def test_of_two_runs_at_once_the_second_is_refused(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    files = draw_files(SEED)[:3]

    async with hub.holding("source:school-files"):
        with pytest.raises(ConflictError) as refused:
            await take(hub, files, sealer=sealer, folder=tmp_path)

    assert "conflict.locked" == refused.value.reason
    accepted = await take(hub, files, sealer=sealer, folder=tmp_path)
    assert 0 < accepted.records


async def test_of_two_projections_at_once_one_waits_and_both_end_right(
    hub: Database, admin_url: str, sealer: Sealer, tmp_path: Path
) -> None:
    files = draw_files(SEED)
    await take(hub, files, sealer=sealer, folder=tmp_path)
    async with hub.writing() as session:
        numbers = [await changeset.begin(session, "SYNC", actor=f"test-{at}") for at in range(2)]
        await session.raw.execute("update record set projected_version_id = null")

    done = await asyncio.gather(
        *(project(hub, number, sealer=sealer, today=TODAY) for number in numbers)
    )

    assert [0, 0] == [one.events for one in done]
    assert 1 == sum(one.records > 0 for one in done)
    async with fresh_hub(admin_url) as other:
        await take(other, files, sealer=sealer, folder=tmp_path)
        assert [] == differences(await canonical(other), await canonical(hub))


@pytest.mark.parametrize("table", ["edge", "mentorship"])
async def test_evidence_that_lands_while_a_projection_runs_stays_pending(
    hub: Database, addresses: Addresses, admin_url: str, sealer: Sealer, tmp_path: Path, table: str
) -> None:
    files = draw_files(SEED)
    early, late = files[:12], files[12:]
    await take(hub, early, sealer=sealer, folder=tmp_path)
    async with hub.writing() as session:
        number = await changeset.begin(session, "SYNC", actor="test")
        await session.raw.execute("update record set projected_version_id = null")
    holder = await open_connection(addresses.owner)
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute(f"lock table {table} in share mode")

    projecting = asyncio.create_task(project(hub, number, sealer=sealer, today=TODAY))
    await until(holder, WAITING, 1, table)
    landing = asyncio.create_task(take(hub, late, sealer=sealer, folder=tmp_path))
    await until(holder, LOCKED_OUT, 1)
    await transaction.rollback()
    await asyncio.gather(projecting, landing)
    await holder.close()

    async with fresh_hub(admin_url) as other:
        await take(other, files, sealer=sealer, folder=tmp_path)
        assert [] == differences(await canonical(other), await canonical(hub))
