"""Landing alone, from batches at hand to the commit, beside `psql \\copy` of the same rows.

Run as a process it lands once into the database that the settings name.
"""

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

from connectors.protocol import Checkpoint, CheckResult
from connectors.school_file import SchoolFile
from hub.binaries import find_binaries
from hub.database import Database, open_database
from hub.records import Batch, Rejected
from hub.seal import Sealer
from hub.settings import Settings
from sync.intake import Given, accept
from tests.bench.figures import Figure, Section, median
from tests.bench.region import Ground, Json, read_given
from tests.bench.stations import Stopwatch

Item = Batch | Rejected | Checkpoint
NAME = "bench_landing"
TABLES = ("record", "record_version")
SHAPED = r"psql \copy, versions, same shape and indexes"
WHOLE = r"psql \copy, records and versions, references checked"
BARE = r"psql \copy, versions, bare table"
TOLD = re.compile(r"^Time: ([\d.]+) ms", re.MULTILINE)


class AtHand:
    """A connector whose source has been read already."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items

    def check(self) -> CheckResult:
        return CheckResult(ok=True)

    def fetch(self, cursor: str | None = None) -> Iterator[Item]:
        yield from self._items if cursor is None else ()


class Landed(BaseException):
    """All pages are committed and the projection is about to begin: the measured part is over."""


def measure(ground: Ground, *, runs: int) -> Section:
    """Land the region's files several times, each into a fresh database, and copy them as well."""
    landed, copied = [], []
    for _ in range(runs):
        where = ground.clone(NAME)
        landed.append(ground.run("tests.bench.landing", where, str(ground.given)))
        copied.append(copies(ground))
        ground.drop(NAME)
    return _section(landed, copied)


def _section(landed: Sequence[Json], copied: Sequence[Mapping[str, float]]) -> Section:
    rows = landed[0]["records"]
    seconds = median(run["seconds"] for run in landed)
    spent = {
        name: median(run["stations"].get(name, 0.0) for run in landed)
        for name in landed[0]["stations"]
        if name != "pending"  # the projection's first step, after the last commit
    }
    figures = [Figure(name="landing", value=rows / seconds, unit="rows/s", note=f"{seconds:.2f} s")]
    for way, bar in ((SHAPED, ">= 0.6"), (WHOLE, ""), (BARE, "")):
        took = median(run[way] for run in copied)
        note = f"{took:.2f} s"
        figures.append(Figure(name=way, value=rows / took, unit="rows/s", note=note))
        figures.append(Figure(name="  landing / it", value=took / seconds, unit="", bar=bar))
    return Section(
        title=f"Landing of {rows} records, from batches at hand to the commit",
        figures=(
            *figures,
            *(
                Figure(name=f"  {name}", value=took * 1000, unit="ms")
                for name, took in sorted(spent.items(), key=lambda item: -item[1])
            ),
        ),
    )


def copies(ground: Ground) -> Mapping[str, float]:
    """Time `\\copy` of the landed rows into tables like theirs, into theirs, and into a bare one."""
    url, file = ground.at(NAME), ground.folder / "rows"
    out = [f"\\copy (select * from {table} order by id) to '{file}.{table}'" for table in TABLES]
    _psql(url, out)
    shaped = [
        "create table shaped (like record_version including all)",
        f"\\copy shaped from '{file}.record_version'",
    ]
    bare = [
        "create table bare (like record_version)",
        f"\\copy bare from '{file}.record_version'",
    ]
    whole = [f"truncate {', '.join(TABLES)} cascade"]
    whole += [f"\\copy {table} from '{file}.{table}'" for table in TABLES]
    found = {}
    for way, commands in ((SHAPED, shaped), (BARE, bare), (WHOLE, whole)):
        found[way] = sum(_psql(url, commands)[1:]) / 1000
    return found


def _psql(url: str, commands: Iterable[str]) -> list[float]:
    """Run statements one after another; answer psql's own time of each in milliseconds."""
    script = "\n".join(
        ["\\timing on", *(line if line[0] == "\\" else f"{line};" for line in commands)]
    )
    done = subprocess.run(
        [find_binaries().program("psql"), "-X", "-v", "ON_ERROR_STOP=1", "-d", url],
        input=script,
        capture_output=True,
        text=True,
        check=True,
    )
    return [float(found) for found in TOLD.findall(done.stdout)]


def at_hand(files: Iterable[Given]) -> list[Given]:
    """Read the files now, so that nothing is left to read when they are taken."""
    return [
        replace(given, connector=AtHand(tuple(SchoolFile(given.path, kind=given.kind).fetch())))
        for given in files
    ]


async def land(given: Path, watch: Stopwatch) -> dict[str, object]:
    """Land the listed files, read beforehand, into the database that the settings name."""
    settings = Settings()
    today, listed = read_given(given)
    files, sealer = at_hand(listed), Sealer.from_file(settings.keys)
    async with open_database(settings.worker_url) as database:
        told = await clocked(database, files, sealer=sealer, today=today)
    return {**told, "stations": watch.seconds}


async def clocked(
    database: Database, files: Sequence[Given], *, sealer: Sealer, today: date
) -> dict[str, float]:
    """Land files whose rows are at hand; say what that took, to the last commit."""
    clock = _Clock()
    begun = time.perf_counter()
    with suppress(Landed):
        await accept(database, files, sealer=sealer, actor="bench", today=today, progress=clock)
    async with database.reading() as session:
        records = await session.raw.fetchval("select count(*) from record_version")
    return {"seconds": clock.committed - begun, "records": records}


class _Clock:
    """Remembers when the last page was committed, and stops what follows."""

    def __init__(self) -> None:
        self.committed = 0.0

    def __call__(self, station: str, _done: int) -> None:
        if station != "landing":
            raise Landed
        self.committed = time.perf_counter()


if __name__ == "__main__":
    stopwatch = Stopwatch()
    stopwatch.attach()
    json.dump(asyncio.run(land(Path(sys.argv[1]), stopwatch)), sys.stdout)
