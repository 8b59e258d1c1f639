"""The web process: pools, routes and the edge, assembled."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Final, TypedDict

import asyncpg
import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp
from structlog.contextvars import get_contextvars

from hub import addresses, log, migrate
from hub.audit.journal import Journal
from hub.database import Database, open_database
from hub.edge import Edge, Lines
from hub.entrance import Entrance, keeping
from hub.pools import open_note_pool, open_read_pool
from hub.rates import Rate
from hub.seal import Sealer
from hub.settings import CHECKOUT, Addresses, Settings
from hub.tokens import Tokens, issuer_of
from schema.door.body import BODY_SECONDS
from schema.door.http import PATH, Door, build_engine, graphql_routes
from schema.door.marked import marked_routes
from schema.door.push_stream import push_routes
from schema.door.seats import Bounds as Seating
from schema.door.straight import Straight
from schema.door.streaming import stream_routes
from schema.door.uploading import Bounds, import_routes
from schema.exports.feed_files import feed_routes
from schema.exports.http import export_routes
from sync.push.cards import Counter
from sync.uploads.examiner import Examiner

PAGES: Final = CHECKOUT / "hub" / "pages"
PING_SECONDS: Final = 2.0
ISSUER_SECONDS: Final = 5.0
PUSHES_AT_ONCE: Final = 2  # they wait for each other anyway


class State(TypedDict):
    """What the application holds while it runs; `request.state` reads it."""

    web: asyncpg.Pool
    web_region: asyncpg.Pool
    writer: Database
    counter: Counter
    entrance: Entrance
    examiner: Examiner
    head: str


def create() -> ASGIApp:
    """Make the application from the environment: what uvicorn starts in each of its processes."""
    log.configure(as_json=True)
    settings = Settings()
    return build(addresses.find(settings), settings)


def build(
    where: Addresses,
    settings: Settings,
    *,
    uploads: Bounds | None = None,
    body_seconds: float = BODY_SECONDS,
) -> ASGIApp:
    """Assemble the application over a database; its pools open when it starts.

    `uploads` bounds the files that are sent in, `body_seconds` the time of any other body.

    Raises ConfigError when the keys are missing.
    """
    journal = Journal()
    engine = build_engine(settings, note=journal.note)
    lines = Lines()
    door = Door(engine, body_seconds=body_seconds, answer_seconds=settings.answer_s)

    @asynccontextmanager
    async def running(_: Starlette) -> AsyncIterator[State]:
        async with AsyncExitStack() as open_pools:
            open_pools.callback(lines.write)
            pooler = settings.pooler
            reading = partial(open_read_pool, statement_s=settings.statement_s, pooler=pooler)
            web = await reading(where.web)
            open_pools.push_async_callback(web.close)
            web_region = await reading(where.web_region)
            open_pools.push_async_callback(web_region.close)
            writer = await open_pools.enter_async_context(
                open_database(where.web, pool_size=2, pooler=pooler)
            )
            counter = Counter(
                database=await open_pools.enter_async_context(
                    open_database(where.worker, pool_size=PUSHES_AT_ONCE, pooler=pooler)
                ),
                sealer=Sealer.from_file(settings.keys),
                zone=settings.zone,
            )
            notes = await open_note_pool(where.web, pooler=pooler)
            open_pools.push_async_callback(notes.close)
            rate = Rate(burst=settings.rate_burst, per_s=settings.rate_per_s)
            entrance = Entrance(
                reader=web,
                notes=notes,
                zone=settings.zone,
                rate=rate,
                journal=journal,
                tokens=await open_pools.enter_async_context(tokens_of(settings)),
            )
            await open_pools.enter_async_context(keeping(entrance))
            examiner = Examiner(where.web, settings.keys)
            open_pools.callback(examiner.close)
            yield State(
                web=web,
                web_region=web_region,
                writer=writer,
                counter=counter,
                entrance=entrance,
                examiner=examiner,
                head=migrate.head(),
            )

    application = Starlette(
        routes=[
            Route("/", start_page),
            Route("/start.css", stylesheet),
            Route("/healthz", health),
            Route("/readyz", readiness),
            *stream_routes(engine, Seating(all=settings.listeners, one=settings.listeners_of_one)),
            *graphql_routes(door),
            *export_routes(engine, settings.zone),
            *marked_routes(settings.zone),
            *push_routes(engine),
            *feed_routes(engine, settings.zone),
            *import_routes(Sealer.from_file(settings.keys), settings.zone, uploads),
        ],
        exception_handlers={404: unknown_address, 405: other_method},
        lifespan=running,
    )
    return Edge(Straight(application, path=PATH, endpoint=door), lines=lines)


@asynccontextmanager
async def tokens_of(settings: Settings) -> AsyncIterator[Tokens | None]:
    """Lend what checks the tokens of the settings' issuer, if they name one."""
    issuer = issuer_of(settings)
    if issuer is None:
        yield None
        return
    async with httpx.AsyncClient(timeout=ISSUER_SECONDS) as client:
        yield Tokens(issuer, client)


async def start_page(_: Request) -> Response:
    """Say what this is and where to go."""
    return FileResponse(PAGES / "start.html", media_type="text/html; charset=utf-8")


async def stylesheet(_: Request) -> Response:
    """Return the start page's look."""
    return FileResponse(PAGES / "start.css", media_type="text/css; charset=utf-8")


async def health(_: Request) -> Response:
    """Say that the process answers; asks nobody else, so a broken database restarts nothing."""
    return JSONResponse({"status": "alive"})


async def readiness(request: Request) -> Response:
    """Say whether requests can be served: both roles reach the database and it is at head."""
    checks = {
        role: await _is_at_head(getattr(request.state, role), request.state.head)
        for role in ("web", "web_region")
    }
    return _readiness(checks)


async def unknown_address(_: Request, __: Exception) -> Response:
    """Answer for an address that does not exist."""
    return _refused("http.not_found", "Такого адреса нет. Начните со страницы /.", 404)


async def other_method(_: Request, error: Exception) -> Response:
    """Answer for an address that is asked with another method."""
    response = _refused("http.method", "Этот адрес отвечает на другие методы: см. Allow.", 405)
    response.headers.update(getattr(error, "headers", None) or {})
    return response


def _refused(code: str, message: str, status: int) -> Response:
    number = get_contextvars().get("correlation_id")
    return JSONResponse(
        {"code": code, "message": message, "correlationId": number}, status_code=status
    )


def _readiness(checks: Mapping[str, bool]) -> Response:
    ready = all(checks.values())
    return JSONResponse(
        {"status": "ready" if ready else "unready", "checks": dict(checks)},
        status_code=200 if ready else 503,
        headers={"Cache-Control": "no-store"},
    )


async def _is_at_head(pool: asyncpg.Pool, head: str) -> bool:
    try:
        async with asyncio.timeout(PING_SECONDS):
            return bool(head == await pool.fetchval("select version_num from alembic_version"))
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
