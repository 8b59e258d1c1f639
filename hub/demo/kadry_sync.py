"""The demo's exchange with the region's «Кадры в образовании», served on the loopback meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import uvicorn
from stamina.instrumentation import get_on_retry_hooks, set_on_retry_hooks

from hub.database import Database
from hub.demo.kadry_server import ALL_QUIRKS, LOGIN, SECRET, KadryServer, Quirk
from hub.demo.region import Region
from hub.demo.serving import HOST, QuietServer, listen
from hub.errors import HubError
from hub.seal import Sealer
from hub.terminal import say
from sync.running import run_source
from sync.runs.run import Mode, Run, RunState
from sync.work.sources import SourceManifest, keep_source

CODE: Final = "kadry"
TITLE: Final = "АИС «Кадры в образовании»"
SECRET_NAME: Final = "kadry"  # noqa: S105 - the name of a file
ACTOR: Final = "demo"
# A row that slips away while it is read is gone from the truth as well, so nobody takes one away.
QUIRKS: Final = ALL_QUIRKS - {Quirk.PAGES_SHRINK}
PAGE_SIZE: Final = 500


class NotExchangedError(HubError):
    """Обмен с «Кадрами в образовании» не состоялся."""

    code = "demo.not_exchanged"


@asynccontextmanager
async def exchanged(
    database: Database, region: Region, *, sealer: Sealer, folder: Path
) -> AsyncIterator[KadryServer]:
    """Read the system whole and, a day of its clock later, what has changed; say how long it took.

    A second demo reads changes alone, and there are none. Lends the system as it stands then; it
    answers while the block runs, so whoever looks at the demo can read it once more.
    """
    server = KadryServer(region=region, quirks=QUIRKS)
    _keep_secret(folder)
    async with _answering(server) as url:
        begun = time.monotonic()
        is_first = await _register(database, url)
        if not is_first:
            server.settle()
        async with _quietly():
            runs = [await _run(database, region, sealer, folder)]
            if is_first:
                server.advance()
                runs.append(await _run(database, region, sealer, folder))
        _tell(runs, time.monotonic() - begun, server.asked)
        yield server


def _keep_secret(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SECRET_NAME).write_text(SECRET, encoding="utf-8")


async def _register(database: Database, url: str) -> bool:
    """Keep the source with its address of today; answers whether it was never read."""
    manifest = SourceManifest(
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
    async with database.writing() as session:
        await keep_source(session, manifest)
        cursor = await session.raw.fetchval("select cursor from source where code = $1", CODE)
    return cursor is None


async def _run(database: Database, region: Region, sealer: Sealer, folder: Path) -> Run:
    run = await run_source(
        database,
        CODE,
        sealer=sealer,
        today=region.today,
        actor=ACTOR,
        mode=Mode.CHANGES,
        secrets=folder,
    )
    if run.state is RunState.FAILED:
        raise NotExchangedError(
            f"Обмен с «Кадрами в образовании» не состоялся ({run.error_code}): {run.message}"
        )
    return run


def _tell(runs: list[Run], seconds: float, asked: int) -> None:
    read = [f"{run.counts['rows']} ({run.state})" for run in runs]
    say(f"Обмен с «Кадрами в образовании»: {seconds:.1f} с, запросов {asked}")
    say(
        f"  прочитано строк: {', '.join(read)}; записей новых"
        f" {sum(run.counts['records'] for run in runs)}, изменилось людей"
        f" {sum(run.counts['people'] for run in runs)}, наставничеств"
        f" {sum(run.counts['mentorships'] for run in runs)}"
    )


@asynccontextmanager
async def _quietly() -> AsyncIterator[None]:
    """Say nothing of requests that are repeated: here the system refuses them on purpose."""
    hooks = get_on_retry_hooks()
    set_on_retry_hooks(())
    try:
        yield
    finally:
        set_on_retry_hooks(hooks)


@asynccontextmanager
async def _answering(server: KadryServer) -> AsyncIterator[str]:
    """Serve the system on a free port of the loopback while the block runs."""
    listening = listen(0)
    serving = QuietServer(uvicorn.Config(server.app, log_config=None, access_log=False))
    running = asyncio.create_task(serving.serve(sockets=[listening]))
    try:
        while not serving.started:
            if running.done():
                await running
            await asyncio.sleep(0.02)
        yield f"http://{HOST}:{listening.getsockname()[1]}"
    finally:
        serving.should_exit = True
        await running
