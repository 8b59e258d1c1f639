"""A process for one job, so that heavy work never keeps the worker's heartbeats waiting.

`python -m sync.child` reads one order from its standard input and writes how the job ended to its
standard output. The input stays open as long as the worker lives: its end ends the child too, so
a killed worker leaves nobody behind who writes.
"""

import asyncio
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

import structlog

from hub import log
from hub.database import open_database
from hub.settings import Settings
from sync.work.duties import DUTIES, Bench, Duty, Ended, ended_by

ORPHANED: Final = 3  # the exit code of a child whose worker is gone
POOL: Final = 4


def main(duties: Mapping[str, Duty] = DUTIES) -> None:
    """Do the job that the worker orders."""
    log.configure(as_json=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line a request, with its query
    order = json.loads(_line_of(sys.stdin.fileno()))
    threading.Thread(target=_end_with_worker, daemon=True).start()
    structlog.contextvars.bind_contextvars(job=order["name"], number=order["number"])
    ended = asyncio.run(_perform(duties[order["name"]], order["payload"]))
    json.dump(asdict(ended), sys.stdout)
    sys.stdout.flush()


async def _perform(duty: Duty, payload: Mapping[str, str]) -> Ended:
    """Do a duty; what it raises becomes the way it ended, logged by type and frames."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    settings = Settings()
    try:
        async with open_database(settings.worker_url, pool_size=POOL) as database:
            return await duty(Bench(database=database, settings=settings, stop=stop), payload)
    except Exception as error:  # noqa: BLE001 - the edge of a job: told by class, never shown raw
        ended = ended_by(error)
        structlog.get_logger().warning("job.failed", code=ended.code, exc_info=error)
        return ended


def _line_of(source: int) -> bytes:
    """Read up to the end of a line and no further: what follows is the worker's silence."""
    read = bytearray()
    while (piece := os.read(source, 1)) not in {b"", b"\n"}:
        read += piece
    return bytes(read)


def _end_with_worker() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(ORPHANED)


if __name__ == "__main__":
    main()
