"""A region's whole exchange, the same again, and with one of a hundred changed.

`python -m tests.bench.hundreds [--schools 700 --rows 300 --cards 100000]`: the files of all schools
and a system of cards served over HTTP, taken in by a process of its own each time. Prints figures
and passes no judgement.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hub.database import open_database
from hub.demo.kadry_server import LOGIN, SECRET, KadryServer
from hub.demo.region import make_region
from sync import changeset
from sync.registry import changing, write_rows
from sync.work.sources import SourceManifest, keep_source
from tests.bench.figures import Figure, Section, told
from tests.bench.region import Ground, Json, folder_of, prepared
from tests.bench.schools import MINISTRY, Schools
from tests.day import region_day
from tests.door.conftest import serving

NAME: Final = "bench_hundreds"
CODE: Final = "kadry"
HUNDREDTH: Final = 100
REGISTER: Final = 1_000  # people of a demo's region of which only the server is used
PAGE: Final = 1_000
ROUNDS: Final = ("the first time", "the same again", "one of a hundred changed")


def main() -> None:
    """Take a region in three times and say what each cost."""
    asked = _arguments()
    today = region_day()
    region = Schools(schools=asked.schools, rows=asked.rows, cards=asked.cards, today=today)
    with (
        folder_of("hub-bench-") as folder,
        prepared(folder, people=REGISTER, choice=asked.postgres) as ground,
    ):
        sys.stdout.write(
            told([Section(title=_title(asked), figures=tuple(_measured(ground, region)))])
        )
        sys.stdout.write("\n")


def _measured(ground: Ground, region: Schools) -> Iterator[Figure]:
    where = ground.clone(NAME)
    asyncio.run(register(where.worker, region))
    files = ground.folder / "lists"
    files.mkdir()
    for school in range(region.schools):
        region.write_file(files, school)
    (ground.folder / "kadry").write_text(SECRET)
    server = KadryServer(
        region=make_region(people=REGISTER, seed=1, today=region.today), quirks=frozenset()
    )
    server.clock = region.noon()
    server.streams = {
        "schools": [*region.all_schools()],
        "staff": [*region.all_cards()],
        "pairs": [],
        "counts": [],
    }
    first = 0.0
    with serving(server.app) as url:
        asyncio.run(_keep(where.worker, url))
        for name in ROUNDS:
            if name == ROUNDS[-1]:
                _change(region, files, server)
            server.clock = region.noon(ROUNDS.index(name))
            took = ground.run(
                "tests.bench.hundreds_taken", where, str(files), region.today.isoformat()
            )
            yield from _figures(name, took, first)
            first = first or took["files"] + took["system"]


def _change(region: Schools, files: Path, server: KadryServer) -> None:
    """Let a hundredth of the schools hand in a new list, and change a hundredth of the cards."""
    for school in range(0, region.schools, HUNDREDTH):
        region.write_file(files, school, changed=True)
    cards = server.streams["staff"]
    for place in range(0, len(cards), HUNDREDTH):
        cards[place] = {
            **cards[place],
            "position": "Методист",
            "updated_at": server.clock.isoformat(),
        }


def _figures(name: str, took: Json, first: float) -> Iterator[Figure]:
    whole = took["files"] + took["system"]
    note = f"versions {took['versions']:.0f}, people {took['people']:.0f}"
    yield Figure(name=name, value=whole, unit="s", note=note)
    yield Figure(name="  files", value=took["files"], unit="s")
    yield Figure(name="  cards, all pages", value=took["system"], unit="s")
    yield Figure(name="  rows a second", value=took["rows"] / whole, unit="rows/s")
    if first:
        yield Figure(
            name="  the first time / it", value=first / whole, unit="", bar=">= 10 the same"
        )


async def register(url: str, region: Schools) -> None:
    """Write the register of a region of schools over what a hub knew."""
    async with open_database(url) as database, database.writing() as session:
        number = await changeset.begin(session, "REGISTRY", actor="bench")
        async with changing(session, root_id=MINISTRY):
            await session.raw.execute("delete from subordination; delete from succession")
            await session.raw.execute("delete from organisation_identifier")
            await write_rows(session, "organisation", region.organisations, key=("id",))
            await write_rows(
                session, "organisation_identifier", region.numbers, key=("system", "value")
            )
            await write_rows(session, "subordination", region.subordinations, key=())
        await changeset.finish(session, number, changeset.Difference())


async def _keep(url: str, served: str) -> None:
    settings = {"base_url": served, "login": LOGIN, "token_path": "token", "page_size": PAGE}
    manifest = SourceManifest(
        code=CODE,
        kind="KADRY",
        title="Кадры",
        secret_name="kadry",  # noqa: S106 - the name of a file
        settings=settings,
    )
    async with open_database(url) as database, database.writing() as session:
        await keep_source(session, manifest)


def _title(asked: argparse.Namespace) -> str:
    return f"{asked.schools} files of {asked.rows} rows and a system of {asked.cards} cards"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.hundreds", description=__doc__)
    parser.add_argument("--schools", type=int, default=700)
    parser.add_argument("--rows", type=int, default=300, help="of a school's file")
    parser.add_argument("--cards", type=int, default=100_000)
    parser.add_argument("--postgres", default="", help="a folder, a major version or 'embedded'")
    return parser.parse_args()


if __name__ == "__main__":
    main()
