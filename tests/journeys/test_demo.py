"""The demo as a newcomer runs it: it checks itself, stands by its port and folder, and is gone."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from hub import provision
from hub.addresses import DEMO_DATABASE
from hub.database import open_connection
from hub.demo.checking import UNSETTLED
from hub.embedded import SOCKETS, running_address, running_server
from hub.settings import Addresses
from hub.terminal import STATIONS
from tests.conftest import server_choice
from tests.day import region_day
from tests.journeys.conftest import CHECKOUT, commands, variables_of
from tests.journeys.region import PEOPLE

SPOILED = f"""
delete from participation_fact where id = (
    select f.id from participation_fact f
    join organisation o on o.id = f.host_id
    where o.legal_entity_id not in ({UNSETTLED})
      and f.starts <= $1 and f.ends > $1
    order by f.id limit 1
)"""
Demo = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Lend a folder for the demo's data that the server's account reaches."""
    path = Path(tempfile.mkdtemp(prefix="hub-demo-", dir=SOCKETS))
    path.chmod(0o711)
    try:
        yield path / "data"
    finally:
        shutil.rmtree(path)


@pytest.fixture(scope="module")
def variables(folder: Path) -> dict[str, str]:
    """Say where the demo keeps its data and which server it starts; name no database."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    return inherited | {"HUB_DATA_DIR": str(folder), "HUB_POSTGRES_BIN": server_choice()}


@pytest.fixture(scope="module")
def demo(variables: dict[str, str]) -> Demo:
    """Run the demo of a small region on a free port."""
    hub = commands(variables)
    return lambda *options: hub("demo", "--people", str(PEOPLE), "--port", "0", *options)


@pytest.fixture(scope="module")
def checked(demo: Demo) -> subprocess.CompletedProcess[str]:
    """Run the demo's check once, over a folder where nothing was."""
    return demo("--check")


async def spoil(admin_url: str) -> str:
    """Take one dyad of an undoubted school away."""
    connection = await open_connection(provision.addresses(admin_url, DEMO_DATABASE).worker)
    try:
        done: str = await connection.execute(SPOILED, region_day())
        return done
    finally:
        await connection.close()


def test_the_check_prints_the_comparison_and_agrees(
    checked: subprocess.CompletedProcess[str], folder: Path
) -> None:
    assert 0 == checked.returncode, checked.stdout + checked.stderr
    assert "Точность пар" in checked.stdout
    assert "Разных людей в файлах по управлениям" in checked.stdout
    assert "Охват на сегодня по управлениям" in checked.stdout
    assert "Ответы совпали с правдой региона." in checked.stdout
    stations = [name for name in STATIONS.values() if f"  {name}: " in checked.stderr]
    assert list(STATIONS.values()) == stations
    assert re.search(r"этот процесс \d+ МиБ, процесс базы данных \d+ МиБ", checked.stderr)
    assert running_address(folder) is None


def test_another_region_with_1c_of_a_day_gone_by_agrees_today_and_by_a_model_of_its_own(
    variables: dict[str, str], folder: Path
) -> None:
    elsewhere = variables | {"HUB_DATA_DIR": str(folder.parent / "earlier")}
    wanted = ("--people", str(PEOPLE), "--seed", "7", "--day", "2026-06-10", "--onec")

    done = commands(elsewhere)("demo", "--port", "0", "--train", "--check", *wanted)

    assert 0 == done.returncode, done.stdout + done.stderr
    assert "модель обучена на записях" in done.stderr
    assert re.search(r"Обмен с 1С: .*прочитано строк [1-9]\d* \(SUCCEEDED\)", done.stderr)


@pytest.mark.usefixtures("checked")
def test_another_size_is_refused_with_both_ways_out(variables: dict[str, str]) -> None:
    done = commands(variables)("demo", "--people", "500", "--port", "0", "--check")

    assert 5 == done.returncode
    assert "demo.other_region" in done.stderr
    assert "--reset" in done.stderr
    assert f"--people {PEOPLE}" in done.stderr


@pytest.mark.usefixtures("checked")
def test_a_running_demo_keeps_its_port_and_folder_and_stops_in_order(
    variables: dict[str, str], folder: Path, demo: Demo
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "hub", "demo", "--people", str(PEOPLE), "--port", "0"],
        cwd=CHECKOUT,
        env=variables,
        stderr=subprocess.PIPE,
        text=True,
    )
    said = [""]
    try:
        while process.stderr is not None and "Остановить" not in said[-1]:
            said.append(next(process.stderr))
        url = next(line for line in said if "Откройте" in line).split()[2].removesuffix("/graphql")
        port = url.rpartition(":")[2]
        second = demo("--check", "--reset")
        taken = commands(variables)("demo", "--people", str(PEOPLE), "--port", port)
        ready = httpx.get(f"{url}/readyz")
        read = commands(variables)("sync", "run", "kadry", "--full", "--wait", "-o", "json")
        shown = commands(variables)("sync", "show", "kadry")
    finally:
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=60)

    assert (5, 5) == (second.returncode, taken.returncode)
    assert "conflict.directory" in second.stderr
    assert "conflict.port" in taken.stderr
    assert 200 == ready.status_code
    assert (0, "SUCCEEDED", 0) == (
        read.returncode,
        (run := json.loads(read.stdout)[0])["state"],
        run["counts"]["versions"],
    )
    assert re.search(r"Прочитано строк +\d+", shown.stdout), shown.stdout
    assert re.search(r"page\.landed .*прочитано строк \d+", shown.stdout), shown.stdout
    assert 0 == process.returncode
    levels = {json.loads(line)["level"] for line in rest.splitlines()}
    assert levels <= {"info", "warning"}, rest  # the system is busy now and then, on purpose
    assert running_address(folder) is None


@pytest.mark.usefixtures("checked")
def test_a_wrong_number_is_a_failed_check_that_names_it(
    folder: Path, demo: Demo, variables: dict[str, str]
) -> None:
    with running_server(folder, choice=variables["HUB_POSTGRES_BIN"]) as server:
        spoiled = asyncio.run(spoil(server.admin_url))

    done = demo("--check")

    assert "DELETE 1" == spoiled
    assert 1 == done.returncode
    assert "версий 0" in done.stderr
    assert "pairs хаб" in done.stdout
    assert "Ответы расходятся с правдой региона." in done.stdout


def test_a_database_with_another_region_is_left_alone(loaded: Addresses, tmp_path: Path) -> None:
    hub = commands(variables_of(loaded, tmp_path))

    added = hub("demo", "--people", str(PEOPLE), "--port", "0", "--check")
    emptied = hub("demo", "--people", str(PEOPLE), "--port", "0", "--check", "--reset")

    assert (5, 5) == (added.returncode, emptied.returncode)
    assert "demo.foreign_database" in added.stderr
    assert "demo.foreign_database" in emptied.stderr


def test_a_taken_port_is_said_before_any_work(variables: dict[str, str], tmp_path: Path) -> None:
    untouched = tmp_path / "data"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])

        done = commands(variables | {"HUB_DATA_DIR": str(untouched)})("demo", "--port", port)

    assert 5 == done.returncode
    assert "conflict.port" in done.stderr
    assert not untouched.exists()
