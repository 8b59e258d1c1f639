"""GraphQL over HTTP: one address for queries and, in a browser, for the explorer.

The media type decides the status of a refused request, as the GraphQL-over-HTTP specification
says: 400 with `application/graphql-response+json`, 200 with the older `application/json`.
"""

import asyncio
import json
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from hub.access import Admitted, Standing, Viewer
from hub.rates import Allowance
from hub.row_keys import issue
from hub.seal import Sealer
from hub.settings import Settings
from schema.compiler.run import Engine, RightsUnconfirmed, Understood
from schema.compiler.shown import Note, unnoted
from schema.context import DenialsNoted, charged, header, known, meet, pool_of
from schema.door.asked import Asked, well_formed
from schema.door.body import BODY_SECONDS, body_of, decoded
from schema.door.negotiation import GRAPHQL_RESPONSE, JSON, negotiate, wants_page
from schema.door.trusted import Trusted
from schema.errors import ErrorCode, RequestRefused
from schema.faults import faults_refused, refusal, written
from schema.root import build_schema

PATH = "/graphql"
STATIC = Path(__file__).resolve().parents[1] / "static"
PREFLIGHT_HEADERS = ("GraphQL-Require-Preflight", "X-Requested-With")
_log = structlog.get_logger()
_HEADERS = {
    media: (
        (b"content-type", f"{media}; charset=utf-8".encode()),
        (b"cache-control", b"no-store"),
        (b"vary", b"Accept, Authorization"),
    )
    for media in (GRAPHQL_RESPONSE, JSON)
}
Json = Any  # what a client sent, before it is looked at


def build_engine(settings: Settings, *, note: Note = unnoted) -> Engine:
    """Build the engine of this process; raises ConfigError when the keys are missing.

    `note` takes the events that belong into the audit.
    """
    sealer = Sealer.from_file(settings.keys)
    return Engine(
        build_schema(),
        cursor_secret=sealer.hash("schema/cursor/v1"),
        zone=settings.zone,
        open_seal=sealer.open,
        make_key=partial(issue, sealer),
        note=note,
    )


def graphql_routes(door: "Door") -> list[BaseRoute]:
    """Make the routes of the door; pools come from the application's state: `web`, `web_region`."""
    return [
        Route(PATH, door, methods=["GET", "POST"]),
        Mount(f"{PATH}/static", StaticFiles(directory=STATIC)),
    ]


