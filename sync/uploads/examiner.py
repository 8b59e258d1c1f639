"""Files looked at in processes of their own: the web answers others while a workbook is parsed.

A hostile file costs its process memory or time, never the web's.
"""

import asyncio
import os
import resource
import signal
import threading
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from datetime import date
from multiprocessing import get_context, parent_process
from pathlib import Path
from types import FrameType
from typing import Any, Final  # a report as JSON
from uuid import UUID

from hub.errors import HubError

AT_ONCE: Final = 2
SECONDS: Final = 60
MOST_MEMORY: Final = 3 << 30  # addresses, of which a process uses a small part
RENEWED_AFTER: Final = 100  # files; what a parser leaks goes with its process
Json = Any


class TooHardError(HubError):
    """Файл не удалось разобрать за отведённое время. Разделите его или сохраните как CSV."""

    code = "import.too_hard"


class Examiner:
    """The processes that look at files; they start with the first file."""

    def __init__(self, address: str, keys: Path) -> None:
        self._address = address
        self._keys = keys
        self._pool = self._begun()

    async def look(self, given: Mapping[str, Json], *, owner: UUID, today: date) -> Json:
        """Say what a file given on behalf of an organisation holds; writes nothing.

        `given` are the arguments of `sync.files.reading.Given`. Raises TooHardError for a file that
        takes too long or too much.
        """
        loop = asyncio.get_running_loop()
        pool = self._pool
        try:
            return await loop.run_in_executor(
                pool, _look, self._address, self._keys, dict(given), owner, today
            )
        except (TimeoutError, MemoryError, BrokenProcessPool) as error:
            if isinstance(error, BrokenProcessPool) and pool is self._pool:
                self._pool = self._begun()
            raise TooHardError from error

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _begun(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            AT_ONCE,
            mp_context=get_context("spawn"),
            initializer=_limit,
            max_tasks_per_child=RENEWED_AFTER,
        )


def _limit() -> None:
    """Bound a process that is about to open what somebody sent."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = MOST_MEMORY if hard == resource.RLIM_INFINITY else min(MOST_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, _out_of_time)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(0)


def _out_of_time(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def _look(address: str, keys: Path, given: dict[str, Json], owner: UUID, today: date) -> Json:
    signal.alarm(SECONDS)
    try:
        return asyncio.run(_looked(address, keys, given, owner, today))
    finally:
        signal.alarm(0)


async def _looked(
    address: str, keys: Path, given: dict[str, Json], owner: UUID, today: date
) -> Json:
    from hub.database import open_database
    from hub.seal import Sealer
    from sync.files.given import Given
    from sync.files.reporting import report_json
    from sync.files.within import organisations_within
    from sync.intake import check

    async with open_database(address, pool_size=1) as database:
        async with database.reading() as session:
            within = await organisations_within(session.raw, owner, today=today)
        file = replace(Given(**given), within=within)
        sealer = Sealer.from_file(keys)
        [report] = await check(database, [file], today=today, sealer=sealer, owner=owner)
        return report_json(report)
