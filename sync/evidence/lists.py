"""Which lists were given, and what they end by leaving out: derived from evidence alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from hub.database import WriteSession
from hub.records import ChangesetId, Completeness, FileKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStatement:
    """That an organisation gave a list of a kind as of a day."""

    organisation_id: UUID
    kind: FileKind
    stated_as_of: date
    academic_year: int
    completeness: Completeness
    source_file_id: UUID


async def state_lists(
    session: WriteSession, lists: Sequence[ListStatement], *, changeset_id: ChangesetId
) -> None:
    """Remember which lists were given, and end the records that FULL lists leave out.

    A list stated twice for one day is FULL if either statement says so. It says nothing about the
    records of other sources than the one that gave its file.
    """
    if not lists:
        return
    said = (
        [given.organisation_id for given in lists],
        [given.kind for given in lists],
        [given.stated_as_of for given in lists],
        [given.academic_year for given in lists],
        [given.completeness for given in lists],
        [given.source_file_id for given in lists],
        changeset_id,
    )
    await session.raw.execute(STATED, *said)
    await session.raw.execute(STATED_BY_FILES, *said)
    await derive_ends(session, sorted({given.organisation_id for given in lists}))


_SAID = """
from unnest($1::uuid[], $2::text[], $3::date[], $4::smallint[], $5::text[], $6::uuid[])
    with ordinality
    as said (organisation_id, kind, stated_as_of, academic_year, completeness, file_id, place)
join source_file f on f.id = said.file_id
"""
STATED = f"""
insert into stated_list (source_id, organisation_id, kind, stated_as_of, academic_year,
                         completeness, source_file_id, changeset_id)
select distinct on (f.source_id, said.organisation_id, said.kind, said.stated_as_of)
       f.source_id, said.organisation_id, said.kind, said.stated_as_of, said.academic_year,
       said.completeness, f.id, $7
{_SAID}
order by f.source_id, said.organisation_id, said.kind, said.stated_as_of, said.completeness, place
on conflict (source_id, organisation_id, kind, stated_as_of) do update
    set completeness = excluded.completeness
    where stated_list.completeness > excluded.completeness
"""
# By which of the files something is still said once another is undone; a system is read again.
STATED_BY_FILES = f"""
insert into list_statement as held (source_id, organisation_id, kind, stated_as_of, academic_year,
                                    completeness, source_file_id, changeset_id)
select distinct on (f.source_id, said.organisation_id, said.kind, said.stated_as_of)
       f.source_id, said.organisation_id, said.kind, said.stated_as_of, said.academic_year,
       said.completeness, f.id, $7
{_SAID}
join source s on s.id = f.source_id and s.kind = 'SCHOOL_FILES'
where not exists (
    select from list_statement h
    where h.source_id = f.source_id and h.organisation_id = said.organisation_id
      and h.kind = said.kind and h.stated_as_of = said.stated_as_of
      and h.source_file_id = f.id and h.completeness <= said.completeness)
order by f.source_id, said.organisation_id, said.kind, said.stated_as_of, said.completeness, place
on conflict (source_id, organisation_id, kind, stated_as_of, changeset_id) do update
    set completeness = excluded.completeness where held.completeness > excluded.completeness
"""


async def derive_ends(session: WriteSession, organisations: Sequence[UUID]) -> None:
    """End the organisations' records that are no longer stated.

    A record ends on the day of the first FULL list of its source, kind and organisation after its
    last statement; a card also on the day its source states it of another organisation. Running it
    again, or in another order, ends the same records on the same days.
    """
    await session.raw.execute(ENDED.format(whose="organisation_id"), list(organisations))


async def derive_ends_of(session: WriteSession, records: Sequence[int]) -> None:
    """Do as `derive_ends` for these records alone."""
    await session.raw.execute(ENDED.format(whose="id"), list(records))


# A record that is on the newest list, is no card and was not ended needs no look at the others. The
# days of a card are compared as pairs with the instants: it may move on the day it was stated.
ENDED = """
with newest as (
    select source_id, organisation_id, kind, max(stated_as_of) as stated_as_of
    from stated_list
    where completeness = 'FULL'
        and organisation_id in (select organisation_id from record where {whose} = any($1))
    group by source_id, organisation_id, kind
), held as materialized (
    select r.*, k.list from record r
    join (values ('STAFF', 'STAFF'), ('PUPIL', 'PUPILS')) as k (kind, list) on k.kind = r.kind
    left join newest n on n.source_id = r.source_id and n.organisation_id = r.organisation_id
        and n.kind = k.list
    where r.{whose} = any($1) and r.current_version_id is not null
        and (r.ended_on is not null or r.deleted_on is not null or r.is_card
             or n.stated_as_of > r.last_stated)
), said as (
    select held.id, held.ended_on as before,
           least(left_out.day, elsewhere.day, held.deleted_on) as ended_on
    from held
    left join lateral (
        select min(l.stated_as_of) as day from stated_list l
        where l.source_id = held.source_id and l.organisation_id = held.organisation_id
            and l.kind = held.list and l.completeness = 'FULL' and l.stated_as_of > held.last_stated
    ) left_out on true
    left join lateral (
        select v.stated_as_of as day
        from record moved join record_version v on v.record_id = moved.id
        where held.is_card and moved.is_card and moved.source_id = held.source_id
            and moved.external_id = held.external_id and moved.kind = held.kind
            and moved.organisation_id <> held.organisation_id
            and (v.stated_as_of, v.stated_at) > (
                select last.stated_as_of, last.stated_at from record_version last
                where last.record_id = held.id
                order by last.stated_as_of desc, last.stated_at desc limit 1)
        order by v.stated_as_of limit 1
    ) elsewhere on true
)
update record r set ended_on = said.ended_on
from said where said.id = r.id and said.before is distinct from said.ended_on
"""


async def end_moved_cards(session: WriteSession, source_id: UUID) -> None:
    """Look again at every organisation where a card of the page in `landing` stands as well."""
    organisations = await session.raw.fetch(ELSEWHERE, source_id)
    if organisations:
        await derive_ends(session, [row["organisation_id"] for row in organisations])


# A subselect reads the cards of one number whatever the statistics of a growing table say.
ELSEWHERE = """
select distinct unnest(held.units) as organisation_id
from (
    select (
        select array_agg(distinct r.organisation_id) from record r
        where r.source_id = $1 and r.is_card and r.external_id = l.external_id) as units
    from landing l where l.part = 0 offset 0
) held
where cardinality(held.units) > 1
"""
