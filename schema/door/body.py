"""The body of a request: bounded in size and in time, decoded as JSON."""

import asyncio
import json
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request

from schema.errors import ErrorCode, RequestRefused, failure
from schema.faults import refusal

MAX_BODY: Final = 1_000_000
BODY_SECONDS: Final = 15.0
Json = Any  # what a client sent, before it is looked at


async def body_of(request: Request, *, seconds: float = BODY_SECONDS) -> bytes:
    """Read a whole body; raises RequestRefused for one over a megabyte, trickled or broken off."""
    try:
        async with asyncio.timeout(seconds):
            return await _received(request)
    except TimeoutError as error:
        message = "Тело запроса передаётся слишком медленно. Проверьте связь и повторите."
        status = HTTPStatus.REQUEST_TIMEOUT
        raise refusal(ErrorCode.REQUEST_TOO_SLOW, message, status=status) from error
    except ClientDisconnect as error:
        raise malformed("Передача запроса прервалась.") from error


def decoded(text: bytes) -> Json:
    """Decode JSON; raises RequestRefused for what is none."""
    try:
        return json.loads(text.decode())
    except (ValueError, RecursionError) as error:
        raise malformed("Это не JSON в UTF-8 или он вложен слишком глубоко.") from error


def malformed(message: str) -> RequestRefused:
    """Make the refusal of what was not understood as GraphQL: 400 under either media type."""
    return RequestRefused([failure(ErrorCode.BAD_REQUEST, message)], malformed=True)


async def _received(request: Request) -> bytes:
    received = bytearray()
    has_more = True
    while has_more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        received += message.get("body", b"")
        has_more = message.get("more_body", False)
        if len(received) > MAX_BODY:
            told = "Тело запроса больше 1 МБ: разделите его."
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            raise refusal(ErrorCode.PAYLOAD_TOO_LARGE, told, status=status)
    return bytes(received)
