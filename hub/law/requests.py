"""The register of what subjects demand: received, due by working days, extended, kept, closed."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from uuid_utils.compat import uuid7

from hub import jobs
from hub.database import ReadSession, WriteSession
from hub.errors import ConflictError, InputError
from hub.law.calendar import read_calendar
from hub.law.rules import RequestKind, due_on, read_rule


class RequestState(StrEnum):
    """Where a request stands."""

    OPEN = "OPEN"
    KEPT = "KEPT"
    BLOCKED = "BLOCKED"
    DONE = "DONE"
    REFUSED = "REFUSED"


class UnknownSubjectError(InputError):
    """Такого человека нет в вашей области."""

    code = "law.subject_unknown"


class UnknownRequestError(InputError):
    """Такого обращения нет в вашей области."""

    code = "law.request_unknown"


class ClosedRequestError(ConflictError):
    """Обращение уже закрыто, или оно в состоянии, из которого так не выходят."""

    code = "law.request_closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Of whom something is demanded: a record of theirs, which the request follows."""

    record_id: int
    organisation_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """By what the data of a person are kept though consent was withdrawn, and until when."""

    basis: str
    until: date


async def subject_of(session: ReadSession, person_id: UUID) -> Subject:
    """Find a person by an id of now or of once; the record that is named is the same each time."""
    row = await session.raw.fetchrow(
        "select r.id, r.organisation_id from link l join record r on r.id = l.record_id"
        " where l.person_id = coalesce((select a.person_id from person_alias a"
        " where a.alias_id = $1 and a.kind <> 'GONE'), $1) order by r.id limit 1",
        person_id,
    )
    if row is None:
        raise UnknownSubjectError
    return Subject(record_id=row["id"], organisation_id=row["organisation_id"])


async def open_request(
    session: WriteSession,
    subject: Subject,
    kind: RequestKind,
    *,
    received_on: date,
    actor: str,
    keeping: Keeping | None = None,
) -> UUID:
    """Enter a request with the day by which it is due, and call the worker for what destroys.

    `keeping` names the basis in law on which the data stay for a while though it is demanded that
    they go. Raises InputError for a basis that the rules do not know.
    """
    rule = await read_rule(session, kind, on=received_on)
    if keeping is not None:
        await refuse_unknown_basis(session, keeping.basis, received_on)
    request_id = uuid7()
    await session.raw.execute(
        "insert into subject_request (id, record_id, organisation_id, kind, state, received_on,"
        " due_on, basis, kept_until, actor) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        request_id,
        subject.record_id,
        subject.organisation_id,
        kind,
        RequestState.OPEN if keeping is None else RequestState.KEPT,
        received_on,
        due_on(rule, received_on, await read_calendar(session)),
        keeping and keeping.basis,
        keeping and keeping.until,
        actor,
    )
    await call_worker(session)
    return request_id


async def refuse_unknown_basis(session: ReadSession, basis: str, on: date) -> None:
    """Raise InputError unless the rule KEEPING of a day names a basis."""
    known = (await read_rule(session, "KEEPING", on=on)).parameters
    if basis not in known:
        raise InputError(
            f"Такого основания хранить нет: {', '.join(sorted(known))}.", code="law.basis_unknown"
        )


async def extend(session: WriteSession, request_id: UUID) -> None:
    """Give a request the days that the law adds for a reason told to the subject; once.

    Raises UnknownRequestError, and ClosedRequestError where it is closed or the law adds none.
    """
    row = await session.raw.fetchrow(
        "select kind, state, received_on, is_extended from subject_request where id = $1"
        " for update",
        request_id,
    )
    if row is None:
        raise UnknownRequestError
    rule = await read_rule(session, row["kind"], on=row["received_on"])
    if (
        row["state"] != RequestState.OPEN
        or row["is_extended"]
        or "extension" not in rule.parameters
    ):
        raise ClosedRequestError
    calendar = await read_calendar(session)
    await session.raw.execute(
        "update subject_request set due_on = $2, is_extended = true where id = $1",
        request_id,
        due_on(rule, row["received_on"], calendar, extended=True),
    )


async def close(
    session: WriteSession, request_id: UUID, outcome: RequestState, *, on: date
) -> None:
    """Close a request that no destruction follows from, or refuse one before anything was blocked."""
    state = await session.raw.fetchval(
        "select state from subject_request where id = $1 for update", request_id
    )
    if state is None:
        raise UnknownRequestError
    open_ones = {RequestState.OPEN, RequestState.KEPT}
    if state not in open_ones or outcome not in {RequestState.DONE, RequestState.REFUSED}:
        raise ClosedRequestError
    await session.raw.execute(
        "update subject_request set state = $2, closed_on = $3 where id = $1",
        request_id,
        outcome,
        on,
    )


async def call_worker(session: WriteSession) -> None:
    """Put in the job that blocks and destroys what is due."""
    await jobs.enqueue(session, jobs.LAW, {})
