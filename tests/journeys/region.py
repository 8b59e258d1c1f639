"""A small region taken in once a run; who wants a hub that holds it gets a copy of the database."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from uuid import uuid4

import asyncpg
import httpx

from hub import app, provision
from hub.database import Database, open_connection, open_database
from hub.demo.files import DemoFile, write_files
from hub.demo.keys import Keys, issue_keys
from hub.demo.loading import load_files, load_registry
from hub.demo.region import Region, make_region
from hub.seal import Sealer
from hub.settings import Addresses, Settings
from sync.intake import Accepted
from tests.conftest import clone, cloned, drop
from tests.door.conftest import serving

PEOPLE: Final = 300
SEED: Final = 2026
TODAY: Final = date(2026, 11, 21)
LOADED: Final = "hub_region"
LOCK: Final = "select pg_advisory_lock(20261121)"
EXISTS: Final = "select exists (select from pg_database where datname = $1)"
KEYS: Final = "1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"  # those of the fixture `sealer`


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A region and the files that its schools hand in."""

    region: Region
    files: tuple[DemoFile, ...]
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The region behind its door over HTTP, and the keys of its two viewers."""

    web: httpx.Client
    keys: Keys


def make(folder: Path) -> Made:
    """Make the region and write its files."""
    region = make_region(people=PEOPLE, seed=SEED, today=TODAY)
    return Made(region=region, files=tuple(write_files(region, folder)), folder=folder)


def write_keys(folder: Path) -> Path:
    """Write the keys of the fixture `sealer` where a hub of this folder looks for them."""
    path = folder / "keys"
    path.write_text(KEYS)
    path.chmod(0o600)
    return folder


async def take_in(database: Database, files: Sequence[DemoFile], sealer: Sealer) -> Accepted:
    """Accept files of the region as one run."""
    return await load_files(
        database, files, sealer=sealer, today=TODAY, progress=lambda _station, _done: None
    )


@asynccontextmanager
async def empty_hub(admin_url: str, made: Made) -> AsyncIterator[Database]:
    """Lend a hub that knows the region's register and no file."""
    name = f"test_{uuid4().hex}"
    addresses = await clone(admin_url, name)
    try:
        async with open_database(addresses.worker) as database:
            await load_registry(database, made.region.registry)
            yield database
    finally:
        await drop(admin_url, name)


@contextmanager
def registered_hub(admin_url: str, made: Made) -> Iterator[Addresses]:
    """Address a hub that knows the region's register and no file."""
    with cloned(admin_url) as addresses:
        asyncio.run(_register(addresses, made))
        yield addresses


async def _register(addresses: Addresses, made: Made) -> None:
    async with open_database(addresses.worker) as database:
        await load_registry(database, made.region.registry)


@contextmanager
def loaded_hub(admin_url: str, made: Made, sealer: Sealer) -> Iterator[Addresses]:
    """Lend a hub that has taken in every file of the region, the caller's own to change."""
    name = f"test_{uuid4().hex}"
    asyncio.run(_load_once(admin_url, made, sealer))
    addresses = asyncio.run(_copied(admin_url, name))
    try:
        yield addresses
    finally:
        asyncio.run(drop(admin_url, name))


async def _load_once(admin_url: str, made: Made, sealer: Sealer) -> None:
    """Make the database that is copied; the first worker of the run does, the others wait."""
    connection = await open_connection(admin_url)
    try:
        await connection.execute(LOCK)
        if not await connection.fetchval(EXISTS, LOADED):
            await _load(connection, admin_url, made, sealer)
    finally:
        await connection.close()


async def _load(connection: asyncpg.Connection, admin_url: str, made: Made, sealer: Sealer) -> None:
    unfinished = f"{LOADED}_unfinished"
    addresses = await clone(admin_url, unfinished)
    async with open_database(addresses.worker) as database:
        await load_registry(database, made.region.registry)
        await take_in(database, made.files, sealer)
    await connection.execute(f"alter database {unfinished} rename to {LOADED}")


async def _copied(admin_url: str, name: str) -> Addresses:
    connection = await open_connection(admin_url)
    await provision.create_database(connection, name, template=LOADED)
    await connection.close()
    return provision.addresses(admin_url, name)


@contextmanager
def served_hub(addresses: Addresses, made: Made, folder: Path) -> Iterator[Served]:
    """Serve a hub over HTTP with fresh keys for the centre and for one department."""
    keys = asyncio.run(_issued(addresses, made))
    settings = Settings(data_dir=write_keys(folder))
    with (
        serving(app.build(addresses, settings)) as url,
        httpx.Client(base_url=url, timeout=30) as web,
    ):
        yield Served(web=web, keys=keys)


async def _issued(addresses: Addresses, made: Made) -> Keys:
    async with open_database(addresses.worker) as database:
        return await issue_keys(database, made.region.registry)
