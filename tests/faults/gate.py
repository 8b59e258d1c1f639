"""A door between the hub and its database: it can be cut, shut, slowed and led to another server."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit, urlunsplit

SOCKET: Final = ".s.PGSQL.5432"
PIECE: Final = 65_536


@dataclass(slots=True, kw_only=True)
class Gate:
    """Passes bytes between a socket of its own and the server's; everything else is a fault."""

    folder: Path
    leads_to: Path
    loop: asyncio.AbstractEventLoop
    is_shut: bool = False
    delay_s: float = 0.0
    passed: int = 0
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    def address(self, url: str) -> str:
        """Give the address that leads to a database through the gate."""
        return urlunsplit(urlsplit(url)._replace(query=f"host={self.folder}&port=5432"))

    def cut(self) -> None:
        """Break every connection that stands."""
        self._in_loop(self._cut)

    def shut(self) -> None:
        """Let nobody through, and break what stands."""
        self.is_shut = True
        self.cut()

    def open(self, url: str) -> None:
        """Let through to the server of this address."""
        self.leads_to = socket_of(url)
        self.is_shut = False

    def _in_loop(self, act: Callable[[], None]) -> None:
        done = threading.Event()

        def acted() -> None:
            act()
            done.set()

        self.loop.call_soon_threadsafe(acted)
        done.wait(5)

    def _cut(self) -> None:
        for writer in tuple(self.writers):
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Join a connection with one to the server until either ends."""
        if self.is_shut:
            writer.transport.abort()
            return
        try:
            theirs, there = await asyncio.open_unix_connection(self.leads_to)
        except OSError:
            writer.transport.abort()
            return
        self.writers |= {writer, there}
        ways = [
            asyncio.create_task(self._pass(reader, there)),
            asyncio.create_task(self._pass(theirs, writer)),
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        for one in (writer, there):
            self.writers.discard(one)
            one.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while piece := await reader.read(PIECE):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                self.passed += len(piece)
                writer.write(piece)
                await writer.drain()


def socket_of(url: str) -> Path:
    """Name the socket behind an address."""
    return Path(parse_qs(urlsplit(url).query)["host"][0]) / SOCKET


@contextmanager
def gate_to(url: str, folder: Path) -> Iterator[Gate]:
    """Keep a gate to the server of this address, in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    gate = Gate(folder=folder, leads_to=socket_of(url), loop=loop)
    listening = asyncio.run_coroutine_threadsafe(
        asyncio.start_unix_server(gate.serve, folder / SOCKET), loop
    ).result(5)
    try:
        yield gate
    finally:
        gate.shut()
        loop.call_soon_threadsafe(listening.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
