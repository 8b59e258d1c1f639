"""Letting go of what the brake holds: a person's word, and what follows from it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from hub.database import Database
from hub.errors import InputError
from hub.seal import Sealer
from sync import changeset
from sync.brake.holding import Passing, close_waiting
from sync.changeset import Difference
from sync.projecting import project


class NothingHeldError(InputError):
    """Тормоз здесь ничего не держит: отпускать нечего."""

    code = "hold.none"


async def release(
    database: Database, holds: Collection[UUID], *, sealer: Sealer, today: date, actor: str
) -> Difference:
    """Let the held units change as their evidence says, and project them.

    Releasing again changes nothing. Raises NothingHeldError where none of the holds is known.
    """
    async with database.writing() as session:
        rows = await session.raw.fetch(
            "select source_id, organisation_id, state from hold where id = any($1)", list(holds)
        )
        if not rows:
            raise NothingHeldError
        placed = {(row[0], row[1]) for row in rows if row["state"] == "PLACED"}
        if not placed:
            return Difference()
        changeset_id = await changeset.begin(session, "REVIEW", actor=actor)
    difference = await project(
        database,
        changeset_id,
        sealer=sealer,
        today=today,
        passing=Passing(actor=actor, units=frozenset(placed)),
    )
    async with database.writing() as session:
        await close_waiting(session)
    return difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A unit that is held: of `live` records so many would end and so many become others."""

    id: UUID
    source_code: str
    organisation: str
    kind: str
    live: int
    ending: int
    changing: int
    placed_at: datetime


async def list_placed(database: Database, source_code: str | None = None) -> list[Placed]:
    """Give what is held, of one source or of all, the oldest first."""
    async with database.reading() as session:
        rows = await session.raw.fetch(
            "select h.id, s.code as source_code, o.short_name as organisation, h.kind, h.live,"
            " h.ending, h.changing, h.placed_at from hold h"
            " join source s on s.id = h.source_id join organisation o on o.id = h.organisation_id"
            " where h.state = 'PLACED' and ($1::text is null or s.code = $1)"
            " order by h.placed_at, h.id",
            source_code,
        )
    return [Placed(**dict(row)) for row in rows]


async def placed_holds(database: Database, source_code: str | None = None) -> list[UUID]:
    """Name the holds that are placed, of one source or of all, the oldest first."""
    return [hold.id for hold in await list_placed(database, source_code)]
