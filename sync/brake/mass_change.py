"""How much of a unit would end or become others: what the brake weighs."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, Final  # parameters of a rule are of any kind
from uuid import UUID

import asyncpg
import pandas as pd

from sync.matching.normalise import normalise

Connection = asyncpg.Connection

NAMES: Final = ("last_name", "first_name", "middle_name", "full_name")
BIRTH: Final = ("birth_date", "birth_year")
CELLS: Final = (*NAMES, *BIRTH)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Unit:
    """Records of one kind that one source states for one organisation."""

    source_id: UUID
    organisation_id: UUID
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What would happen to the `live` records of a unit: which end, which become others.

    `staying` counts what would stand then, newcomers included, and cards that stand elsewhere;
    `share` is what its source may change unasked; `months` are those of the ends.
    """

    unit: Unit
    live: int
    staying: int
    ending: tuple[int, ...]
    changing: tuple[int, ...]
    share: Decimal
    months: frozenset[int]

    def is_beyond(self, bounds: Mapping[str, Any]) -> bool:
        """Say whether so much needs a person's word, by the bounds of the rule BRAKE.

        In the months when a kind changes by itself (pupils leave school, teachers leave in summer)
        more may change; that nobody is left needs a word however few there were.
        """
        if self.ending and not self.staying:
            return True
        seasonal = [
            Decimal(str(season["share"]))
            for season in bounds["seasons"]
            if season["kind"] == self.unit.kind and self.months & set(season["months"])
        ]
        most = max(self.share, *seasonal, Decimal(0)) * self.live
        least: int = bounds["least"]
        touched = len({*self.ending, *self.changing})
        return touched > most and touched > least


async def suspects(connection: Connection, today: date, source_id: UUID | None) -> list[Unit]:
    """Name the units of which, by the cells alone, more may change than their source's share.

    Of one source or of all.

    Looks at pending records only; what is new stands for nothing yet and ends nothing.
    """
    rows = await connection.fetch(SUSPECTS, today, source_id)
    return [Unit(**dict(row)) for row in rows]


def _cells(version: str, names: tuple[str, ...]) -> str:
    return "array[" + ", ".join(f"{version}.payload ->> '{name}'" for name in names) + "]"


# What a record is told apart by, as its source writes it.
BECOMES_ANOTHER = f"""(
    {_cells("new", NAMES)} is distinct from {_cells("old", NAMES)}
    and {_cells("new", BIRTH)} is distinct from {_cells("old", BIRTH)})"""
STANDING = "r.standing_version_id is not null and r.projected_ended_on is null"
PENDING = """(r.current_version_id is distinct from r.projected_version_id
    or r.ended_on is distinct from r.projected_ended_on)"""
SUSPECTS = f"""
with unit as (
    select r.source_id, r.organisation_id, r.kind, count(*) as touched
    from record r
    left join record_version new on new.id = r.current_version_id
        and r.current_version_id <> r.standing_version_id
    left join record_version old on old.id = r.standing_version_id and new.id is not null
    where {PENDING} and {STANDING} and r.kind <> 'MENTION'
      and ($2::uuid is null or r.source_id = $2)
      and (r.ended_on is not null or {BECOMES_ANOTHER})
    group by r.source_id, r.organisation_id, r.kind
)
select u.source_id, u.organisation_id, u.kind
from unit u
join source s on s.id = u.source_id
join organisation o on o.id = u.organisation_id and o.ends > $1
where u.touched > coalesce((s.brake_shares ->> u.kind)::numeric, s.brake_share) * (
    select count(*) from record r
    where r.source_id = u.source_id and r.organisation_id = u.organisation_id and r.kind = u.kind
      and {STANDING})
"""


async def measure(connection: Connection, units: Collection[Unit], *, today: date) -> list[Change]:
    """Weigh units exactly, by what their cells mean; one statement for all of them.

    A record that ends while the unit states the same person in other words does not count, nor
    does one whose name or birth alone is another.
    """
    if not units:
        return []
    rows = await connection.fetch(RECORDS, *columns_of(units))
    now = _people([row["now"] for row in rows], today)
    was = _people([row["was"] for row in rows], today)
    lines = [_Line(row=row, now=n, was=w) for row, n, w in zip(rows, now, was, strict=True)]
    return [_measured(unit, list(found)) for unit, found in groupby(lines, key=_unit_of)]


def columns_of(units: Iterable[Unit]) -> tuple[list[object], ...]:
    """Give the units as columns, for a statement that unnests them."""
    lines = [(unit.source_id, unit.organisation_id, unit.kind) for unit in units]
    return tuple(map(list, zip(*lines, strict=True)))


