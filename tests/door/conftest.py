"""What the door's tests share: a door open on the test region, applications served over real HTTP."""

import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest
import uvicorn
from starlette.types import ASGIApp

from hub.database import Database
from hub.settings import Addresses
from tests.door.asking import Door, opened

if TYPE_CHECKING:
    from tests.door.over_http import Served

START_SECONDS = 10.0


@pytest.fixture(scope="module")
async def door(module_addresses: Addresses, module_database: Database) -> AsyncIterator[Door]:
    """Open the door on the test region, for all tests of a file."""
    async with opened(module_addresses, module_database) as opened_door:
        yield opened_door


@pytest.fixture(scope="module")
def hub(
    module_addresses: Addresses, door: Door, tmp_path_factory: pytest.TempPathFactory
) -> Iterator["Served"]:
    """Serve the test region over HTTP, for all tests of a file."""
    from tests.door.over_http import served  # it serves by what stands below

    with served(module_addresses, door, tmp_path_factory.mktemp("hub")) as found:
        yield found


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serve an application on a free port of the loopback; give its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, lifespan="on", timeout_keep_alive=1)
    )
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        _wait_for(server, thread)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)
        listener.close()


@pytest.fixture
def serve() -> Iterator[Callable[[ASGIApp], str]]:
    """Give a function that serves an application until the test ends and says where."""
    with ExitStack() as running:
        yield lambda app: running.enter_context(serving(app))


def _wait_for(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the application did not start")
        time.sleep(0.01)
