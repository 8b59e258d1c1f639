"""`python -m tests.bench.matching.speed`: seconds and memory of both sides, from one start to one end.

A race has three courses. From normalised records (which both read from parquet) to scored pairs; on
to people: ours with constraints, mentions and questions, the competitor's its connected components;
and from raw cells in a csv to people: the competitor's time is then that of our normaliser, which
writes its records, and its own. Everything a process does counts, its libraries' loading too.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.demo.labelled.files import labelled, write_labelled
from hub.processor import suit_numpy
from tests.bench.matching.laps import BEGAN, Station

HERE = "tests.bench.matching"
ENDS = (("scored pairs", "pairs"), ("people", "people"))
Stations = Mapping[str, Station]


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """Where files of a race are, how often it is run, and the competitor's interpreter."""

    folder: Path
    records: int
    rounds: int
    rival: Path | None


def main() -> None:
    """Race on files of the asked sizes and print a table of each, and where our time goes."""
    asked = _arguments()
    for records in asked.records:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_labelled(folder, labelled(records, setting="usual", seed=asked.seed))
            race = Race(folder=folder, records=records, rounds=asked.rounds, rival=asked.rival)
            for line in _table(race):
                sys.stdout.write(line + "\n")
                sys.stdout.flush()


def _table(race: Race) -> Iterator[str]:
    yield (
        f"| {race.records:,} records | ours: processor, clock, peak, records a second of processor "
        "| the competitor | so many times as fast: by processor, by the clock; share of memory |"
    )
    yield "|---|---|---|---|"
    prepared = _median([_lap(race, sys.executable, "prepare", str(race.folder))])["normalise"]
    for how in ("learning", "a saved model"):
        whole, ours, theirs = _raced(race, learns=how == "learning")
        for name, end in ENDS:
            yield _row(race, f"normalised to {name}, {how}", ours[end], theirs.get(end))
        both = _after(prepared, theirs["people"]) if theirs else None
        yield _row(race, f"csv to people, {how}", whole["people"], both)
        yield f"\ncsv to people, {how}: {_shares(whole)}\n"


def _raced(race: Race, *, learns: bool) -> tuple[Stations, Stations, Stations]:
    """Give the medians of ours from raw cells, ours and the competitor's from normalised ones."""
    csv, ready, fit = (str(race.folder / name) for name in ("records.csv", "ours", "theirs"))
    sides = [("ours_side", sys.executable, csv, "raw"), ("ours_side", sys.executable, ready, "our")]
    if race.rival:
        sides.append(("splink_side", str(race.rival), fit, "their"))
    found: list[Stations] = []
    for module, python, start, whose in sides:
        laps = []
        for _ in range(race.rounds):
            model = race.folder / f"{whose}.json"
            if learns:
                model.unlink(missing_ok=True)
            records = start if start.endswith(".csv") else f"{start}.parquet"
            ends = [str(race.folder / f"{whose}.{end}.parquet") for _, end in ENDS]
            laps.append(_lap(race, python, module, records, ends[0], str(model), ends[1]))
        found.append(_median(laps))
    return found[0], found[1], found[2] if race.rival else {}


def _lap(race: Race, python: str, module: str, *arguments: str) -> Stations:
    """Run one process and give what it said of its stations."""
    environment = dict(os.environ)
    suit_numpy(environment)
    with tempfile.TemporaryFile("w+", dir=race.folder) as said:
        subprocess.run(
            [python, "-m", f"{HERE}.{module}", *arguments],
            check=True,
            stdout=said,
            env={**environment, BEGAN: str(time.time())},
        )
        said.seek(0)
        told = json.loads(said.read().splitlines()[-1])
    return {name: Station(**one) for name, one in told.items()}


def _median(laps: Sequence[Stations]) -> Stations:
    return {
        name: Station(
            wall=statistics.median(lap[name].wall for lap in laps),
            processor=statistics.median(lap[name].processor for lap in laps),
            peak_gb=statistics.median(lap[name].peak_gb for lap in laps),
        )
        for name in laps[0]
    }


def _after(first: Station, second: Station) -> Station:
    """Give what two processes take one after the other."""
    return Station(
        wall=first.wall + second.wall,
        processor=first.processor + second.processor,
        peak_gb=max(first.peak_gb, second.peak_gb),
    )


def _row(race: Race, course: str, ours: Station, theirs: Station | None) -> str:
    one = f"{_told(ours)}, {race.records / ours.processor:,.0f}"
    if theirs is None:
        return f"| {course} | {one} | | |"
    ratios = (
        f"{theirs.processor / ours.processor:.1f}, {theirs.wall / ours.wall:.1f}; "
        f"{ours.peak_gb / theirs.peak_gb:.2f}"
    )
    return f"| {course} | {one} | {_told(theirs)} | {ratios} |"


def _told(one: Station) -> str:
    return f"{one.processor:.1f} s, {one.wall:.1f} s, {one.peak_gb:.2f} GB"


def _shares(stations: Stations) -> str:
    """Give the seconds of processor between each station and the one before it."""
    upto = [0.0, *(one.processor for one in stations.values())]
    spent = zip(stations, upto, upto[1:], strict=False)
    return ", ".join(f"{name} {end - start:.1f}" for name, start, end in spent)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.matching.speed")
    parser.add_argument("--records", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rival", type=Path, help="an interpreter with the competitors installed")
    return parser.parse_args()


if __name__ == "__main__":
    main()
