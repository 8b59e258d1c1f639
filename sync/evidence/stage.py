"""Landing: pages of records become evidence, each in its own transaction.

A record that says the same again as of the same day adds nothing. Which version is current and
when a record ended follow from the days and contents stated, so the order of landing is no matter.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pandas as pd

from hub.database import WriteSession
from hub.filling import copy_frame
from hub.records import ChangesetId
from sync.evidence.lists import end_moved_cards


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """How many records and versions a page added."""

    records: int
    versions: int


async def land(
    session: WriteSession,
    landing: pd.DataFrame,
    *,
    source_id: UUID,
    changeset_id: ChangesetId,
    stated_at: datetime | None = None,
) -> Landed:
    """Write a page that `landing_of` made as evidence.

    `stated_at` is when a system said so, whose cards keep their number wherever they go; a card
    that moved on ends where it was. Waits for another page of the same source. Costs one COPY and
    a handful of statements whatever the page's size and whatever is stored.
    """
    await session.lock(f"landing:{source_id}")
    connection = session.raw
    await connection.execute(TABLES)
    await copy_frame(connection, "landing", landing)
    known = await connection.fetchval(MEET, source_id)
    new, versions = int(landing["is_newest"].sum()) - known, 0
    if new:
        versions += await connection.fetchval(
            NEW_RECORDS, source_id, stated_at is not None, stated_at, changeset_id
        )
    if known:
        await connection.execute(STATED_DAYS)
        if stated_at is None:
            await connection.execute(RESTATED, changeset_id)
        versions += await connection.fetchval(KNOWN_RECORDS, stated_at, changeset_id)
    if stated_at is not None:
        await end_moved_cards(session, source_id)
    await connection.execute("drop table landing, met")
    return Landed(records=new, versions=versions)


TABLES = """
create temp table landing (
    line int, stating_line int, kind text, part smallint, organisation_id uuid, external_id bytea,
    content_hash bytea, is_newest bool, first_stated date, last_stated date, sheet text, row int,
    stated_id text, stated_as_of date, source_file_id uuid, payload jsonb
) on commit drop;
create temp table met (
    line int, stating_line int, known_id bigint, record_id bigint, version_id bigint
) on commit drop
"""

# Who of the page is known, and the ids of who is not. A subselect reads the whole key of one record
# whatever the statistics of a growing table say.
MEET = """
with found as (
    select line, stating_line, (
        select r.id from record r
        where r.source_id = $1 and r.kind = l.kind and r.organisation_id = l.organisation_id
            and r.external_id = l.external_id) as known_id
    from landing l where is_newest offset 0
), noted as (
    insert into met
    select line, stating_line, known_id, coalesce(known_id, nextval('record_id_seq')),
           case when known_id is null then nextval('record_version_id_seq') end
    from found
    returning known_id
)
select count(known_id) from noted
"""

# A new record is given the id of its newest version, and a mention the row that makes it: writing
# either afterwards would rewrite every row just written, and PostgreSQL would check its references
# again. Nobody else lands of this source meanwhile, so nothing can be in the way of new records.
NEW_RECORDS = """
with records as (
    insert into record (id, source_id, kind, organisation_id, external_id, stated_by, first_stated,
                        last_stated, is_card, current_version_id)
    select m.record_id, $1, l.kind, l.organisation_id, l.external_id, stating.record_id,
           l.first_stated, l.last_stated,
           $2 and l.kind in ('STAFF', 'PUPIL') and l.stated_id <> '', m.version_id
    from met m
    join landing l on l.line = m.line and l.is_newest
    left join met stating on stating.line = m.stating_line
    where m.known_id is null
), versions as (
    insert into record_version (id, record_id, content_hash, stated_as_of, payload, source_file_id,
                                sheet, row, part, stated_id, stated_at, changeset_id)
    select case when l.is_newest then m.version_id else nextval('record_version_id_seq') end,
           m.record_id, l.content_hash, l.stated_as_of, l.payload, l.source_file_id, l.sheet,
           l.row, l.part, l.stated_id, coalesce($3, '-infinity'::timestamptz), $4
    from met m join landing l on l.line = m.line
    where m.known_id is null
    returning 1
)
select count(*) from versions
"""

STATED_DAYS = """
update record r
set first_stated = least(r.first_stated, l.first_stated),
    last_stated = greatest(r.last_stated, l.last_stated)
from met m join landing l on l.line = m.line and l.is_newest
where r.id = m.known_id and (r.first_stated > l.first_stated or r.last_stated < l.last_stated)
"""

# What stands already stays with the change that said it first, and another file still says it once
# that one is undone. Of files only: a system is read again. The same file again says nothing new.
RESTATED = """
insert into restatement (version_id, changeset_id, source_file_id, sheet, row)
select held.id, $1, l.source_file_id, l.sheet, l.row
from met m join landing l on l.line = m.line
join record_version held on held.record_id = m.known_id and held.stated_as_of = l.stated_as_of
    and held.content_hash = l.content_hash and held.changeset_id <> $1
    and held.source_file_id <> l.source_file_id
where m.known_id is not null and not exists (
    select from restatement s
    where s.version_id = held.id and s.source_file_id = l.source_file_id)
on conflict (version_id, changeset_id) do nothing
"""

# What a system said in the morning and says again in the evening holds against what it said at
# noon; but a read that says what stands already writes nothing.
KNOWN_RECORDS = """
with added as (
    insert into record_version as held (record_id, content_hash, stated_as_of, payload,
                                source_file_id, sheet, row, part, stated_id, stated_at, changeset_id)
    select m.known_id, l.content_hash, l.stated_as_of, l.payload, l.source_file_id, l.sheet,
           l.row, l.part, l.stated_id, coalesce($1, '-infinity'::timestamptz), $2
    from met m join landing l on l.line = m.line
    where m.known_id is not null
    on conflict (record_id, stated_as_of, content_hash) do update
        set stated_at = excluded.stated_at
        where held.stated_at < excluded.stated_at and exists (
            select from record r where r.id = held.record_id and (r.current_version_id <> held.id
                or r.is_card and exists (select from record o where o.is_card
                    and o.source_id = r.source_id and o.external_id = r.external_id
                    and o.organisation_id <> r.organisation_id)))
    returning id, record_id, stated_as_of, stated_at, content_hash, (xmax = 0) as is_new
), newest as (
    select distinct on (record_id) id, record_id, stated_as_of, stated_at, content_hash
    from added order by record_id, stated_as_of desc, stated_at desc, content_hash desc
), moved as (
    update record r
    set projected_version_id = null,
        current_version_id = coalesce((
            select v.id from record_version v
            where v.id = r.current_version_id
              and (v.stated_as_of, v.stated_at, v.content_hash)
                > (newest.stated_as_of, newest.stated_at, newest.content_hash)
        ), newest.id)
    from newest
    where r.id = newest.record_id and r.current_version_id is distinct from newest.id
)
select count(*) filter (where is_new) from added
"""
