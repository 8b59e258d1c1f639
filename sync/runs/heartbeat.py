"""The pulse of a run at work: said every few seconds, whatever the source takes to answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from hub.database import Database
from hub.errors import DatabaseError
from sync.runs.run import Claim, LostRunError
from sync.runs.run import beat as beat_once

BEAT_SECONDS: Final = 10.0


@asynccontextmanager
async def beating(database: Database, claim: Claim) -> AsyncIterator[None]:
    """Say every few seconds that the run is alive, also while it waits for a slow source."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            # Whoever writes a page will hear of it as well.
            with suppress(DatabaseError, OSError, LostRunError):
                async with database.writing() as session:
                    await beat_once(session, claim)

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
