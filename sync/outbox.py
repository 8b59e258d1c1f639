"""Events of what changed, written with the change itself; tombstones reach who loses sight."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from hub.database import WriteSession
from hub.records import ChangesetId

Places = Mapping[UUID, list[UUID]]


async def announce(
    session: WriteSession,
    entity: str,
    operations: Iterable[tuple[UUID, str]],
    *,
    before: Places,
    after: Places,
    changeset_id: ChangesetId,
) -> int:
    """Write an event for each (id, operation): who saw it before, who sees it after."""
    events = sorted(operations)
    await session.raw.copy_records_to_table(
        "change",
        columns=[
            "entity",
            "entity_id",
            "operation",
            "places_before",
            "places_after",
            "changeset_id",
        ],
        records=[
            (entity, owner, operation, before.get(owner, []), after.get(owner, []), changeset_id)
            for owner, operation in events
        ],
    )
    return len(events)


async def mentorship_places(session: WriteSession) -> dict[UUID, list[UUID]]:
    """Say who sees each affected mentorship now."""
    rows = await session.raw.fetch(
        "select mentorship_id, array_agg(authority_id order by authority_id) as places"
        " from mentorship_place where mentorship_id in (select id from affected_mentorship)"
        " group by mentorship_id"
    )
    return {row["mentorship_id"]: row["places"] for row in rows}