class Door:
    """The endpoint: negotiate, authenticate, charge, read, answer.

    `body_seconds` is how long the body of a request may take to arrive, `answer_seconds` all of
    it from the key to the last byte of the answer, waiting included.
    """

    def __init__(
        self, engine: Engine, *, body_seconds: float = BODY_SECONDS, answer_seconds: float
    ) -> None:
        self._engine = engine
        self._trusted = Trusted()
        self._body_seconds = body_seconds
        self._answer_seconds = answer_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as an ASGI application does."""
        response = await self.answer(Request(scope, receive))
        await response(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        """Answer one request; every refusal is a GraphQL response with a code."""
        if wants_page(request):
            return FileResponse(STATIC / "explorer.html", media_type="text/html; charset=utf-8")
        media = negotiate(header(request, b"accept") or "")
        if media is None:
            message = f"Ответ бывает только {GRAPHQL_RESPONSE} или {JSON}."
            refused = refusal(ErrorCode.NOT_ACCEPTABLE, message, status=HTTPStatus.NOT_ACCEPTABLE)
            return _refusal(refused, GRAPHQL_RESPONSE)
        try:
            body = await self._read(request)
        except RequestRefused as error:
            return _refusal(error, media)
        return _Answer(body, media)

    async def _read(self, request: Request) -> bytes:
        with faults_refused():
            async with asyncio.timeout(self._answer_seconds):
                return await self._answered(request)

    async def _answered(self, request: Request) -> bytes:
        met = known(request)
        admitted = met or await meet(request)
        asked = await _asked(request, self._body_seconds)
        if met and self._trusted.known(met, asked) is None:
            # A text is not looked up, or refused, on rights that no statement confirms.
            met, admitted = None, await meet(request)
        understood, allowance = await self._charged(request, admitted, asked)
        if met:
            try:
                return await self._run(request, understood, met.viewer, allowance, met.standing)
            except RightsUnconfirmed:
                admitted = await meet(request)
                await self._text(request, admitted, asked)
        return await self._run(request, understood, admitted.viewer, allowance)

    async def _charged(
        self, request: Request, admitted: Admitted, asked: Asked
    ) -> tuple[Understood, Allowance]:
        try:
            text = await self._text(request, admitted, asked)
            understood = self._engine.understand(text, asked.operation_name, asked.variables)
        except RequestRefused:
            # What is wrong with a text was not found for nothing.
            await charged(request, admitted.viewer, 1)
            raise
        return understood, await charged(request, admitted.viewer, understood.cost)

    async def _text(self, request: Request, admitted: Admitted, asked: Asked) -> str:
        known = self._trusted.known(admitted, asked)
        if known is not None:
            return known
        viewer = admitted.viewer
        async with DenialsNoted(request, viewer, "graphql"):
            return await self._trusted.text_of(pool_of(request, viewer), admitted, asked)

    async def _run(
        self,
        request: Request,
        understood: Understood,
        viewer: Viewer,
        allowance: Allowance,
        standing: Standing | None = None,
    ) -> bytes:
        async with DenialsNoted(request, viewer, "graphql"):
            return await self._engine.run(
                pool_of(request, viewer),
                viewer,
                understood,
                writer=getattr(request.state, "writer", None) if _may_act(request) else None,
                standing=standing,
                allowance=allowance,
                counter=getattr(request.state, "counter", None),
            )


def _may_act(request: Request) -> bool:
    """Tell a request that may change something: an address alone may only read."""
    return request.method == "POST"


async def _asked(request: Request, seconds: float) -> Asked:
    if request.method == "GET":
        return well_formed(_from_address(request))
    if (header(request, b"content-type") or "").split(";")[0].strip().lower() != JSON:
        message = f"Тело запроса должно быть {JSON}."
        raise refusal(ErrorCode.BAD_REQUEST, message, status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    return well_formed(decoded(await body_of(request, seconds=seconds)))


def _from_address(request: Request) -> Mapping[str, Json]:
    if not any(name in request.headers for name in PREFLIGHT_HEADERS):
        message = f"Запросу GET нужен заголовок {PREFLIGHT_HEADERS[0]}: 1."
        raise refusal(ErrorCode.PREFLIGHT_REQUIRED, message, status=HTTPStatus.FORBIDDEN)
    given = dict(request.query_params)
    return {
        **given,
        **{
            name: decoded(given[name].encode())
            for name in ("variables", "extensions")
            if given.get(name)
        },
    }


def _refusal(refused: RequestRefused, media: str) -> Response:
    status = refused.status
    if status == HTTPStatus.BAD_REQUEST and media == JSON and not refused.malformed:
        status = HTTPStatus.OK
    codes = sorted({str((error.extensions or {}).get("code")) for error in refused.errors})
    _log.info("graphql.refused", codes=codes, status=int(status))
    body = json.dumps({"errors": written(refused.errors)}, ensure_ascii=False).encode()
    response = _Answer(body, media, status)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    if refused.retry_after_s is not None:
        response.headers["Retry-After"] = str(refused.retry_after_s)
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = "POST"
    return response


class _Answer(Response):
    """A response in one of the two media types; its headers are written once, not for each."""

    def __init__(self, body: bytes, media: str, status: int = HTTPStatus.OK) -> None:
        self.status_code = status
        self.background = None
        self.body = body
        self.raw_headers = [(b"content-length", b"%d" % len(body)), *_HEADERS[media]]
