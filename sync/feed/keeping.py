"""Keeping the feed: who comes into sight or out of it by date alone, and events too old to keep.

Places have days, so a person may come into an authority's sight, or leave it, without anything
being written. Once a day those whose places began or ended since the last look are announced.
"""

from datetime import date, timedelta
from typing import Final

from hub.database import Database, WriteSession
from sync import changeset
from sync.changeset import Difference

LOCK: Final = "feed"


async def announce_turn(database: Database, *, today: date) -> int:
    """Announce whose places began or ended since the day of the last look; answers how many."""
    async with database.writing() as session:
        await session.lock(LOCK)
        since = await session.raw.fetchval("select day from feed_turn for update")
        await session.raw.execute(REMEMBER, today)
        if since is None or since >= today:
            return 0
        number = await changeset.begin(session, "TURN", actor="schedule")
        events: int = await session.raw.fetchval(TURNED, since, today, number)
        await changeset.finish(session, number, Difference(events=events))
        return events


REMEMBER = """
insert into feed_turn (is_it, day) values (true, $1)
on conflict (is_it) do update set day = greatest(feed_turn.day, excluded.day)
"""
TURNED = """
with turned as (
    select distinct person_id from person_place
    where starts > $1 and starts <= $2 or ends > $1 and ends <= $2
), seen as (
    select person_id,
           coalesce(array_agg(authority_id order by authority_id)
               filter (where starts <= $1 and ends > $1), '{}') as before,
           coalesce(array_agg(authority_id order by authority_id)
               filter (where starts <= $2 and ends > $2), '{}') as after
    from person_place where person_id in (select person_id from turned) group by person_id
), announced as (
    insert into change (entity, entity_id, operation, places_before, places_after, changeset_id)
    select 'PERSON', person_id, 'UPSERT', before, after, $3 from seen
    where before <> after order by person_id
    returning 1
)
select count(*) from announced
"""


async def forget_events(database: Database, *, days: int) -> int:
    """Drop events older than so many days, and those of other epochs; answers how many.

    What is dropped last stays known: a cursor before it has expired.
    """
    async with database.writing() as session:
        await session.lock(LOCK)
        return await _forget(session, timedelta(days=days))


async def _forget(session: WriteSession, age: timedelta) -> int:
    await session.raw.execute("delete from change where epoch <> (select feed_epoch())")
    forgotten: int = await session.raw.fetchval(FORGET, age)
    return forgotten


# Whole transactions go, and only such that no event younger than the bound precedes.
FORGET = """
with bound as (
    select coalesce(
        (select min(xid) from change where epoch = (select feed_epoch()) and at >= now() - $1::interval),
        pg_snapshot_xmin(pg_current_snapshot())) as xid
), gone as (
    delete from change c using bound
    where c.epoch = (select feed_epoch()) and c.xid < bound.xid
      and c.xid < pg_snapshot_xmin(pg_current_snapshot())
    returning c.xid, c.id
), noted as (
    insert into feed_horizon as held (epoch, xid, id)
    select feed_epoch(), xid, id from gone order by xid desc, id desc limit 1
    on conflict (epoch) do update set xid = excluded.xid, id = excluded.id, at = now()
)
select count(*) from gone
"""
