"""The feed as files: a snapshot of all that a scope holds, and what has changed since a cursor.

`GET /feed/snapshot` and `GET /feed/delta?after=…` answer a ZIP of NDJSON or CSV files, read in one
snapshot of the database, with a manifest whose `position` is where the next delta begins.
"""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import asyncpg
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.access import Permit, Viewer
from schema.compiler.run import Engine
from schema.context import FILE_COST, allowed, charged, pool_of, viewer_of
from schema.door.sending import Exported, Slots, refused_response
from schema.errors import RequestRefused, bad_input
from schema.exports.archive import Part, archived
from schema.exports.delimited import for_machines
from schema.exports.paging import Paged, paged
from schema.exports.reading import Reading, reading, table_of
from schema.faults import faults_refused

FOLDER: Final = Path(__file__).with_name("feed")
LISTS: Final = ("people", "mentorships", "organisations")
DELTA: Final = "changes"
FORMATS: Final = ("ndjson", "csv")
PAGE: Final = 500
COLUMNS: Final = ("type", "operation", "entityId", "otherId", "at")
FEED: Final = "{ feed { epoch position } viewer { organisation { id shortName } } }"
NO_PLACE: Final = "Назовите в адресе место ленты: ?after=… из manifest.json или feed.position."
Json = Any  # a decoded row


def feed_routes(engine: Engine, zone: ZoneInfo) -> list[BaseRoute]:
    """Make the routes; pools come from the application's state: `web`, `web_region`."""
    files = FeedFiles(engine, zone)
    return [
        Route("/feed/snapshot", files.snapshot, methods=["GET"]),
        Route("/feed/delta", files.delta, methods=["GET"]),
    ]


class FeedFiles:
    """The endpoints: authenticate, then send what one snapshot of the database holds."""

    def __init__(self, engine: Engine, zone: ZoneInfo) -> None:
        self._engine = engine
        self._zone = zone
        self._slots = Slots()

    async def snapshot(self, request: Request) -> Response:
        """Send all that the viewer sees."""
        return await self._answer(request, "snapshot")

    async def delta(self, request: Request) -> Response:
        """Send the events after a cursor, each with how its subject stands now."""
        return await self._answer(request, "delta")

    async def _answer(self, request: Request, name: str) -> Response:
        query = request.query_params
        try:
            with faults_refused():
                viewer = await viewer_of(request)
                allowed(viewer, Permit.EXPORT)
                await charged(request, viewer, FILE_COST)
                wanted = _format(query.get("format", FORMATS[0]))
                after = _place(query.get("after")) if name == "delta" else None
        except RequestRefused as error:
            return refused_response(error)
        making = partial(self._made, pool_of(request, viewer), viewer, wanted, after)
        title = f"{name}-{datetime.now(self._zone):%Y-%m-%d}.zip"
        return Exported(making, self._slots, media_type="application/zip", name=title, title=title)

    @asynccontextmanager
    async def _made(
        self, pool: asyncpg.Pool, viewer: Viewer, wanted: str, after: str | None
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        async with reading(self._engine, pool, viewer, self._zone) as reads:
            found = await reads.ask(FEED, {})
            about = {
                **found["feed"],
                "since": after,
                "madeAt": datetime.now(self._zone).isoformat(timespec="seconds"),
                "organisation": found["viewer"]["organisation"],
                "format": wanted,
            }
            parts = _lists(reads, wanted) if after is None else _events(reads, wanted, after)
            yield archived(parts, about)


def _place(after: str | None) -> str:
    if not after:
        raise RequestRefused([bad_input(NO_PLACE)])
    return after


def _format(name: str) -> str:
    if name not in FORMATS:
        raise RequestRefused([bad_input(f"Такого format нет. Бывает: {', '.join(FORMATS)}.")])
    return name


async def _lists(reads: Reading, wanted: str) -> AsyncIterator[Part]:
    for name in LISTS:
        asked = paged(reads.engine, document(name), None, {})
        blocks = _rows(reads, asked) if wanted == "ndjson" else _cells(reads, asked, name)
        yield Part(name=f"{name}.{wanted}", blocks=blocks)


async def _rows(reads: Reading, asked: Paged) -> AsyncIterator[tuple[bytes, int]]:
    async for page in reads.pages(asked):
        yield b"".join(map(line_of, page)), len(page)


async def _cells(reads: Reading, asked: Paged, name: str) -> AsyncIterator[tuple[bytes, int]]:
    table = await table_of(reads, asked, title=name, name=name)
    blocks = for_machines(table)
    yield await anext(blocks), 0
    async for block in blocks:
        yield block, block.count(b"\r\n")


async def _events(reads: Reading, wanted: str, after: str) -> AsyncIterator[Part]:
    write = line_of if wanted == "ndjson" else _cells_of
    yield Part(name=f"{DELTA}.{wanted}", blocks=_walked(reads, after, write, wanted))


async def _walked(
    reads: Reading, after: str, write: Callable[[Json], bytes], wanted: str
) -> AsyncIterator[tuple[bytes, int]]:
    if wanted == "csv":
        yield (",".join(COLUMNS) + "\r\n").encode(), 0
    more = True
    while more:
        variables: Mapping[str, Json] = {"after": after, "first": PAGE}
        page = (await reads.ask(document(DELTA), variables))["changes"]
        yield b"".join(map(write, page["nodes"])), len(page["nodes"])
        after, more = page["pageInfo"]["endCursor"] or after, page["pageInfo"]["hasNextPage"]


def line_of(row: Json) -> bytes:
    """Write a row as a line of JSON."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _cells_of(row: Json) -> bytes:
    return (",".join(str(row[name] or "") for name in COLUMNS) + "\r\n").encode()


@cache
def document(name: str) -> str:
    """Read a document of the folder."""
    return (FOLDER / f"{name}.graphql").read_text(encoding="utf-8")
