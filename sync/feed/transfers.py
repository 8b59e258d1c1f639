"""Telling partners by the feed that a consent to transfer has begun, ended or was taken back.

Whom a partner may not be told of is theirs to see no longer at once (`may_be_transferred`); the
event lets whoever keeps a copy remove them, or take them in again. It names the person to all who
see them, and says nothing of the consent.
"""

from datetime import date
from typing import Final

from hub.database import Database
from sync import changeset
from sync.changeset import Difference
from sync.projecting import PROJECTING


async def announce_transfers(database: Database, *, today: date) -> int:
    """Announce each person, and their mentorships, whose consent stands otherwise than was told.

    Gives how many events were written; costs a query where there is none.
    """
    async with database.writing() as session:
        raw = session.raw
        if not await raw.fetchval(f"select exists ({TURNED})", today):
            return 0
        await session.lock(PROJECTING)
        people = await raw.fetch(f"{TURNED} for update of t", today)
        number = await changeset.begin(session, "CONSENT", actor="schedule")
        events: int = await raw.fetchval(
            ANNOUNCE, [row["person_id"] for row in people], today, number
        )
        await raw.execute(TOLD, [row["id"] for row in people], today)
        await changeset.finish(session, number, Difference(events=events))
        return events


TURNED: Final = """
select t.id, l.person_id from consent t join link l on l.record_id = t.record_id
where t.purpose = 'TRANSFER' and t.told is distinct from consent_state(t, $1)
"""
TOLD: Final = "update consent t set told = consent_state(t, $2) where id = any ($1)"
ANNOUNCE: Final = """
with seen as (
    select 'PERSON' as entity, person_id as id, array_agg(authority_id order by authority_id) as places
    from person_place where person_id = any ($1) and starts <= $2 and ends > $2 group by person_id
    union all
    select 'MENTORSHIP', mentorship_id, array_agg(authority_id order by authority_id)
    from mentorship_place where mentorship_id in (
        select m.mentorship_id from mentorship_member m where m.person_id = any ($1))
    group by mentorship_id
), announced as (
    insert into change (entity, entity_id, operation, places_before, places_after, changeset_id)
    select entity, id, 'UPSERT', places, places, $3 from seen order by entity, id
    returning 1
)
select count(*) from announced
"""
