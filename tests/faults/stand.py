"""A hub, a source over HTTP and workers as processes of their own; faults happen in between."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

from hub.database import open_connection, open_database
from hub.demo.kadry_server import LOGIN, SECRET, KadryServer, Quirk
from hub.demo.loading import load_registry
from hub.demo.region import Region, make_region
from hub.settings import Addresses
from sync.runs.run import Mode, Run, read_run
from sync.work.asking import ask
from sync.work.sources import SourceManifest, keep_source
from tests.day import region_day
from tests.journeys.conftest import variables_of
from tests.journeys.region import write_keys
from tests.rooms.sync.canonical import Line, canonical

CHECKOUT: Final = Path(__file__).resolve().parents[2]
WORKER: Final = (sys.executable, "-m", "hub", "worker")
DYING_WORKER: Final = (sys.executable, str(Path(__file__).with_name("dying.py")))
CODE: Final = "kadry"
PATIENCE_S: Final = 120.0
SILENCE_S: Final = 2.0
UNDER_WAY: Final = frozenset({"QUEUED", "RUNNING"})
State = dict[str, list[Line]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What the source gave away against what the hub holds."""

    acknowledged: int
    lost: int
    doubled: int


@dataclass(slots=True, kw_only=True)
class Stand:
    """A hub that knows a register and one source; `addresses` lead to it as its workers go."""

    addresses: Addresses
    folder: Path
    server: KadryServer
    variables: dict[str, str]
    workers: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def ask(self, mode: Mode = Mode.FULL) -> UUID:
        """Put a run into the queue."""

        async def asked() -> UUID:
            async with (
                open_database(self.addresses.worker, pool_size=1) as database,
                database.writing() as session,
            ):
                return await ask(session, CODE, mode=mode, actor="faults")

        return asyncio.run(asked())

    def worker(self, *command: str, **variables: str) -> "subprocess.Popen[bytes]":
        """Start a worker; its log goes to a file of the stand."""
        number = len(self.workers)
        with (self.folder / f"worker-{number}.log").open("wb") as log:
            process = subprocess.Popen(
                command or WORKER,
                cwd=CHECKOUT,
                env={**self.variables, **variables},
                stdout=log,
                stderr=log,
            )
        self.workers.append(process)
        return process

    def run(self, run_id: UUID) -> Run:
        """Read how a run is."""

        async def read() -> Run | None:
            async with open_database(self.addresses.worker, pool_size=1) as database:
                return await read_run(database, run_id)

        found = asyncio.run(read())
        if found is None:
            raise LookupError(run_id)
        return found

    def rested(self, run_id: UUID) -> Run:
        """Wait until a run rests."""
        return until(lambda: found if (found := self.run(run_id)).state not in UNDER_WAY else None)

    def settled(self, run_id: UUID) -> Run:
        """Wait until a run rests and its job has left the queue or is held."""
        until(lambda: self.run(run_id) if not asyncio.run(self._open_jobs()) else None)
        return self.rested(run_id)

    async def _open_jobs(self) -> int:
        connection = await open_connection(self.addresses.worker)
        try:
            count: int = await connection.fetchval(
                "select count(*) from jobs.pgqueuer where entrypoint = 'sync.run'"
                " and status in ('queued', 'picked')"
            )
            return count
        finally:
            await connection.close()

    def happened(self) -> None:
        """Wait until a worker that is to die or stand still has come to its station."""
        deadline = time.monotonic() + PATIENCE_S
        while not (self.folder / "happened").exists():
            if time.monotonic() > deadline:
                raise TimeoutError("the station was not reached")
            time.sleep(0.05)

    def state(self) -> State:
        """Say what the hub knows, without ids."""

        async def said() -> State:
            async with open_database(self.addresses.worker) as database:
                return await canonical(database)

        return asyncio.run(said())

    def seen(self) -> list[tuple[object, ...]]:
        """Say who works where and who mentors whom, whenever that was said."""

        async def said() -> list[tuple[object, ...]]:
            connection = await open_connection(self.addresses.worker)
            try:
                return [tuple(row) for row in await connection.fetch(SEEN)]
            finally:
                await connection.close()

        return asyncio.run(said())

    def ledger(self) -> Ledger:
        """Compare what the source holds with the records that stand."""
        given = [
            *(("STAFF", str(one["id"])) for one in self.server.streams["staff"]),
            *(("PAIR", str(one["id"])) for one in self.server.streams["pairs"]),
        ]
        kept = asyncio.run(self._kept())
        return Ledger(
            acknowledged=len(given),
            lost=sum(one not in kept for one in given),
            doubled=sum(times - 1 for times in kept.values()),
        )

    async def _kept(self) -> dict[tuple[str, str], int]:
        """Count the records that stand by kind and number in their system."""
        connection = await open_connection(self.addresses.worker)
        try:
            rows = await connection.fetch(KEPT)
        finally:
            await connection.close()
        return {("STAFF" if row[0] == "STAFF" else "PAIR", row[1]): row[2] for row in rows}

    def stop(self) -> None:
        """End every worker that still runs."""
        for process in self.workers:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()


