"""Who asks in the tests of the door, and through what: engine, pools, viewers, the plain rows."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import asyncpg

from hub.access import Viewer
from hub.audit.journal import Journal
from hub.credentials import authenticate
from hub.database import Database, open_connection
from hub.entrance import Entrance
from hub.pools import open_note_pool, open_read_pool
from hub.rates import Rate
from hub.row_keys import issue as issue_row_key
from hub.seal import Sealer
from hub.settings import Addresses
from schema.compiler.run import Engine
from schema.root import build_schema
from tests.day import ZONE, region_day
from tests.door.building import build
from tests.door.evaluator import World
from tests.door.keys import Keys, issue
from tests.door.rows import Region, write
from tests.door.tables import Tables, read_tables

RATE = Rate(burst=1e9, per_s=1e9)
Json = Any  # a decoded response
VIEWERS = ("centre", "north", "south", "partner", "steward")


@dataclass(frozen=True, kw_only=True)
class Door:
    """The engine over the test region, with a viewer of each kind."""

    engine: Engine
    web: asyncpg.Pool
    web_region: asyncpg.Pool
    entrance: Entrance
    keys: Keys
    viewers: Mapping[str, Viewer]
    tables: Tables
    sealer: Sealer

    async def ask(self, who: str, text: str, variables: Mapping[str, Json] | None = None) -> Json:
        """Return the decoded answer to a viewer."""
        viewer = self.viewers[who]
        body = await self.engine.answer(self.pool(viewer), viewer, text, variables=variables)
        return decoded(body)

    def pool(self, viewer: Viewer) -> asyncpg.Pool:
        """Return the pool through which a viewer reads."""
        return self.web_region if viewer.is_region_wide else self.web

    def world(self, who: str) -> World:
        """Return the plain rows as one viewer sees them."""
        today = region_day()
        return World(tables=self.tables, viewer=self.viewers[who], today=today, sealer=self.sealer)


def _nothing(_: Region) -> None:
    """Add no rows."""


@asynccontextmanager
async def opened(
    addresses: Addresses, database: Database, *, more: Callable[[Region], None] = _nothing
) -> AsyncIterator[Door]:
    """Write the test region, with more rows if given, and open the door to it."""
    region = build()
    more(region)
    async with database.writing() as session:
        await write(region, session.raw)
    keys = await issue(database)
    owner = await open_connection(addresses.owner)
    tables = await read_tables(owner)
    await owner.close()
    web = await open_read_pool(addresses.web, statement_s=5)
    web_region = await open_read_pool(addresses.web_region, statement_s=5)
    notes = await open_note_pool(addresses.web)
    engine = Engine(
        build_schema(),
        cursor_secret=b"k" * 32,
        zone=ZONE,
        open_seal=region.sealer.open,
        make_key=partial(issue_row_key, region.sealer),
    )
    viewers = {
        who: await authenticate(web, getattr(keys, who), today=region_day()) for who in VIEWERS
    }
    try:
        yield Door(
            engine=engine, web=web, web_region=web_region,
            entrance=Entrance(reader=web, notes=notes, zone=ZONE, rate=RATE, journal=Journal()), keys=keys, viewers=viewers,
            tables=tables, sealer=region.sealer,
        )  # fmt: skip
    finally:
        await web.close()
        await web_region.close()
        await notes.close()


def decoded(body: bytes) -> Json:
    """Read the data of an answer."""
    return json.loads(body)["data"]
