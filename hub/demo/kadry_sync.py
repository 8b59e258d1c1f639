"""The demo's exchange with the region's «Кадры в образовании», served on the loopback meanwhile."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from hub.database import Database
from hub.demo.exchange import answering, keep_secret, quietly, read, register
from hub.demo.kadry_server import ALL_QUIRKS, LOGIN, SECRET, KadryServer, Quirk
from hub.demo.region import Region
from hub.seal import Sealer
from hub.terminal import say
from sync.runs.run import Run
from sync.work.sources import SourceManifest

CODE: Final = "kadry"
TITLE: Final = "АИС «Кадры в образовании»"
SECRET_NAME: Final = "kadry"  # noqa: S105 - the name of a file
# A row that slips away while it is read is gone from the truth as well, so nobody takes one away.
QUIRKS: Final = ALL_QUIRKS - {Quirk.PAGES_SHRINK}
PAGE_SIZE: Final = 500


@asynccontextmanager
async def exchanged(
    database: Database, region: Region, *, sealer: Sealer, folder: Path
) -> AsyncIterator[KadryServer]:
    """Read the system whole and, a day of its clock later, what has changed; say how long it took.

    A second demo reads changes alone, and there are none. Lends the system as it stands then; it
    answers while the block runs, so whoever looks at the demo can read it once more.
    """
    server = KadryServer(region=region, quirks=QUIRKS)
    keep_secret(folder, SECRET_NAME, SECRET)
    async with answering(server.app) as url:
        begun, source = time.monotonic(), _source(url)
        is_first = await register(database, source)
        if not is_first:
            server.settle()
        async with quietly():
            runs = [await read(database, source, sealer=sealer, today=region.today, secrets=folder)]
            if is_first:
                server.advance()
                runs.append(
                    await read(database, source, sealer=sealer, today=region.today, secrets=folder)
                )
        _tell(runs, time.monotonic() - begun, server.asked)
        yield server


def _source(url: str) -> SourceManifest:
    return SourceManifest(
        code=CODE,
        kind="KADRY",
        title=TITLE,
        secret_name=SECRET_NAME,
        settings={
            "base_url": url,
            "name": TITLE,
            "login": LOGIN,
            "token_path": "token",
            "page_size": PAGE_SIZE,
            "retry_wait_s": 0.1,
        },
    )


def _tell(runs: list[Run], seconds: float, asked: int) -> None:
    rows = [f"{run.counts['rows']} ({run.state})" for run in runs]
    say(f"Обмен с «Кадрами в образовании»: {seconds:.1f} с, запросов {asked}")
    say(
        f"  прочитано строк: {', '.join(rows)}; записей новых"
        f" {sum(run.counts['records'] for run in runs)}, изменилось людей"
        f" {sum(run.counts['people'] for run in runs)}, наставничеств"
        f" {sum(run.counts['mentorships'] for run in runs)}"
    )
