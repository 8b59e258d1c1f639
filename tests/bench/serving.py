"""Web processes over a free port of the loopback, and how much memory they held."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import uvicorn
from starlette.types import ASGIApp

from hub import app
from hub.settings import CHECKOUT, Addresses
from tests.bench.load import Shot
from tests.bench.region import Ground

START_SECONDS = 60.0
# Load is to find out what a process can do, not what one credential may ask.
UNLIMITED = {"HUB_RATE_BURST": "1e12", "HUB_RATE_PER_S": "1e12"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """A web process."""

    port: int
    process: "subprocess.Popen[bytes]"

    def fetch(self, path: str, key: str, body: str) -> bytes:
        """Answer one request's body; raises HTTPError unless it is 200."""
        request = Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=body.encode(),
            headers={
                "Authorization": f"Bearer {key}",
                "Content-Type": "application/json",
                "Accept": "application/graphql-response+json",
            },
        )
        with urlopen(request) as response:  # noqa: S310 - as above
            content: bytes = response.read()
        return content

    def shoot(
        self, path: str, key: str, body: str, *, clients: int, seconds: float
    ) -> Mapping[str, float]:
        """Load a path from a process of its own; answer requests a second and the median."""
        shot = Shot(port=self.port, path=path, key=key, body=body, clients=clients, seconds=seconds)
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.load"],
            input=json.dumps(asdict(shot)).encode(),
            stdout=subprocess.PIPE,
            cwd=CHECKOUT,
            check=True,
        )
        found: Mapping[str, float] = json.loads(done.stdout)
        return found

    def cpu_seconds(self) -> float:
        """Give the processor's time that the process has taken so far."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def peak_bytes(self) -> int:
        """Give the most memory the process has held so far."""
        return self._status("VmHWM")

    def held_bytes(self) -> int:
        """Give the memory that the process holds now."""
        return self._status("VmRSS")

    def _status(self, name: str) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        (line,) = [line for line in status.splitlines() if line.startswith(name)]
        return int(line.split()[1]) * 1024


def free_port() -> int:
    """Give a port of the loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def hub_web(ground: Ground, where: Addresses, **variables: str) -> Iterator[Web]:
    """Serve the hub as `serve` does, in one process, with more variables of the environment."""
    with _served(ground, where, "-m", "tests.bench.serving", **variables) as web:
        yield web


@contextmanager
def hand_web(ground: Ground, where: Addresses, cases: Path) -> Iterator[Web]:
    """Serve the endpoints written by hand."""
    with _served(ground, where, "-m", "tests.bench.handwritten", str(cases)) as web:
        yield web


@contextmanager
def _served(ground: Ground, where: Addresses, *command: str, **variables: str) -> Iterator[Web]:
    """Start a command that takes the listening socket's descriptor as its last argument."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        descriptor = listening.fileno()
        process = subprocess.Popen(
            [sys.executable, *command, str(descriptor)],
            cwd=CHECKOUT,
            env=ground.environment(where) | UNLIMITED | variables,
            stdout=subprocess.DEVNULL,  # a log line a request is written, and read by nobody
            stderr=subprocess.DEVNULL,
            pass_fds=[descriptor],
        )
        web = Web(port=listening.getsockname()[1], process=process)
        try:
            wait_for(web)
            yield web
        finally:
            process.terminate()
            process.wait()


def serve(application: ASGIApp, descriptor: int) -> None:
    """Serve on a listening socket that another process opened, as `serve` does on its own."""
    # uvicorn's own --fd takes every descriptor for a Unix socket and leaves Nagle's delay on.
    with socket.socket(fileno=descriptor) as listening:
        config = uvicorn.Config(
            application, log_config=None, access_log=False, server_header=False, lifespan="on"
        )
        uvicorn.Server(config).run(sockets=[listening])


def wait_for(web: Web) -> None:
    """Wait until anything at all is answered: the listening socket queues from the start."""
    deadline = time.monotonic() + START_SECONDS
    with socket.create_connection(("127.0.0.1", web.port), timeout=START_SECONDS) as asking:
        asking.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        while time.monotonic() < deadline and web.process.poll() is None:
            if asking.recv(1):
                return
    raise URLError("the web process did not start")


if __name__ == "__main__":
    serve(app.create(), int(sys.argv[1]))
