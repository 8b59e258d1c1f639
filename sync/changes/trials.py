"""Trials that were asked for over the door: worked out by a worker, kept for whoever asked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any  # effects are kept as JSON
from uuid import UUID

from hub.database import Database
from hub.records import ChangesetId
from sync.changes.asking import Kept, keep_trial, read_trial
from sync.changes.simulating import simulate_files, simulate_run, simulate_undo
from sync.region import Region
from sync.uploads.keeping import opened_upload


async def simulate_kept(
    database: Database, simulation_id: UUID, region: Region, *, secrets: Path
) -> None:
    """Work a trial out and keep what it gave; one that is done already is left alone."""
    trial = await read_trial(database, simulation_id)
    if trial is not None:
        await keep_trial(
            database, simulation_id, lambda: _effects(database, trial, region, secrets)
        )


async def _effects(
    database: Database, trial: Kept, region: Region, secrets: Path
) -> Mapping[str, Any]:
    if trial.upload_id is not None:
        async with opened_upload(
            database, trial.upload_id, region.sealer, today=region.today
        ) as given:
            _, effects = await simulate_files(database, [given], region)
    elif trial.source_code is not None:
        _, effects = await simulate_run(database, trial.source_code, region, secrets=secrets)
    else:
        number = ChangesetId(trial.changeset_id or 0)
        effects = await simulate_undo(database, number, region)
    return effects.as_json()
