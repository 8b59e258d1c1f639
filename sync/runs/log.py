"""What a run did, line by line: written in the run's own transactions, or beside them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from hub.database import ReadSession, WriteSession


class Level(StrEnum):
    """How much a line of the log matters."""

    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


ENDS: Final[Mapping[str, str]] = {
    "SUCCEEDED": "Прочитано полностью.",
    "PARTIAL": "Прочитано, но есть отклонённые строки: посмотрите их причины.",
    "CANCELLED": "Чтение отменено; записанное сохранено.",
}
LEVELS: Final[Mapping[str, Level]] = {
    "PARTIAL": Level.WARNING,
    "WAITING": Level.WARNING,
    "CANCELLED": Level.WARNING,
    "FAILED": Level.ERROR,
}


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


async def begun(session: WriteSession, run_id: UUID, *, is_resumed: bool) -> None:
    """Say that reading begins, and where."""
    where = "с записанного места" if is_resumed else "с начала"
    await note(session, run_id, "run.begun", f"Чтение начато {where}.")


async def landed(session: WriteSession, run_id: UUID, counts: Mapping[str, int]) -> None:
    """Say that a page is written; the numbers are those of the run so far."""
    await note(session, run_id, "page.landed", "Страница записана.", counts=counts)


async def ended(
    session: WriteSession,
    run_id: UUID,
    state: str,
    code: str | None,
    message: str | None,
    counts: Mapping[str, int],
) -> None:
    """Say how the run ended."""
    text = message or ENDS.get(state, state)
    level = LEVELS.get(state, Level.INFO)
    await note(session, run_id, code or "run.ended", text, level=level, counts=counts)


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
