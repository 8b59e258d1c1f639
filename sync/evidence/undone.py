"""Taking a change's evidence out, and putting it back: what others say as well stays.

A record of which nothing is said any more keeps its number without a version, so that people's
words about it hold when it is stated again. What is taken out is kept as it stood.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg
import numpy as np

from hub.database import WriteSession
from hub.records import ChangesetId
from sync.evidence.lists import derive_ends
from sync.evidence.retracted import FORMER_KEY, Retracted

Connection = asyncpg.Connection


async def withdraw(
    session: WriteSession, changeset_id: ChangesetId, *, undo_id: ChangesetId
) -> Retracted:
    """Take out what one change stated; answers who is touched by records that are left bare.

    What a later file states as well is handed over to it. Leaves its records pending, and the keys
    of bare ones in the temporary table `former_key`.
    """
    connection = session.raw
    await connection.execute(HAND_OVER, changeset_id)
    await connection.execute(KEEP, changeset_id, undo_id)
    await connection.execute(UNDONE_RECORDS, changeset_id)
    organisations = await connection.fetch(LISTED, changeset_id)
    for statement in TAKE_OUT:
        await connection.execute(statement, changeset_id)
    await connection.execute(REMAINING_LISTS, [row["organisation_id"] for row in organisations])
    await connection.execute(FORGET_READING, undo_id)
    return await _recount(session, [row["organisation_id"] for row in organisations])


async def take_out(
    session: WriteSession, records: Sequence[int], organisations: Sequence[UUID]
) -> Retracted:
    """Take out what records say now; what they said before holds, if anything.

    `organisations` are whose lists changed with it. Answers and leaves what `withdraw` does.
    """
    await session.raw.execute(TAKEN_RECORDS, records)
    await session.raw.execute(TAKE_CURRENT, records)
    return await _recount(session, organisations)


async def put_back(session: WriteSession, undo_id: ChangesetId) -> Retracted:
    """Put back what an undoing took out; what was said again meanwhile is left as it is."""
    connection = session.raw
    for relation in RELATIONS:
        await connection.execute(PUT_BACK.format(relation=relation), undo_id, relation)
    await connection.execute(PUT_BACK_RECORDS, undo_id)
    organisations = await connection.fetch(PUT_BACK_LISTS, undo_id)
    await connection.execute("delete from undone_evidence where changeset_id = $1", undo_id)
    return await _recount(session, [row["organisation_id"] for row in organisations])


async def _recount(session: WriteSession, organisations: Sequence[UUID]) -> Retracted:
    """Bring the touched records' days and current versions up to what is left of them."""
    connection = session.raw
    await connection.execute(REMAINING)
    retracted = await _bare(connection)
    rows = await connection.fetch(
        "select distinct organisation_id from record where id in (select id from undone_record)"
    )
    concerned = {row["organisation_id"] for row in rows} | set(organisations)
    await derive_ends(session, sorted(concerned))
    await connection.execute("drop table undone_record")
    return retracted


async def _bare(connection: Connection) -> Retracted:
    """Take the records that nothing is said of out of people and pairs."""
    await connection.execute(MARK_BARE)
    people = await connection.fetch(PEOPLE)
    mentorships = await connection.fetch(MENTORSHIPS)
    neighbours = await connection.fetch(NEIGHBOURS)
    await connection.execute(FORMER_KEY)
    await connection.execute(FORMER_KEYS)
    for statement in EMPTY:
        await connection.execute(statement)
    ids = [row["id"] for row in neighbours]
    await connection.execute(AGAIN, ids)
    return Retracted(
        people=frozenset(row["person_id"] for row in people),
        neighbours=np.array(ids, dtype=np.int64),
        mentorships=frozenset(row["mentorship_id"] for row in mentorships),
    )


