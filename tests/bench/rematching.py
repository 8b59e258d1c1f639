"""A process that matches everybody of a database anew and says where its time and memory went.

`python -m tests.bench.rematching` takes the database that the settings name.
"""

import asyncio
import json
import sys
import time
from dataclasses import asdict

from hub.database import WriteSession, open_database
from hub.seal import Sealer
from hub.settings import Settings
from sync.matching.model import Model
from sync.people.models import active_model
from sync.projecting import rematch
from tests.bench.loading import peak_bytes
from tests.bench.stations import Stopwatch
from tests.day import region_day


async def match_all(watch: Stopwatch) -> dict[str, object]:
    """Match every record anew by the model that is active."""
    settings = Settings()
    before = peak_bytes()
    async with open_database(settings.worker_url) as database:
        async with database.reading() as session:
            records = await session.raw.fetchval("select count(*) from record_facts")
        begun = time.perf_counter()
        changed = await rematch(
            database,
            _same,
            sealer=Sealer.from_file(settings.keys),
            today=region_day(),
            actor="bench",
        )
        took = time.perf_counter() - begun
    return {
        "seconds": took,
        "rows": records,
        "stations": watch.seconds,
        "peak_bytes": peak_bytes(),
        "peak_before": before,
        "written": asdict(changed),
    }


async def _same(session: WriteSession) -> Model:
    return await active_model(session.raw)


if __name__ == "__main__":
    stopwatch = Stopwatch()
    stopwatch.attach()
    json.dump(asyncio.run(match_all(stopwatch)), sys.stdout)
