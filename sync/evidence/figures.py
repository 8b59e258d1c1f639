"""Numbers without names that sources assert."""

from collections.abc import Sequence
from datetime import date

from hub.database import WriteSession
from hub.records import ChangesetId, Figure
from sync.evidence.lists import ListStatement


async def state_figures(
    session: WriteSession,
    figures: Sequence[tuple[Figure, ListStatement]],
    *,
    changeset_id: ChangesetId,
) -> None:
    """Remember numbers without names; the same metric as of the same day is stated once."""
    await session.raw.execute(
        STATED,
        [figure.metric for figure, _ in figures],
        [given.organisation_id for _, given in figures],
        [date(given.academic_year, 9, 1) for _, given in figures],
        [date(given.academic_year + 1, 9, 1) for _, given in figures],
        [figure.value for figure, _ in figures],
        [given.stated_as_of for _, given in figures],
        [given.source_file_id for _, given in figures],
        changeset_id,
    )


STATED = """
insert into stated_figure (metric, organisation_id, dimensions, starts, ends, value, stated_as_of,
                           source_file_id, changeset_id)
select distinct on (metric, organisation_id, stated_as_of)
       metric, organisation_id, '{}', starts, ends, value, stated_as_of, source_file_id, $8
from unnest($1::text[], $2::uuid[], $3::date[], $4::date[], $5::numeric[], $6::date[], $7::uuid[])
    as said (metric, organisation_id, starts, ends, value, stated_as_of, source_file_id)
order by metric, organisation_id, stated_as_of, value desc
on conflict (metric, organisation_id, stated_as_of) do update set value = excluded.value
    where stated_figure.value < excluded.value
"""
