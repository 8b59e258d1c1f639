"""The hub's commands, each a process of its own over a database of the test."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.seal import Sealer
from hub.settings import Addresses
from tests.journeys.region import Made, Served, loaded_hub, make, served_hub, write_keys

CHECKOUT = Path(__file__).resolve().parents[2]
Hub = Callable[..., subprocess.CompletedProcess[str]]


def variables_of(addresses: Addresses, folder: Path) -> dict[str, str]:
    """Return the environment of a hub at these addresses that keeps its files in a folder."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    return inherited | {
        "HUB_DATABASE_URL": addresses.owner,
        "HUB_WORKER_URL": addresses.worker,
        "HUB_WEB_URL": addresses.web,
        "HUB_WEB_REGION_URL": addresses.web_region,
        "HUB_DATA_DIR": str(folder),
    }


def commands(variables: dict[str, str]) -> Hub:
    """Return a function that runs a command in this environment and waits for its end."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "hub", *arguments],
            cwd=CHECKOUT,
            env=variables,
            capture_output=True,
            check=False,
            text=True,
        )

    return run


@pytest.fixture
def variables(addresses: Addresses, tmp_path: Path) -> dict[str, str]:
    """Name a fresh database at head in an environment."""
    return variables_of(addresses, tmp_path)


@pytest.fixture
def hub(variables: dict[str, str]) -> Hub:
    """Run commands over a fresh database at head."""
    return commands(variables)


@pytest.fixture
def hub_nowhere(tmp_path: Path) -> Hub:
    """Run commands over addresses where nobody answers."""
    nowhere = "postgresql://hub_owner:secret@127.0.0.1:1/hub"
    addresses = Addresses(owner=nowhere, worker=nowhere, web=nowhere, web_region=nowhere)
    return commands(variables_of(addresses, tmp_path))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Make a small region and its files, the same in every run."""
    return make(tmp_path_factory.mktemp("region"))


@pytest.fixture
def loaded(admin_url: str, made: Made, sealer: Sealer) -> Iterator[Addresses]:
    """Address a hub that has taken in the whole region."""
    with loaded_hub(admin_url, made, sealer) as addresses:
        yield addresses


@pytest.fixture(scope="module")
def module_loaded(admin_url: str, made: Made, sealer: Sealer) -> Iterator[Addresses]:
    """Address a hub with the whole region that the tests of a module share."""
    with loaded_hub(admin_url, made, sealer) as addresses:
        yield addresses


@pytest.fixture
def keyed(tmp_path: Path) -> Path:
    """Give a folder of the hub's own with the keys of the fixture `sealer`."""
    return write_keys(tmp_path)


@pytest.fixture(scope="module")
def served(
    module_loaded: Addresses, made: Made, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """Serve the module's region over HTTP."""
    with served_hub(module_loaded, made, tmp_path_factory.mktemp("served")) as opened:
        yield opened
