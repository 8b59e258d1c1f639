"""`python -m tests.bench.matching.speed`: seconds and memory of both sides on one file.

Ours reads and normalises raw cells and ends with people; the competitor is given what our
normaliser made and ends with scored pairs. «matching» is our part after normalising: the fair race.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.demo.labelled.files import labelled, write_labelled
from tests.bench.matching.sides import encoded_of, write_normalised

HERE = "tests.bench.matching"
BEFORE_MATCHING = ("read", "normalise")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lap:
    """What one process took, and what it said of its stations."""

    wall: float
    processor: float
    peak_gb: float
    said: dict[str, object]


def main() -> None:
    """Race on files of the asked sizes and print each lap's median."""
    asked = _arguments()
    for records in asked.records:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_labelled(folder, labelled(records, setting="usual", seed=asked.seed))
            for line in _race(folder, records, asked.rounds, asked.rival):
                sys.stdout.write(line + "\n")
                sys.stdout.flush()


def _race(folder: Path, records: int, rounds: int, rival: Path | None) -> Iterator[str]:
    ours = [sys.executable, "-m", f"{HERE}.ours_side", str(folder / "records.csv")]
    theirs: list[str] = []
    if rival:
        normalised = folder / "normalised.parquet"
        write_normalised(normalised, encoded_of(folder).facts)
        theirs = [str(rival), "-m", f"{HERE}.splink_side", str(normalised), str(folder / "pairs")]
    for trains in (True, False):
        what = "learning" if trains else "a saved model"
        for name, command in (("ours", ours), ("splink", theirs)):
            if command:
                model = folder / f"{name}.json"
                laps = [_lap([*command, str(model)], model, trains) for _ in range(rounds)]
                yield _line(f"{records:,} {name}, {what}", records, laps)


def _lap(command: Sequence[str], model: Path, trains: bool) -> Lap:  # noqa: FBT001
    if trains:
        model.unlink(missing_ok=True)
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{command[0]} ended with {process.returncode}")
        said.seek(0)
        last = said.read().splitlines()[-1]
    return Lap(
        wall=time.perf_counter() - started,
        processor=used.ru_utime + used.ru_stime,
        peak_gb=used.ru_maxrss / 1e6,
        said=json.loads(last),
    )


def _line(name: str, records: int, laps: Sequence[Lap]) -> str:
    lap = sorted(laps, key=lambda one: one.wall)[len(laps) // 2]
    seconds = lap.said.get("seconds", lap.said)
    matching = [s for station, s in _pairs(seconds) if station not in BEFORE_MATCHING]
    processor = statistics.median(one.processor for one in laps)
    return (
        f"{name:34} wall {lap.wall:6.1f} s, processor {processor:6.1f} s, "
        f"peak {lap.peak_gb:.2f} GB, matching {sum(matching):6.1f} s, "
        f"{records / lap.wall:9,.0f} records/s; {seconds}"
    )


def _pairs(seconds: object) -> list[tuple[str, float]]:
    return (
        [(str(name), float(s)) for name, s in seconds.items()] if isinstance(seconds, dict) else []
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.matching.speed")
    parser.add_argument("--records", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rival", type=Path, help="an interpreter with the competitors installed")
    return parser.parse_args()


if __name__ == "__main__":
    main()
