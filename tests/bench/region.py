"""What everything is measured on: a server of our own, and the demo's region as files and rows."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from hub import migrate, provision
from hub.database import open_connection, open_database
from hub.demo.files import write_files
from hub.demo.loading import load_registry
from hub.demo.region import make_region
from hub.demo.registry import Registry
from hub.embedded import SOCKETS, running_server
from hub.records import Completeness, FileKind
from hub.seal import create_key_file
from hub.settings import CHECKOUT, Addresses
from sync.intake import Given
from tests.day import region_day

SEED = 2026
EMPTY = "bench_empty"  # migrated, with the region's register and no files
Json = Any  # what a measured process printed


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A running server with the register in a database of its own, and the region's files."""

    folder: Path
    admin_url: str
    today: date
    registry: Registry
    files: int
    people: int
    postgres: str

    @property
    def given(self) -> Path:
        """Where the list of files stands."""
        return self.folder / "given.json"

    @property
    def keys(self) -> Path:
        """Where the sealing keys stand."""
        return self.folder / "keys"

    def clone(self, name: str, *, of: str = EMPTY) -> Addresses:
        """Make a database like another and say where each role reaches it."""
        asyncio.run(_clone(self.admin_url, name, of))
        return provision.addresses(self.admin_url, name)

    def drop(self, name: str) -> None:
        """Remove a database that is no longer needed."""
        asyncio.run(_execute(self.admin_url, f"drop database {name} with (force)"))

    def at(self, name: str) -> str:
        """Address a database as the superuser."""
        return provision.at(self.admin_url, database=name, role="postgres")

    def run(self, module: str, where: Addresses, *arguments: str) -> Json:
        """Run a module of the bench as a process of its own; answer what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=CHECKOUT,
            env=self.environment(where),
            stdout=subprocess.PIPE,
            check=True,
        )
        return json.loads(done.stdout)

    def environment(self, where: Addresses) -> dict[str, str]:
        """Give a process the settings that lead it here."""
        return os.environ | {
            "HUB_DATABASE_URL": where.owner,
            "HUB_WORKER_URL": where.worker,
            "HUB_WEB_URL": where.web,
            "HUB_WEB_REGION_URL": where.web_region,
            "HUB_KEY_FILE": str(self.keys),
        }


@contextmanager
def folder_of(prefix: str) -> Iterator[Path]:
    """Make a folder that the server's account may pass through, and remove it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=SOCKETS))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def prepared(folder: Path, *, people: int, choice: str) -> Iterator[Ground]:
    """Start a server, make the region and write its files; stops the server at the end."""
    with running_server(folder / "server", choice=choice) as server:
        today = region_day()
        region = make_region(people=people, seed=SEED, today=today)
        files = write_files(region, folder / "files")
        create_key_file(folder / "keys")
        given = [
            [str(f.path), f.kind, f.academic_year, f.stated_as_of.isoformat(), f.completeness]
            for f in files
        ]
        (folder / "given.json").write_text(json.dumps([today.isoformat(), given]))
        asyncio.run(_register(server.admin_url, region.registry))
        yield Ground(
            folder=folder,
            admin_url=server.admin_url,
            today=today,
            registry=region.registry,
            files=len(files),
            people=people,
            postgres=asyncio.run(_version(server.admin_url)),
        )


def read_given(path: Path) -> tuple[date, Sequence[Given]]:
    """Read the list of files back, with the day on which they are taken in."""
    today, rows = json.loads(path.read_text())
    return date.fromisoformat(today), [
        Given(
            path=Path(file),
            kind=FileKind(kind),
            period=year,
            stated_as_of=date.fromisoformat(stated_as_of),
            completeness=Completeness(completeness),
        )
        for file, kind, year, stated_as_of, completeness in rows
    ]


async def _register(admin_url: str, registry: Registry) -> None:
    where = await provision.provision(admin_url, database=EMPTY)
    await migrate.upgrade(where.owner)
    async with open_database(where.worker) as database:
        await load_registry(database, registry)


async def _version(url: str) -> str:
    connection = await open_connection(url)
    try:
        return str(await connection.fetchval("show server_version"))
    finally:
        await connection.close()


async def _clone(admin_url: str, name: str, template: str) -> None:
    connection = await open_connection(admin_url)
    try:
        await provision.create_database(connection, name, template=template)
    finally:
        await connection.close()


async def _execute(url: str, statement: str) -> None:
    connection = await open_connection(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
