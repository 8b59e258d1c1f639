"""A worker of the test's own over a fresh database, and what it did."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub import jobs
from hub.database import Database
from hub.seal import create_key_file
from hub.settings import Addresses, Settings
from sync.work.worker import work
from tests.rooms.work.duties_of_tests import DUTIES

CHILD = (sys.executable, str(Path(__file__).with_name("duties_of_tests.py")))
PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """A place to work: a database, a file of marks, and settings with short waits."""

    addresses: Addresses
    database: Database
    folder: Path
    settings: Settings

    @property
    def marks(self) -> list[str]:
        """Give what the duties marked, in order."""
        file = self.folder / "marks"
        return file.read_text(encoding="utf-8").split() if file.exists() else []

    async def put(self, name: str, **payload: str) -> int:
        """Put a job in."""
        async with self.database.writing() as session:
            return await jobs.enqueue(
                session, name, {"file": str(self.folder / "marks"), **payload}
            )

    async def states(self) -> list[tuple[str, str, int]]:
        """Give what stands in the queue for these workers: names, states, how often put back."""
        async with self.database.reading() as session:
            rows = await session.raw.fetch(
                "select entrypoint, status::text, attempts from jobs.pgqueuer"
                " where entrypoint = any($1) order by id",
                list(DUTIES),
            )
        return [tuple(row) for row in rows]

    @asynccontextmanager
    async def worker(self, health: Path | None = None) -> AsyncIterator[asyncio.Event]:
        """Let a worker work while the block runs; lend what stops it."""
        stop = asyncio.Event()
        working = asyncio.create_task(
            work(
                self.addresses,
                self.settings,
                stop=stop,
                health=health,
                child=CHILD,
                names=DUTIES,
            )
        )
        try:
            yield stop
        finally:
            stop.set()
            await asyncio.wait_for(working, PATIENCE_S)


@pytest.fixture
def crew(addresses: Addresses, database: Database, tmp_path: Path) -> Crew:
    create_key_file(tmp_path / "keys")
    settings = Settings(data_dir=tmp_path, silence_s=2.0, retry_s=0.1)
    return Crew(addresses=addresses, database=database, folder=tmp_path, settings=settings)


async def until(holds: Callable[[], Awaitable[bool]], patience_s: float = PATIENCE_S) -> None:
    """Wait until something holds; fails the test when it does not."""
    async with asyncio.timeout(patience_s):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.05)
