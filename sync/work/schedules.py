"""What is due: cron expressions by the region's clock, kept in the database with their next time.

Any worker may look; what one of them takes no other takes. A time that passed while nobody worked
is made up for once.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from croniter import CroniterBadCronError, croniter

from hub import jobs
from hub.coverage.rollup import request_refresh
from hub.database import Database, WriteSession
from hub.errors import ConfigError
from hub.webhooks.endpoints import call_if_due
from sync.runs.run import Mode
from sync.work import asking
from sync.work.duties import DATABASE_TROUBLE, FEED, REDRIVE, ROLLUP

LOCK: Final = "schedules"
OF_SOURCE: Final = "source:"
FIELDS: Final = 5
EVERY_S: Final = 5.0
# Sources that a person must repair first wait for that person, not for their hour; one that failed
# so often in a row is left in peace for a while, since each of those runs was tried many times.
BROKEN_AFTER: Final = 3
REST: Final = "6 hours"
SOURCES: Final = f"""
select code, schedule from source
where schedule is not null and not paused and not exists (
  select from sync_run r where r.source_id = source.id and r.state = 'FAILED'
    and r.failure = 'CONFIG' and r.requested_at = (
      select max(l.requested_at) from sync_run l where l.source_id = source.id))
  and not exists (
    select from (
      select count(*) filter (where state = 'FAILED') as failed, max(finished_at) as last_at from (
        select state, finished_at from sync_run r where r.source_id = source.id
          and state not in ('QUEUED', 'RUNNING') order by requested_at desc limit {BROKEN_AFTER}
      ) recent
    ) row where failed = {BROKEN_AFTER} and last_at > now() - interval '{REST}')
"""


log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """Work that comes again: the job's name and payload, and when."""

    job: str
    payload: Mapping[str, str]
    expression: str


DAILY: Final[Mapping[str, Daily]] = {
    ROLLUP: Daily(job=ROLLUP, payload={}, expression="10 0 * * *"),
    FEED: Daily(job=FEED, payload={}, expression="5 0 * * *"),
    jobs.LAW: Daily(job=jobs.LAW, payload={}, expression="20 0 * * *"),
    REDRIVE: Daily(job=REDRIVE, payload={}, expression="*/10 * * * *"),
}


async def keep_schedules(database: Database, *, zone: ZoneInfo) -> None:
    """Put in what is due, every few seconds until cancelled; a missing database is waited for."""
    while True:
        try:
            for name in await put_due(database, now=datetime.now(UTC), zone=zone):
                log.info("schedule.due", name=name)
        except DATABASE_TROUBLE as error:
            log.warning("schedule.waits", exc_info=error)
        await asyncio.sleep(EVERY_S)


def require_expression(expression: str) -> str:
    """Give a cron expression of five fields as it is; raises ConfigError for any other."""
    if len(expression.split()) != FIELDS or not croniter.is_valid(expression):
        raise ConfigError(
            f"Расписание {expression!r} не читается. Нужны пять полей cron: «30 3 * * *» — "
            "каждый день в 03:30 по времени региона.",
            code="config.schedule",
        )
    return expression


def next_time(expression: str, after: datetime, zone: ZoneInfo) -> datetime:
    """Give the first instant of an expression after another, by the zone's clock."""
    local: datetime = croniter(expression, after.astimezone(zone)).get_next(datetime)
    return local.astimezone(UTC)


async def put_due(database: Database, *, now: datetime, zone: ZoneInfo) -> list[str]:
    """Put in what is due by now and say what that was; each name once, whoever looks."""
    async with database.writing() as session:
        await session.lock(LOCK)
        wanted = await _wanted(session)
        due = await _due(session, wanted, now=now, zone=zone)
        for name in due:
            await _put(session, name)
        await call_if_due(session)
        await request_refresh(session)  # what a change marked while a refresh was at its end
        return due


async def _wanted(session: WriteSession) -> dict[str, str]:
    rows = await session.raw.fetch(SOURCES)
    of_sources = {f"{OF_SOURCE}{row['code']}": row["schedule"] for row in rows}
    return {**{name: daily.expression for name, daily in DAILY.items()}, **of_sources}


async def _due(
    session: WriteSession, wanted: Mapping[str, str], *, now: datetime, zone: ZoneInfo
) -> list[str]:
    """Bring the table up to what is wanted; name what is due and set its next time."""
    await session.raw.execute("delete from schedule where name <> all($1::text[])", list(wanted))
    known = {
        row["name"]: (row["expression"], row["due_at"])
        for row in await session.raw.fetch("select name, expression, due_at from schedule")
    }
    due = []
    for name, expression in wanted.items():
        before, due_at = known.get(name, ("", now))
        is_due = before == expression and due_at <= now
        if is_due:
            due.append(name)
        if is_due or before != expression:
            await _set(session, name, expression, _next_or_never(expression, now, zone))
    return due


def _next_or_never(expression: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Give the next time; an expression that somebody broke in the database is never due."""
    try:
        return next_time(expression, now, zone)
    except (CroniterBadCronError, ValueError):
        return datetime.max.replace(tzinfo=UTC)


async def _set(session: WriteSession, name: str, expression: str, due_at: datetime) -> None:
    await session.raw.execute(
        "insert into schedule (name, expression, due_at) values ($1, $2, $3)"
        " on conflict (name) do update set expression = $2, due_at = $3",
        name,
        expression,
        due_at,
    )


async def _put(session: WriteSession, name: str) -> None:
    if name.startswith(OF_SOURCE):
        code = name.removeprefix(OF_SOURCE)
        await asking.ask_unless_asked(session, code, mode=Mode.CHANGES, actor="schedule")
        return
    daily = DAILY[name]
    await jobs.enqueue_once(session, daily.job, daily.payload, key=name)
