"""Subscriptions on the wire: SSE (graphql-sse, distinct connections) and graphql-transport-ws."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import ExitStack, aclosing, suppress
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from hub.access import Viewer
from schema.compiler.run import Engine
from schema.context import meet, pool_of
from schema.door.asked import Asked, well_formed
from schema.door.body import BODY_SECONDS, body_of, decoded
from schema.door.listening import Listening, understood
from schema.door.seats import Bounds, Seats
from schema.door.trusted import Trusted
from schema.errors import RequestRefused
from schema.faults import faults_refused, written

PATH: Final = "/graphql/stream"
PROTOCOL: Final = "graphql-transport-ws"
SSE: Final = "text/event-stream"
INIT_S: Final = 5.0
QUIET: Final = 15  # looks without an event after which a listener is told that the line is open
MOST: Final = 20  # operations of one socket
# Why a socket is closed, as the protocol numbers it.
INVALID, UNAUTHORISED, FORBIDDEN = 4400, 4401, 4403
NO_INIT, TAKEN, AGAIN = 4408, 4409, 4429
TRY_LATER = 1013  # as WebSocket itself numbers it: there is no place
Json = Any  # a decoded message


def stream_routes(engine: Engine, bounds: Bounds | None = None) -> list[BaseRoute]:
    """Make the routes; the application's state is that of `/graphql`.

    `bounds` are of sockets and of subscriptions each.
    """
    streams = Streams(engine, bounds or Bounds())
    return [Route(PATH, streams.post, methods=["POST"]), WebSocketRoute(PATH, streams.socket)]


class Streams:
    """The endpoints of those who listen."""

    def __init__(self, engine: Engine, bounds: Bounds) -> None:
        self._engine = engine
        self._trusted = Trusted()
        self.strangers = Seats(replace(bounds, one=bounds.all))  # sockets that have proved nobody
        self.sockets = Seats(bounds)
        self.subscriptions = Seats(bounds)

    async def post(self, request: Request) -> Response:
        """Answer a posted subscription with a stream of events."""
        seat = ExitStack()
        try:
            viewer = (await meet(request)).viewer
            asked = well_formed(decoded(await body_of(request, seconds=BODY_SECONDS)))
            listening = await self.made(request, asked)
            seat.enter_context(self.subscriptions.seat(seat_of(viewer)))
        except RequestRefused as refused:
            return _refused(refused)
        return Seated(seat, _events(listening))

    async def made(self, request: HTTPConnection, asked: Asked) -> Listening:
        """Make what listens to a text, or to a trusted document; raises RequestRefused."""
        with faults_refused():
            admitted = await meet(request)
            pool = pool_of(request, admitted.viewer)
            text = await self._trusted.text_of(pool, admitted, asked)
        found = understood(self._engine, text, asked.operation_name, asked.variables)
        return Listening(self._engine, request, found)

    async def socket(self, socket: WebSocket) -> None:
        """Serve a socket of the protocol; any other, or one of another site, is turned away."""
        if PROTOCOL not in socket.scope.get("subprotocols", ()) or not is_same_site(socket):
            await socket.close(FORBIDDEN)
            return
        await socket.accept(subprotocol=PROTOCOL)
        with suppress(WebSocketDisconnect):
            try:
                with ExitStack() as seat:
                    seat.enter_context(self.strangers.seat(""))
                    await Talk(self, socket, seat).run()
            except RequestRefused:
                await socket.close(TRY_LATER)


class Seated(StreamingResponse):
    """A stream that gives its place back however it ends, begun or not."""

    def __init__(self, seat: ExitStack, events: AsyncIterator[bytes]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(events, media_type=SSE, headers=headers)
        self._seat = seat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events, and give the place back."""
        with self._seat:
            await super().__call__(scope, receive, send)


def seat_of(viewer: Viewer) -> str:
    """Name whose places a viewer takes: the credential's."""
    return viewer.credential or str(viewer.client_id)


def _refused(refused: RequestRefused) -> Response:
    body = {"errors": written(refused.errors)}
    later = {"Retry-After": str(refused.retry_after_s)} if refused.retry_after_s else None
    return JSONResponse(body, status_code=refused.status, headers=later)


def is_same_site(connection: HTTPConnection) -> bool:
    """Tell a connection of a page of ours, or of a program, from one that another site opened."""
    origin = connection.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == connection.headers.get("Host")


