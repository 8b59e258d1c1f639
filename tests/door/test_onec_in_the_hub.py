"""A base of 1С read into a hub: its staff become people, and who it no longer names has left."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from hub.database import Database
from hub.demo.loading import load_registry
from hub.demo.onec_base import EMPLOYEES
from hub.demo.onec_server import LOGIN, SECRET, OnecServer
from hub.demo.region import make_region
from hub.seal import Sealer
from sync.runs.run import Mode, Run, RunState
from sync.runs.running import run_source
from sync.work.sources import SourceManifest, keep_source

TODAY = date(2026, 3, 1)
STANDING = "select count(*) from record where kind = 'STAFF' and ended_on is null"


@pytest.mark.anyio
async def test_a_base_of_1c_is_read_twice_and_only_who_left_has_ended(
    database: Database, sealer: Sealer, tmp_path: Path, serve: Callable[[ASGIApp], str]
) -> None:
    server = OnecServer(region=make_region(people=300, today=TODAY))
    (tmp_path / "onec").write_text(SECRET, encoding="utf-8")
    settings = {
        "base_url": serve(server.app),
        "login": LOGIN,
        "retry_wait_s": 0.05,
        "page_size": 20,
    }
    manifest = SourceManifest(
        code="zup",
        kind="ONEC",
        title="1С ЗУП",
        secret_name="onec",  # noqa: S106 - the name of a file
        settings=settings,
    )
    await load_registry(database, server.region.registry)
    async with database.writing() as session:
        await keep_source(session, manifest)

    async def run(mode: Mode, *, days: int = 0) -> Run:
        return await run_source(
            database,
            "zup",
            sealer=sealer,
            today=TODAY + timedelta(days=days),
            actor="test",
            mode=mode,
            secrets=tmp_path,
        )

    async def standing() -> int:
        async with database.reading() as session:
            return int(await session.raw.fetchval(STANDING))

    first, there = await run(Mode.FULL), await standing()
    again = await run(Mode.CHANGES)
    server.base[EMPLOYEES] = [one for one in server.base[EMPLOYEES] if one["Code"] != "0005"]
    last = await run(Mode.FULL, days=1)

    assert RunState.SUCCEEDED == first.state
    assert len(server.region.posts) == there == first.counts["rows"]
    assert 0 == again.counts["rows"]
    assert RunState.SUCCEEDED == last.state
    assert there - 1 == await standing()
