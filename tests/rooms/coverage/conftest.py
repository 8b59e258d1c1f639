"""A connection of the administrator to a fresh database, who may take any role."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import pytest

from hub.settings import Addresses


@pytest.fixture
async def connection(addresses: Addresses, admin_url: str) -> AsyncIterator[asyncpg.Connection]:
    database = urlsplit(addresses.owner).path
    opened = await asyncpg.connect(urlsplit(admin_url)._replace(path=database).geturl())
    yield opened
    await opened.close()
