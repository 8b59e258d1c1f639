"""Sessions and transactions: the only place that commits.

    async with database.reading() as session: ...   # read only, one snapshot
    async with database.writing() as session: ...   # commits on success, else rolls back

A session lends two views of one transaction: `orm`, an SQLAlchemy session, and `raw`, the asyncpg
connection underneath for COPY and hand-written SQL.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date
from typing import Final, TypeVar

import asyncpg
import stamina
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from hub.errors import ConfigError, ConflictError, DatabaseError

FOREVER: Final = date.max  # what asyncpg writes as 'infinity'
ALWAYS: Final = date.min  # what asyncpg writes as '-infinity'
Answer = TypeVar("Answer")
DEADLOCKS: Final = 10  # how often in a row a transaction is begun anew
PATIENCE: Final[Mapping[str, float]] = {
    "timeout": 60.0,
    "wait_initial": 0.02,
    "wait_max": 1.0,
    "wait_jitter": 0.2,
}
# A projection has more statements than asyncpg keeps by itself, the same each time.
KEPT: Final = {"statement_cache_size": 512}
# What one transaction has prepared the next one does not find behind a pooler.
NOTHING_KEPT: Final = {"statement_cache_size": 0, "prepared_statement_cache_size": 0}
POOLER: Final = re.compile(r"(?P<host>[^/@]+):(?P<port>[0-9]+)")
NO_POOLER: Final = "HUB_POOLER={!r} не адрес пулера. Укажите узел и порт, например 127.0.0.1:6432."
UNREACHABLE: Final = "База данных не отвечает. Проверьте, что сервер запущен и адрес верен."


class ReadSession:
    """One read-only transaction over one snapshot.

    `raw` shares the transaction: what one of the two views does, the other sees. On `raw` a json
    or jsonb value is written as JSON text and read as Python values.
    """

    __slots__ = ("orm", "raw")

    def __init__(self, orm: AsyncSession, raw: asyncpg.Connection) -> None:
        self.orm = orm
        self.raw = raw


class WriteSession(ReadSession):
    """One transaction that may write; it serves wherever reading is enough."""

    __slots__ = ()

    async def lock(self, name: str) -> None:
        """Wait for the named lock and hold it until the transaction ends."""
        await self.raw.execute("select pg_advisory_xact_lock($1)", lock_key(name))

    @asynccontextmanager
    async def trying(self) -> AsyncIterator[None]:
        """Let what is done within be seen only there: it is taken back at the end."""
        part = self.raw.transaction()
        await part.start()
        try:
            yield
        finally:
            await part.rollback()


class Database:
    """A pool of connections of one role, made through a pooler where one is given.

    A pooler in transaction mode keeps nothing between transactions, and no session here needs it
    to: `holding` does, and goes straight to the server.
    """

    def __init__(self, url: str, *, pool_size: int = 5, pooler: str = "") -> None:
        self._url = url
        self._engine = create_engine(url, pool_size=pool_size, pooler=pooler)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[ReadSession]:
        """Lend a session that cannot write; PostgreSQL itself refuses."""
        async with self._connection() as connection:
            await connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            async with connection.begin(), _session(connection) as orm:
                yield ReadSession(orm, await _begun(connection))

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[WriteSession]:
        """Lend a session whose work is committed as a whole, or not at all on any error."""
        async with (
            self._connection() as connection,
            connection.begin(),
            _session(connection) as orm,
        ):
            yield WriteSession(orm, await _begun(connection))
            await orm.flush()

    async def lasting(self, work: Callable[[WriteSession], Awaitable[Answer]]) -> Answer:
        """Do `work` in a transaction, and anew where PostgreSQL ended it so that others might go on.

        `work` leaves nothing behind outside its session, since it may be done several times.
        """
        async for attempt in stamina.retry_context(on=is_deadlock, attempts=DEADLOCKS, **PATIENCE):
            with attempt:
                async with self.writing() as session:
                    return await work(session)
        raise DatabaseError  # the last attempt has raised

    @asynccontextmanager
    async def holding(self, name: str) -> AsyncIterator[None]:
        """Hold the named lock over several transactions; raises ConflictError if it is taken.

        The lock lives on a connection of its own and goes with it, so a killed process frees it.
        """
        connection = await open_connection(self._url)
        try:
            if not await connection.fetchval("select pg_try_advisory_lock($1)", lock_key(name)):
                raise ConflictError(
                    "Эту работу уже выполняет другой процесс. Дождитесь его и повторите.",
                    code="conflict.locked",
                )
            yield
        finally:
            await connection.close()

    @asynccontextmanager
    async def rehearsing(self) -> AsyncIterator["Rehearsal"]:
        """Lend a database on which all that is written is seen, and nothing of it is kept.

        Locks taken on it are held until the end; what other databases commit meanwhile it sees.
        """
        async with self._connection() as connection:
            whole = await connection.begin()
            try:
                async with _session(connection) as orm:
                    yield Rehearsal(self._url, WriteSession(orm, await _begun(connection)))
            finally:
                await whole.rollback()

    async def close(self) -> None:
        """Close every idle connection."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection]:
        try:
            connection = await self._engine.connect()
        except (OSError, SQLAlchemyError, asyncpg.PostgresError) as error:
            raise DatabaseError(UNREACHABLE) from error
        try:
            yield connection
        finally:
            await connection.close()


