"""The demo's web process in this process: served on loopback until told to stop."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn

from hub import app
from hub.cli.edge import say
from hub.demo.keys import Keys
from hub.errors import ConflictError
from hub.settings import Addresses

HOST = "127.0.0.1"


@asynccontextmanager
async def served(addresses: Addresses, *, port: int) -> AsyncIterator[str]:
    """Serve the hub on loopback while the block runs; lends its address.

    Port 0 takes a free one. Raises ConflictError when the port is taken.
    """
    listening = _listen(port)
    server = uvicorn.Server(
        uvicorn.Config(app.build(addresses), log_config=None, access_log=False, server_header=False)
    )
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        while not server.started:
            if running.done():
                await running
            await asyncio.sleep(0.02)
        yield f"http://{HOST}:{listening.getsockname()[1]}"
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
