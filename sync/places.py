"""Who may see a person: a row for each organisation of theirs and each authority above it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import asyncpg

from hub.database import WriteSession
from hub.records import ChangesetId
from sync.columns import streamed
from sync.projection import Projected, replace_from

PERSON_PLACE = Projected(
    table="person_place",
    owner="person_id",
    key=("authority_id", "sort_key", "person_id"),
    values=("starts", "ends"),
)

# A person belongs where they work, study, are listed in a base or are hosted as a mentee; the
# region sees everyone. Several posts under one authority are one row over all their days.
FRESH_PLACES = """
with units as (
    select person_id, organisation_id, starts, ends from employment
    where person_id in (select id from affected_person)
    union all
    select person_id, organisation_id, starts, ends from enrolment
    where person_id in (select id from affected_person)
    union all
    select person_id, organisation_id, starts, ends from mentor_profile
    where person_id in (select id from affected_person)
    union all
    select person_id, organisation_id, starts, ends from mentee_profile
    where person_id in (select id from affected_person)
    union all
    select person_id, host_organisation_id, starts, ends from mentorship_member
    where role = 'MENTEE' and person_id in (select id from affected_person)
)
select place.authority_id, p.sort_key, p.id as person_id,
       min(greatest(units.starts, place.starts)) as starts, max(least(units.ends, place.ends)) as ends
from units
join person p on p.id = units.person_id
join organisation_place place on place.organisation_id = units.organisation_id
    and place.starts < units.ends and place.ends > units.starts
where units.starts < units.ends and place.authority_id <> $1
group by place.authority_id, p.sort_key, p.id
union all
select $1, p.sort_key, p.id, '-infinity', 'infinity'
from person p join affected_person a on a.id = p.id
"""


async def places_of(session: WriteSession, *, today: date) -> dict[UUID, list[UUID]]:
    """Say who sees each affected person today; read before the places change."""
    found: dict[UUID, list[UUID]] = {}
    shared: dict[tuple[UUID, ...], list[UUID]] = {}  # a school's people are seen by the same
    seen = SEEN.format(those="in (select id from affected_person)")
    async for rows in streamed(session.raw, seen, today):
        for person, places in rows:
            found[person] = shared.setdefault(tuple(places), places)
    return found


async def places_of_people(
    session: WriteSession, people: Sequence[UUID], *, today: date
) -> dict[UUID, list[UUID]]:
    """Say who sees some people today."""
    rows = await session.raw.fetch(SEEN.format(those="= any($2)"), today, people)
    return {row["person_id"]: row["places"] for row in rows}


SEEN = """
select person_id, array_agg(authority_id order by authority_id) as places
from person_place where person_id {those} and starts <= $1 and ends > $1 group by person_id
"""


async def write_places(
    session: WriteSession,
    changed: set[UUID],
    *,
    root_id: UUID,
    changeset_id: ChangesetId,
    is_few: bool,
    is_new: bool,
) -> set[UUID]:
    """Make the places of the affected people follow their organisations.

    `changed` are those about whom something else changed; answers them and whoever moved. With
    `is_new` nobody was seen by anybody before.
    """
    changed |= await _replace_places(
        session.raw, root_id=root_id, changeset_id=changeset_id, is_few=is_few, is_new=is_new
    )
    if changed and not is_new:
        await session.raw.execute(
            "update person_place set changed_at = now()"
            " where person_id = any($1) and changed_at < now()",
            list(changed),
        )
    return changed


async def _replace_places(
    connection: asyncpg.Connection,
    *,
    root_id: UUID,
    changeset_id: ChangesetId,
    is_few: bool,
    is_new: bool,
) -> set[UUID]:
    """Write the places that differ; those of few people are found twice rather than kept."""
    if is_few:
        return await replace_from(
            connection,
            PERSON_PLACE,
            f"({FRESH_PLACES}) fresh",
            root_id,
            owners="affected_person",
            changeset_id=changeset_id,
            is_new=is_new,
        )
    await connection.execute(
        "create temp table fresh_person_place on commit drop as"
        " select authority_id, sort_key, person_id, starts, ends from person_place with no data"
    )
    await connection.execute(f"insert into fresh_person_place {FRESH_PLACES}", root_id)
    return await replace_from(
        connection,
        PERSON_PLACE,
        "fresh_person_place",
        owners="affected_person",
        changeset_id=changeset_id,
        is_new=is_new,
    )
