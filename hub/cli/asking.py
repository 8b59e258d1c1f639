"""Asking the door from the command line: by the key of the environment, else as the hub's keeper."""

import json
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Final

from hub.clock import today_in

if TYPE_CHECKING:
    import asyncpg

    from hub.access import Permit, Viewer
    from hub.audit.journal import Journal
    from hub.settings import Settings

KEY: Final = "HUB_API_KEY"
Json = Any  # a decoded answer


async def asked(document: str, variables: Mapping[str, object], *, name: str) -> Json:
    """Give the data that a document asks for; raises InputError where the door refuses it."""
    from hub.access import Permit
    from hub.audit.journal import Journal
    from hub.settings import Settings
    from schema.door.http import build_engine

    settings, journal = Settings(), Journal()
    engine = build_engine(settings, note=journal.note)
    with in_words():
        async with viewing(settings, Permit.READ) as (pool, viewer), audited(settings, journal):
            body = await engine.answer(pool, viewer, document, name=name, variables=variables)
    return json.loads(body)["data"]


@asynccontextmanager
async def audited(settings: "Settings", journal: "Journal") -> AsyncIterator[None]:
    """Write what was noted, whether the export ended well or not."""
    from hub import addresses
    from hub.pools import open_note_pool

    pool = await open_note_pool(addresses.find(settings).web, size=1)
    try:
        yield
    finally:
        await journal.flush(pool)
        await pool.close()


@asynccontextmanager
async def viewing(
    settings: "Settings", permit: "Permit"
) -> "AsyncIterator[tuple[asyncpg.Pool, Viewer]]":
    """Lend the pool and the viewer: that of the key, else who keeps the hub and sees all of it."""
    from hub import addresses
    from hub.credentials import authenticate
    from hub.pools import open_read_pool

    where = addresses.find(settings)
    region = await open_read_pool(where.web_region, size=1, statement_s=settings.statement_s)
    try:
        key = os.environ.get(KEY)
        today = today_in(settings.zone)
        viewer = await authenticate(region, key, today=today) if key else await _keeper(region)
        viewer.need(permit)
        if viewer.is_region_wide:
            yield region, viewer
            return
        web = await open_read_pool(where.web, size=1, statement_s=settings.statement_s)
        try:
            yield web, viewer
        finally:
            await web.close()
    finally:
        await region.close()


async def _keeper(pool: "asyncpg.Pool") -> "Viewer":
    from uuid import UUID

    from hub.access import ClientKind, Grant, Purpose, Role, Viewer

    root = await pool.fetchval("select id from organisation where kind = 'MINISTRY' order by id")
    organisation_id = root or UUID(int=0)
    grant = Grant(
        role=Role.OPERATOR,
        organisation_id=organisation_id,
        authority_id=organisation_id,
        purposes=frozenset(Purpose),
    )
    return Viewer(
        client_id=UUID(int=0),
        client_name="hub",
        kind=ClientKind.SYSTEM,
        grant=grant,
        grants=(grant,),
    )


@contextmanager
def in_words() -> Iterator[None]:
    """Turn a refusal of the door into an error of the command line."""
    from hub.errors import InputError
    from schema.errors import RequestRefused

    try:
        yield
    except RequestRefused as refused:
        said = " ".join(error.message for error in refused.errors)
        raise InputError(said) from refused
