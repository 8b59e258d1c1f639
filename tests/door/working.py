"""What waits in the queue, done as the worker does it."""

import asyncio
import json

from hub import jobs
from hub.database import open_connection, open_database
from hub.settings import Addresses, Settings
from sync.work.duties import DUTIES, Bench


async def work(addresses: Addresses, settings: Settings) -> None:
    """Do every job of the queue but the counting of coverage, in order."""
    queue = await open_connection(addresses.worker)
    waiting = await queue.fetch(
        f"delete from {jobs.SCHEMA}.pgqueuer where entrypoint <> 'rollup.refresh'"
        " returning id, entrypoint, payload"
    )
    await queue.close()
    async with open_database(addresses.worker) as database:
        bench = Bench(database=database, settings=settings, stop=asyncio.Event())
        for job in sorted(waiting, key=lambda one: int(one["id"])):
            await DUTIES[job["entrypoint"]](bench, json.loads(job["payload"]))
