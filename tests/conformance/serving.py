"""A hub over the test region, served on the loopback for others to ask."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub import migrate, provision
from hub.app import build
from hub.database import open_database
from hub.embedded import running_server
from hub.seal import create_key_file
from hub.settings import Addresses, Settings
from tests.door.asking import opened
from tests.door.conftest import serving
from tests.door.keys import Keys


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, Keys]]:
    """Serve a hub over the test region; give its address and the keys of its viewers."""
    choice = os.environ.get("HUB_TEST_POSTGRES", "")
    with running_server(folder / "server", choice=choice, durable=False) as server:
        where, keys = asyncio.run(prepared(server.admin_url))
        settings = Settings(data_dir=folder, rate_burst=10**9)  # a fuzzer asks more than its share
        create_key_file(settings.keys)
        with serving(build(where, settings)) as url:
            yield url, keys


async def prepared(admin_url: str) -> tuple[Addresses, Keys]:
    """Make a database at head with the test region, and the keys of its viewers."""
    where = await provision.provision(admin_url, database="conformance")
    await migrate.upgrade(where.owner)
    async with (
        open_database(where.worker) as database,
        opened(where, database) as door,
    ):
        return where, door.keys
