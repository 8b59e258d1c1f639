"""A process that takes a folder of lists and a system of cards in, and says what that took and gave."""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from hub.database import open_database
from hub.records import Completeness, FileKind
from hub.seal import Sealer
from hub.settings import Settings
from sync.intake import Given, accept
from sync.runs.run import Mode, RunState
from sync.runs.running import run_source
from tests.bench.schools import LATER

CODE = "kadry"


def lists_of(folder: Path, today: date) -> list[Given]:
    """Give the lists of a folder as their schools give them: as of yesterday, the later of today."""
    return [
        Given(
            path=path,
            kind=FileKind.PUPILS,
            stated_as_of=today if path.stem.endswith(LATER) else today - timedelta(days=1),
            completeness=Completeness.FULL,
        )
        for path in sorted(folder.iterdir())
    ]


async def taken(given: Sequence[Given], folder: Path, today: date) -> dict[str, float]:
    """Accept lists and read the system whole, into the database that the settings name."""
    settings = Settings()
    sealer = Sealer.from_file(settings.keys)
    async with open_database(settings.worker_url) as database:
        begun = time.perf_counter()
        files = await accept(database, given, sealer=sealer, actor="bench", today=today)
        landed = time.perf_counter()
        run = await run_source(
            database,
            CODE,
            sealer=sealer,
            today=today,
            actor="bench",
            mode=Mode.FULL,
            secrets=folder,
        )
        ended = time.perf_counter()
    if run.state is not RunState.SUCCEEDED:
        raise RuntimeError(f"{run.state} {run.error_code}")
    return {
        "files": landed - begun,
        "system": ended - landed,
        "rows": sum(one.rows for one in files.files) + run.counts["rows"],
        "versions": files.versions + run.counts["versions"],
        "people": files.projected.people + run.counts["people"],
    }


if __name__ == "__main__":
    lists, day = Path(sys.argv[1]), date.fromisoformat(sys.argv[2])
    json.dump(asyncio.run(taken(lists_of(lists, day), lists.parent, day)), sys.stdout)
