"""The central law: any order of files and any split into runs ends in the same people and pairs."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Final

import pytest

from connectors.protocol import Connector
from hub import filling
from hub.seal import Sealer
from sync import columns, outbox
from sync.changes.releasing import placed_holds, release
from sync.evidence import pending
from sync.people import match, standing
from sync.runs.run import Mode
from tests.rooms.sync import cards
from tests.rooms.sync.canonical import Line, canonical, differences
from tests.rooms.sync.cards import BreaksOff
from tests.rooms.sync.drawn import draw_files
from tests.rooms.sync.drawn_reads import Read, draw_reads
from tests.rooms.sync.fresh import fresh_hub
from tests.rooms.sync.world import TODAY, Handed, take

pytestmark = pytest.mark.anyio
SEEDS = range(4)
# How much is read, compared and written at a time.
PIECES: Final = (
    (columns, "AT_ONCE"),
    (filling, "AT_ONCE"),
    (outbox, "AT_ONCE"),
    (pending, "SETTLED_AT_ONCE"),
    (match, "KEYS_AT_ONCE"),
    (match, "PAIRS_AT_ONCE"),
    (standing, "PEOPLE_AT_ONCE"),
)
Reading = tuple[Connector, Mode]
Step = list[Handed] | Reading


async def ends_in(
    admin_url: str, runs: Sequence[Step], *, sealer: Sealer, folder: Path
) -> dict[str, list[Line]]:
    """Say what a fresh hub knows after runs of files and of a system; what is held is released."""
    async with fresh_hub(admin_url) as database:
        await cards.add_source(database)
        for run in runs:
            if isinstance(run, list):
                await take(database, run, sealer=sealer, folder=folder)
            else:
                system, mode = run
                await cards.run(database, system, sealer=sealer, mode=mode, page_rows=5)
        if holds := await placed_holds(database):
            await release(database, holds, sealer=sealer, today=TODAY, actor="test")
        return await canonical(database)


def split(files: list[Handed], random: Random) -> Iterator[list[Handed]]:
    """Cut files into runs of any length."""
    start = 0
    while start < len(files):
        length = random.randint(1, 1 + len(files) // 3)
        yield files[start : start + length]
        start += length


@pytest.mark.parametrize("seed", SEEDS)
async def test_any_order_and_any_split_end_in_the_same(
    seed: int, admin_url: str, sealer: Sealer, tmp_path: Path
) -> None:
    files, random = draw_files(seed), Random(seed)  # noqa: S311 - an order needs no secrecy
    whole = await ends_in(admin_url, [files], sealer=sealer, folder=tmp_path)
    shuffled = random.sample(files, len(files))
    runs = list(split(shuffled, random))

    cut = await ends_in(admin_url, runs, sealer=sealer, folder=tmp_path)

    assert [] == differences(whole, cut)


async def test_so_they_do_where_blocks_are_too_large_to_compare_all_with_all(
    admin_url: str, sealer: Sealer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(match, "BLOCK_CAP", 5)
    files = draw_files(11)
    whole = await ends_in(admin_url, [files], sealer=sealer, folder=tmp_path)

    cut = await ends_in(admin_url, [[file] for file in files[::-1]], sealer=sealer, folder=tmp_path)

    assert [] == differences(whole, cut)


async def test_few_rows_within_a_statement_end_as_many_through_a_table_piece_by_piece_do(
    admin_url: str, sealer: Sealer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = draw_files(5)
    runs: list[Step] = [files[::2], files[1::2]]
    few = await ends_in(admin_url, runs, sealer=sealer, folder=tmp_path)
    monkeypatch.setattr(columns, "FEW", 0)
    for room, most in PIECES:
        monkeypatch.setattr(room, most, 7)

    many = await ends_in(admin_url, runs, sealer=sealer, folder=tmp_path)

    assert [] == differences(few, many)


@pytest.mark.parametrize("seed", SEEDS[:2])
async def test_so_they_do_with_reads_of_a_system_among_them(
    seed: int, admin_url: str, sealer: Sealer, tmp_path: Path
) -> None:
    files, reads = draw_files(seed)[:12], draw_reads(seed)
    random = Random(seed)  # noqa: S311 - an order needs no secrecy
    whole = await ends_in(
        admin_url,
        [files, *((read.connector(), read.mode) for read in reads)],
        sealer=sealer,
        folder=tmp_path,
    )
    pieces = [piece for read in reads for piece in broken(read, random)]
    shuffled = random.sample(files, len(files))

    cut = await ends_in(
        admin_url,
        mixed(list(split(shuffled, random)), pieces, random),
        sealer=sealer,
        folder=tmp_path,
    )

    assert [] == differences(whole, cut)


def broken(read: Read, random: Random) -> list[Reading]:
    """Let some reads break off somewhere and go on from there."""
    system = read.connector()
    after = random.randint(1, 2 * len(read.items))
    pieces: list[Connector] = [BreaksOff(system, after)] if random.random() < 0.5 else []
    return [(piece, read.mode) for piece in (*pieces, system)]


def mixed(files: list[list[Handed]], reads: list[Reading], random: Random) -> list[Step]:
    """Mix runs of files with reads: those of one system keep their order."""
    order = random.sample([True] * len(files) + [False] * len(reads), len(files) + len(reads))
    handed, read = iter(files), iter(reads)
    return [next(handed) if is_file else next(read) for is_file in order]
