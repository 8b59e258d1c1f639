"""How much of a unit would end or become others: what the brake weighs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final  # parameters of a rule are of any kind
from uuid import UUID

import asyncpg
import pandas as pd

from sync.matching.normalise import normalise

Connection = asyncpg.Connection

NAMES: Final = ("last_name", "first_name", "middle_name", "full_name")
BIRTH: Final = ("birth_date", "birth_year")


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


async def suspects(connection: Connection, today: date) -> list[Unit]:
    """Name the units of which, by the cells alone, more may change than their source's share.

    Looks at pending records only; what is new stands for nothing yet and ends nothing.
    """
    rows = await connection.fetch(SUSPECTS, today)
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
      and (r.ended_on is not null or {BECOMES_ANOTHER})
    group by r.source_id, r.organisation_id, r.kind
)
select u.source_id, u.organisation_id, u.kind
from unit u
join source s on s.id = u.source_id
join organisation o on o.id = u.organisation_id and o.ends > $1
where u.touched > s.brake_share * (
    select count(*) from record r
    where r.source_id = u.source_id and r.organisation_id = u.organisation_id and r.kind = u.kind
      and {STANDING})
"""


async def measure(connection: Connection, units: Collection[Unit], *, today: date) -> list[Change]:
    """Weigh units exactly, by what their cells mean.

    A record that ends while the unit states the same person in other words does not count, nor
    does one whose name or birth alone is another.
    """
    return [await _measured(connection, unit, today) for unit in sorted(units)]


async def beyond(
    connection: Connection, found: Collection[Change], bounds: Mapping[str, Any]
) -> list[Change]:
    """Give the changes that need a person's word, by the bounds of the rule BRAKE.

    Those that are too much for their unit, and all of a source's of one kind where they are too
    much together: a source that lost half of each small school has lost half of everything.
    """
    live = {
        (row["source_id"], row["kind"]): row["live"]
        for row in await connection.fetch(LIVE, sorted({one.unit.source_id for one in found}))
    }
    everywhere = {
        source
        for source, total in live.items()
        if (parts := [one for one in found if (one.unit.source_id, one.unit.kind) == source])
        and _together(parts, total).is_beyond(bounds)
    }
    return [
        one
        for one in found
        if one.is_beyond(bounds) or (one.unit.source_id, one.unit.kind) in everywhere
    ]


LIVE = f"""
select r.source_id, r.kind, count(*) as live from record r
where r.source_id = any($1) and {STANDING} group by r.source_id, r.kind
"""


def _together(parts: Sequence[Change], live: int) -> Change:
    """Weigh changes of several units as if they were one of so many records."""
    ending = tuple(number for one in parts for number in one.ending)
    return replace(
        parts[0],
        live=live,
        staying=live - len(ending),
        ending=ending,
        changing=tuple(number for one in parts for number in one.changing),
        months=frozenset(month for one in parts for month in one.months),
    )


RECORDS = f"""
select r.id, {STANDING} as is_live, r.is_card and exists (
           select from record o where o.is_card and o.source_id = r.source_id
               and o.external_id = r.external_id and o.organisation_id <> r.organisation_id
               and o.ended_on is null) as is_elsewhere, r.ended_on, r.current_version_id <> r.standing_version_id
           as is_restated, new.payload as now, old.payload as was, s.brake_share
from record r
join source s on s.id = r.source_id
join record_version new on new.id = r.current_version_id
left join record_version old on old.id = r.standing_version_id
where r.source_id = $1 and r.organisation_id = $2 and r.kind = $3
  and r.projected_ended_on is null
order by r.id
"""


async def _measured(connection: Connection, unit: Unit, today: date) -> Change:
    rows = await connection.fetch(RECORDS, unit.source_id, unit.organisation_id, unit.kind)
    now = _people([row["now"] for row in rows], today)
    was = _people([row["was"] or {} for row in rows], today)
    staying = {who for row, who in zip(rows, now, strict=True) if row["ended_on"] is None}
    ending = [
        row
        for row, who in zip(rows, now, strict=True)
        if row["is_live"] and row["ended_on"] is not None and who not in staying
    ]
    changing = [
        row["id"]
        for row, then, after in zip(rows, was, now, strict=True)
        if row["is_live"] and row["is_restated"] and _is_another(then, after)
    ]
    return Change(
        unit=unit,
        live=sum(row["is_live"] for row in rows),
        staying=sum(row["ended_on"] is None or row["is_elsewhere"] for row in rows),
        ending=tuple(row["id"] for row in ending),
        changing=tuple(changing),
        share=rows[0]["brake_share"] if rows else Decimal(0),
        months=frozenset(row["ended_on"].month for row in ending),
    )


Who = tuple[str, str, object]


def _people(payloads: list[dict[str, str]], today: date) -> list[Who]:
    """Say who is meant by the cells of each: surname, name, birth as far as it is known."""
    cells = [{name: said.get(name, "") for name in (*NAMES, *BIRTH)} for said in payloads]
    frame = pd.DataFrame(cells, columns=[*NAMES, *BIRTH], dtype=object)
    facts = normalise(frame, today=today).frame
    return [
        (last, first, born or year)
        for last, first, born, year in zip(
            *(facts[name] for name in ("last_key", "first_key", "birth_date", "birth_year")),
            strict=True,
        )
    ]


def _is_another(was: Who, now: Who) -> bool:
    return was[:2] != now[:2] and was[2] != now[2]