KEPT: Final = """
select r.kind, v.stated_id, count(distinct r.id)
from record r join record_version v on v.id = r.current_version_id
where v.part = 0 and v.stated_id <> '' and r.ended_on is null
group by 1, 2
"""


SEEN: Final = """
select p.last_name, p.first_name, p.birth_date, e.organisation_id, e.position_text, e.ends
from employment e join person p on p.id = e.person_id
union all
select p.last_name, p.first_name, p.birth_date, null, t.status, t.ends
from mentorship t join mentorship_member m on m.mentorship_id = t.id
join person p on p.id = m.person_id
order by 1, 2, 3, 4, 5, 6
"""


Found = TypeVar("Found")


def until(found: Callable[[], Found | None], patience_s: float = PATIENCE_S) -> Found:
    """Look until something is found; fails the test when it never is."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if (answer := found()) is not None:
            return answer
        time.sleep(0.25)
    raise TimeoutError("nothing was found in time")


async def asked(url: str, statement: str) -> None:
    """Have a statement done outside every transaction."""
    connection = await open_connection(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def make(people: int = 1_000) -> Region:
    """Make the region of these tests as of today."""
    return make_region(people=people, seed=2026, today=region_day())


@contextmanager
def standing(
    addresses: Addresses, url: str, server: KadryServer, folder: Path, **settings: object
) -> Iterator[Stand]:
    """Give a hub the register and the source; end its workers afterwards."""
    write_keys(folder)
    (folder / "kadry_secret").write_text(SECRET)
    asyncio.run(_prepare(addresses, server.region, url, settings))
    variables = variables_of(addresses, folder) | {
        "HUB_SECRETS_DIR": str(folder),
        "HUB_SILENCE_S": str(SILENCE_S),
        "HUB_RETRY_S": "0.5",
        "HUB_PAGE_ROWS": "40",
        "PYTHONPATH": str(CHECKOUT),
    }
    stand = Stand(addresses=addresses, folder=folder, server=server, variables=variables)
    try:
        yield stand
    finally:
        stand.stop()


async def _prepare(
    addresses: Addresses, region: Region, url: str, settings: dict[str, object]
) -> None:
    manifest = SourceManifest(
        code=CODE,
        kind="KADRY",
        title="Кадры",
        secret_name="kadry_secret",  # noqa: S106 - the name of a file
        settings={
            "base_url": url,
            "login": LOGIN,
            "token_path": "token",
            "page_size": 20,
            "retry_wait_s": 0.05,
            **settings,
        },
    )
    async with open_database(addresses.worker) as database:
        await load_registry(database, region.registry)
        async with database.writing() as session:
            await keep_source(session, manifest)


def plain_server(region: Region, *quirks: Quirk) -> KadryServer:
    """Imitate the system over a region, with no other quirks than these."""
    return KadryServer(region=region, quirks=frozenset(quirks))
