"""The demo's web process in this process: served on loopback until told to stop."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from hub import app
from hub.demo.keys import Keys
from hub.errors import ConflictError
from hub.settings import Addresses, Settings
from hub.terminal import say

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running web process: its address, and what ends when somebody interrupts it."""

    url: str
    running: "asyncio.Task[None]"


@asynccontextmanager
async def served(addresses: Addresses, *, port: int) -> AsyncIterator[Served]:
    """Serve the hub on loopback while the block runs.

    Port 0 takes a free one. Raises ConflictError when the port is taken.
    """
    listening = _listen(port)
    server = uvicorn.Server(
        uvicorn.Config(
            app.build(addresses, Settings()), log_config=None, access_log=False, server_header=False
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
        listening.close()


def _listen(port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        raise ConflictError(
            f"Порт {port} занят. Укажите другой: --port 8001.", code="conflict.port"
        ) from error
    return listening


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
Остановить: Ctrl+C. Начать заново: python -m hub demo --reset"""
    )
