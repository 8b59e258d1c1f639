"""The demo's exchange with 1С of some schools, a week before «Кадры»; served on the loopback meanwhile."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from hub.database import Database
from hub.demo.exchange import answering, keep_secret, quietly, read, register
from hub.demo.onec_server import LOGIN, SECRET, OnecServer
from hub.demo.onec_stated import places_of
from hub.demo.region import Region
from hub.seal import Sealer
from hub.terminal import say
from sync.work.sources import SourceManifest

CODE: Final = "onec"
TITLE: Final = "1С: Зарплата и кадры"
SECRET_NAME: Final = "onec"  # noqa: S105 - the name of a file
BEFORE: Final = timedelta(days=7)  # the region's own system says last who works where


def day_of(region: Region) -> date:
    """Give the day as of which 1С states its staff."""
    return region.today - BEFORE


@asynccontextmanager
async def exchanged_onec(
    database: Database, region: Region, *, sealer: Sealer, folder: Path
) -> AsyncIterator[OnecServer]:
    """Read the staff of the schools that keep it in 1С; say how long it took.

    A second demo reads it again and finds nothing new. It answers while the block runs.
    """
    server = OnecServer(region=region, places=places_of(region))
    keep_secret(folder, SECRET_NAME, SECRET)
    async with answering(server.app) as url, quietly():
        begun, source = time.monotonic(), _source(url)
        await register(database, source)
        run = await read(database, source, sealer=sealer, today=day_of(region), secrets=folder)
        say(
            f"Обмен с 1С: {time.monotonic() - begun:.1f} с, запросов {server.asked}; прочитано строк"
            f" {run.counts['rows']} ({run.state}), записей новых {run.counts['records']}"
        )
        yield server


def _source(url: str) -> SourceManifest:
    return SourceManifest(
        code=CODE,
        kind="ONEC",
        title=TITLE,
        secret_name=SECRET_NAME,
        settings={"base_url": url, "name": TITLE, "login": LOGIN, "retry_wait_s": 0.1},
    )
