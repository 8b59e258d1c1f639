"""Asking for a change to be tried, taken back or let pass: the front room of the web.

Nothing is worked out here: what is asked is kept, and a worker does it.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from hub import jobs
from hub.database import Database, WriteSession
from hub.errors import InputError
from hub.records import ChangesetId
from sync.changeset import UnknownChangesetError
from sync.identity import new_id


class UnknownSimulationError(InputError):
    """Назовите одно: файл (importFile), источник (source) или изменение, которое отменяется (undo)."""

    code = "simulation.of_nothing"


class NothingHeldHereError(InputError):
    """Тормоз в вашей области этого не держит: обновите список задержанного."""

    code = "hold.none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, and on whose behalf."""

    client_id: UUID
    organisation_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is to be tried; one of them."""

    upload_id: UUID | None = None
    source_code: str | None = None
    undo: int | None = None


async def ask_to_simulate(session: WriteSession, asker: Asker, trial: Trial) -> UUID:
    """Put a trial into the queue and give its id; raises UnknownSimulationError."""
    simulation_id = new_id()
    row = await session.raw.fetchval(
        ASKED,
        simulation_id,
        asker.organisation_id,
        asker.client_id,
        trial.upload_id,
        trial.source_code,
        trial.undo,
    )
    if row is None:
        raise UnknownSimulationError
    await jobs.enqueue(session, jobs.SIMULATE, {"simulation": str(simulation_id)})
    return simulation_id


# A file is seen within the scope only; a trial of nothing is none.
ASKED: Final = """
insert into simulation (id, kind, organisation_id, client_id, upload_id, source_id, changeset_id,
                        state)
select $1, found.kind, $2, $3, found.upload_id, found.source_id, found.changeset_id, 'QUEUED'
from (
    select 'IMPORT' as kind, u.id as upload_id, null::uuid as source_id, null::bigint as changeset_id
    from upload u where u.id = $4::uuid and u.state in ('CHECKED', 'FAILED')
    union all
    select 'SYNC', null, s.id, null from source s
    where s.code = $5::text and s.kind not in ('SCHOOL_FILES', 'PUSH')
    union all
    select 'UNDO', null, null, c.id from changeset c where c.id = $6::bigint
) found
returning id
"""


async def ask_to_undo(session: WriteSession, asker: Asker, number: int, reason: str) -> ChangesetId:
    """Open the change that will take another back, once, and give its number.

    Raises UnknownChangesetError.
    """
    await session.lock(f"undo:{number}")
    waiting = await session.raw.fetchval(
        "select id from changeset where undoes = $1 and state = 'STAGED'", number
    )
    if waiting is not None:
        return ChangesetId(waiting)
    opened = await session.raw.fetchval(
        "insert into changeset (kind, state, actor, summary, undoes, reason)"
        " select 'UNDO', 'STAGED', $2, '{}', id, $3 from changeset where id = $1 returning id",
        number,
        str(asker.client_id),
        reason,
    )
    if opened is None:
        raise UnknownChangesetError
    await jobs.enqueue(session, jobs.UNDO, {"changeset": str(opened)})
    return ChangesetId(opened)


async def ask_to_release(session: WriteSession, asker: Asker, hold_id: UUID) -> UUID:
    """Let a held unit of the scope pass; raises NothingHeldHereError."""
    held = await session.raw.fetchval(
        "select id from hold where id = $1 and state = 'PLACED'", hold_id
    )
    if held is None:
        raise NothingHeldHereError
    order = {"hold": str(hold_id), "actor": str(asker.client_id)}
    await jobs.enqueue(session, jobs.RELEASE, order)
    return hold_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A trial as it was asked for."""

    id: UUID
    kind: str
    upload_id: UUID | None
    source_code: str | None
    changeset_id: int | None


async def read_trial(database: Database, simulation_id: UUID) -> Kept | None:
    """Give a trial that waits; None where it was done or is gone."""
    async with database.reading() as session:
        row = await session.raw.fetchrow(
            "select t.id, t.kind, t.upload_id, s.code as source_code, t.changeset_id"
            " from simulation t left join source s on s.id = t.source_id"
            " where t.id = $1 and t.state = 'QUEUED'",
            simulation_id,
        )
    return None if row is None else Kept(**dict(row))


async def keep_trial(
    database: Database, simulation_id: UUID, difference: Callable[[], Awaitable[object]]
) -> None:
    """Work a trial out and keep what it gave; what the trial raises is kept as its failure."""
    try:
        said = await difference()
    except InputError as error:
        await _end(database, simulation_id, error=error)
    else:
        await _end(database, simulation_id, said=said)


async def _end(
    database: Database,
    simulation_id: UUID,
    *,
    said: object = None,
    error: InputError | None = None,
) -> None:
    async with database.writing() as session:
        await session.raw.execute(
            "update simulation set state = $2, finished_at = now(), difference = $3,"
            " error_code = $4, error_message = $5 where id = $1 and state = 'QUEUED'",
            simulation_id,
            "FAILED" if error else "DONE",
            json.dumps(said or {}),
            error and error.reason,
            error and error.message,
        )
