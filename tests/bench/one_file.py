"""One very long file: what its reader holds, and how fast its rows become people.

`python -m tests.bench.one_file [--rows 1000000] [--people 1000000 ...]`: a tenth of the rows and all
of them are read in a process of its own each, then as many as `--people` says, one number after
another, are taken in by others. What a person costs in memory is told beyond what the process held
before, so several numbers show how it grows; `--people 0` takes none.
Prints figures and passes no judgement.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from connectors.school_file import SchoolFile
from hub.database import open_database
from hub.records import Batch, Completeness, FileKind
from hub.seal import Sealer
from hub.settings import CHECKOUT, Settings
from sync.intake import Given, accept
from tests.bench.figures import Figure, Section, told
from tests.bench.hundreds import register
from tests.bench.loading import peak_bytes
from tests.bench.region import Ground, Json, folder_of, prepared
from tests.bench.schools import Schools
from tests.day import region_day

NAME: Final = "bench_one_file"
REGISTER: Final = 1_000
MEBIBYTE: Final = 1 << 20


def main() -> None:
    """Read the file short and long, then take it in, and say what each cost."""
    asked = _arguments()
    with (
        folder_of("hub-bench-") as folder,
        prepared(folder, people=REGISTER, choice=asked.postgres) as ground,
    ):
        figures = [*_read(ground, asked.rows // 10), *_read(ground, asked.rows)]
        for people in filter(None, asked.people):
            figures += _taken(ground, people)
        sys.stdout.write(told([Section(title="One file", figures=tuple(figures))]) + "\n")


def _read(ground: Ground, rows: int) -> Iterator[Figure]:
    """Read a file in a process of its own."""
    path = _region(rows).write_file(ground.folder, 0)
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.one_file", "--read", str(path)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        check=True,
    )
    took: Json = json.loads(done.stdout)
    note = f"{took['seconds']:.1f} s for {took['rows']} rows"
    yield Figure(
        name=f"read {rows} rows", value=took["rows"] / took["seconds"], unit="rows/s", note=note
    )
    yield Figure(
        name="  memory of the process",
        value=took["peak_bytes"] / MEBIBYTE,
        unit="MiB",
        bar="<= 400",
        note=f"before the file {took['before_bytes'] / MEBIBYTE:.0f}",
    )


def _taken(ground: Ground, rows: int) -> Iterator[Figure]:
    """Take a file in, from the disk to people who can be asked about."""
    region, where = _region(rows), ground.clone(NAME)
    asyncio.run(register(where.worker, region))
    path = region.write_file(ground.folder, 0)
    took = ground.run("tests.bench.one_file", where, "--take", str(path))
    note = f"{took['seconds']:.1f} s, people {took['people']}"
    yield Figure(
        name=f"{rows} rows to people", value=rows / took["seconds"], unit="rows/s", note=note
    )
    beyond = (took["peak_bytes"] - took["before_bytes"]) / rows
    yield Figure(
        name="  memory of the process",
        value=took["peak_bytes"] / MEBIBYTE,
        unit="MiB",
        note=f"before {took['before_bytes'] / MEBIBYTE:.0f}, a person {beyond:.0f} bytes",
    )
    ground.drop(NAME)


def _region(rows: int) -> Schools:
    return Schools(schools=1, rows=rows, cards=0, today=region_day())


def read(path: Path) -> Json:
    """Read a file to its end, holding no more of it than its reader does."""
    before, begun, rows = peak_bytes(), time.perf_counter(), 0
    for item in SchoolFile(path, kind=FileKind.PUPILS).fetch():
        rows += len(item.frame) if isinstance(item, Batch) else 0
    return {
        "seconds": time.perf_counter() - begun,
        "rows": rows,
        "before_bytes": before,
        "peak_bytes": peak_bytes(),
    }


async def take(path: Path, today: date) -> Json:
    """Take a file in, into the database that the settings name."""
    settings = Settings()
    given = Given(
        path=path, kind=FileKind.PUPILS, stated_as_of=today, completeness=Completeness.FULL
    )
    sealer = Sealer.from_file(settings.keys)
    before = peak_bytes()
    async with open_database(settings.worker_url) as database:
        begun = time.perf_counter()
        done = await accept(database, [given], sealer=sealer, actor="bench", today=today)
        seconds = time.perf_counter() - begun
    people = done.projected.people_added
    return {
        "seconds": seconds,
        "people": people,
        "before_bytes": before,
        "peak_bytes": peak_bytes(),
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.one_file", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the file that is read")
    parser.add_argument(
        "--people", type=int, nargs="+", default=[1_000_000], help="of the files that are taken in"
    )
    parser.add_argument("--postgres", default="", help="a folder, a major version or 'embedded'")
    return parser.parse_args()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--read", file]:
            json.dump(read(Path(file)), sys.stdout)
        case ["--take", file]:
            json.dump(asyncio.run(take(Path(file), region_day())), sys.stdout)
        case _:
            main()
