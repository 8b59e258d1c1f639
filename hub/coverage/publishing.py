"""Publishing a table of coverage: counted in one snapshot, small cells withheld, then frozen.

What is withheld is never written, so nobody reads it out of a published table, whatever their role.
A span of time is published once: two tables of nearly the same days would tell each other's secrets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Final
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from hub.coverage.question import GroupBy, Period, Shape, period_of
from hub.coverage.rollup import numbered, placed, values_of
from hub.coverage.rows import OUTSIDE_KEY
from hub.coverage.statement import Wanted, counted
from hub.coverage.withholding import BLOCKS, tree_of, withheld
from hub.database import WriteSession
from hub.errors import ConfigError, ConflictError, InputError

SHOWN: Final = ("programmes", "organisations_with_mentoring", "active_organisations")
FIGURES: Final = (*(name for block in BLOCKS for name in block), *SHOWN)
LOCK: Final = "publication"


class Level(StrEnum):
    """Of whom a row of a published table speaks."""

    REGION = "REGION"
    DEPARTMENT = "DEPARTMENT"
    ORGANISATION = "ORGANISATION"


class PublishedError(ConflictError):
    """За это время таблица уже опубликована: отзовите её, если она ошибочна."""

    code = "publication.exists"


class UnknownPublicationError(InputError):
    """Такой опубликованной таблицы нет."""

    code = "publication.unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What time a table is about: how it is called, and its days."""

    name: str
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row before anything is withheld; `above` is the row in whose sum it stands."""

    level: Level
    key: str
    above: str | None
    title: str
    figures: Mapping[str, int]

    @property
    def cell(self) -> str:
        """Name the row within its table: a department and an organisation may share a key."""
        return f"{self.level} {self.key}"


def span_of(*, academic_year: int | None, calendar_year: int | None, today: date) -> Span:
    """Name the span of a table: a year, else today, of which a month has one.

    Raises PeriodError for two years at once, or for one that has not begun.
    """
    period = period_of(
        as_of=None, academic_year=academic_year, calendar_year=calendar_year, today=today
    )
    if academic_year is not None:
        name = f"{academic_year}/{(academic_year + 1) % 100:02}"
    elif calendar_year is not None:
        name = str(calendar_year)
    else:
        name = f"{today:%Y-%m}"
    return Span(name=name, period=period)


async def publish(session: WriteSession, span: Span, *, actor: str) -> UUID:
    """Count a table, withhold what is small and freeze the rest; gives its id.

    Raises PublishedError where the span has one.
    """
    await session.lock(LOCK)
    raw = session.raw
    if await raw.fetchval("select exists (select from publication where span = $1)", span.name):
        raise PublishedError
    rows = await _counted(raw, span.period)
    hidden = _hidden(rows, least=await _least(raw, span.period.day))
    publication_id = uuid7()
    await raw.execute(
        "insert into publication (id, span, starts, day, actor) values ($1, $2, $3, $4, $5)",
        publication_id, span.name, span.period.lo, span.period.day, actor,
    )  # fmt: skip
    await raw.copy_records_to_table(
        "published_row",
        columns=[
            "publication_id", "position", "level", "key", "above", "title", "withheld", *FIGURES,
        ],
        records=[
            (publication_id, position, *_written(row, hidden[row.cell]))
            for position, row in enumerate(rows)
        ],
    )  # fmt: skip
    return publication_id


async def withdraw(session: WriteSession, publication_id: UUID) -> None:
    """Take a table back; raises UnknownPublicationError."""
    done = await session.raw.execute("delete from publication where id = $1", publication_id)
    if done == "DELETE 0":
        raise UnknownPublicationError


async def _least(raw: asyncpg.Connection, day: date) -> int:
    least: int | None = await raw.fetchval(LEAST, day)
    if least is None:
        raise ConfigError(
            "Нет правила COUNTING: загрузите правила командой db upgrade.", code="law.no_rule"
        )
    return least


LEAST: Final = """
select (parameters ->> 'small_cell')::int from indicator_rule
where code = 'COUNTING' and starts <= $1 and ends > $1 order by version desc limit 1
"""


async def _counted(raw: asyncpg.Connection, period: Period) -> Sequence[Row]:
    """Count the rows of the three levels in one snapshot, a department before its organisations."""
    given = values_of(period)
    text, names = _question()
    answers = await raw.fetch(text, *(given[name] for name in names))
    answering = {str(one): str(above) for one, above in await raw.fetch(ANSWERING, period.day)}
    region, *_ = (_row(Level.REGION, row, None) for row in answers if row["level"] == Level.REGION)
    departments = [
        _row(Level.DEPARTMENT, row, region.cell)
        for row in answers
        if row["level"] == Level.DEPARTMENT
    ]
    cells = {row.key: row.cell for row in departments}
    organisations = [
        _row(Level.ORGANISATION, row, _department(row["key"], answering, cells) or region.cell)
        for row in answers
        if row["level"] == Level.ORGANISATION
    ]
    return [region, *departments, *organisations]


def _department(key: str, answering: Mapping[str, str], cells: Mapping[str, str]) -> str | None:
    """Find the row of an organisation's department of the last day, or of what has none."""
    return cells.get(answering.get(key, OUTSIDE_KEY)) or cells.get(OUTSIDE_KEY)


ANSWERING: Final = """
select organisation_id, authority_id from subordination
where kind = 'PRIMARY' and starts <= $1 and ends > $1
"""


@cache
def _question() -> tuple[str, Sequence[str]]:
    """Write the statement that counts a table, and name its parameters."""
    parts = [
        _part(Level.REGION, GroupBy.NONE, "coverage_total", "0"),
        _part(Level.DEPARTMENT, GroupBy.DEPARTMENT, "coverage_row", "position"),
        _part(Level.ORGANISATION, GroupBy.ORGANISATION, "coverage_row", "position"),
    ]
    return numbered(f"{' union all '.join(parts)} order by number, position")


def _part(level: Level, group_by: GroupBy, source: str, position: str) -> str:
    every = frozenset(FIGURES)
    wanted = Wanted(total=every) if level is Level.REGION else Wanted(rows=every)
    queries = counted(Shape(group_by=group_by), wanted, placed)
    within = ",\n".join(f"{name} as ({text})" for name, text in queries)
    number = list(Level).index(level)
    shown = ", ".join(("key", "title", *FIGURES))
    return (
        f"select * from (with {within}\nselect {number} as number, '{level}' as level,"
        f" {position} as position, {shown} from {source}) {level.lower()}"
    )


def _row(level: Level, found: asyncpg.Record, above: str | None) -> Row:
    figures = {name: found[name] or 0 for name in FIGURES}
    return Row(level=level, key=found["key"], above=above, title=found["title"], figures=figures)


def _hidden(rows: Sequence[Row], *, least: int) -> Mapping[str, frozenset[str]]:
    """Say which figures of each row are withheld."""
    tree = tree_of({row.cell: row.above for row in rows})
    found: dict[str, set[str]] = {row.cell: set() for row in rows}
    for block in BLOCKS:
        figures = [{row.cell: row.figures[name] for row in rows} for name in block]
        for cell in withheld(tree, figures, least=least):
            found[cell].update(block)
    return {cell: frozenset(names) for cell, names in found.items()}


def _written(row: Row, hidden: frozenset[str]) -> tuple[object, ...]:
    shown = [None if name in hidden else row.figures[name] for name in FIGURES]
    above = row.above.partition(" ")[2] if row.above and row.level is Level.ORGANISATION else None
    return (row.level, row.key, above, row.title, sorted(one.upper() for one in hidden), *shown)
