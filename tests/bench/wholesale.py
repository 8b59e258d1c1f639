"""Landing of very many records, from the connector's iterator to the commit, beside two others.

`python -m tests.bench.wholesale [--records 1000000] [--dlt PYTHON]`, PYTHON being that of an
environment with tests/bench/requirements-dlt.txt: in one run the hub's landing, `psql \\copy` of the
same rows, and dlt's merge of them. Prints figures and passes no judgement.
"""

import argparse
import asyncio
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final

import pandas as pd

from connectors.protocol import CheckResult
from hub.database import open_database
from hub.records import Batch, Completeness, FileKind, OrganisationMention
from hub.seal import Sealer
from hub.settings import Settings
from sync.intake import Given
from tests.bench.figures import Figure, Section, told
from tests.bench.hundreds import register
from tests.bench.landing import BARE, NAME, SHAPED, WHOLE, Item, clocked, copies
from tests.bench.loading import peak_bytes
from tests.bench.region import Ground, Json, folder_of, prepared
from tests.bench.schools import Schools, person
from tests.day import region_day

OF_A_SCHOOL: Final = 1_000
REGISTER: Final = 1_000
MEBIBYTE: Final = 1 << 20
POSITIONS: Final = ("учитель", "воспитатель", "педагог-психолог", "методист", "директор")
SUBJECTS: Final = ("математика", "физика", "история", "", "биология", "химия", "русский язык")
CATEGORIES: Final = ("высшая", "первая", "соответствие", "")


def main() -> None:
    """Land the records each way and say what each took."""
    asked = _arguments()
    region = schools_of(asked.records, region_day())
    with (
        folder_of("hub-bench-") as folder,
        prepared(folder, people=REGISTER, choice=asked.postgres) as ground,
    ):
        where = ground.clone(NAME)
        asyncio.run(register(where.worker, region))
        path = ground.folder / "staff"
        write_rows(region, path)
        records = str(asked.records)
        took = ground.run("tests.bench.wholesale", where, "--landing", records, str(path))
        copied = copies(ground)
        merged = _merged(ground, region, asked.dlt) if asked.dlt else None
        section = Section(
            title=f"Landing of {took['records']} records, from the iterator to the commit",
            figures=tuple(_figures(took, copied, merged)),
        )
        sys.stdout.write(told([section]) + "\n")


def _figures(took: Json, copied: Mapping[str, float], merged: float | None) -> Iterator[Figure]:
    rows, seconds = took["records"], took["seconds"]
    yield Figure(name="landing", value=rows / seconds, unit="rows/s", note=f"{seconds:.1f} s")
    yield Figure(
        name="  memory of the process",
        value=took["peak_bytes"] / MEBIBYTE,
        unit="MiB",
        bar="<= 600",
        note=f"before the first row {took['before_bytes'] / MEBIBYTE:.0f}",
    )
    for way, bar in ((WHOLE, ">= 0.6"), (SHAPED, ""), (BARE, "")):
        yield Figure(name=way, value=rows / copied[way], unit="rows/s", note=f"{copied[way]:.1f} s")
        yield Figure(name="  landing / it", value=copied[way] / seconds, unit="", bar=bar)
    if merged is not None:
        yield Figure(name="dlt, merge", value=rows / merged, unit="rows/s", note=f"{merged:.1f} s")
        yield Figure(name="  landing / it", value=merged / seconds, unit="", bar=">= 10")