class Rehearsal(Database):
    """A database whose sessions are parts of one transaction that is never committed.

    One session at a time: whoever asks for another waits. A part that fails leaves nothing behind.
    """

    def __init__(self, url: str, session: WriteSession) -> None:
        super().__init__(url, pool_size=1)  # no connection of it is ever made
        self._session = session
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[ReadSession]:
        """Lend what has been written so far."""
        async with self._turn:
            yield self._session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[WriteSession]:
        """Lend a part of the transaction, taken back on any error."""
        async with self._turn, self._session.raw.transaction():
            yield self._session
            await self._session.orm.flush()


def is_deadlock(error: Exception) -> bool:
    """Tell that a transaction was ended for the sake of others: done again it may well pass."""
    if isinstance(error, DBAPIError):
        error = error.driver_exception
    return isinstance(error, (asyncpg.DeadlockDetectedError, asyncpg.SerializationError))


@asynccontextmanager
async def open_database(
    url: str, *, pool_size: int = 5, pooler: str = ""
) -> AsyncIterator[Database]:
    """Lend a database and close it afterwards; connections are made when first needed."""
    database = Database(url, pool_size=pool_size, pooler=pooler)
    try:
        yield database
    finally:
        await database.close()


def create_engine(url: str, *, pool_size: int = 5, pooler: str = "") -> AsyncEngine:
    """Make an SQLAlchemy engine over asyncpg from a plain postgresql:// address."""
    return create_async_engine(
        make_url(through(url, pooler)).set(drivername="postgresql+asyncpg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={
            "timeout": 10,
            **(NOTHING_KEPT if pooler else KEPT),
            "server_settings": {"timezone": "UTC"},
        },
    )


def through(url: str, pooler: str) -> str:
    """Address the same database by way of a pooler, "host:port"; "" is straight to the server.

    Raises ConfigError for a pooler without a host or a port.
    """
    if not pooler:
        return url
    named = POOLER.fullmatch(pooler)
    if named is None:
        raise ConfigError(NO_POOLER.format(pooler), code="config.pooler")
    host, port = named["host"].strip("[]"), int(named["port"])
    found = make_url(url).difference_update_query(["host", "port"]).set(host=host, port=port)
    return found.render_as_string(hide_password=False)


async def open_connection(url: str) -> asyncpg.Connection:
    """Open one plain connection outside every pool; raises DatabaseError if nobody answers."""
    try:
        return await asyncpg.connect(url, timeout=10, server_settings={"timezone": "UTC"})
    except (OSError, asyncpg.PostgresError) as error:
        raise DatabaseError(UNREACHABLE) from error


def lock_key(name: str) -> int:
    """Turn a lock's name into the 64-bit number that PostgreSQL locks."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


async def _begun(connection: AsyncConnection) -> asyncpg.Connection:
    # SQLAlchemy sends BEGIN with the first statement of its own. Lent before that, the raw
    # connection would commit each of its statements by itself.
    await connection.exec_driver_sql("select 1")
    raw = (await connection.get_raw_connection()).driver_connection
    if not isinstance(raw, asyncpg.Connection) or not raw.is_in_transaction():
        raise DatabaseError
    return raw


def _session(connection: AsyncConnection) -> AsyncSession:
    # "rollback_only": a commit() called inside does not end the transaction; this file's does.
    return AsyncSession(connection, expire_on_commit=False, join_transaction_mode="rollback_only")