async def _events(listening: Listening) -> AsyncIterator[bytes]:
    quiet = 0
    async with aclosing(listening.pages()) as pages:
        try:
            async for page in pages:
                quiet = 0 if page else quiet + 1
                if page:
                    yield b"event: next\ndata: " + page + b"\n\n"
                elif quiet % QUIET == 1:
                    yield b":\n\n"
        except RequestRefused as refused:
            told = json.dumps({"errors": written(refused.errors)}, ensure_ascii=False)
            yield f"event: next\ndata: {told}\n\n".encode()
    yield b"event: complete\ndata:\n\n"


class Talk:
    """One socket: who is at its other end, and what they listen to."""

    def __init__(self, streams: Streams, socket: WebSocket, seat: ExitStack) -> None:
        self._streams = streams
        self._socket = socket
        self._seat = seat
        self._request: HTTPConnection | None = None
        self._whose = ""
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Talk until either side ends it; then nobody listens any more."""
        try:
            try:
                async with asyncio.timeout(INIT_S):
                    first = await self._received()
            except TimeoutError:
                await self._socket.close(NO_INIT)
                return
            if await self._met(first):
                while await self._taken(await self._received()):
                    pass
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _received(self) -> Json:
        try:
            return json.loads(await self._socket.receive_text())
        except (ValueError, RecursionError):
            return None

    async def _met(self, first: Json) -> bool:
        """Take the credential of the first message, or of the socket itself, and admit who it is."""
        if not isinstance(first, dict) or first.get("type") != "connection_init":
            await self._socket.close(UNAUTHORISED)
            return False
        payload = first.get("payload") or {}
        given = payload.get("Authorization") if isinstance(payload, dict) else None
        scope = dict(self._socket.scope)
        if isinstance(given, str):
            kept = [pair for pair in scope["headers"] if pair[0] != b"authorization"]
            scope["headers"] = [*kept, (b"authorization", given.encode(errors="replace"))]
        self._request = HTTPConnection(scope)
        try:
            viewer = (await meet(self._request)).viewer
            self._whose = seat_of(viewer)
            self._seat.close()
            self._seat.enter_context(self._streams.sockets.seat(self._whose))
        except RequestRefused as refused:
            is_busy = refused.status == HTTPStatus.TOO_MANY_REQUESTS
            await self._socket.close(TRY_LATER if is_busy else FORBIDDEN)
            return False
        await self._say("connection_ack")
        return True

    async def _taken(self, message: Json) -> bool:
        """Do what a message asks; says whether to go on."""
        match message:
            case {"type": "ping"}:
                await self._say("pong")
            case {"type": "pong"}:
                pass
            case {"type": "complete", "id": str(number)}:
                if task := self._tasks.pop(number, None):
                    task.cancel()
            case {"type": "subscribe", "id": str(number), "payload": dict(payload)}:
                return await self._subscribe(number, payload)
            case {"type": "connection_init"}:
                return await self._closed(AGAIN)
            case _:
                return await self._closed(INVALID)
        return True

    async def _closed(self, code: int) -> bool:
        await self._socket.close(code)
        return False

    async def _subscribe(self, number: str, payload: Json) -> bool:
        running = {name: task for name, task in self._tasks.items() if not task.done()}
        if number in running or len(running) >= MOST:
            return await self._closed(TAKEN)
        self._tasks = {**running, number: asyncio.create_task(self._listen(number, payload))}
        return True

    async def _listen(self, number: str, payload: Json) -> None:
        if self._request is None:
            return
        try:
            listening = await self._streams.made(self._request, well_formed(payload))
            with self._streams.subscriptions.seat(self._whose):
                await self._tell(number, listening)
        except RequestRefused as refused:
            await self._say("error", number, written(refused.errors))
        except WebSocketDisconnect:
            return

    async def _tell(self, number: str, listening: Listening) -> None:
        async with aclosing(listening.pages()) as pages:
            async for page in pages:
                if page:
                    await self._say("next", number, json.loads(page))

    async def _say(self, kind: str, number: str | None = None, payload: Json = None) -> None:
        said = {"type": kind, "id": number, "payload": payload}
        text = {name: value for name, value in said.items() if value is not None}
        await self._socket.send_text(json.dumps(text, ensure_ascii=False))
