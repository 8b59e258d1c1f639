"""An export on its way: sent as it is made, stopped when nobody listens any more."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, aclosing, contextmanager
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import structlog
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from schema.errors import ErrorCode, RequestRefused
from schema.faults import faults_refused, refusal, written

AT_ONCE: Final = 2  # exports of one process: each keeps a connection of a small pool
RETRY_SECONDS: Final = 15
DEADLINE_SECONDS: Final = 15 * 60.0
NO_STORE: Final = {"Cache-Control": "no-store", "Vary": "Authorization"}
Making = Callable[[], AbstractAsyncContextManager[AsyncIterator[bytes]]]
_log = structlog.get_logger()


class Slots:
    """How many exports a process makes at once; who comes when all are taken is told to wait."""

    def __init__(self, size: int = AT_ONCE) -> None:
        self._free = size

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a slot; raises EXPORT_BUSY when none is free."""
        if not self._free:
            raise refusal(
                ErrorCode.EXPORT_BUSY,
                f"Сейчас делаются другие выгрузки. Повторите через {RETRY_SECONDS} секунд.",
                status=HTTPStatus.SERVICE_UNAVAILABLE,
            )
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


class Exported(Response):
    """The answer with an export.

    What goes wrong before the first block is an answer with a code; afterwards the connection
    breaks off, so that half a file is never taken for a whole one.
    """

    def __init__(
        self, making: Making, slots: Slots, *, media_type: str, name: str, title: str
    ) -> None:
        disposition = f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(title)}"
        super().__init__(
            media_type=media_type, headers={**NO_STORE, "Content-Disposition": disposition}
        )
        del self.headers["Content-Length"]
        self._making = making
        self._slots = slots

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the export until it ends or the client goes away."""
        sending = asyncio.create_task(self._send(scope, receive, send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                _log.info("export.abandoned")
        finally:
            leaving.cancel()
            sending.cancel()
            await asyncio.wait({sending, leaving})
        if not sending.cancelled():
            sending.result()

    async def _send(self, scope: Scope, receive: Receive, send: Send) -> None:
        blocks = 0
        try:
            async with aclosing(self._blocks()) as made:
                async for block in made:
                    if not blocks:
                        await send(self._start())
                    blocks += 1
                    await send({"type": "http.response.body", "body": block, "more_body": True})
        except RequestRefused as error:
            if blocks:
                raise
            await refused_response(error)(scope, receive, send)
        else:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _blocks(self) -> AsyncGenerator[bytes, None]:
        with faults_refused(), self._slots.taken():
            try:
                async with asyncio.timeout(DEADLINE_SECONDS) as deadline, self._making() as made:
                    async for block in made:
                        yield block
            except TimeoutError as error:
                if not deadline.expired():
                    raise
                raise refusal(
                    ErrorCode.QUERY_TIMED_OUT,
                    "Выгрузка делалась слишком долго. Сузьте условия.",
                    status=HTTPStatus.SERVICE_UNAVAILABLE,
                ) from error

    def _start(self) -> Message:
        return {
            "type": "http.response.start",
            "status": self.status_code,
            "headers": self.raw_headers,
        }


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


def refused_response(refused: RequestRefused) -> Response:
    """Answer a refusal as `/graphql` does: errors with codes."""
    codes = sorted({str((error.extensions or {}).get("code")) for error in refused.errors})
    _log.info("export.refused", codes=codes, status=refused.status)
    headers = dict(NO_STORE)
    if refused.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if refused.retry_after_s is not None:
        headers["Retry-After"] = str(refused.retry_after_s)
    if ErrorCode.EXPORT_BUSY.value in codes:
        headers["Retry-After"] = str(RETRY_SECONDS)
    body = json.dumps({"errors": written(refused.errors)}, ensure_ascii=False)
    return Response(
        body, status_code=refused.status, media_type="application/json", headers=headers
    )
