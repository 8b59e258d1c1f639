"""A system that misbehaves at will: silent, slow, cut off, empty or half of it gone."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final  # an answer's body is what the system says

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PACE_S: Final = 0.6


class Lie(StrEnum):
    """How the system answers for its staff."""

    NONE = "NONE"
    SLOW = "SLOW"
    HALF_ANSWER = "HALF_ANSWER"
    BAD_GATEWAY = "BAD_GATEWAY"
    NO_ENTRY = "NO_ENTRY"
    EMPTY = "EMPTY"
    HALF_GONE = "HALF_GONE"
    FEWER_THAN_PROMISED = "FEWER_THAN_PROMISED"
    OTHERS = "OTHERS"
    GIBBERISH = "GIBBERISH"


Body = dict[str, Any]


def _half(body: Body) -> Body:
    kept = [one for one in body["items"] if int(str(one["id"])) % 2]
    return {**body, "items": kept, "total": body["total"] // 2}


def _others(body: Body) -> Body:
    """Give every card to somebody else: the numbers were dealt anew."""
    changed = [
        {**one, "last_name": f"Подменов{number}", "birth_date": "01.02.1981", "snils": ""}
        for number, one in enumerate(body["items"])
    ]
    return {**body, "items": changed}


CHANGED: Final[dict[Lie, Callable[[Body], Body]]] = {
    Lie.EMPTY: lambda body: {**body, "items": [], "total": 0},
    Lie.HALF_GONE: _half,
    Lie.FEWER_THAN_PROMISED: lambda body: {**body, "items": body["items"][:5]},
    Lie.OTHERS: _others,
    Lie.GIBBERISH: lambda body: {"rows": body["total"]},
}
STATUS: Final = {Lie.BAD_GATEWAY: 502, Lie.NO_ENTRY: 401}


@dataclass(slots=True)
class Liar:
    """Stands before an application and answers for it as `lie` says; other paths pass."""

    app: ASGIApp
    lie: Lie = Lie.NONE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        about_staff = scope.get("path") == "/staff"
        if self.lie is Lie.NONE or (not about_staff and self.lie is not Lie.NO_ENTRY):
            await self.app(scope, receive, send)
            return
        if self.lie is Lie.SLOW:
            await asyncio.sleep(PACE_S)
            await self.app(scope, receive, send)
            return
        if self.lie in STATUS:
            await _answer(send, b"<html><body>no</body></html>", STATUS[self.lie], "text/html")
            return
        await _answer(send, self._changed(await self._said(scope, receive)))

    async def _said(self, scope: Scope, receive: Receive) -> bytes:
        pieces: list[bytes] = []

        async def keep(message: Message) -> None:
            pieces.append(message.get("body", b""))

        await self.app(scope, receive, keep)
        return b"".join(pieces)

    def _changed(self, said: bytes) -> bytes:
        if self.lie is Lie.HALF_ANSWER:
            return said[: len(said) // 2]
        return json.dumps(CHANGED[self.lie](json.loads(said)), ensure_ascii=False).encode()


async def _answer(
    send: Send, body: bytes, status: int = 200, kind: str = "application/json"
) -> None:
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
