"""What is missing on this machine, line by line, each with its repair."""

import os
import shutil
import stat
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

import asyncpg
from rapidfuzz import process

from hub.database import open_connection
from hub.errors import HubError
from hub.seal import Sealer
from hub.settings import Addresses, Settings

OLDEST_PYTHON: Final = (3, 11)
OLDEST_SERVER: Final = 150_000
EXTENSIONS: Final = ("btree_gist",)
FREE_BYTES: Final = 2 * 1024**3
CLOCK_SECONDS: Final = 5.0
ALIKE: Final = 75  # of a hundred: a name with a slip or two
# What the hub reads of the environment besides its settings: a client's key, what its tests are told.
BESIDES: Final = frozenset({"HUB_API_KEY", "HUB_TEST_POSTGRES", "HUB_TEST_OPERATIONS"})
KNOWN: Final = frozenset(f"HUB_{name}".upper() for name in Settings.model_fields) | BESIDES


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
    for name in sorted(os.environ):
        if name.startswith("HUB_") and name not in KNOWN:
            yield _unknown(name)


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
    async for found in _work(addresses.worker):
        yield found


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


def _unknown(name: str) -> Finding:
    near = process.extractOne(name, KNOWN, score_cutoff=ALIKE)
    return Finding(
        title=f"Переменная окружения {name}: такой настройки нет",
        state=State.DOUBTFUL,
        repair=f"Похожа {near[0]}." if near else "Уберите её или исправьте имя.",
    )


def _zone(settings: Settings) -> Finding:
    title = f"Часовой пояс {settings.region_time_zone}"
    try:
        settings.zone.utcoffset(datetime.now(UTC))
    except HubError as error:
        return Finding(title=title, state=State.BAD, repair=error.message)
    return Finding(title=title, state=State.GOOD)


# What the worker knows of its own work; before the tables are there nothing is asked.
WORK: Final = """
select
  (select count(*) from worker where heartbeat_at > now() - interval '1 minute') as workers,
  (select count(*) from jobs.pgqueuer where status = 'failed') as held,
  (select count(*) from sync_run where state = 'RUNNING'
    and heartbeat_at < now() - interval '3 minutes') as stuck,
  (select string_agg(s.code, ', ' order by s.code) from source s where exists (
    select from sync_run r where r.source_id = s.id and r.state = 'FAILED'
      and r.requested_at = (select max(l.requested_at) from sync_run l where l.source_id = s.id)
  )) as failed
"""


async def _work(url: str) -> AsyncIterator[Finding]:
    """Look at the workers, the queue and the last run of each source."""
    try:
        connection = await open_connection(url)
    except HubError:
        return  # the role's line has said so
    try:
        row = await connection.fetchrow(WORK)
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
        return  # the line about the tables has said so
    finally:
        await connection.close()
    if row is not None:
        for title, is_good, repair in _said_of_work(dict(row)):
            state = State.GOOD if is_good else State.DOUBTFUL
            yield Finding(title=title, state=state, repair=repair)


def _said_of_work(row: Mapping[str, object]) -> Iterator[tuple[str, bool, str]]:
    yield (
        f"Работников на связи: {row['workers']}",
        bool(row["workers"]),
        "Запустите: python -m hub worker. Без него источники не читаются и файлы не принимаются.",
    )
    yield (
        f"Чтений, которые замолчали: {row['stuck']}",
        not row["stuck"],
        "Их продолжит работник: python -m hub worker; начатое с --here — новое sync run КОД.",
    )
    yield (
        f"Работ, которые ждут исправления: {row['held']}",
        not row["held"],
        "Причины: python -m hub sync list; после исправления: python -m hub sync run КОД",
    )
    yield (
        f"Источники с неудачным чтением: {row['failed'] or 'нет'}",
        not row["failed"],
        "Причина и что сделать: python -m hub sync show КОД",
    )


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
