"""The demo's web and worker in this process: served on loopback until told to stop."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from hub import app
from hub.demo.keys import Keys
from hub.errors import ConflictError
from hub.settings import Addresses, Settings
from hub.terminal import say
from sync.work.worker import work

HOST = "127.0.0.1"
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LAST_ANSWERS_S = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running web process: its address, and its work."""

    url: str
    running: "asyncio.Task[None]"

    async def until_told(self) -> None:
        """Wait until somebody stops the hub as `tell` said, which is an orderly end."""
        told = asyncio.Event()
        for number in SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, told.set)
        waiting = asyncio.create_task(told.wait())
        await asyncio.wait({waiting, self.running}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()


class QuietServer(uvicorn.Server):
    """A server that leaves signals to the command, which has a database to stop as well."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none: uvicorn would raise them again inside a task when it is done."""
        yield


@asynccontextmanager
async def served(
    addresses: Addresses, settings: Settings, listening: socket.socket
) -> AsyncIterator[Served]:
    """Serve the hub on the socket while the block runs."""
    server = QuietServer(
        uvicorn.Config(
            app.build(addresses, settings),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=LAST_ANSWERS_S,
        )
    )
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        while not server.started:
            if running.done():
                await running
            await asyncio.sleep(0.02)
        yield Served(url=f"http://{HOST}:{listening.getsockname()[1]}", running=running)
    finally:
        server.should_exit = True
        await running


@asynccontextmanager
async def working(addresses: Addresses, settings: Settings) -> AsyncIterator[None]:
    """Do the queue's jobs in this process while the block runs: files that people accept."""
    stop = asyncio.Event()
    at_work = asyncio.create_task(work(addresses, settings, stop=stop))
    try:
        yield
    finally:
        stop.set()
        await at_work


def listen(port: int) -> socket.socket:
    """Take a port of the loopback, 0 for a free one; raises ConflictError when it is taken."""
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise ConflictError(
            f"Порт {port} занят. Укажите другой: --port 8001.", code="conflict.port"
        ) from error


def tell(url: str, keys: Keys, folder: Path) -> None:
    """Say what to open and what to try."""
    say(
        f"""
Готово. Откройте {url}/graphql и вставьте ключ:
  региональный центр           {keys.centre}
  территориальное управление   {keys.department}

Охват по управлениям одной командой:
  curl -s {url}/graphql -H 'Authorization: Bearer {keys.centre}' \\
    -H 'Content-Type: application/json' \\
    -d '{{"query": "{{ coverage(groupBy: DEPARTMENT) {{ rows {{ title mentors mentees }} }} }}"}}'

Файлы школ лежат в {folder / "files"}, правда о них в {folder / "truth"}.
Что попробовать дальше, по шагам: docs/tutorial.md.
Остановить: Ctrl+C. Начать заново: python -m hub demo --reset"""
    )
