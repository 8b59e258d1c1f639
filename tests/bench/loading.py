"""A process that takes the region's files in and says where its time and memory went."""

import asyncio
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from hub.database import open_database
from hub.seal import Sealer
from hub.settings import Settings
from sync.intake import Accepted, accept
from tests.bench.region import read_given
from tests.bench.stations import Stopwatch


async def load(given: Path, watch: Stopwatch) -> dict[str, object]:
    """Accept the listed files into the database that the settings name."""
    settings = Settings()
    today, files = read_given(given)
    sealer = Sealer.from_file(settings.keys)
    before = peak_bytes()
    begun = time.perf_counter()
    async with open_database(settings.worker_url) as database:
        accepted = await accept(database, files, sealer=sealer, actor="bench", today=today)
    took = time.perf_counter() - begun
    rows = sum(report.rows for report in accepted.files)
    return {
        "seconds": took,
        "rows": rows,
        "stations": watch.seconds,
        "peak_bytes": peak_bytes(),
        "peak_before": before,
        "written": _written(accepted),
    }


def peak_bytes() -> int:
    """Give the most memory that this process has held; what rusage says is partly its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def _written(accepted: Accepted) -> dict[str, int]:
    return {
        "records": accepted.records,
        "versions": accepted.versions,
        **asdict(accepted.projected),
    }


if __name__ == "__main__":
    stopwatch = Stopwatch()
    stopwatch.attach()
    json.dump(asyncio.run(load(Path(sys.argv[1]), stopwatch)), sys.stdout)
