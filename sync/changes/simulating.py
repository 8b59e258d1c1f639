"""Trying a change: the front room. The same code as when it is made, and nothing of it is kept.

While it is tried, other projections wait; a source that is tried is really read.
"""

from collections.abc import Sequence
from pathlib import Path

from connectors.protocol import Connector
from hub.database import Database, Rehearsal
from hub.records import ChangesetId
from sync.changes.undoing import Desired, undo
from sync.changeset import Difference
from sync.effects import Effects, seen_in
from sync.intake import Accepted, Given, accept
from sync.region import Region
from sync.runs.run import Mode, Run
from sync.runs.running import run_source

ACTOR = "simulate"


async def simulate_files(
    database: Database, files: Sequence[Given], region: Region, *, release: bool = False
) -> tuple[Accepted, Effects]:
    """Say what accepting files would do; raises what accepting them would raise."""
    async with database.rehearsing() as rehearsal:
        accepted = await accept(
            rehearsal,
            files,
            sealer=region.sealer,
            actor=ACTOR,
            today=region.today,
            release=release,
        )
        effects = await _effects(
            database, rehearsal, accepted.changeset_id, accepted.projected, region
        )
        return accepted, effects


async def simulate_run(
    database: Database,
    code: str,
    region: Region,
    *,
    mode: Mode = Mode.CHANGES,
    connector: Connector | None = None,
    secrets: Path | None = None,
) -> tuple[Run, Effects]:
    """Say what reading a source would do; the run tells how far reading came."""
    async with database.rehearsing() as rehearsal:
        run = await run_source(
            rehearsal,
            code,
            sealer=region.sealer,
            today=region.today,
            actor=ACTOR,
            mode=mode,
            connector=connector,
            secrets=secrets,
        )
        number = ChangesetId(run.changeset_id or 0)
        difference = await _summary(rehearsal, number)
        return run, await _effects(database, rehearsal, number, difference, region)


async def simulate_undo(database: Database, changeset_id: ChangesetId, region: Region) -> Effects:
    """Say what taking a change back would do; raises what taking it back would raise."""
    desired = Desired(changeset_id=changeset_id, actor=ACTOR)
    async with database.rehearsing() as rehearsal:
        undone = await undo(rehearsal, desired, region)
        return await _effects(database, rehearsal, undone.changeset_id, undone.difference, region)


async def _summary(rehearsal: Rehearsal, number: ChangesetId) -> Difference:
    async with rehearsal.reading() as session:
        summary = await session.raw.fetchval("select summary from changeset where id = $1", number)
    return Difference(**summary)


async def _effects(
    database: Database,
    rehearsal: Rehearsal,
    number: ChangesetId,
    difference: Difference,
    region: Region,
) -> Effects:
    async with database.reading() as before, rehearsal.reading() as after:
        seen = await seen_in(after, number, difference, today=region.today)
        return await seen.beside(before)