async def beyond(
    connection: Connection,
    found: Collection[Change],
    bounds: dict[str, Any],
    placed: Collection[Unit],
) -> list[Change]:
    """Choose the changes that need a person's word.

    Besides those that do by themselves, all of a source of which too much would change in all:
    half of every small unit is half of the source. A unit that is held already stays so while
    more than its share would change, however few records that is.
    """
    live = await _live_of_sources(connection, found)
    by_source: dict[tuple[UUID, str], list[Change]] = defaultdict(list)
    for change in found:
        if change.ending or change.changing:
            by_source[change.unit.source_id, change.unit.kind].append(change)
    grave: list[Change] = []
    for key, changes in by_source.items():
        as_one = _together(changes, live.get(key, 0)).is_beyond(bounds)
        grave += [
            change
            for change in changes
            if as_one
            or change.is_beyond(bounds | {"least": 0} if change.unit in placed else bounds)
        ]
    return grave


async def _live_of_sources(
    connection: Connection, found: Collection[Change]
) -> dict[tuple[UUID, str], int]:
    if not any(change.ending or change.changing for change in found):
        return {}
    rows = await connection.fetch(
        f"select r.source_id, r.kind, count(*) as live from record r where {STANDING}"
        " and r.source_id = any($1) group by r.source_id, r.kind",
        list({change.unit.source_id for change in found}),
    )
    return {(row["source_id"], row["kind"]): row["live"] for row in rows}


def _together(changes: list[Change], live: int) -> Change:
    """Weigh units of one source and kind as one."""
    return replace(
        changes[0],
        live=live,
        staying=live,
        ending=tuple(record for change in changes for record in change.ending),
        changing=tuple(record for change in changes for record in change.changing),
        months=frozenset(month for change in changes for month in change.months),
    )


RECORDS = f"""
select r.source_id, r.organisation_id, r.kind, r.id, {STANDING} as is_live,
       r.is_card and exists (
           select from record o where o.is_card and o.source_id = r.source_id
               and o.external_id = r.external_id and o.organisation_id <> r.organisation_id
               and o.ended_on is null) as is_elsewhere,
       r.ended_on, r.current_version_id <> r.standing_version_id as is_restated,
       coalesce((s.brake_shares ->> r.kind)::numeric, s.brake_share) as brake_share,
       {_cells("new", CELLS)} as now, {_cells("old", CELLS)} as was
from unnest($1::uuid[], $2::uuid[], $3::text[]) as unit (source_id, organisation_id, kind)
join record r using (source_id, organisation_id, kind)
join source s on s.id = r.source_id
join record_version new on new.id = r.current_version_id
left join record_version old on old.id = r.standing_version_id
where r.projected_ended_on is null
order by r.source_id, r.organisation_id, r.kind, r.id
"""
Who = tuple[str, str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A record of RECORDS with whom it states now and whom it stands for."""

    row: asyncpg.Record
    now: Who
    was: Who


def _unit_of(line: _Line) -> Unit:
    row = line.row
    return Unit(
        source_id=row["source_id"], organisation_id=row["organisation_id"], kind=row["kind"]
    )


def _measured(unit: Unit, lines: list[_Line]) -> Change:
    staying = {line.now for line in lines if line.row["ended_on"] is None}
    live = [line for line in lines if line.row["is_live"]]
    ending = [
        line.row for line in live if line.row["ended_on"] is not None and line.now not in staying
    ]
    changing = [line.row["id"] for line in live if line.row["is_restated"] and _is_another(line)]
    return Change(
        unit=unit,
        live=len(live),
        staying=sum(line.row["ended_on"] is None or line.row["is_elsewhere"] for line in lines),
        ending=tuple(row["id"] for row in ending),
        changing=tuple(changing),
        share=lines[0].row["brake_share"],
        months=frozenset(row["ended_on"].month for row in ending),
    )


def _people(said: list[list[str | None]], today: date) -> list[Who]:
    """Say who is meant by the cells of each: surname, name, birth as far as it is known."""
    frame = pd.DataFrame(said, columns=[*CELLS], dtype=object).fillna("")
    facts = normalise(frame, today=today).frame
    return [
        (last, first, born or year)
        for last, first, born, year in zip(
            *(facts[name] for name in ("last_key", "first_key", "birth_date", "birth_year")),
            strict=True,
        )
    ]


def _is_another(line: _Line) -> bool:
    return line.was[:2] != line.now[:2] and line.was[2] != line.now[2]
