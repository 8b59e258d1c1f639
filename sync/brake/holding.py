"""The brake: a unit of which too much would end or become others at once is held as it stands.

Read from the database's state, not remembered: `standing_version_id` and `projected_ended_on` say
what stands, the evidence what would follow. Whatever a hold keeps back is put back to what stands,
so no other station knows of it; the next projection derives it anew and looks again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from hub.database import ReadSession, WriteSession
from hub.records import ChangesetId
from sync.brake.mass_change import PENDING, Change, Unit, beyond, columns_of, measure, suspects
from sync.evidence.lists import derive_ends
from sync.identity import new_id
from sync.rules import read_parameters

Connection = asyncpg.Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """Which organisations of which source a person lets change as much as they will."""

    actor: str
    units: frozenset[tuple[UUID, UUID]]  # (source, organisation)

    def covers(self, unit: Unit) -> bool:
        """Say whether the unit passes."""
        return (unit.source_id, unit.organisation_id) in self.units


NOBODY: Final = Passing(actor="", units=frozenset())


async def brake(
    session: WriteSession,
    changeset_id: ChangesetId,
    passing: Passing,
    *,
    today: date,
    source_id: UUID | None = None,
) -> int:
    """Hold the units that change too much, let go of those that do so no longer.

    Looks at one source's units or at all.

    Answers how many units are held. What is held no station sees. Costs three statements where
    nothing is suspicious.
    """
    connection = session.raw
    placed = await _placed(connection, passing, source_id)
    await _derive_anew(session, placed)
    bounds = await read_parameters(session, "BRAKE", on=today)
    found = await measure(
        connection, {*placed, *await suspects(connection, today, source_id)}, today=today
    )
    grave = await beyond(connection, found, bounds, placed)
    held = [change for change in grave if not passing.covers(change.unit)]
    await _place(connection, held, changeset_id)
    await _pass(
        connection, [one for one in grave if passing.covers(one.unit)], changeset_id, passing.actor
    )
    await _let_go(connection, set(placed) - {change.unit for change in grave})
    await _put_back(connection, held)
    placed_now: int = await connection.fetchval(
        "select count(*) from hold where state = 'PLACED' and changeset_id = $1", changeset_id
    )
    return placed_now


async def count_placed(session: ReadSession, source_id: UUID) -> int:
    """Count the units of a source that are held."""
    found: int = await session.raw.fetchval(
        "select count(*) from hold where source_id = $1 and state = 'PLACED'", source_id
    )
    return found


async def close_waiting(session: WriteSession) -> None:
    """End the runs that waited for units of which none is held any more."""
    await session.raw.execute(
        "update sync_run r set message = null,"
        " state = case when coalesce((counts ->> 'rejected')::int, 0) > 0 then 'PARTIAL'"
        " else 'SUCCEEDED' end"
        " where state = 'WAITING' and not exists"
        " (select from hold h where h.source_id = r.source_id and h.state = 'PLACED')"
    )


async def _placed(connection: Connection, passing: Passing, source_id: UUID | None) -> list[Unit]:
    """Name the held units of which anything new came, and those that may pass now.

    The others stand as they were put back; nothing is to be looked at again.
    """
    rows = await connection.fetch(TOUCHED, [unit for _, unit in passing.units], source_id)
    return [Unit(**dict(row)) for row in rows]


TOUCHED = f"""
select h.source_id, h.organisation_id, h.kind from hold h
where h.state = 'PLACED' and ($2::uuid is null or h.source_id = $2) and (h.organisation_id = any($1) or exists (
    select from record r where r.source_id = h.source_id and r.kind = h.kind
        and r.organisation_id = h.organisation_id and {PENDING}))
"""


async def _derive_anew(session: WriteSession, placed: Collection[Unit]) -> None:
    """Let what is held say again what would follow from the evidence."""
    if placed:
        await derive_ends(session, sorted({unit.organisation_id for unit in placed}))
        await session.raw.execute(NEWEST, *columns_of(placed))


NEWEST = """
with held as (
    select r.id, r.current_version_id
    from unnest($1::uuid[], $2::uuid[], $3::text[]) as unit (source_id, organisation_id, kind)
    join record r using (source_id, organisation_id, kind)
), newest as (
    select distinct on (v.record_id) v.record_id, v.id
    from record_version v join held on held.id = v.record_id
    order by v.record_id, v.stated_as_of desc, v.stated_at desc, v.content_hash desc
)
update record r set current_version_id = newest.id
from newest where newest.record_id = r.id and r.current_version_id <> newest.id
"""


async def _place(
    connection: Connection, held: Collection[Change], changeset_id: ChangesetId
) -> None:
    """Remember what is held; a unit that is held already keeps its hold, with what it is now."""
    await connection.executemany(
        "insert into hold as known (id, changeset_id, source_id, organisation_id, kind, state,"
        " live, ending, changing) values ($1, $2, $3, $4, $5, 'PLACED', $6, $7, $8)"
        " on conflict (source_id, organisation_id, kind) where state = 'PLACED' do update"
        " set live = excluded.live, ending = excluded.ending, changing = excluded.changing"
        " where (known.live, known.ending, known.changing)"
        " is distinct from (excluded.live, excluded.ending, excluded.changing)",
        [_line(change, changeset_id) for change in held],
    )


async def _pass(
    connection: Connection, passed: Collection[Change], changeset_id: ChangesetId, actor: str
) -> None:
    """Remember what a person let pass: of a hold that was placed, else of one placed just now."""
    await _place(connection, passed, changeset_id)
    await _end(connection, {change.unit for change in passed}, "RELEASED", actor)


async def _let_go(connection: Connection, units: Collection[Unit]) -> None:
    """End the holds that later evidence made needless."""
    await _end(connection, units, "MOOT", None)


async def _end(
    connection: Connection, units: Collection[Unit], state: str, actor: str | None
) -> None:
    if units:
        await connection.execute(
            "update hold h set state = $4, released_at = now(), released_by = $5"
            " from unnest($1::uuid[], $2::uuid[], $3::text[]) as u (source_id, organisation_id, kind)"
            " where h.state = 'PLACED' and h.source_id = u.source_id"
            " and h.organisation_id = u.organisation_id and h.kind = u.kind",
            *columns_of(units),
            state,
            actor,
        )


def _line(change: Change, changeset_id: ChangesetId) -> tuple[object, ...]:
    unit = change.unit
    return (
        new_id(),
        changeset_id,
        unit.source_id,
        unit.organisation_id,
        unit.kind,
        change.live,
        len(change.ending),
        len(change.changing),
    )


async def _put_back(connection: Connection, held: Collection[Change]) -> None:
    """Let what is held stay as it was projected."""
    if held:
        await connection.execute(
            "update record set ended_on = projected_ended_on where id = any($1)",
            [record for change in held for record in change.ending],
        )
        await connection.execute(
            "update record set current_version_id = standing_version_id,"
            " projected_version_id = standing_version_id where id = any($1)",
            [record for change in held for record in change.changing],
        )
