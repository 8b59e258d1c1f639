"""The central law: any order of files and any split into runs ends in the same people and pairs."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from hub.seal import Sealer
from sync import match
from tests.rooms.sync.canonical import Line, canonical, differences
from tests.rooms.sync.drawn import draw_files
from tests.rooms.sync.fresh import fresh_hub
from tests.rooms.sync.world import Handed, take

pytestmark = pytest.mark.anyio
SEEDS = range(4)


async def ends_in(
    admin_url: str, runs: list[list[Handed]], *, sealer: Sealer, folder: Path
) -> dict[str, list[Line]]:
    """Say what a fresh hub knows after the runs."""
    async with fresh_hub(admin_url) as database:
        for files in runs:
            await take(database, files, sealer=sealer, folder=folder)
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
