"""What every HTTP answer passes: a correlation id, security headers, a log line, a last resort."""

import asyncio
import re
import time
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Final

import structlog
import uuid_utils
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CORRELATION_HEADER = "X-Request-ID"
WRITE_S: Final = 0.2
# A caller's own id is taken over only if it cannot smuggle a line or a value into a log.
_ACCEPTABLE_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; "
        "script-src 'self'; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# As ASGI carries them: every answer gets them, so they are written once.
_SECURITY = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
_SECURED = frozenset(name for name, _ in _SECURITY)
_CORRELATION = CORRELATION_HEADER.lower().encode()
_log = structlog.get_logger()


class Lines:
    """The log's lines about answers, written together a few times a second.

    Each bears the moment of its answer. A line written right then would take three times as long:
    between two answers the processor has forgotten how.
    """

    def __init__(self) -> None:
        self._kept: list[tuple[datetime, Mapping[str, object]]] = []

    def keep(self, **line: object) -> None:
        """Keep a line about an answer that was given now."""
        if not self._kept:
            asyncio.get_running_loop().call_later(WRITE_S, self.write)
        self._kept.append((datetime.now(UTC), line))

    def write(self) -> None:
        """Write what is kept; who stops the application does it a last time."""
        kept, self._kept = self._kept, []
        for at, line in kept:
            moment = at.isoformat().replace("+00:00", "Z")  # as the log writes its own
            _log.info("http.request", timestamp=moment, **line)


class Edge:
    """The outermost layer of the application.

    A path's own header wins over the default one. The log line names the path without its query
    string. An error that nobody answered becomes a plain 500 with the id to look for in the log.
    """

    def __init__(self, app: ASGIApp, *, lines: Lines) -> None:
        self._app = app
        self._lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and its answer back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _correlation_id(dict(scope["headers"]))
        bound = structlog.contextvars.bind_contextvars(correlation_id=request_id)
        try:
            await _Exchange(scope, send, request_id, self._lines).run(self._app, receive)
        finally:
            structlog.contextvars.reset_contextvars(**bound)


class _Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, send: Send, request_id: str, lines: Lines) -> None:
        self._scope = scope
        self._send = send
        self._request_id = request_id
        self._lines = lines
        self._status = 0

    async def run(self, app: ASGIApp, receive: Receive) -> None:
        started = time.perf_counter()
        try:
            await app(self._scope, receive, self.send)
        except Exception:  # noqa: BLE001 - the edge of a request: logged by type, answered as 500
            _log.exception("http.failed", path=self._scope["path"])
            await self._answer_failure(receive)
        self._lines.keep(
            correlation_id=self._request_id,
            method=self._scope["method"],
            path=self._scope["path"],
            status=self._status,
            duration_ms=round((time.perf_counter() - started) * 1000, 1),
        )

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = int(message["status"])
            given = message.get("headers", ())
            message["headers"] = [
                *given,
                (_CORRELATION, self._request_id.encode()),
                *_missing(dict(given).keys()),
            ]
        await self._send(message)

    async def _answer_failure(self, receive: Receive) -> None:
        if self._status:
            return
        answer = JSONResponse(
            {
                "code": "internal",
                "message": "Хаб не смог ответить. Сообщите администратору номер запроса.",
                "correlationId": self._request_id,
            },
            status_code=500,
        )
        await answer(self._scope, receive, self.send)


def _missing(names: AbstractSet[bytes]) -> Iterable[tuple[bytes, bytes]]:
    if _SECURED.isdisjoint(names):
        return _SECURITY
    return [pair for pair in _SECURITY if pair[0] not in names]


def _correlation_id(headers: Mapping[bytes, bytes]) -> str:
    given = headers.get(_CORRELATION, b"").decode("latin-1")
    return given if _ACCEPTABLE_ID.fullmatch(given) else str(uuid_utils.uuid7())
