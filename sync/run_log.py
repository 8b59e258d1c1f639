"""What a run did, line by line: written in the run's own transactions, or beside them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from hub.database import ReadSession, WriteSession


class Level(StrEnum):
    """How much a line of the log matters."""

    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A line of a run's log."""

    id: int
    at: datetime
    level: Level
    code: str
    message: str
    counts: Mapping[str, int]


async def note(
    session: WriteSession,
    run_id: UUID,
    code: str,
    message: str,
    *,
    level: Level = Level.INFO,
    counts: Mapping[str, int] | None = None,
) -> None:
    """Add a line to the run's log; it stands if the session's transaction does.

    The instant is the clock's, not the transaction's start. The text holds no personal data.
    """
    await session.raw.execute(
        "insert into sync_run_event (run_id, at, level, code, message, counts)"
        " values ($1, clock_timestamp(), $2, $3, $4, $5)",
        run_id,
        level.value,
        code,
        message,
        json.dumps(dict(counts or {})),
    )


async def read_events(
    session: ReadSession, run_id: UUID, *, after: int = 0, limit: int = 1000
) -> list[Event]:
    """Give the lines of a run's log after the given one, in order."""
    rows = await session.raw.fetch(
        "select id, at, level, code, message, counts from sync_run_event"
        " where run_id = $1 and id > $2 order by id limit $3",
        run_id,
        after,
        limit,
    )
    return [
        Event(
            id=row["id"],
            at=row["at"],
            level=Level(row["level"]),
            code=row["code"],
            message=row["message"],
            counts=row["counts"],
        )
        for row in rows
    ]
