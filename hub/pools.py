"""The web's pools of plain connections, each statement a transaction: to read, and to note.

A connection straight to the server is told once what holds for all of its statements, and keeps
those that it has prepared. Behind a pooler in transaction mode the next transaction may be on
another connection of the server, so each is told anew, and prepares what it runs.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Final

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from hub.database import UNREACHABLE, through
from hub.errors import DatabaseError

ZONE: Final = {"timezone": "UTC"}  # of all settings the one that poolers take over by themselves
NOTE_S: Final = 5.0
BESIDE: Final = 4  # connections for snapshots that last: two exports, two files of the feed


class BytesConnection(asyncpg.Connection):
    """A connection that keeps no state between requests, so nothing has to be reset."""

    def get_reset_query(self) -> str:
        """Save the round trip on release: the row scope ends with its statement."""
        return ""


class ReadPool(asyncpg.Pool):
    """A pool whose single reads keep their connection from one to the next.

    Lending a connection and taking it back costs asyncpg a task, a timer and a proxy: as much
    processor as a short read itself. `size` reads run at once, the others wait their turn; snapshots
    that last take none of their connections.
    """

    __slots__ = ("_kept", "_places")

    def __init__(self, url: str, *, size: int, statement_s: float) -> None:
        super().__init__(
            url,
            min_size=1,
            max_size=size + BESIDE,
            max_queries=50_000,
            max_inactive_connection_lifetime=300.0,
            loop=None,
            connection_class=BytesConnection,
            record_class=asyncpg.Record,
            init=_take_json_as_bytes,
            statement_cache_size=512,
            max_cached_statement_lifetime=0,
            max_cacheable_statement_size=256 * 1024,  # a compiled statement is long
            timeout=10,
            server_settings={
                **ZONE,
                "statement_timeout": f"{statement_s * 1000:.0f}",
                "default_transaction_read_only": "on",
                "jit": "off",
            },
        )
        self._places = asyncio.Semaphore(size)
        self._kept: list[PoolConnectionProxy] = []

    async def fetch(self, query: str, *args: object, **asked: Any) -> list[Any]:  # noqa: ANN401 - as what it overrides
        """Run a statement; return its rows."""
        rows: list[Any] = await self._read("fetch", query, args, asked)
        return rows

    async def fetchval(self, query: str, *args: object, **asked: Any) -> Any:  # noqa: ANN401 - as what it overrides
        """Run a statement; return a value of its first row."""
        return await self._read("fetchval", query, args, asked)

    async def close(self) -> None:
        """Close the connections as soon as nobody reads through them."""
        while self._kept:
            await self.release(self._kept.pop())
        await super().close()

    async def _read(
        self, how: str, query: str, args: Sequence[object], asked: Mapping[str, object]
    ) -> Any:  # noqa: ANN401 - what asyncpg gives
        async with self._places:
            connection = await self._taken()
            is_sound = False
            try:
                found = await getattr(connection, how)(query, *args, **asked)
                is_sound = not self.is_closing()
            finally:
                if is_sound:
                    self._kept.append(connection)
                else:
                    await self.release(connection)
        return found

    async def _taken(self) -> PoolConnectionProxy:
        while self._kept:
            connection = self._kept.pop()
            if not _is_lost(connection):
                return connection
            await self.release(connection)
        return await self.acquire()


def _is_lost(connection: PoolConnectionProxy) -> bool:
    """Tell a connection that ended meanwhile; of most of them asyncpg has taken it back by itself."""
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        return True


class PooledStatements(asyncpg.Pool):
    """A pool of connections to a pooler: each statement is a transaction that is told its bounds."""

    __slots__ = ("bounds",)

    def __init__(self, url: str, bounds: Mapping[str, str], *, least: int, most: int) -> None:
        super().__init__(
            url,
            min_size=least,
            max_size=most,
            max_queries=50_000,
            max_inactive_connection_lifetime=300.0,
            loop=None,
            connection_class=BytesConnection,
            record_class=asyncpg.Record,
            init=_take_json_as_bytes,
            statement_cache_size=0,
            timeout=10,
            server_settings=ZONE,
        )
        self.bounds = "; ".join(f"set local {name} = '{value}'" for name, value in bounds.items())

    async def execute(self, query: str, *args: object, **asked: Any) -> str:  # noqa: ANN401 - as what it overrides
        """Run a statement; return its status."""
        async with self.acquire() as connection, _Bounded(connection, self.bounds):
            return await connection.execute(query, *args, **asked)

    async def fetch(self, query: str, *args: object, **asked: Any) -> list[Any]:  # noqa: ANN401 - as what it overrides
        """Run a statement; return its rows."""
        async with self.acquire() as connection, _Bounded(connection, self.bounds):
            rows: list[Any] = await connection.fetch(query, *args, **asked)
        return rows

    async def fetchval(self, query: str, *args: object, **asked: Any) -> Any:  # noqa: ANN401 - as what it overrides
        """Run a statement; return a value of its first row."""
        async with self.acquire() as connection, _Bounded(connection, self.bounds):
            return await connection.fetchval(query, *args, **asked)


class _Bounded:
    """A transaction begun, told its bounds in the same round trip, and ended."""

    def __init__(self, connection: PoolConnectionProxy, bounds: str) -> None:
        self._connection = connection
        self._bounds = bounds

    async def __aenter__(self) -> None:
        await self._connection.execute(f"begin; {self._bounds}")

    async def __aexit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is None:
            await self._connection.execute("commit")
        elif not self._connection.is_closed():
            await self._connection.execute("rollback")


async def open_read_pool(
    url: str, *, size: int = 4, statement_s: float, pooler: str = ""
) -> asyncpg.Pool:
    """Open the web's pool for compiled statements: `json` arrives as bytes, writes are refused.

    A statement that takes longer than `statement_s` seconds ends as QueryCanceledError. `pooler` is
    what stands between, as in `hub.database.through`.
    """
    if not pooler:
        return await _opened(ReadPool(url, size=size, statement_s=statement_s))
    timeout = f"{statement_s * 1000:.0f}"
    bounds = {"transaction_read_only": "on", "statement_timeout": timeout, "jit": "off"}
    return await _opened(PooledStatements(through(url, pooler), bounds, least=1, most=size))


async def open_note_pool(url: str, *, size: int = 2, pooler: str = "") -> asyncpg.Pool:
    """Open the web's pool for what it notes of itself: single statements, each a transaction."""
    bounds = {"statement_timeout": f"{NOTE_S * 1000:.0f}"}
    if pooler:
        return await _opened(PooledStatements(through(url, pooler), bounds, least=0, most=size))
    pool = asyncpg.create_pool(
        url, min_size=0, max_size=size, timeout=10, server_settings={**ZONE, **bounds}
    )
    return await _opened(pool)


@asynccontextmanager
async def snapshot(
    pool: asyncpg.Pool, *, timeout_s: float
) -> AsyncIterator[asyncpg.Connection | PoolConnectionProxy]:
    """Lend a connection whose reads all see the same moment; nothing can be written in them."""
    async with (
        pool.acquire(timeout=timeout_s) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        if isinstance(pool, PooledStatements):
            await connection.execute(pool.bounds)
        yield connection


async def _opened(pool: asyncpg.Pool) -> asyncpg.Pool:
    try:
        return await pool
    except (OSError, asyncpg.PostgresError) as error:
        raise DatabaseError(UNREACHABLE) from error


async def _take_json_as_bytes(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "json", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary"
    )
