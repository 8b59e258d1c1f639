"""What is stored, what waits and when it last changed: numbers without names."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from hub.database import ReadSession

# One statement over one snapshot, so the numbers agree with each other.
STATUS: Final = """
select
  (select count(*) from organisation where status = 'ACTIVE') as organisations,
  (select count(*) from source_file) as files,
  (select count(*) from record) as records,
  (select count(*) from record
    where current_version_id is distinct from projected_version_id
       or ended_on is distinct from projected_ended_on) as pending_records,
  (select count(*) from rejection) as rejections,
  (select count(*) from person) as people,
  (select count(*) from mentorship) as mentorships,
  (select count(*) from question where state = 'OPEN') as open_questions,
  (select count(*) from hold where state = 'PLACED') as held_units,
  (select count(*) from sync_run where state = 'RUNNING') as running_syncs,
  (select count(*) from (select distinct on (source_id) state from sync_run
    where state not in ('QUEUED', 'RUNNING') order by source_id, requested_at desc) last
    where last.state = 'FAILED') as failed_sources,
  (select count(*) from worker where heartbeat_at > now() - interval '1 minute') as workers,
  (select count(*) from jobs.pgqueuer where status in ('queued', 'picked')) as waiting_jobs,
  (select count(*) from jobs.pgqueuer where status = 'failed') as held_jobs,
  (select max(applied_at) from changeset) as last_applied_at,
  (select max(stated_as_of) from stated_list) as newest_list
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state of the hub at one moment.

    Pending records are those that landed and are not yet projected: a run is under way, or one
    died and the next will finish its work. Held units are organisations that the brake keeps as
    they stand; held jobs wait for a person's repair. A worker counts that spoke within a minute.
    """

    organisations: int
    files: int
    records: int
    pending_records: int
    rejections: int
    people: int
    mentorships: int
    open_questions: int
    held_units: int
    running_syncs: int
    failed_sources: int
    workers: int
    waiting_jobs: int
    held_jobs: int
    last_applied_at: datetime | None
    newest_list: date | None


async def read_status(session: ReadSession) -> Status:
    """Count what is stored; the session's role must see every row, as the worker does.

    Cost: one statement that scans the counted tables.
    """
    row = await session.raw.fetchrow(STATUS)
    return Status(**dict(row or {}))
