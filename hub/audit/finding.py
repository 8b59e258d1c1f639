"""Reading the audit: all of it in order, or what somebody looks for."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from hub.audit.chain import Check, Finding, Head, Row
from hub.audit.events import Action
from hub.database import ReadSession

AT_ONCE: Final = 2_000
# A person is looked for under every id that ever named them.
SEARCH: Final = """
    select a.*, l.name as client
    from audit_event a
    left join client l on l.id = a.client_id
    where ($1::uuid is null or a.entity_ids && array(
              select $1::uuid
              union select p.alias_id from person_alias p where p.person_id = $1
              union select p.person_id from person_alias p where p.alias_id = $1))
      and ($2::uuid is null or a.client_id = $2)
      and ($3::text is null or a.action = $3)
      and ($4::timestamptz is null or a.at >= $4)
      and ($5::timestamptz is null or a.at < $5)
    order by a.seq desc
    limit $6
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for; conditions add up."""

    person: UUID | None = None
    client: UUID | None = None
    action: Action | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 100


async def search(session: ReadSession, wanted: Wanted) -> Sequence[Row]:
    """Return the newest events that fit, newest first."""
    rows = await session.raw.fetch(
        SEARCH,
        wanted.person,
        wanted.client,
        wanted.action,
        wanted.since,
        wanted.until,
        wanted.limit,
    )
    return [dict(row) for row in rows]


async def every(session: ReadSession) -> AsyncIterator[Sequence[Row]]:
    """Yield all events, oldest first, some thousand at a time."""
    last = 0
    while rows := await session.raw.fetch(
        "select * from audit_event where seq > $1 order by seq limit $2", last, AT_ONCE
    ):
        yield [dict(row) for row in rows]
        last = rows[-1]["seq"]


async def verify(session: ReadSession, expected: Head | None = None) -> tuple[Head, list[Finding]]:
    """Check the whole chain; give its head and what does not fit."""
    check = Check(expected)
    found = [finding async for rows in every(session) for finding in check.findings(rows)]
    return check.head, [*found, *check.end()]
