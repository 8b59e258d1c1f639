"""What a change does, readably: examples with their place and fields, whose people, which figures.

Read from the change's own events, within the transaction that wrote them or later; names and values
of people are no part of it, so it may be kept and shown to whoever watches over the hub.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final  # an effect is kept as JSON
from uuid import UUID

from hub.coverage.figures import Figures, figures_of
from hub.database import ReadSession
from hub.records import ChangesetId
from sync.changeset import Difference

MOST_EXAMPLES: Final = 5  # of each kind of change
MOST_UNITS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One of those whom a change is about: what happens to whom, which fields, said where."""

    entity: str  # PERSON | MENTORSHIP
    what: str  # ADDED | CHANGED | MERGED | SPLIT | REMOVED
    entity_id: str
    organisation: str | None
    file: str | None
    sheet: str | None
    row: int | None
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitEffect:
    """How many people and mentorships of an organisation a change touches."""

    organisation_id: str
    organisation: str
    is_authority: bool
    people: int
    mentorships: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureEffect:
    """A figure of today's coverage before and after: the region's or a department's."""

    row: str
    figure: str
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """A change as people read it."""

    difference: Difference
    examples: tuple[Example, ...]
    units: tuple[UnitEffect, ...]
    figures: tuple[FigureEffect, ...]

    def as_json(self) -> Mapping[str, Any]:
        """Give it as it is kept."""
        return asdict(self)


async def effects_of(
    after: ReadSession,
    before: ReadSession,
    changeset_id: ChangesetId,
    difference: Difference,
    *,
    today: date,
) -> Effects:
    """Compare what a session that sees the change holds with one that does not see it yet."""
    now, then = await figures_of(after, today=today), await figures_of(before, today=today)
    return Effects(
        difference=difference,
        examples=await _examples(after, before, changeset_id),
        units=await _units(after, changeset_id),
        figures=_moved(then, now),
    )


async def _examples(
    after: ReadSession, before: ReadSession, changeset_id: ChangesetId
) -> tuple[Example, ...]:
    rows = await after.raw.fetch(EXAMPLES, changeset_id, MOST_EXAMPLES)
    ids = [row["entity_id"] for row in rows if row["entity"] == "PERSON"]
    now, then = await _said(after, ids), await _said(before, ids)
    return tuple(
        Example(
            **{
                **dict(row),
                "entity_id": str(row["entity_id"]),
                "fields": _differing(then, now, row["entity_id"]),
            }
        )
        for row in rows
    )


# How an event of the feed reads: whoever saw nothing before sees somebody new.
EXAMPLES: Final = """
with told as (
    select id, entity, entity_id,
           case when operation in ('MERGED', 'SPLIT') then operation
                when operation = 'DELETE' then 'REMOVED'
                when places_before = '{}' then 'ADDED' else 'CHANGED' end as what
    from change where changeset_id = $1
), numbered as (
    select *, row_number() over (partition by entity, what order by id) as number from told
)
select n.entity, n.what, n.entity_id, o.short_name as organisation, f.name as file, v.sheet, v.row
from numbered n
left join lateral (
    select v.source_file_id, v.sheet, v.row, r.organisation_id
    from record r join record_version v on v.id = r.current_version_id
    where r.id in (
        select l.record_id from link l where n.entity = 'PERSON' and l.person_id = n.entity_id
        union all
        select c.record_id from mentorship_claim c where c.mentorship_id = n.entity_id)
    order by v.changeset_id desc, r.id limit 1
) v on true
left join source_file f on f.id = v.source_file_id
left join organisation o on o.id = v.organisation_id
where n.number <= $2
order by n.entity desc, n.what, n.number
"""


async def _said(session: ReadSession, ids: Sequence[UUID]) -> Mapping[tuple[UUID, str], str]:
    rows = await session.raw.fetch(SAID, list(ids))
    return {(row["person_id"], row["field"]): row["said"] for row in rows}


SAID: Final = """
select person_id, field, value as said from person_field where person_id = any($1)
union all
select person_id, 'employment', md5(string_agg(
    concat_ws('|', organisation_id, position_text, starts, ends), ',' order by 1, starts, ends))
from employment where person_id = any($1) group by person_id
union all
select person_id, 'enrolment', md5(string_agg(
    concat_ws('|', organisation_id, grade, letter, starts, ends), ',' order by starts, ends))
from enrolment where person_id = any($1) group by person_id
"""


def _differing(
    then: Mapping[tuple[UUID, str], str], now: Mapping[tuple[UUID, str], str], person: UUID
) -> tuple[str, ...]:
    """Name the fields of somebody who stays that are otherwise."""
    fields = {field for owner, field in (*then, *now) if owner == person}
    if not any(owner == person for owner, _ in then):
        return ()
    return tuple(sorted(one for one in fields if then.get((person, one)) != now.get((person, one))))


async def _units(session: ReadSession, changeset_id: ChangesetId) -> tuple[UnitEffect, ...]:
    rows = await session.raw.fetch(UNITS, changeset_id, MOST_UNITS)
    return tuple(
        UnitEffect(**{**dict(row), "organisation_id": str(row["organisation_id"])}) for row in rows
    )


UNITS: Final = """
select o.id as organisation_id, o.short_name as organisation, o.kind = 'AUTHORITY' as is_authority,
       count(distinct c.entity_id) filter (where c.entity = 'PERSON')::int as people,
       count(distinct c.entity_id) filter (where c.entity = 'MENTORSHIP')::int as mentorships
from change c cross join lateral unnest(c.places_before || c.places_after) as seen (place)
join organisation o on o.id = seen.place and o.kind <> 'MINISTRY'
where c.changeset_id = $1
group by o.id
order by is_authority desc, people desc, mentorships desc, o.sort_key, o.id
limit $2
"""


def _moved(then: Figures, now: Figures) -> tuple[FigureEffect, ...]:
    """Give the figures that differ, in the order of rows as they were counted."""
    return tuple(
        FigureEffect(row=title, figure=name, before=then.get(key, 0), after=now.get(key, 0))
        for key in dict.fromkeys([*now, *then])
        for _, title, name in [key]
        if then.get(key, 0) != now.get(key, 0)
    )
