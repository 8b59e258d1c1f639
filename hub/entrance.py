"""The entrance of the web process: who presents a credential, and what is noted of it.

One object a process. What it notes is kept in memory for a moment and written in batches by
`keeping`, so that a read costs no write.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import structlog

from hub.access import Viewer
from hub.credentials import authenticate
from hub.uses import Uses

FLUSH_S: Final = 1.0
_log = structlog.get_logger()


class Entrance:
    """Checks credentials through the reading pool; notes their use through the noting one."""

    def __init__(self, *, reader: asyncpg.Pool, notes: asyncpg.Pool, zone: ZoneInfo) -> None:
        self._reader = reader
        self._zone = zone
        self._uses = Uses(notes)

    async def viewer(self, presented: str, scope: UUID | None) -> Viewer:
        """Return the viewer behind a credential; raises AccessError with the reason."""
        today = datetime.now(self._zone).date()
        viewer = await authenticate(self._reader, presented, scope, today=today)
        self._uses.note(viewer.credential)
        return viewer

    async def flush(self) -> None:
        """Write what was noted since the last time."""
        await self._uses.flush()


@asynccontextmanager
async def keeping(entrance: Entrance) -> AsyncIterator[None]:
    """Write what the entrance notes every second, and once more at the end."""
    task = asyncio.create_task(_keep(entrance))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await _flushed(entrance)


async def _keep(entrance: Entrance) -> None:
    while True:
        await asyncio.sleep(FLUSH_S)
        await _flushed(entrance)


async def _flushed(entrance: Entrance) -> None:
    try:
        await entrance.flush()
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        _log.warning("notes.kept_back", error=type(error).__name__)
