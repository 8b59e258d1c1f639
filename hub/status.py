"""What is stored, what waits, when it last changed and how sources were read; without names."""

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


# The newest run that has ended, and apart from it the newest that waits or is at work.
READINGS: Final = """
select s.code, last.state as last_state, last.finished_at as last_finished_at,
       last.error_code as last_error, now_at.state as running_state,
       now_at.started_at as running_since, now_at.heartbeat_at as running_heartbeat_at,
       (now_at.counts ->> 'rows')::int as running_rows
from source s
left join lateral (select * from sync_run r where r.source_id = s.id
  and r.state not in ('QUEUED', 'RUNNING') order by r.requested_at desc, r.id desc limit 1) last
  on true
left join lateral (select * from sync_run r where r.source_id = s.id
  and r.state in ('QUEUED', 'RUNNING') order by r.requested_at desc, r.id desc limit 1) now_at
  on true
where last.id is not null or now_at.id is not null
order by s.code
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a source was read last, and the run that waits or is at work."""

    code: str
    last_state: str | None
    last_finished_at: datetime | None
    last_error: str | None
    running_state: str | None
    running_since: datetime | None
    running_heartbeat_at: datetime | None
    running_rows: int | None


async def read_readings(session: ReadSession) -> list[Reading]:
    """Give every source that was ever asked to be read, by its code."""
    return [Reading(**dict(row)) for row in await session.raw.fetch(READINGS)]
