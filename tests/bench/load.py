"""A load generator in a process of its own: some clients, each with one kept connection.

Reads from stdin what to send and for how long, prints how it went; loopback only.
"""

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass

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
        self._message = shot.message
        self.took: list[float] = []

    async def run(self) -> Mapping[str, float]:
        begun = time.perf_counter()
        self._deadline = begun + self._shot.seconds
        await asyncio.gather(*(self._client() for _ in range(self._shot.clients)))
        seconds = time.perf_counter() - begun
        return {
            "requests": len(self.took),
            "rate": len(self.took) / seconds,
            "p50_ms": median(self.took) * 1000,
            "p99_ms": sorted(self.took)[len(self.took) * 99 // 100] * 1000,
        }

    async def _client(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._shot.port)
        while True:
            sent = time.perf_counter()
            writer.write(self._message)
            await _answered(reader)
            now = time.perf_counter()
            self.took.append(now - sent)
            if now >= self._deadline or len(self.took) >= MOST_REQUESTS:
                break
        writer.close()
        await writer.wait_closed()


async def _answered(reader: asyncio.StreamReader) -> None:
    """Read one answer to its end; raises ValueError unless it is 200."""
    head = await reader.readuntil(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    if " 200 " not in status:
        raise ValueError(status)
    headers = dict(line.lower().split(": ", 1) for line in lines if line)
    await reader.readexactly(int(headers["content-length"]))


if __name__ == "__main__":
    json.dump(asyncio.run(_Range(Shot(**json.load(sys.stdin))).run()), sys.stdout)