# In the order in which rows may be put back.
RELATIONS: Final = (
    "record_version",
    "restatement",
    "list_statement",
    "stated_list",
    "stated_figure",
    "rejection",
)
HAND_OVER = """
with heir as (
    select distinct on (s.version_id) s.*
    from restatement s
    join record_version v on v.id = s.version_id
    join changeset c on c.id = s.changeset_id and c.state <> 'UNDONE'
    where v.changeset_id = $1 and s.changeset_id <> $1
    order by s.version_id, s.changeset_id
), handed as (
    update record_version v
    set changeset_id = heir.changeset_id, source_file_id = heir.source_file_id,
        sheet = heir.sheet, row = heir.row
    from heir where v.id = heir.version_id
)
delete from restatement s using heir
where s.version_id = heir.version_id and s.changeset_id = heir.changeset_id
"""
_KEEPS = "\nunion all ".join(
    f"select $2::bigint, {whose}, '{relation}', to_jsonb(t) from {relation} t where t.changeset_id = $1"
    for relation, whose in {
        **dict.fromkeys(RELATIONS, "null::bigint"),
        "record_version": "t.record_id",
        "restatement": "(select v.record_id from record_version v where v.id = t.version_id)",
    }.items()
)
KEEP = f"insert into undone_evidence (changeset_id, record_id, relation, said)\n{_KEEPS}"
# A row of a base is told anew as well where only whom it mentions is.
UNDONE_RECORDS = """
create temp table undone_record on commit drop as
with said as (select distinct record_id as id from record_version where changeset_id = $1)
select id from said union select r.stated_by from record r join said using (id)
where r.stated_by is not null
"""
TAKEN_RECORDS = """
create temp table undone_record on commit drop as select unnest($1::bigint[]) as id
"""
TAKE_CURRENT = """
delete from record_version v using record r where r.id = any($1) and v.id = r.current_version_id
"""
LISTED = """
select organisation_id from stated_list where changeset_id = $1
union select organisation_id from list_statement where changeset_id = $1
"""
TAKE_OUT = tuple(f"delete from {name} where changeset_id = $1" for name in reversed(RELATIONS))
# Each list is what the files that are left say of it: full if one of them says so.
REMAINING_LISTS = """
with said as (
    select distinct on (source_id, organisation_id, kind, stated_as_of) *
    from list_statement where organisation_id = any($1)
    order by source_id, organisation_id, kind, stated_as_of, completeness, changeset_id
)
insert into stated_list as held (source_id, organisation_id, kind, stated_as_of, academic_year,
                                 completeness, source_file_id, changeset_id)
select source_id, organisation_id, kind, stated_as_of, academic_year, completeness,
       source_file_id, changeset_id
from said
on conflict (source_id, organisation_id, kind, stated_as_of) do update
    set completeness = excluded.completeness, source_file_id = excluded.source_file_id,
        changeset_id = excluded.changeset_id
    where held.completeness <> excluded.completeness
"""
# The same file given again is read again.
FORGET_READING = """
update source_file set reading = null where id in (
    select (said ->> 'source_file_id')::uuid from undone_evidence
    where changeset_id = $1 and said ? 'source_file_id')
"""
REMAINING = """
with left_over as (
    select v.record_id, min(v.stated_as_of) as first_stated, max(v.stated_as_of) as last_stated,
           (array_agg(v.id order by v.stated_as_of desc, v.stated_at desc, v.content_hash desc))[1]
               as newest
    from record_version v join undone_record u on u.id = v.record_id
    group by v.record_id
)
update record r
set first_stated = s.first_stated, last_stated = s.last_stated, current_version_id = s.newest,
    projected_version_id = null,
    standing_version_id = case when r.standing_version_id is null or exists (
        select from record_version held where held.id = r.standing_version_id)
        then r.standing_version_id else s.newest end
from left_over s where s.record_id = r.id
"""
MARK_BARE = """
create temp table bare_record on commit drop as
select u.id from undone_record u
where not exists (select from record_version v where v.record_id = u.id)
"""
_BARE = "(select id from bare_record)"
PEOPLE = f"select distinct person_id from link where record_id in {_BARE}"
_OF_CLAIM = ("record_id", "mentor_record_id", "mentee_record_id")
_CLAIMS = " or ".join(f"c.{name} in {_BARE}" for name in _OF_CLAIM)
MENTORSHIPS = f"""
select distinct c.mentorship_id from mentorship_claim c
where c.mentorship_id is not null and ({_CLAIMS})
"""
NEIGHBOURS = f"""
select id from (
    select record_b as id from edge where record_a in {_BARE}
    union select record_a from edge where record_b in {_BARE}
    union select other.record_id from link mine join link other using (person_id)
        where mine.record_id in {_BARE}
    union select unnest(array[c.record_id, c.mentor_record_id, c.mentee_record_id])
        from mentorship_claim c where {_CLAIMS}
) beside where id not in {_BARE}
"""
FORMER_KEYS = f"""
insert into former_key
select key, record_id, finer from record_key where record_id in {_BARE}
"""
EMPTY = (
    *(
        f"delete from {table} where {column} in {_BARE}"
        for table, column in (
            ("edge", "record_a"),
            ("edge", "record_b"),
            *(("mentorship_claim", name) for name in _OF_CLAIM),
            ("question", "record_a"),
            ("question", "record_b"),
            ("sampled_pair", "record_a"),
            ("sampled_pair", "record_b"),
            ("record_key", "record_id"),
            ("link", "record_id"),
            ("record_facts", "record_id"),
        )
    ),
    f"""
    update record set first_stated = 'infinity', last_stated = '-infinity', ended_on = null,
        projected_ended_on = null, current_version_id = null, projected_version_id = null,
        standing_version_id = null where id in {_BARE}""",
    "drop table bare_record",
)
# Whoever stood beside them is compared and told anew.
AGAIN = """
update record set projected_version_id = null
where id = any($1) and current_version_id is not null
"""
PUT_BACK = """
insert into {relation} select said.*
from undone_evidence u cross join jsonb_populate_record(null::{relation}, u.said) said
where u.changeset_id = $1 and u.relation = $2
on conflict do nothing
"""
PUT_BACK_RECORDS = UNDONE_RECORDS.replace(
    "from record_version where changeset_id = $1",
    "from undone_evidence where changeset_id = $1 and record_id is not null",
)
PUT_BACK_LISTS = """
select distinct (said ->> 'organisation_id')::uuid as organisation_id from undone_evidence
where changeset_id = $1 and relation in ('stated_list', 'list_statement')
"""
