"""Events of what changed, written with the change itself; tombstones reach who loses sight."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from uuid import UUID

import pandas as pd

from hub.database import WriteSession
from hub.records import ChangesetId
from sync.columns import AT_ONCE, column, insert_frame

Places = Mapping[UUID, list[UUID]]
Seen = Callable[[Sequence[UUID]], Awaitable[Places]]


async def announce(
    session: WriteSession,
    entity: str,
    operations: Iterable[tuple[UUID, str]],
    *,
    before: Places,
    after: Seen,
    others: Mapping[UUID, UUID],
    changeset_id: ChangesetId,
) -> int:
    """Write an event for each (id, operation): who saw it before, who sees it after.

    `after` is asked of some thousands of ids at a time. `others` says whom an id was merged into or
    split from.
    """
    told = sorted(operations)
    if not told:
        return 0
    epoch = await session.raw.fetchval("select feed_epoch()")
    for start in range(0, len(told), AT_ONCE):
        some = told[start : start + AT_ONCE]
        events = pd.DataFrame(some, columns=["entity_id", "operation"], dtype=object)
        ids = events["entity_id"].tolist()
        seen = await after(ids)
        events["entity"] = entity
        events["places_before"] = column(before.get(owner, []) for owner in ids)
        events["places_after"] = column(seen.get(owner, []) for owner in ids)
        events["other_id"] = column(others.get(owner) for owner in ids)
        events["epoch"] = epoch
        events["changeset_id"] = changeset_id
        await insert_frame(session.raw, "change", events, list(events.columns))
    return len(told)


async def mentorship_places(session: WriteSession) -> dict[UUID, list[UUID]]:
    """Say who sees each affected mentorship now."""
    rows = await session.raw.fetch(SEEN.format(those="in (select id from affected_mentorship)"))
    return {row["mentorship_id"]: row["places"] for row in rows}


async def places_of_mentorships(
    session: WriteSession, mentorships: Sequence[UUID]
) -> dict[UUID, list[UUID]]:
    """Say who sees some mentorships now."""
    rows = await session.raw.fetch(SEEN.format(those="= any($1)"), mentorships)
    return {row["mentorship_id"]: row["places"] for row in rows}


SEEN = """
select mentorship_id, array_agg(authority_id order by authority_id) as places
from mentorship_place where mentorship_id {those} group by mentorship_id
"""
