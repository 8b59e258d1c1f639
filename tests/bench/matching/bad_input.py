"""`python -m tests.bench.matching.bad_input`: files that no region gives, in bounded time and memory.

Each is matched by a process of its own; printed are seconds, the peak of memory, compared pairs,
people and the causes that were named.
"""

import argparse
import csv
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from sync.engines.file_run import Job, run
from tests.day import region_day

LETTERS: Final = str.maketrans("0123456789abcdef", "абвгдежзиклмнопр")
Row = tuple[str, str, str, str]  # full name, birth date, СНИЛС, school
COLUMNS: Final = ("rec_id", "full_name", "birth_date", "snils", "org_code")


def _name(at: int) -> str:
    letters = sha256(str(at).encode()).hexdigest().translate(LETTERS)
    return f"{letters[:9]} {letters[9:15]} {letters[15:22]}".title()


def _day(at: int) -> str:
    return f"{at % 28 + 1:02d}.{at // 28 % 12 + 1:02d}.{1950 + at // 336 % 50}"


BAD: Final[Mapping[str, Callable[[int], Row]]] = {
    "equal names": lambda _: ("Иванова Анна Петровна", "", "", "7"),
    "one number": lambda at: (_name(at), _day(at), "112-233-445 95", str(at % 900)),
    "one birthday": lambda at: (_name(at), "01.01.1970", "", str(at % 900)),
    "nothing": lambda _: ("", "", "", ""),
}


def main() -> None:
    """Match each file, or with `--kind` the one, and print what it took."""
    asked = _arguments()
    if asked.kind:
        sys.stdout.write(_told(asked.kind, asked.records) + "\n")
        return
    for kind in BAD:
        command = [sys.executable, "-m", __spec__.name, "--kind", kind]
        subprocess.run([*command, "--records", str(asked.records)], check=True)


def _told(kind: str, records: int) -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / "r.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *_rows(kind, records)])
        began = time.perf_counter()
        job = Job(records=folder / "r.csv", out=folder / "c.csv")
        done = run(job, today=region_day())
        took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    causes = ", ".join(sorted({notice.cause for notice in done.notices}))
    return (
        f"{kind:13} {records} records: {took:.1f} s, {peak:.2f} GB, {done.pairs} pairs,"
        f" {done.people} people, {done.questions} questions; {causes}"
    )


def _rows(kind: str, records: int) -> Iterator[tuple[object, ...]]:
    for at in range(records):
        yield (at, *BAD[kind](at))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.matching.bad_input")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--kind", choices=BAD)
    return parser.parse_args()


if __name__ == "__main__":
    main()
