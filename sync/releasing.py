"""Letting go of what the brake holds: a person's word, and what follows from it."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from hub.database import Database
from hub.errors import InputError
from hub.seal import Sealer
from sync import changeset
from sync.brake import Passing, close_waiting
from sync.changeset import Difference
from sync.pipeline import project


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


async def placed_holds(database: Database, source_code: str | None = None) -> list[UUID]:
    """Name the holds that are placed, of one source or of all, the oldest first."""
    async with database.reading() as session:
        rows = await session.raw.fetch(
            "select h.id from hold h join source s on s.id = h.source_id where h.state = 'PLACED'"
            " and ($1::text is null or s.code = $1) order by h.placed_at, h.id",
            source_code,
        )
    return [row["id"] for row in rows]
