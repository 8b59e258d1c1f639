"""The request behind an erasure: whom it is about, how it stands, its act, and the line of the audit."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from hub.audit.events import Action, Entity, Event
from hub.audit.journal import write as note
from hub.database import Database, WriteSession
from hub.law.consents import years_after
from hub.law.requests import ClosedRequestError, RequestState, UnknownRequestError
from hub.law.rules import read_rule
from hub.seal import Sealer

CATEGORIES: Final = ("ФИО", "дата рождения", "контакты", "СНИЛС", "место работы или учёбы")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Who takes people out: over which database, with which keys, on which day, in whose name."""

    database: Database
    sealer: Sealer
    today: date
    actor: str


async def requested(
    session: WriteSession, request_id: UUID, states: set[RequestState]
) -> dict[str, object]:
    """Lock a request and give its state and its person; raises where it is in no such state."""
    row = await session.raw.fetchrow(
        "select r.state, l.person_id from subject_request r"
        " left join link l on l.record_id = r.record_id where r.id = $1 for update of r",
        request_id,
    )
    if row is None:
        raise UnknownRequestError
    if row["state"] not in states or (
        row["person_id"] is None and row["state"] != RequestState.BLOCKED
    ):
        raise ClosedRequestError
    return dict(row)


async def write_act(
    session: WriteSession,
    keeper: Keeper,
    request_id: UUID,
    subject_id: UUID,
    counts: dict[str, int],
) -> int:
    """Write what was destroyed of whom and why; gives the number of the act."""
    years = int((await read_rule(session, "ACT", on=keeper.today)).parameters["keep_years"])
    number: int = await session.raw.fetchval(
        "insert into destruction_act (subject_id, reason, categories, counts, received_on,"
        " destroyed_at, actor, keep_until)"
        " select $2, kind, $3, $4, received_on, now(), $5, $6 from subject_request where id = $1"
        " returning number",
        request_id,
        subject_id,
        list(CATEGORIES),
        json.dumps(counts),
        keeper.actor,
        years_after(keeper.today, years),
    )
    return number


async def close(session: WriteSession, request_id: UUID, state: RequestState, on: date) -> None:
    """Close a request."""
    await session.raw.execute(
        "update subject_request set state = $2, closed_on = $3 where id = $1", request_id, state, on
    )


async def say(
    session: WriteSession, keeper: Keeper, operation: str, person_id: UUID, counts: object
) -> None:
    """Let the audit say what was done to whom, in the transaction that did it."""
    rows = sum(counts.values()) if isinstance(counts, dict) else None
    event = Event(
        at=datetime.now(UTC),
        action=Action.CHANGE,
        operation=operation,
        credential=keeper.actor,
        entity=Entity.PERSON,
        entity_ids=(person_id,),
        row_count=rows,
    )
    await note(session.raw, [event])
