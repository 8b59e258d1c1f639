"""What the demo's exchanges share: a system that answers on the loopback, and a read that went well."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Final

import uvicorn
from stamina.instrumentation import get_on_retry_hooks, set_on_retry_hooks
from starlette.applications import Starlette

from hub.database import Database
from hub.demo.serving import HOST, QuietServer, listen
from hub.errors import HubError
from hub.seal import Sealer
from sync.runs.run import Mode, Run, RunState
from sync.runs.running import run_source
from sync.work.sources import SourceManifest, keep_source

ACTOR: Final = "demo"


class NotExchangedError(HubError):
    """Обмен с системой региона не состоялся."""

    code = "demo.not_exchanged"


def keep_secret(folder: Path, name: str, secret: str) -> None:
    """Put a system's secret where secrets lie."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(secret, encoding="utf-8")


async def register(database: Database, manifest: SourceManifest) -> bool:
    """Keep a source with its address of today; answers whether it was never read."""
    async with database.writing() as session:
        await keep_source(session, manifest)
        cursor = await session.raw.fetchval(
            "select cursor from source where code = $1", manifest.code
        )
    return cursor is None


async def read(
    database: Database, source: SourceManifest, *, sealer: Sealer, today: date, secrets: Path
) -> Run:
    """Read a source; raises NotExchangedError where that fails."""
    run = await run_source(
        database,
        source.code,
        sealer=sealer,
        today=today,
        actor=ACTOR,
        mode=Mode.CHANGES,
        secrets=secrets,
    )
    if run.state is RunState.FAILED:
        raise NotExchangedError(
            f"Обмен с «{source.title}» не состоялся ({run.error_code}): {run.message}"
        )
    return run


@asynccontextmanager
async def quietly() -> AsyncIterator[None]:
    """Say nothing of requests that are repeated: here the systems refuse them on purpose."""
    hooks = get_on_retry_hooks()
    set_on_retry_hooks(())
    try:
        yield
    finally:
        set_on_retry_hooks(hooks)


@asynccontextmanager
async def answering(app: Starlette) -> AsyncIterator[str]:
    """Serve a system on a free port of the loopback while the block runs; give its address."""
    listening = listen(0)
    serving = QuietServer(uvicorn.Config(app, log_config=None, access_log=False))
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
