"""The schema's way from nothing to head, and whether a database has gone it."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import asyncpg
import stamina
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from hub import jobs, reference
from hub.binaries import OLDEST
from hub.database import create_engine, is_deadlock, lock_key, open_connection, open_database
from hub.errors import DatabaseError
from hub.provision import ROLES
from hub.settings import CHECKOUT

LOCK: Final = "hub/upgrade"
# A revision asks for a table for three seconds, so that readers do not queue behind it for longer.
PATIENCE: Final[Mapping[str, float]] = {
    "timeout": 120.0,
    "wait_initial": 2.0,
    "wait_max": 15.0,
    "wait_jitter": 1.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaState:
    """Which revision a database is at and which one this code needs."""

    current: str | None
    head: str

    @property
    def is_current(self) -> bool:
        """Tell whether the database is where the code expects it."""
        return self.current == self.head


async def upgrade(url: str) -> None:
    """Bring the owner's database to head, the queue's tables and the reference rows included.

    Upgrades wait for one another; at head nothing is changed. Raises DatabaseError when a role
    is missing, the database is not there, or somebody reads on for over two minutes.
    """
    connection = await open_connection(url)
    try:
        # The lock ends with the connection, so a killed upgrade leaves none behind.
        await connection.execute("select pg_advisory_lock($1)", lock_key(LOCK))
        _require_version(connection)
        await _require_roles(connection)
        await _to_head(url)
        await jobs.install(connection)
    finally:
        await connection.close()
    async with open_database(url, pool_size=1) as database, database.writing() as session:
        await reference.load(session)


async def state(url: str) -> SchemaState:
    """Read which revision the database is at; any role may ask. Raises DatabaseError if it is not there."""
    connection = await open_connection(url)
    try:
        current = await connection.fetchval("select version_num from alembic_version")
    except asyncpg.UndefinedTableError:
        current = None
    finally:
        await connection.close()
    return SchemaState(current=current, head=head())


def head() -> str:
    """Name the revision that this code needs."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    if found is None:
        raise DatabaseError("В папке migrations нет ни одной ревизии.", code="database.revisions")
    return found


async def differences(url: str) -> str:
    """Compare the mapped classes with the owner's database; an empty text means none."""
    try:
        await run_alembic(url, command.check)
    except CommandError as error:
        return str(error)
    return ""


async def _to_head(url: str) -> None:
    """Run the revisions, all or none, and anew while tables are held by who reads them long."""
    try:
        async for attempt in stamina.retry_context(on=_is_held, attempts=None, **PATIENCE):
            with attempt:
                await run_alembic(url, lambda config: command.upgrade(config, "head"))
    except DBAPIError as error:
        if not _is_held(error):
            raise
        raise DatabaseError(
            "Таблицы заняты: их долго читает выгрузка или копирование базы. Дождитесь его конца и "
            "повторите python -m hub db upgrade; в таблицах ничего не изменено.",
            code="database.busy",
        ) from error


def _is_held(error: Exception) -> bool:
    driver = error.driver_exception if isinstance(error, DBAPIError) else error
    return isinstance(driver, asyncpg.LockNotAvailableError) or is_deadlock(error)


async def run_alembic(url: str, run: Callable[[Config], None]) -> None:
    """Run one of Alembic's commands in one transaction of the owner's database."""
    engine = create_engine(url, pool_size=1)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(lambda lent: run(_config(lent)))
    finally:
        await engine.dispose()


def _config(connection: Connection | None = None) -> Config:
    config = Config(toml_file=CHECKOUT / "pyproject.toml", stdout=io.StringIO())
    config.set_main_option("script_location", str(CHECKOUT / "migrations"))
    config.attributes["connection"] = connection
    return config


def _require_version(connection: asyncpg.Connection) -> None:
    major = connection.get_server_version().major
    if major < OLDEST:
        raise DatabaseError(
            f"Это PostgreSQL {major}, а хабу нужен {OLDEST} или новее. Обновите сервер.",
            code="database.version",
        )


async def _require_roles(connection: asyncpg.Connection) -> None:
    found = await connection.fetch("select rolname from pg_roles where rolname = any($1)", ROLES)
    if missing := sorted(set(ROLES) - {row["rolname"] for row in found}):
        raise DatabaseError(
            f"На сервере нет ролей {', '.join(missing)}. Создайте их от имени администратора сервера.",
            code="database.roles",
        )
