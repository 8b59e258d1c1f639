"""The schema's way from nothing to head, and whether a database has gone it."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from hub import jobs, reference
from hub.binaries import OLDEST
from hub.database import create_engine, lock_key, open_connection, open_database
from hub.errors import DatabaseError
from hub.provision import ROLES
from hub.settings import CHECKOUT

LOCK: Final = "hub/upgrade"


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
    is missing or the database is not there.
    """
    connection = await open_connection(url)
    try:
        # The lock ends with the connection, so a killed upgrade leaves none behind.
        await connection.execute("select pg_advisory_lock($1)", lock_key(LOCK))
        _require_version(connection)
        await _require_roles(connection)
        await _run_alembic(url, _upgrade_to_head)
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
        await _run_alembic(url, _check)
    except CommandError as error:
        return str(error)
    return ""


def _config() -> Config:
    config = Config(toml_file=CHECKOUT / "pyproject.toml", stdout=io.StringIO())
    config.set_main_option("script_location", str(CHECKOUT / "migrations"))
    return config


async def _run_alembic(url: str, run: Callable[[Connection], None]) -> None:
    engine = create_engine(url, pool_size=1)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()


def _upgrade_to_head(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _check(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.check(config)


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
