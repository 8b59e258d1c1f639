"""The database goes away in the middle of a run and comes back: the worker waits and goes on."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest

from hub import provision
from hub.demo.region import Region
from hub.embedded import SOCKETS, Server, running_server
from hub.errors import DatabaseError
from hub.settings import Addresses
from tests.conftest import clone, prepare_template, server_choice
from tests.faults.conftest import Figures, a_stand
from tests.faults.gate import Gate, gate_to
from tests.faults.stand import DYING_WORKER, Stand, State

START_S = 20.0


@dataclass(slots=True, kw_only=True)
class Restartable:
    """A server of the test's own that stops, or is killed, and starts over the same data."""

    folder: Path
    held: ExitStack = field(default_factory=ExitStack)
    server: Server | None = None

    def start(self) -> str:
        """Start it; after a kill its last processes may still be about for a moment."""
        deadline = time.monotonic() + START_S
        while True:
            try:
                opened = running_server(self.folder, choice=server_choice(), durable=False)
                self.server = self.held.enter_context(opened)
            except DatabaseError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return self.server.admin_url

    def stop(self) -> None:
        """Stop it as an operator would: sessions are ended."""
        self.held.close()

    def kill(self) -> None:
        """End it as a machine without power does."""
        if self.server is not None:
            os.kill(self.server.process_id, signal.SIGKILL)
        self.held.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragile:
    """A stand whose database can go away."""

    stand: Stand
    server: Restartable
    gate: Gate


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[Path, str]]:
    """Make a server's folder with a hub at head in it once, for tests to copy; name the hub."""
    with TemporaryDirectory(prefix="hub-cluster-", dir=SOCKETS) as folder:
        Path(folder).chmod(0o711)  # as root the server's account must pass through
        name = f"test_{uuid4().hex}"
        with running_server(Path(folder) / "server", choice=server_choice(), durable=False) as made:
            asyncio.run(prepare_template(made.admin_url))
            asyncio.run(clone(made.admin_url, name))
        yield Path(folder) / "server", name


@pytest.fixture
def fragile(cluster: tuple[Path, str], region: Region, tmp_path: Path) -> Iterator[Fragile]:
    with TemporaryDirectory(prefix="hub-gate-", dir=SOCKETS) as folder, ExitStack() as held:
        Path(folder).chmod(0o711)
        prepared, name = cluster
        server = Restartable(folder=Path(folder) / "server")
        subprocess.run(["cp", "-a", str(prepared), str(server.folder)], check=True)
        held.callback(server.stop)
        url = server.start()
        addresses = provision.addresses(url, name)
        gate = held.enter_context(gate_to(url, Path(folder)))
        through = Addresses(
            owner=gate.address(addresses.owner),
            worker=gate.address(addresses.worker),
            web=gate.address(addresses.web),
            web_region=gate.address(addresses.web_region),
        )
        stand = held.enter_context(a_stand(through, region, tmp_path))
        yield Fragile(stand=stand, server=server, gate=gate)


@pytest.mark.parametrize(
    ("station", "how"),
    [("landing:3", "stopped"), ("people:1", "stopped"), ("landing:3", "killed")],
)
def test_a_run_outlives_a_restart_of_the_database(
    fragile: Fragile, unharmed: State, figures: Figures, station: str, how: str
) -> None:
    stand, server = fragile.stand, fragile.server
    run_id = stand.ask()
    worker = stand.worker(
        *DYING_WORKER, FAULT_AT=station, FAULT_ON="NOBODY", FAULT_FOLDER=str(stand.folder)
    )
    stand.happened()

    fragile.gate.shut()
    server.kill() if how == "killed" else server.stop()
    begun = time.monotonic()
    fragile.gate.open(server.start())
    ended = stand.settled(run_id)

    figures.harmless(stand, unharmed, since=begun)
    assert worker.poll() is None
    assert "SUCCEEDED" == ended.state


def test_a_network_that_breaks_again_and_again_only_costs_time(
    fragile: Fragile, unharmed: State, figures: Figures
) -> None:
    stand = fragile.stand
    run_id = stand.ask()
    stand.worker()
    begun = time.monotonic()

    for _ in range(6):
        time.sleep(1.5)
        fragile.gate.cut()
    ended = stand.settled(run_id)

    figures.harmless(stand, unharmed, since=begun)
    assert "SUCCEEDED" == ended.state
