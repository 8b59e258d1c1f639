"""What a change does, readably: examples with their place and fields, whose people, which figures.

Read from the change's own events, within the transaction that wrote them or later; names and values
of people are no part of it, so it may be kept and shown to whoever watches over the hub.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final  # an effect is kept as JSON
from uuid import UUID

import asyncpg

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A change as a session holds it that sees it: what is still to be set beside what was before."""

    difference: Difference
    figures: Figures
    units: tuple[UnitEffect, ...]
    about: Sequence[asyncpg.Record]
    said: Mapping[tuple[UUID, str], str]
    today: date

    async def beside(self, before: ReadSession) -> Effects:
        """Compare with what a session holds that does not see the change, or no longer."""
        then = await _said(before, _people(self.about))
        return Effects(
            difference=self.difference,
            examples=tuple(
                Example(
                    **{
                        **dict(row),
                        "entity_id": str(row["entity_id"]),
                        "fields": _differing(then, self.said, row["entity_id"]),
                    }
                )
                for row in self.about
            ),
            units=self.units,
            figures=_moved(await figures_of(before, today=self.today), self.figures),
        )


async def seen_in(
    after: ReadSession, changeset_id: ChangesetId, difference: Difference, *, today: date
) -> Seen:
    """Read all of a change that is gone where the change is taken back."""
    about = await after.raw.fetch(EXAMPLES, changeset_id, MOST_EXAMPLES)
    return Seen(
        difference=difference,
        figures=await figures_of(after, today=today),
        units=await _units(after, changeset_id),
        about=about,
        said=await _said(after, _people(about)),
        today=today,
    )


def _people(about: Sequence[asyncpg.Record]) -> list[UUID]:
    return [row["entity_id"] for row in about if row["entity"] == "PERSON"]


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
