"""A real pgbouncer in transaction mode between a hub and its database, on the loopback.

Its configuration is the one that docs/operating.md shows, but for where things are and who is asked
for a password: nobody, as the server of the tests asks nobody.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from hub.binaries import Account
from hub.embedded import SOCKETS
from hub.provision import ROLES
from hub.settings import Addresses
from tests.journeys.pages import blocks_of

PLACES: Final = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))
START_S: Final = 10.0
PAGE: Final = "docs/operating.md"


@contextmanager
def pooling(addresses: Addresses, *, connections: int) -> Iterator[str]:
    """Run a pooler of so many connections a role; give its address as HUB_POOLER takes it."""
    program = shutil.which("pgbouncer", path=PLACES)
    if program is None:
        raise FileNotFoundError("no pgbouncer on this machine: apt-get install pgbouncer")
    account = Account.for_server()  # a pooler refuses to be root, and the server's socket is theirs
    folder = Path(tempfile.mkdtemp(prefix="hub-pooler-", dir=SOCKETS))
    listens = _free_port()
    try:
        _write(folder, addresses, listens, connections)
        for path in (folder, *folder.iterdir()):
            account.give(path)
        with _running(program, folder, account):
            _wait_for(listens, folder / "log")
            yield f"127.0.0.1:{listens}"
    finally:
        shutil.rmtree(folder)


def _write(folder: Path, addresses: Addresses, listens: int, connections: int) -> None:
    [shown] = [block.text for block in blocks_of(PAGE) if block.language == "ini"]
    config = ConfigParser(interpolation=None)
    config.read_string(shown)
    query = make_url(addresses.web).query
    config["databases"]["*"] = f"host={query['host']} port={query['port']}"
    config["pgbouncer"].update(
        {
            "listen_addr": "127.0.0.1",
            "listen_port": str(listens),
            "unix_socket_dir": "",
            "auth_type": "trust",
            "auth_file": str(folder / "users"),
            "default_pool_size": str(connections),
        }
    )
    with (folder / "pgbouncer.ini").open("w") as written:
        config.write(written)
    (folder / "users").write_text("".join(f'"{role}" ""\n' for role in ROLES))


@contextmanager
def _running(program: str, folder: Path, account: Account) -> Iterator[None]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, folder / "pgbouncer.ini"],
            stdout=log,
            stderr=log,
            user=account.user,
            group=account.group,
            extra_groups=None if account.user is None else [],
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
    return port


def _wait_for(port: int, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with closing(socket.socket()) as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(log.read_text(errors="replace"))
