"""The worker's connection to the queue: made again when it breaks, so a restart is only a pause."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, Self, TypeVar

import asyncpg
import structlog
from pgqueuer.adapters.drivers.asyncpg import Relay
from pgqueuer.core.tm import TaskManager
from pgqueuer.ports.driver import Driver, NotifyCallback

from hub.database import UNREACHABLE, open_connection
from hub.errors import DatabaseError

Answer = TypeVar("Answer")
Ask = Callable[[asyncpg.Connection], Awaitable[Answer]]

FIRST_WAIT_S: Final = 0.1
LONGEST_WAIT_S: Final = 5.0
STATEMENT_S: Final = 30.0  # a peer that vanished without a word is noticed after this
LAST_TRIES_S: Final = 10.0  # how long a worker that was told to stop still tries to say goodbye
BROKEN: Final = (
    OSError,
    TimeoutError,
    DatabaseError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
)

log = structlog.get_logger()


class Line(Driver):
    """One connection for all that the queue is asked; statements wait for it to be back.

    A statement whose answer was lost is asked again: those of the queue may be, since what they
    change is named by ids and a claim that nobody heard of becomes stale by itself. Once `stop` is
    set a missing database is waited for no longer than `LAST_TRIES_S`; then DatabaseError.
    """

    def __init__(self, url: str, *, stop: asyncio.Event) -> None:
        self._url, self._stop = url, stop
        self._lock = asyncio.Lock()
        self._connection: asyncpg.Connection | None = None
        self._listeners: list[tuple[str, NotifyCallback]] = []
        self.is_connected = False

    @property
    def shutdown(self) -> asyncio.Event:
        """Give the event that tells the queue to stop."""
        return self._stop

    @property
    def tm(self) -> TaskManager:
        """Give a keeper of tasks: the line has none of its own."""
        return TaskManager()

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        """Ask and give the rows."""
        rows = await self._asked(lambda one: one.fetch(query, *args, timeout=STATEMENT_S))
        return [dict(row) for row in rows]

    async def execute(self, query: str, *args: object) -> str:
        """Ask and give what PostgreSQL says it did."""
        return await self._asked(lambda one: one.execute(query, *args, timeout=STATEMENT_S))

    async def notify(self, channel: str, payload: str) -> None:
        """Tell everybody who listens."""
        await self.execute("select pg_notify($1, $2)", channel, payload)

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        """Pass on what is told on a channel, over every connection to come."""
        self._listeners.append((channel, callback))
        await self._asked(lambda one: one.add_listener(channel, Relay(callback)))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def close(self) -> None:
        """Let the connection go."""
        async with self._lock:
            await self._drop()

    async def _asked(self, ask: Ask[Answer]) -> Answer:
        async with self._lock:
            wait, told = FIRST_WAIT_S, False
            tries_end: float | None = None
            while True:
                try:
                    return await ask(await self._connected())
                except (*BROKEN, asyncpg.InterfaceError) as error:
                    if not self._is_lost(error):
                        raise
                    tries_end = self._last_try(tries_end)
                await self._drop()
                if not told:
                    log.warning("queue.line_lost")
                    told = True
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT_S)

    def _last_try(self, tries_end: float | None) -> float | None:
        """Say when to give up, which is never while nobody asks to stop."""
        if not self._stop.is_set():
            return None
        now = asyncio.get_running_loop().time()
        if tries_end is not None and now > tries_end:
            raise DatabaseError(UNREACHABLE)
        return tries_end or now + LAST_TRIES_S

    def _is_lost(self, error: BaseException) -> bool:
        """Tell a broken connection from a statement that is wrong."""
        return isinstance(error, BROKEN) or self._connection is None or self._connection.is_closed()

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            connection = await open_connection(self._url)
            for channel, callback in self._listeners:
                await connection.add_listener(channel, Relay(callback))
            self._connection, self.is_connected = connection, True
            log.info("queue.line_open")
        return self._connection

    async def _drop(self) -> None:
        connection, self._connection, self.is_connected = self._connection, None, False
        if connection is not None and not connection.is_closed():
            with suppress(*BROKEN, asyncpg.InterfaceError):
                await connection.close(timeout=1.0)
