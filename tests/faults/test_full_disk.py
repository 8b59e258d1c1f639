"""A full disk under the database: the worker tries again until there is room, and nothing is lost.

It takes the right to mount a disk that may be filled; conftest leaves this file out without it.
"""

import asyncio
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from hub.binaries import Account
from hub.demo.region import Region
from hub.embedded import SOCKETS
from hub.settings import Addresses
from tests.conftest import cloned, database_of
from tests.faults.conftest import Figures, a_stand
from tests.faults.stand import Stand, State, asked, until

SIZE = "160m"
LEFT = 64 * 1024  # bytes that a full disk still holds
BLOCK = 1024 * 1024


@contextmanager
def small_disk() -> Iterator[Path]:
    """Lend a folder on a disk of its own that holds one hub and little more."""
    folder = Path(tempfile.mkdtemp(prefix="hub-disk-", dir=SOCKETS))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "hub-disk", str(folder)]
    try:
        subprocess.run(mount, check=True)
        try:
            yield folder
        finally:
            subprocess.run(["umount", "-l", str(folder)], check=True)
    finally:
        folder.rmdir()


@contextmanager
def moved_to(disk: Path, admin_url: str, addresses: Addresses) -> Iterator[None]:
    """Keep a hub's tables on a disk, its log of changes elsewhere, as a careful operator does."""
    place, name = disk / "tables", f"small_{uuid4().hex}"
    place.mkdir()
    Account.for_server().give(place)
    hub = database_of(addresses)
    asyncio.run(asked(admin_url, f"create tablespace {name} location '{place}'"))
    asyncio.run(asked(admin_url, f"alter database {hub} set tablespace {name}"))
    try:
        yield
    finally:
        asyncio.run(asked(admin_url, f"drop database {hub} with (force)"))
        asyncio.run(asked(admin_url, f"drop tablespace {name}"))


def fill(disk: Path) -> Path:
    """Take all that is left of a disk, but for a little; gives what to remove to end it."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as stream:
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        os.posix_fallocate(stream.fileno(), 0, max(free - LEFT, 1))
    return ballast


@pytest.fixture
def cramped(admin_url: str, region: Region, tmp_path: Path) -> Iterator[tuple[Stand, Path]]:
    with (
        small_disk() as disk,
        cloned(admin_url) as addresses,
        moved_to(disk, admin_url, addresses),
        a_stand(addresses, region, tmp_path) as stand,
    ):
        yield stand, disk


def test_a_disk_that_fills_up_only_costs_time(
    cramped: tuple[Stand, Path], unharmed: State, figures: Figures
) -> None:
    stand, disk = cramped
    run_id = stand.ask()
    ballast = fill(disk)

    worker = stand.worker()
    until(lambda: told(stand) or None)
    ballast.unlink()
    begun = time.monotonic()
    ended = stand.settled(run_id)

    figures.harmless(stand, unharmed, since=begun)
    assert worker.poll() is None
    assert "SUCCEEDED" == ended.state


def told(stand: Stand) -> bool:
    """Tell whether the worker has said of the run that the database cannot be written."""
    log = (stand.folder / "worker-0.log").read_text()
    return '"code": "database.unavailable"' in log and "DiskFullError" in log
