"""The row of a run: what was asked of a source, how far it is, and how it ended."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import asyncpg

from connectors.client.failure import Failure
from hub.database import Database, WriteSession
from hub.errors import ConflictError, HubError, InputError
from sync.identity import new_id

COLUMNS: Final = (
    "r.id, s.code, r.mode, r.state, r.actor, r.changeset_id, r.failure, r.error_code, r.message,"
    " r.counts, r.requested_at, r.started_at, r.finished_at, r.heartbeat_at, r.cancel_requested"
)
GIVEN: Final = frozenset({"SCHOOL_FILES", "PUSH"})  # kinds of sources that nobody reads
RUNS: Final = f"select {COLUMNS} from sync_run r join source s on s.id = r.source_id"


class UnknownSourceError(InputError):
    """Такого источника нет. Посмотрите коды источников: hub source list."""

    code = "source.unknown"


class DiedError(HubError):
    """Процесс, который читал источник, прервался. Принятое сохранено, чтение продолжено."""

    code = "run.died"


class LostRunError(ConflictError):
    """Этот обмен продолжает другой процесс."""

    code = "conflict.run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who may write for a run: the process whose number is the last."""

    run_id: UUID
    number: int


class Mode(StrEnum):
    """Whether a run reads everything anew or what changed since the last one."""

    FULL = "FULL"
    CHANGES = "CHANGES"


class RunState(StrEnum):
    """Where a run stands; WAITING has applied all but the units that the brake holds."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    WAITING = "WAITING"
    SUCCEEDED = "SUCCEEDED"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    UNDONE = "UNDONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of a source as its row says; `counts` are rows, records, versions, rejected, holds, ..."""

    id: UUID
    source_code: str
    mode: Mode
    state: RunState
    actor: str
    changeset_id: int | None
    failure: Failure | None
    error_code: str | None
    message: str | None
    counts: Mapping[str, int]
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    heartbeat_at: datetime | None
    cancel_requested: bool


async def request(session: WriteSession, code: str, *, mode: Mode, actor: str) -> UUID:
    """Put a run of the source into the queue and give its id; raises UnknownSourceError."""
    run_id: UUID | None = await session.raw.fetchval(
        "insert into sync_run (id, source_id, mode, state, actor)"
        " select $1, id, $3, 'QUEUED', $4 from source where code = $2 returning id",
        new_id(),
        code,
        mode,
        actor,
    )
    if run_id is None:
        raise UnknownSourceError
    return run_id


async def ask_to_cancel(session: WriteSession, run_id: UUID) -> bool:
    """Ask a run to end after its page; answers whether it was still to end.

    A run that has not begun ends at once.
    """
    found = await session.raw.fetchval(
        "update sync_run set cancel_requested = true,"
        " state = case state when 'QUEUED' then 'CANCELLED' else state end,"
        " finished_at = case state when 'QUEUED' then now() else finished_at end"
        " where id = $1 and state in ('QUEUED', 'RUNNING') returning id",
        run_id,
    )
    return found is not None


async def read_run(database: Database, run_id: UUID) -> Run | None:
    """Give a run; None where there is no such run."""
    async with database.reading() as session:
        row = await session.raw.fetchrow(f"{RUNS} where r.id = $1", run_id)
    return None if row is None else run_of(row)


async def list_runs(database: Database, code: str | None = None, *, limit: int = 20) -> list[Run]:
    """Give the last runs of a source, or of all, newest first."""
    async with database.reading() as session:
        rows = await session.raw.fetch(
            f"{RUNS} where $1::text is null or s.code = $1 order by r.requested_at desc, r.id desc"
            " limit $2",
            code,
            limit,
        )
    return [run_of(row) for row in rows]


async def begin(session: WriteSession, run_id: UUID, *, changeset_id: int) -> Claim:
    """Mark a run begun, and say of another that died at work that nobody continues it.

    Call it while the source is held: what another attempt at the same run had said is forgotten,
    and what it still tries to write is refused, since the claim is now another.
    """
    number = await session.raw.fetchval(
        "update sync_run set state = 'RUNNING', changeset_id = $2, started_at = now(),"
        " heartbeat_at = now(), finished_at = null, failure = null, error_code = null,"
        " message = null, counts = '{}', claim = claim + 1 where id = $1 returning claim",
        run_id,
        changeset_id,
    )
    await session.raw.execute(
        "update sync_run died set state = 'FAILED', failure = 'SYSTEM', finished_at = now(),"
        " error_code = $2, message = $3 from sync_run mine where mine.id = $1"
        " and died.source_id = mine.source_id and died.state = 'RUNNING' and died.id <> mine.id",
        run_id,
        DiedError.code,
        DiedError().message,
    )
    return Claim(run_id=run_id, number=number)


async def beat(
    session: WriteSession, claim: Claim, counts: Mapping[str, int] | None = None
) -> bool:
    """Say that the run is alive and how far it is; answers whether it is asked to cancel.

    Raises LostRunError where the run is no longer at work or no longer ours, so that nothing is
    written in its name: called in the transaction that writes.
    """
    asked: bool | None = await session.raw.fetchval(
        "update sync_run set heartbeat_at = now(), counts = coalesce($3, counts)"
        " where id = $1 and claim = $2 and state = 'RUNNING' returning cancel_requested",
        claim.run_id,
        claim.number,
        None if counts is None else json.dumps(dict(counts)),
    )
    if asked is None:
        raise LostRunError
    return asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a run ended: its state, and of a failure who repairs it, its code and what to do."""

    state: RunState
    failure: Failure | None = None
    error_code: str | None = None
    message: str | None = None


async def finish(
    session: WriteSession, claim: Claim, ending: Ending, counts: Mapping[str, int]
) -> None:
    """Write how the run ended; raises LostRunError where it is no longer ours."""
    await beat(session, claim)
    await session.raw.execute(
        "update sync_run set state = $2, failure = $3, error_code = $4, message = $5, counts = $6,"
        " finished_at = now(), heartbeat_at = now() where id = $1",
        claim.run_id,
        ending.state,
        ending.failure,
        ending.error_code,
        ending.message,
        json.dumps(dict(counts)),
    )


def run_of(row: asyncpg.Record) -> Run:
    """Make a run of a row of RUNS."""
    return Run(
        id=row["id"],
        source_code=row["code"],
        mode=Mode(row["mode"]),
        state=RunState(row["state"]),
        actor=row["actor"],
        changeset_id=row["changeset_id"],
        failure=None if row["failure"] is None else Failure(row["failure"]),
        error_code=row["error_code"],
        message=row["message"],
        counts=row["counts"],
        requested_at=row["requested_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        heartbeat_at=row["heartbeat_at"],
        cancel_requested=row["cancel_requested"],
    )
