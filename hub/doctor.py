"""What is missing on this machine, line by line, each with its repair."""

import shutil
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

import asyncpg

from hub.database import open_connection
from hub.errors import HubError
from hub.seal import Sealer
from hub.settings import Addresses, Settings

OLDEST_PYTHON: Final = (3, 11)
OLDEST_SERVER: Final = 150_000
EXTENSIONS: Final = ("btree_gist",)
FREE_BYTES: Final = 2 * 1024**3
CLOCK_SECONDS: Final = 5.0


class State(StrEnum):
    """How a check ended."""

    GOOD = "GOOD"
    DOUBTFUL = "DOUBTFUL"
    BAD = "BAD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A line of the doctor: what was looked at, how it is, and what to do if it is not good."""

    title: str
    state: State
    repair: str = ""


def examine_machine(settings: Settings) -> Iterator[Finding]:
    """Look at everything that needs no database."""
    yield _python()
    yield _disk(settings.directory)
    yield _keys(settings.keys)
    yield _zone(settings)


async def examine_database(addresses: Addresses, head: str) -> AsyncIterator[Finding]:
    """Look at the database through each of its roles; `head` is the newest migration."""
    for field in fields(Addresses):
        yield await _role(field.name, getattr(addresses, field.name))
    try:
        connection = await open_connection(addresses.owner)
    except HubError:
        return  # the owner's line above has said so
    try:
        yield await _server(connection)
        yield await _extensions(connection)
        yield await _migration(connection, head)
        yield await _clock(connection)
    finally:
        await connection.close()


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding(
        title=f"Python {version}",
        state=State.GOOD if sys.version_info >= OLDEST_PYTHON else State.BAD,
        repair="Нужен Python 3.11 или новее.",
    )


def _disk(directory: Path) -> Finding:
    existing = next(path for path in (directory, *directory.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    return Finding(
        title=f"Место на диске: свободно {free / 1024**3:.1f} ГБ",
        state=State.GOOD if free >= FREE_BYTES else State.DOUBTFUL,
        repair=f"Освободите место или задайте другую папку в HUB_DATA_DIR (сейчас {directory}).",
    )


def _keys(path: Path) -> Finding:
    title = f"Файл ключей {path}"
    if not path.exists():
        repair = "Его создаст db upgrade или demo; если ключи уже были, верните файл из копии."
        return Finding(title=f"{title}: нет", state=State.DOUBTFUL, repair=repair)
    try:
        Sealer.from_file(path)
    except HubError as error:
        return Finding(title=title, state=State.BAD, repair=error.message)
    open_to_others = path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    return Finding(
        title=title,
        state=State.BAD if open_to_others else State.GOOD,
        repair=f"Файл могут прочитать другие: chmod 600 {path}",
    )


def _zone(settings: Settings) -> Finding:
    title = f"Часовой пояс {settings.region_time_zone}"
    try:
        settings.zone.utcoffset(datetime.now(UTC))
    except HubError as error:
        return Finding(title=title, state=State.BAD, repair=error.message)
    return Finding(title=title, state=State.GOOD)


async def _role(name: str, url: str) -> Finding:
    title = f"База данных, роль {name}"
    try:
        connection = await open_connection(url)
    except HubError as error:
        return Finding(title=title, state=State.BAD, repair=error.message)
    try:
        mighty = await connection.fetchval(
            "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"
        )
    finally:
        await connection.close()
    return Finding(
        title=title,
        state=State.BAD if mighty else State.GOOD,
        repair="Роль обходит правила доступа: alter role ... nosuperuser nobypassrls.",
    )


async def _server(connection: asyncpg.Connection) -> Finding:
    number = int(await connection.fetchval("show server_version_num"))
    version = await connection.fetchval("show server_version")
    return Finding(
        title=f"PostgreSQL {version}",
        state=State.GOOD if number >= OLDEST_SERVER else State.BAD,
        repair="Нужен PostgreSQL 15 или новее.",
    )


async def _extensions(connection: asyncpg.Connection) -> Finding:
    present = await connection.fetchval("select array_agg(extname::text) from pg_extension")
    missing = sorted(set(EXTENSIONS) - set(present or ()))
    return Finding(
        title=f"Расширения PostgreSQL: {', '.join(EXTENSIONS)}",
        state=State.BAD if missing else State.GOOD,
        repair=f"Нет: {', '.join(missing)}. Установите postgresql-contrib и выполните db upgrade.",
    )


async def _migration(connection: asyncpg.Connection, head: str) -> Finding:
    known = await connection.fetchval("select to_regclass('alembic_version') is not null")
    now = await connection.fetchval("select version_num from alembic_version") if known else None
    return Finding(
        title=f"Таблицы: версия {now or 'нет'}",
        state=State.GOOD if now == head else State.BAD,
        repair=f"Нужна {head}: python -m hub db upgrade",
    )


async def _clock(connection: asyncpg.Connection) -> Finding:
    theirs = await connection.fetchval("select clock_timestamp()")
    seconds = abs((datetime.now(UTC) - theirs).total_seconds())
    return Finding(
        title=f"Часы: расхождение с сервером базы {seconds:.1f} с",
        state=State.GOOD if seconds <= CLOCK_SECONDS else State.DOUBTFUL,
        repair="Включите синхронизацию времени (NTP) на обеих машинах.",
    )
