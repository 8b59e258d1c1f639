"""`python -m tests.bench`: measure on a server of our own, print figures, judge nothing."""

import argparse
import asyncio
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench import (
    landing,
    large,
    loads,
    memory,
    million,
    nesting,
    pooled,
    pushes,
    queries,
    rival,
    scoping,
    web,
)
from tests.bench.figures import Section, as_json, told
from tests.bench.region import Ground, folder_of, prepared

LOADED = "bench_loaded"
OVER_LARGE = (million, queries, nesting, scoping, memory, rival)  # over a region made by SQL
LARGE = tuple(part.__name__.rpartition(".")[2] for part in OVER_LARGE)
PARTS = ("load", "rematch", "pushes", "landing", "web", "pooled", *LARGE)
DEMO_PEOPLE, LARGE_PEOPLE = 20_000, 500_000
REGISTER = 1_000  # people of a demo's region of which only the register is used


def main() -> None:
    """Measure the parts that were asked for and say what was found."""
    asked = _arguments()
    sections: list[Section] = []
    with (
        folder_of("hub-bench-") as folder,
        prepared(folder, people=_of_demo(asked), choice=asked.postgres) as ground,
    ):
        for section in _measured(ground, asked):
            sections.append(section)
            sys.stdout.write(told([section]) + "\n")
            sys.stdout.flush()
        if asked.output:
            asked.output.write_text(as_json(sections, _about(ground)))


def _measured(ground: Ground, asked: argparse.Namespace) -> Iterator[Section]:
    parts = asked.only or PARTS
    if {"load", "rematch", "pushes", "web", "pooled"} & set(parts):
        where = ground.clone(LOADED)
        yield from loads.measure(ground, where)
    if "rematch" in parts:
        yield from loads.measure_again(ground, where)
    if "pushes" in parts:
        yield pushes.measure(ground, where, rounds=asked.runs)
    if "web" in parts:
        yield from web.measure(ground, where, rounds=asked.runs, seconds=asked.seconds)
    if "pooled" in parts:
        yield from pooled.measure(ground, where, rounds=asked.runs, seconds=asked.seconds)
    if "landing" in parts:
        yield landing.measure(ground, runs=asked.runs)
    if set(LARGE) & set(parts):
        yield from _large(ground, asked, parts)


def _large(ground: Ground, asked: argparse.Namespace, parts: Sequence[str]) -> Iterator[Section]:
    people = LARGE_PEOPLE if asked.people is None else asked.people
    made = asyncio.run(large.make(ground, large.clone(ground), people=people))
    for name, part in zip(LARGE, OVER_LARGE, strict=True):
        if name in parts:
            yield from part.measure(ground, made, rounds=asked.runs, seconds=asked.seconds)


def _of_demo(asked: argparse.Namespace) -> int:
    if asked.only and set(asked.only) <= set(LARGE):
        return REGISTER
    return DEMO_PEOPLE if asked.people is None else int(asked.people)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--people", type=int, help=f"{DEMO_PEOPLE} of the demo, {LARGE_PEOPLE} by SQL"
    )
    parser.add_argument("--runs", type=int, default=3, help="of which the median is printed")
    parser.add_argument("--seconds", type=float, default=2.0, help="of load a case, way and run")
    parser.add_argument("--postgres", default="", help="a folder, a major version or 'embedded'")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part; may repeat")
    parser.add_argument("-o", "--output", type=Path, help="write the figures as JSON too")
    return parser.parse_args()


def _about(ground: Ground) -> dict[str, object]:
    return {
        "people": ground.people,
        "files": ground.files,
        "day": ground.today.isoformat(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "postgres": ground.postgres,
    }


if __name__ == "__main__":
    main()
