"""A database with the invented region's register, and a way to hand files in."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from hub.database import Database
from hub.seal import Sealer
from sync.intake import Accepted
from tests.rooms.sync.world import Handed, load_register, take

TakeIn = Callable[..., Awaitable[Accepted]]


@pytest.fixture
async def hub(database: Database) -> Database:
    await load_register(database)
    return database


@pytest.fixture
def take_in(hub: Database, sealer: Sealer, tmp_path: Path) -> TakeIn:
    """Accept files, each call one run."""

    async def run(*files: Handed) -> Accepted:
        return await take(hub, files, sealer=sealer, folder=tmp_path)

    return run
