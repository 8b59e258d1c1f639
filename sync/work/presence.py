"""That a worker lives: a file for the container's health check, a row for whoever operates."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from hub.database import Database
from sync.identity import new_id
from sync.work.duties import DATABASE_TROUBLE

EVERY_S: Final = 5.0
SILENT_S: Final = 60.0  # a worker that said nothing for so long is not well
PRESENT: Final = """
insert into worker (id, jobs) values ($1, $2)
on conflict (id) do update set heartbeat_at = now(), jobs = $2
"""
FORGET: Final = "delete from worker where heartbeat_at < now() - interval '1 day'"


async def keep_present(
    database: Database, at_work: Callable[[], int], *, health: Path | None
) -> None:
    """Say every few seconds that the loop turns, until cancelled; then take the row back.

    The file does not ask the database: one that is away must restart no worker.
    """
    async with asyncio.TaskGroup() as group:
        if health is not None:
            group.create_task(_keep_touched(health))
        group.create_task(_report(database, at_work))


def is_alive(health: Path) -> bool:
    """Say whether the worker that touches this file did so of late."""
    try:
        return time.time() - health.stat().st_mtime < SILENT_S
    except FileNotFoundError:
        return False


async def _keep_touched(health: Path) -> None:
    try:
        while True:
            _touch(health)
            await asyncio.sleep(EVERY_S)
    finally:
        _remove(health)


def _touch(health: Path) -> None:
    health.parent.mkdir(parents=True, exist_ok=True)
    health.touch()


def _remove(health: Path) -> None:
    health.unlink(missing_ok=True)


async def _report(database: Database, at_work: Callable[[], int]) -> None:
    number = new_id()
    try:
        while True:
            with suppress(*DATABASE_TROUBLE):
                async with database.writing() as session:
                    await session.raw.execute(PRESENT, number, at_work())
                    await session.raw.execute(FORGET)
            await asyncio.sleep(EVERY_S)
    finally:
        with suppress(*DATABASE_TROUBLE):
            async with database.writing() as session:
                await session.raw.execute("delete from worker where id = $1", number)
