"""Keeps answers of coverage ready: counts anew what a change made old, and each day what is new.

What is to be done is read from the database: marks left by changes (`rollup_touched`) and periods
without an answer of the day. Each authority's answers are counted in a transaction of their own
that takes its marks out first, so a change that lands meanwhile leaves its mark standing, and a
refresh that dies has lost nothing but the authority it was at.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final
from uuid import UUID

import asyncpg

from hub.coverage.columns import BY_EMPLOYER, NAMES
from hub.coverage.kept import EVERY, REFERENCES, REGION, named_by
from hub.coverage.question import Attribution, GroupBy, Period, Shape, academic_year_of, period_of
from hub.coverage.statement import Wanted, counted, edition
from hub.coverage.types import TYPES
from hub.database import Database, WriteSession
from hub.jobs import enqueue_once

JOB: Final = "rollup.refresh"
SOON: Final = timedelta(seconds=5)  # several changes in a row are counted once
YEARS: Final = 3  # how many academic years are kept at most, the running one among them
LOCK: Final = "rollup"
REGION_ID: Final = UUID(REGION)
# Totals are counted with the first; an answer without a grouping is its total.
GROUPS: Final = (GroupBy.DEPARTMENT, GroupBy.TERRITORY, GroupBy.ORGANISATION, GroupBy.FORM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What a refresh has counted: whose answers, and how many."""

    authorities: int = 0
    answers: int = 0


async def request_refresh(session: WriteSession) -> None:
    """Put a refresh in the queue if anything is marked; it is done once the session commits."""
    if await session.raw.fetchval("select exists (select from rollup_touched)"):
        await enqueue_once(session, JOB, {}, key=JOB, delay=SOON)


async def refresh_rollup(
    database: Database, *, today: date, go_on: Callable[[], None] = lambda: None
) -> Refreshed:
    """Count every answer that is missing or marked as old; costs two queries when there is none.

    `go_on` is called between authorities and may raise to stop there.
    """
    async with database.writing() as session:
        await session.lock(LOCK)
        known = [REGION_ID, *(row[0] for row in await session.raw.fetch(AUTHORITIES))]
        await session.raw.execute(SPREAD, UUID(EVERY), known)
        await session.raw.execute(FORGET_MARKS, [UUID(EVERY), *known])
        periods = await _periods(session.raw, today)
        due = await _due(session.raw, known, periods)
    answers = 0
    for authority in due:
        go_on()
        async with database.writing() as session:
            answers += await _refresh(session, authority, periods)
    return Refreshed(authorities=len(due), answers=answers)


async def _refresh(session: WriteSession, authority: UUID, periods: Sequence[Period]) -> int:
    """Count an authority's answers: all of them if it is marked, else those that are missing."""
    await session.lock(LOCK)
    connection = session.raw
    await connection.execute("set local jit = off; set local work_mem = '64MB'")
    # The marks go first: each statement after this sees whatever the transactions behind them did.
    marked = await connection.fetch(TAKE_MARKS, authority)
    standing = set() if marked else await _standing(connection, authority)
    lacking = [period for period in periods if _days(period) not in standing]
    await connection.execute(
        FORGET, authority, edition(), *_columns(p for p in periods if p not in lacking)
    )
    for group_by in GROUPS:
        text, names = _keeping(Shape(group_by=group_by, viewer=authority != REGION_ID))
        statement = await connection.prepare(text)
        for period in lacking:
            given = {**values_of(period), "viewer": authority}
            await statement.fetch(*(given[name] for name in names))
    return len(lacking) * len(GroupBy) * len(Attribution)


@cache
def _keeping(shape: Shape) -> tuple[str, Sequence[str]]:
    """Write the statement that keeps the rows of one grouping by either attribution.

    With the first grouping come the totals. Answers the names of its parameters as well.
    """
    with_total = shape.group_by is GROUPS[0]
    every = frozenset([*NAMES, *BY_EMPLOYER.values()])
    wanted = Wanted(rows=every, total=every if with_total else frozenset())
    queries = counted(shape, wanted, placed)
    parts = [_rows(shape, attribution) for attribution in Attribution]
    if with_total:
        parts += [_totals(attribution) for attribution in Attribution]
    given = ", ".join(placed(name) for name in ("viewer", "lo", "hi", "stated_from"))
    shown = ", ".join(["key", *REFERENCES, *NAMES])
    within = ",\n".join(f"{name} as ({text})" for name, text in queries)
    return numbered(
        "insert into rollup (authority_id, lo, hi, stated_from, edition, changeset_id, group_by,"
        f" attribution, is_total, position, expected, {shown})"
        f" with {within}\nselect {given}, '{edition()}', (select max(id) from changeset), f.*"
        f" from ({' union all '.join(parts)}) f"
    )


def _rows(shape: Shape, attribution: Attribution) -> str:
    figures = _figures(attribution)
    naming = named_by([*figures.values()], shape, placed)
    return (
        f"select '{shape.group_by}', '{attribution}', false, position, expected, key,"
        f" {_shown(figures)} from coverage_row where {naming}"
    )


