"""The entrance of the web process: who presents a credential, and what is noted of it.

One object a process. What it notes is kept in memory for a moment and written in batches by
`keeping`, so that a read costs no write.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import structlog

from hub.access import Admitted, Viewer
from hub.audit.events import Action, Event, by_nobody, by_viewer
from hub.audit.journal import Journal, write
from hub.clock import today_in
from hub.credentials import admit, key_id_of
from hub.errors import AccessError
from hub.failures import Failures
from hub.rates import Allowance, Rate, Rates
from hub.recent import Recent
from hub.tokens import Tokens, is_token
from hub.uses import Uses

FLUSH_S: Final = 1.0
MET: Final = 1_024  # admitted credentials that a process keeps
_log = structlog.get_logger()


# A credential that proves nobody is guessed at; one that is spent or blocked was once right.
GUESSED: Final = frozenset(
    {
        "access.key_unknown",
        "access.key_malformed",
        "access.token_malformed",
        "access.token_untrusted",
        "access.token_foreign",
    }
)


class Entrance:
    """Checks credentials through the reading pool; notes their use through the noting one."""

    def __init__(
        self,
        *,
        reader: asyncpg.Pool,
        notes: asyncpg.Pool,
        zone: ZoneInfo,
        rate: Rate,
        journal: Journal,
        tokens: Tokens | None = None,
    ) -> None:
        self._reader = reader
        self._notes = notes
        self._zone = zone
        self._journal = journal
        self._tokens = tokens
        self._uses = Uses(notes)
        self._rates = Rates(notes, rate)
        self._failures = Failures(notes)
        self._met: Recent[bytes, Admitted] = Recent(MET)

    def known(self, presented: str, scope: UUID | None) -> Admitted | None:
        """Return whom the credential admitted earlier today; asks nobody, so nothing is proved.

        Whoever reads for them must let the statement confirm their standing.
        """
        self._journal.need_room()
        met = self._met.get(_print(presented, scope, self._today()))
        # What is refused before it is read is confirmed by no statement: so not for long either.
        if met is None or met.standing.until <= datetime.now(UTC):
            return None
        self._uses.note(met.viewer.credential)
        return met

    async def meet(self, presented: str, scope: UUID | None, *, caller: str) -> Admitted:
        """Look a credential up and keep whom it admits; raises AccessError with the reason.

        `caller` is the address that it comes from: failures of one address slow each other.
        """
        self._journal.need_room()
        named, today = _named(presented), self._today()
        met = _print(presented, scope, today)
        self._met.drop(met)
        self._failures.refuse_locked(caller, named)
        try:
            admitted = await self._admitted(presented, scope, today)
        except AccessError as error:
            refused = by_nobody("authenticate", credential=named, reason=error.reason)
            await write(self._notes, [refused])
            if error.reason in GUESSED:
                await self._failures.slow(caller, named)
            raise
        self._met.keep(met, admitted)
        self._uses.note(admitted.viewer.credential)
        return admitted

    async def _admitted(self, presented: str, scope: UUID | None, today: date) -> Admitted:
        if self._tokens and is_token(presented):
            return await self._tokens.admit(self._reader, presented, scope, today=today)
        return await admit(self._reader, presented, scope, today=today)

    def _today(self) -> date:
        return today_in(self._zone)

    async def charge(self, viewer: Viewer, cost: int) -> Allowance:
        """Take a cost out of the bucket of the viewer's credential; raises RateLimitedError."""
        return await self._rates.charge(viewer.credential, cost)

    def note(self, event: Event) -> None:
        """Keep an event for the audit; it is written within a second."""
        self._journal.note(event)

    async def denied(self, viewer: Viewer, operation: str, reason: str) -> None:
        """Write into the audit, at once, that a known viewer was refused."""
        event = by_viewer(viewer, Action.DENIED, operation, reason=reason)
        await write(self._notes, [event])

    async def flush(self) -> None:
        """Write what was noted since the last time."""
        await self._journal.flush(self._notes)
        await self._uses.flush()


def _named(presented: str) -> str:
    """Name what is presented: by the number of a key, so that guessing its secret is one thing."""
    try:
        return key_id_of(presented)
    except AccessError:
        return ""


def _print(presented: str, scope: UUID | None, today: date) -> bytes:
    """Tell credentials apart without keeping any; a grant holds from day to day."""
    return sha256(f"{presented} {scope} {today}".encode()).digest()


@asynccontextmanager
async def keeping(entrance: Entrance) -> AsyncIterator[None]:
    """Write what the entrance notes every second, and once more at the end."""
    ending = asyncio.Event()
    task = asyncio.create_task(_keep(entrance, ending))
    try:
        yield
    finally:
        # Not cancelled: a batch that is being written would be written twice.
        ending.set()
        await task


async def _keep(entrance: Entrance, ending: asyncio.Event) -> None:
    while not ending.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(ending.wait(), FLUSH_S)
        await _flushed(entrance)


async def _flushed(entrance: Entrance) -> None:
    try:
        await entrance.flush()
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        _log.warning("notes.kept_back", error=type(error).__name__)