def schools_of(records: int, today: date) -> Schools:
    """Give as many schools as hold the records."""
    return Schools(schools=-(-records // OF_A_SCHOOL), rows=OF_A_SCHOOL, cards=0, today=today)


def write_rows(region: Schools, path: Path) -> None:
    """Write the staff of each school, a line a school, a list a column."""
    with path.open("w", encoding="utf-8") as stream:
        for school in range(region.schools):
            numbers = range(school * region.rows, (school + 1) * region.rows)
            frame = pd.DataFrame([_row(number) for number in numbers], dtype=object)
            stream.write(json.dumps(frame.to_dict("list"), ensure_ascii=False) + "\n")


class Written:
    """A connector of written rows: none is held before it is asked for, none after."""

    def __init__(self, region: Schools, path: Path) -> None:
        self._region, self._path = region, path

    def check(self) -> CheckResult:
        return CheckResult(ok=True)

    def fetch(self, cursor: str | None = None) -> Iterator[Item]:
        if cursor is None:
            with self._path.open(encoding="utf-8") as lines:
                yield from _batches(self._region, lines)


def _batches(region: Schools, lines: Iterable[str]) -> Iterator[Batch]:
    """Yield the staff of each school as a connector does."""
    for school, line in enumerate(lines):
        frame = pd.DataFrame(json.loads(line), dtype=object)
        yield Batch(
            kind=FileKind.STAFF,
            frame=frame.assign(sheet="", row=range(3, 3 + region.rows)),
            file="staff",
            organisation=OrganisationMention(name=f"МБОУ СОШ № {school + 1}"),
            stated_as_of=region.today,
        )


def _row(number: int) -> dict[str, str]:
    """Write a row as a school's list of its staff has it."""
    last, first, middle, birth = person(number, youngest=2000, years=40)
    return {
        "last_name": last,
        "first_name": first,
        "middle_name": middle,
        "birth_date": f"{birth:%d.%m.%Y}",
        "position": POSITIONS[number % len(POSITIONS)],
        "subject": SUBJECTS[number % len(SUBJECTS)],
        "employment_type": "основное место работы",
        "hire_date": f"01.09.{2000 + number % 25}",
        "teaching_experience": f"{number % 30} лет",
        "category": CATEGORIES[number % len(CATEGORIES)],
        "phone": f"+7927{number % 10**7:07d}",
        "email": f"p{number}@example.org",
    }


def _merged(ground: Ground, region: Schools, python: str) -> float:
    """Have dlt merge the same rows into a database of the same server."""
    ground.clone("bench_dlt")
    rows = ground.folder / "rows.jsonl"
    with rows.open("w", encoding="utf-8") as stream:
        for number in range(region.schools * region.rows):
            school = number // region.rows
            place = {"external_id": number, "school": school, "row": number % region.rows + 3}
            said = {"stated_as_of": region.today.isoformat(), **_row(number)}
            stream.write(json.dumps({**place, **said}, ensure_ascii=False) + "\n")
    host = ground.admin_url.partition("host=")[2].partition("&")[0]
    address = f"postgresql://postgres:none@localhost:5432/bench_dlt?host={host}"
    script = Path(__file__).with_name("dlt_merge.py")
    done = subprocess.run(
        [python, str(script), str(rows), address, str(ground.folder / "dlt")],
        stdout=subprocess.PIPE,
        check=True,
        cwd=ground.folder,
    )
    seconds: float = json.loads(done.stdout.splitlines()[-1])["seconds"]
    return seconds


async def landed(records: int, path: Path) -> Json:
    """Land the records of a file into the database that the settings name."""
    settings, today = Settings(), region_day()
    sealer = Sealer.from_file(settings.keys)
    given = Given(
        path=settings.keys,  # any file: its rows are at hand
        kind=FileKind.STAFF,
        stated_as_of=today,
        completeness=Completeness.PARTIAL,
        connector=Written(schools_of(records, today), path),
    )
    before = peak_bytes()
    async with open_database(settings.worker_url) as database:
        return {
            **await clocked(database, [given], sealer=sealer, today=today),
            "before_bytes": before,
            "peak_bytes": peak_bytes(),
        }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.wholesale", description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--dlt", default="", help="a Python that has dlt")
    parser.add_argument("--postgres", default="", help="a folder, a major version or 'embedded'")
    return parser.parse_args()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--landing"]:
        json.dump(asyncio.run(landed(int(sys.argv[2]), Path(sys.argv[3]))), sys.stdout)
    else:
        main()
