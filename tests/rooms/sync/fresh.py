"""A hub with the invented region's register, as many in one test as it asks for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from hub.database import Database, open_database
from tests.conftest import clone, drop
from tests.rooms.sync.world import load_register


@asynccontextmanager
async def fresh_hub(admin_url: str) -> AsyncIterator[Database]:
    """Lend a hub of its own, dropped afterwards."""
    name = f"test_{uuid4().hex}"
    addresses = await clone(admin_url, name)
    try:
        async with open_database(addresses.worker) as database:
            await load_register(database)
            yield database
    finally:
        await drop(admin_url, name)
