"""What the fault tests share: a region, an undisturbed hub to compare with, and the figures."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.demo.region import Region
from hub.settings import Addresses
from tests.conftest import cloned
from tests.door.conftest import serving
from tests.faults.stand import Ledger, Stand, State, make, plain_server, standing
from tests.rooms.sync.canonical import differences

# A disk that may be filled has to be mounted, for which not everybody has the right.
MAY_MOUNT = not subprocess.run(
    ["unshare", "-m", "true"], capture_output=True, check=False
).returncode
collect_ignore = [] if MAY_MOUNT else ["test_full_disk.py"]
FIGURES = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was lost, doubled and how long it took to recover."""
    if lines := terminalreporter.config.stash[FIGURES]:
        terminalreporter.section("lost, doubled, seconds to recover")
        for line in lines:
            terminalreporter.write_line(line)


class Figures:
    """Where a test says what its fault did."""

    def __init__(self, lines: list[str], node: pytest.Item) -> None:
        self._lines, self._node = lines, node

    def say(self, ledger: Ledger, seconds: float) -> None:
        """Add a line to the table at the end, and to the report of the run."""
        said = (
            f"acknowledged {ledger.acknowledged:>4}, lost {ledger.lost}, "
            f"doubled {ledger.doubled}, {seconds:5.1f} s"
        )
        self._lines.append(f"{self._node.name:<72} {said}")
        self._node.user_properties.append(("figures", said))

    def harmless(self, stand: Stand, unharmed: State, *, since: float) -> None:
        """Say what the fault did: nothing lost or doubled, and all as where nobody disturbed."""
        ledger = stand.ledger()
        self.say(ledger, time.monotonic() - since)
        assert (0, 0) == (ledger.lost, ledger.doubled)
        assert "" == "\n".join(differences(unharmed, stand.state()))


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    return Figures(request.config.stash[FIGURES], request.node)


@pytest.fixture(scope="session")
def region() -> Region:
    return make()


@contextmanager
def a_stand(addresses: Addresses, region: Region, folder: Path) -> Iterator[Stand]:
    """Lend a hub, and a source without quirks that is served over HTTP."""
    server = plain_server(region)
    with serving(server.app) as url, standing(addresses, url, server, folder) as stand:
        yield stand


@pytest.fixture
def stand(addresses: Addresses, region: Region, tmp_path: Path) -> Iterator[Stand]:
    with a_stand(addresses, region, tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def unharmed(admin_url: str, region: Region, tmp_path_factory: pytest.TempPathFactory) -> State:
    """Say what a hub knows whose worker nobody disturbed."""
    with (
        cloned(admin_url) as addresses,
        a_stand(addresses, region, tmp_path_factory.mktemp("unharmed")) as stand,
    ):
        run_id = stand.ask()
        stand.worker()
        assert "SUCCEEDED" == stand.rested(run_id).state
        return stand.state()
