"""Events of what changed, written with the change itself; tombstones reach who loses sight."""

from collections.abc import Iterable, Mapping
from uuid import UUID

import pandas as pd

from hub.database import WriteSession
from hub.records import ChangesetId
from sync.columns import column, insert_frame

Places = Mapping[UUID, list[UUID]]


async def announce(
    session: WriteSession,
    entity: str,
    operations: Iterable[tuple[UUID, str]],
    *,
    before: Places,
    after: Places,
    others: Mapping[UUID, UUID],
    changeset_id: ChangesetId,
) -> int:
    """Write an event for each (id, operation): who saw it before, who sees it after.

    `others` says whom an id was merged into or split from.
    """
    events = pd.DataFrame(sorted(operations), columns=["entity_id", "operation"], dtype=object)
    if events.empty:
        return 0
    events["entity"] = entity
    events["places_before"] = column(before.get(owner, []) for owner in events["entity_id"])
    events["places_after"] = column(after.get(owner, []) for owner in events["entity_id"])
    events["other_id"] = column(others.get(owner) for owner in events["entity_id"])
    events["epoch"] = await session.raw.fetchval("select feed_epoch()")
    events["changeset_id"] = changeset_id
    await insert_frame(session.raw, "change", events, list(events.columns))
    return len(events)


async def mentorship_places(session: WriteSession) -> dict[UUID, list[UUID]]:
    """Say who sees each affected mentorship now."""
    rows = await session.raw.fetch(
        "select mentorship_id, array_agg(authority_id order by authority_id) as places"
        " from mentorship_place where mentorship_id in (select id from affected_mentorship)"
        " group by mentorship_id"
    )
    return {row["mentorship_id"]: row["places"] for row in rows}