# A total is the same whatever a row is, and it is the one row of an answer without a grouping.
def _totals(attribution: Attribution) -> str:
    groups = ", ".join(f"('{group}', true)" for group in GroupBy)
    return (
        f"select g.name, '{attribution}', g.is_total, 0, true, key,"
        f" {_shown(_figures(attribution))} from coverage_total"
        f" cross join (values {groups}, ('{GroupBy.NONE}', false)) g (name, is_total)"
    )


def _figures(attribution: Attribution) -> dict[str, str]:
    """Say which column of the statement holds each figure."""
    other = BY_EMPLOYER if attribution is Attribution.EMPLOYER else {}
    return {name: other.get(name, name) for name in NAMES}


def _shown(figures: Mapping[str, str]) -> str:
    named = (f"{column} as {name}" for name, column in figures.items())
    return ", ".join([*REFERENCES, *named])


def values_of(period: Period) -> dict[str, object]:
    """Give the values that a period binds in the statements of coverage."""
    return {
        **asdict(period),
        "day": period.day,
        "academic_year": period.academic_year,
        "plan_year": period.plan_year,
    }


def kept_periods(today: date, first_year: int) -> list[Period]:
    """Give the periods whose answers are kept, of academic years from `first_year` on.

    Today, each academic year, each calendar year and the last day of each that has passed.
    """
    years = range(first_year, academic_year_of(today) + 1)
    asked: list[tuple[date | None, int | None, int | None]] = [(None, None, None)]
    asked += [(None, year, None) for year in years]
    asked += [(None, None, year) for year in range(first_year, today.year + 1)]
    asked += [(date(year, 12, 31), None, None) for year in range(first_year, today.year)]
    found = [
        period_of(as_of=day, academic_year=academic, calendar_year=calendar, today=today)
        for day, academic, calendar in asked
    ]
    return list({_days(period): period for period in found}.values())


Days = tuple[date, date, date]
# A mark on everybody becomes a mark on each, so that each can be taken out with its own answers.
SPREAD = """
with every as (delete from rollup_touched where authority_id = $1 returning 1)
insert into rollup_touched (authority_id) select unnest($2::uuid[])
where exists (select from every) on conflict do nothing
"""
# Schools have marks and no answers: theirs are counted live.
FORGET_MARKS = "delete from rollup_touched where authority_id <> all ($1::uuid[])"
TAKE_MARKS = "delete from rollup_touched where authority_id = $1 returning 1"
# What the day, another release or a change has made old.
FORGET = """
delete from rollup r where r.authority_id = $1 and (
    r.edition <> $2
    or (r.lo, r.hi, r.stated_from) not in (select * from unnest($3::date[], $4::date[], $5::date[]))
)
"""
STANDING = """
select authority_id, lo, hi, stated_from from rollup
where is_total and edition = $1 and group_by = 'NONE' and attribution = 'HOST'
"""
FIRST_YEAR = "select min(academic_year) from stated_list"
# Whoever has organisations beneath, but not the top: the region's own answer is for everybody.
AUTHORITIES = """
select distinct s.authority_id from subordination s
join organisation o on o.id = s.authority_id and o.kind <> 'MINISTRY'
order by s.authority_id
"""
MARKED = "select distinct authority_id from rollup_touched"


async def _periods(connection: asyncpg.Connection, today: date) -> list[Period]:
    running = academic_year_of(today)
    stated = await connection.fetchval(FIRST_YEAR)
    first = running if stated is None else min(stated, running)
    return kept_periods(today, max(first, running - YEARS + 1))


async def _due(
    connection: asyncpg.Connection, known: Sequence[UUID], periods: Sequence[Period]
) -> list[UUID]:
    """Name those of the known whose answers are to be counted, in their order."""
    marked = {row[0] for row in await connection.fetch(MARKED)}
    standing: dict[UUID, set[Days]] = {}
    for authority, *days in await connection.fetch(STANDING, edition()):
        standing.setdefault(authority, set()).add((days[0], days[1], days[2]))
    wanted = {_days(period) for period in periods}
    return [one for one in known if one in marked or not wanted <= standing.get(one, set())]


async def _standing(connection: asyncpg.Connection, authority: UUID) -> set[Days]:
    rows = await connection.fetch(f"{STANDING} and authority_id = $2", edition(), authority)
    return {(row["lo"], row["hi"], row["stated_from"]) for row in rows}


def _days(period: Period) -> Days:
    return period.lo, period.hi, period.stated_from


def _columns(periods: Iterable[Period]) -> list[list[date]]:
    rows = [_days(period) for period in periods]
    return [[row[place] for row in rows] for place in range(3)]


def placed(name: str) -> str:
    """Name a parameter with its type; `numbered` gives it its number."""
    return f"${name}::{TYPES[name]}"


def numbered(text: str) -> tuple[str, Sequence[str]]:
    """Number the parameters that a statement really has: of what is described not all is used."""
    used = list(dict.fromkeys(_NAMED.findall(text)))
    return _NAMED.sub(lambda named: f"${used.index(named[1]) + 1}::", text), used


_NAMED = re.compile(r"\$([a-z_]+)::")
