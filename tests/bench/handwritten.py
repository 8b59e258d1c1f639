"""Endpoints as somebody would write them by hand: Starlette, asyncpg, the same SQL as the hub's.

`/bare/N` knows its viewer beforehand; `/keyed/N` looks the key up first, as the hub does.
"""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypedDict

import asyncpg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.credentials import authenticate
from hub.pools import open_read_pool
from hub.settings import Addresses, Settings
from schema.door.http import build_engine
from tests.bench.cases import Compiled, compiled, read_cases
from tests.bench.serving import serve
from tests.day import region_day

Endpoint = Callable[[Request], Awaitable[Response]]
BEARER = "Bearer "


class State(TypedDict):
    """What the application holds while it runs."""

    web: asyncpg.Pool
    web_region: asyncpg.Pool
    cases: list[Compiled]


def build(where: Addresses, settings: Settings, listed: Path) -> Starlette:
    """Assemble the application over the same pools as the hub's."""
    cases, keys = read_cases(listed)
    engine = build_engine(settings)

    @asynccontextmanager
    async def running(_: Starlette) -> AsyncIterator[State]:
        async with (
            await open_read_pool(where.web, statement_s=5) as web,
            await open_read_pool(where.web_region, statement_s=5) as web_region,
        ):
            found = [await compiled(engine, case, web, keys[case.who]) for case in cases]
            yield State(web=web, web_region=web_region, cases=found)

    return Starlette(
        routes=[
            Route("/bare/{number:int}", bare, methods=["POST"]),
            Route("/keyed/{number:int}", keyed, methods=["POST"]),
        ],
        lifespan=running,
    )


async def bare(request: Request) -> Response:
    """Run the statement and send what it gives."""
    return await _answer(request)


async def keyed(request: Request) -> Response:
    """Look the key up, then run the statement."""
    key = request.headers["Authorization"].removeprefix(BEARER)
    await authenticate(request.state.web, key, today=region_day())
    return await _answer(request)


async def _answer(request: Request) -> Response:
    case: Compiled = request.state.cases[request.path_params["number"]]
    wide = case.viewer.is_region_wide
    pool = request.state.web_region if wide else request.state.web
    body = await pool.fetchval(case.sql, *case.values)
    return Response(body, media_type="application/graphql-response+json; charset=utf-8")


if __name__ == "__main__":
    found = Settings()
    serve(build(found.addresses(), found, Path(sys.argv[1])), int(sys.argv[2]))
