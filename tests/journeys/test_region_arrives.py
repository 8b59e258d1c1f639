"""A whole region arrives: twice, in any order, in any pieces, and after a violent end."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

import pytest

from hub.database import open_connection, open_database
from hub.demo.files import DemoFile
from hub.seal import Sealer
from hub.settings import Addresses
from sync.changeset import Difference
from tests.journeys.conftest import CHECKOUT, commands, variables_of
from tests.journeys.region import Made, empty_hub, registered_hub, take_in, write_keys
from tests.rooms.sync.canonical import Line, canonical, checksums, differences

State = dict[str, list[Line]]
DEADLINE_S = 60.0


async def state_of(addresses: Addresses) -> State:
    async with open_database(addresses.worker) as database:
        return await canonical(database)


async def sums_of(addresses: Addresses) -> dict[str, str]:
    async with open_database(addresses.worker) as database:
        return await checksums(database)


async def arrived(
    admin_url: str, made: Made, sealer: Sealer, runs: Iterable[Sequence[DemoFile]]
) -> State:
    """Say what a hub knows that took the files run by run."""
    async with empty_hub(admin_url, made) as database:
        for files in runs:
            await take_in(database, files, sealer)
        return await canonical(database)


def cut(files: Sequence[DemoFile], random: Random, longest: int) -> list[Sequence[DemoFile]]:
    """Shuffle files and cut them into runs."""
    left = random.sample(files, len(files))
    runs: list[Sequence[DemoFile]] = []
    while left:
        length = random.randint(1, longest)
        runs.append(left[:length])
        left = left[length:]
    return runs


async def test_the_same_region_again_changes_nothing(
    loaded: Addresses, made: Made, sealer: Sealer
) -> None:
    before = await sums_of(loaded)

    async with open_database(loaded.worker) as database:
        again = await take_in(database, made.files, sealer)

    assert (0, 0, Difference()) == (again.records, again.versions, again.projected)
    assert before == await sums_of(loaded)


def test_the_same_files_at_the_command_line_change_nothing(
    loaded: Addresses, made: Made, keyed: Path
) -> None:
    before = asyncio.run(sums_of(loaded))
    hub = commands(variables_of(loaded, keyed))

    done = hub("import", "accept", str(made.folder))

    assert "Новых записей: 0, новых версий: 0" in done.stderr
    assert before == asyncio.run(sums_of(loaded))


@pytest.mark.parametrize("seed", [1, 2])
async def test_any_order_and_any_split_of_the_region_end_in_the_same(
    admin_url: str, loaded: Addresses, made: Made, sealer: Sealer, seed: int
) -> None:
    runs = cut(made.files, Random(seed), longest=30)  # noqa: S311 - an order needs no secrecy

    pieces = await arrived(admin_url, made, sealer, runs)

    assert [] == differences(await state_of(loaded), pieces)


async def test_one_file_at_a_time_ends_as_all_at_once(
    admin_url: str, made: Made, sealer: Sealer
) -> None:
    files = made.files[::3]
    whole = await arrived(admin_url, made, sealer, [files])
    runs = cut(files, Random(3), longest=1)  # noqa: S311 - an order needs no secrecy

    single = await arrived(admin_url, made, sealer, runs)

    assert [] == differences(whole, single)


def accepting(made: Made) -> tuple[str, ...]:
    """Say the command that takes the region's files in as whole lists."""
    return ("import", "accept", str(made.folder), "--completeness", "full")


@pytest.fixture(scope="module")
def unharmed(admin_url: str, made: Made, tmp_path_factory: pytest.TempPathFactory) -> State:
    """Say what a hub knows whose import nobody killed."""
    folder = tmp_path_factory.mktemp("unharmed")
    write_keys(folder)
    with registered_hub(admin_url, made) as addresses:
        commands(variables_of(addresses, folder))(*accepting(made))
        return asyncio.run(state_of(addresses))


async def landed(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the first page of evidence is committed, or the process has ended."""
    connection = await open_connection(url)
    try:
        while process.poll() is None:
            if await connection.fetchval("select exists (select from record)"):
                return
            await asyncio.sleep(0.005)
    finally:
        await connection.close()


def killed(addresses: Addresses, folder: Path, made: Made, *, after_s: float) -> int:
    """Start taking the region in and kill it a moment after its evidence is stored."""
    process = subprocess.Popen(
        [sys.executable, "-m", "hub", *accepting(made)],
        cwd=CHECKOUT,
        env=variables_of(addresses, folder),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    asyncio.run(landed(addresses.worker, process))
    time.sleep(after_s)
    process.kill()
    return process.wait(timeout=DEADLINE_S)


@pytest.mark.parametrize("after_s", [0, 0.1, 0.2])
def test_a_killed_import_is_finished_by_the_next_one(
    admin_url: str, made: Made, unharmed: State, keyed: Path, after_s: float
) -> None:
    with registered_hub(admin_url, made) as addresses:
        code = killed(addresses, keyed, made, after_s=after_s)
        left = asyncio.run(state_of(addresses))
        commands(variables_of(addresses, keyed))(*accepting(made))

        finished = asyncio.run(state_of(addresses))

    assert -9 == code
    assert left["record"]
    assert [] == differences(unharmed, finished)
