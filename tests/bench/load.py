"""A load generator in a process of its own: some clients, each with one kept connection.

Reads from stdin what to send and for how long, prints how it went; loopback only. It shares the
processor with what it measures, so it does as little as it can.
"""

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import uvloop

from tests.bench.figures import median

MOST_REQUESTS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """What is sent to the loopback's `port`, by how many clients and for how long."""

    port: int
    path: str
    key: str
    body: str
    clients: int
    seconds: float

    @property
    def message(self) -> bytes:
        """Write the request once for all."""
        content = self.body.encode()
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.key}\r\n"
            "Accept: application/graphql-response+json\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        return head.encode() + content


class _Range:
    """The clients, and the moment at which they stop."""

    def __init__(self, shot: Shot) -> None:
        self._shot = shot
        self.message = shot.message
        self._took: list[float] = []
        self._deadline = 0.0

    def goes_on_after(self, sent: float) -> bool:
        """Note that a request sent then is answered now; say whether there is to be another."""
        now = time.perf_counter()
        self._took.append(now - sent)
        return now < self._deadline and len(self._took) < MOST_REQUESTS

    async def run(self) -> Mapping[str, float]:
        begun = time.perf_counter()
        self._deadline = begun + self._shot.seconds
        await asyncio.gather(*(self._client() for _ in range(self._shot.clients)))
        seconds = time.perf_counter() - begun
        return {
            "requests": len(self._took),
            "rate": len(self._took) / seconds,
            "p50_ms": median(self._took) * 1000,
            "p99_ms": sorted(self._took)[len(self._took) * 99 // 100] * 1000,
        }

    async def _client(self) -> None:
        _, client = await asyncio.get_running_loop().create_connection(
            lambda: _Client(self), "127.0.0.1", self._shot.port
        )
        await client.ended


class _Client(asyncio.Protocol):
    """One kept connection: sends the next request as soon as the answer before is whole."""

    def __init__(self, shot: _Range) -> None:
        self._range = shot
        self._head = b""
        self._missing = 0  # bytes of the answer's body
        self._sent = 0.0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        if self._missing:
            self._missing -= len(data)
        else:
            self._head += data
            if b"\r\n\r\n" not in self._head:
                return
            head, _, begun = self._head.partition(b"\r\n\r\n")
            try:
                self._missing = _length(head) - len(begun)
            except ValueError as error:
                self.ended.set_exception(error)
                self._transport.abort()
                return
        if not self._missing:
            self._answered()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(error or ConnectionError("closed before it was answered"))

    def _send(self) -> None:
        self._head = b""
        self._sent = time.perf_counter()
        self._transport.write(self._range.message)

    def _answered(self) -> None:
        if self._range.goes_on_after(self._sent):
            self._send()
        else:
            self.ended.set_result(None)
            self._transport.close()


def _length(head: bytes) -> int:
    """Give the length of an answer's body; raises ValueError unless it is 200."""
    status, *lines = head.decode("latin-1").split("\r\n")
    if " 200 " not in status:
        raise ValueError(status)
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(headers["content-length"])


if __name__ == "__main__":
    json.dump(uvloop.run(_Range(Shot(**json.load(sys.stdin))).run()), sys.stdout)
