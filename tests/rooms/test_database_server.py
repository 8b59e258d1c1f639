"""A server of our own: found, started, stopped and taken over, with nothing left behind."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import psutil
import pytest

from hub.binaries import LIBRARIES, PACKAGED, Account, Binaries, find_binaries, usable_binaries
from hub.database import open_connection
from hub.embedded import SOCKETS, running_address, running_server
from hub.errors import ConfigError, ConflictError, DatabaseError

CHOICE = os.environ.get("HUB_TEST_POSTGRES", "")
KEEPER = """
import sys, time
from pathlib import Path
from hub.embedded import running_server
with running_server(Path(sys.argv[1]), choice=sys.argv[2], durable=False) as server:
    print(server.process_id, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Lend a folder that the server's account can pass through."""
    made = Path(mkdtemp(prefix="hub-tests-", dir=SOCKETS))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def keeper(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Run a server in another process."""
    with subprocess.Popen(
        [sys.executable, "-c", KEEPER, str(folder / "server"), CHOICE],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.terminate()


def server_of(keeper: "subprocess.Popen[str]") -> psutil.Process:
    assert keeper.stdout is not None
    return psutil.Process(int(keeper.stdout.readline()))


def is_alive(process: psutil.Process) -> bool:
    """Tell a process that runs from one that ended, though nobody took note of it."""
    return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)


async def ask(url: str, question: str) -> object:
    connection = await open_connection(url)
    answer = await connection.fetchval(question)
    await connection.close()
    return answer


def sockets_of(url: str) -> Path:
    return Path(url.partition("host=")[2].partition("&")[0])


def free(folder: Path) -> bool:
    return not folder.exists()


async def test_a_server_answers_runs_unprivileged_and_is_gone_afterwards(folder: Path) -> None:
    with running_server(folder / "server", choice=CHOICE) as server:
        process = psutil.Process(server.process_id)
        user = process.uids().effective
        sockets = sockets_of(server.admin_url)
        found = await ask(server.admin_url, "select datcollate || encoding from pg_database")
        assert server.admin_url == running_address(folder / "server")

    assert user != 0
    assert "C6" == found
    assert not is_alive(process)
    assert free(sockets)
    assert running_address(folder / "server") is None


async def test_what_was_stored_is_there_on_the_next_start(folder: Path) -> None:
    with running_server(folder / "server", choice=CHOICE) as server:
        await ask(server.admin_url, "create table kept as select 7 as number")

    with running_server(folder / "server") as server:
        assert 7 == await ask(server.admin_url, "select number from kept")


def test_no_right_outside_the_servers_own_folder_changes(folder: Path) -> None:
    before = [(path, path.stat().st_mode, path.stat().st_uid) for path in folder.parents]
    programs = find_binaries(CHOICE).directory
    outside = [(path, path.stat().st_mode) for path in (programs, *programs.parents)]

    with running_server(folder / "server", choice=CHOICE, durable=False):
        pass

    assert before == [(path, path.stat().st_mode, path.stat().st_uid) for path in folder.parents]
    assert outside == [(path, path.stat().st_mode) for path, _ in outside]


def test_a_folder_in_use_is_refused_to_the_second(
    folder: Path, keeper: "subprocess.Popen[str]"
) -> None:
    server_of(keeper)

    with (
        pytest.raises(ConflictError) as error,
        running_server(folder / "server", choice=CHOICE),
    ):
        pass
    assert "conflict.directory" == error.value.reason


def test_a_terminated_process_stops_its_server(keeper: "subprocess.Popen[str]") -> None:
    server = server_of(keeper)

    keeper.terminate()
    keeper.wait()

    assert 128 + signal.SIGTERM == keeper.returncode
    assert not is_alive(server)


async def test_the_server_of_a_killed_process_is_taken_over(
    folder: Path, keeper: "subprocess.Popen[str]"
) -> None:
    orphan = server_of(keeper)
    keeper.kill()
    keeper.wait()
    assert is_alive(orphan)

    with running_server(folder / "server", choice=CHOICE, durable=False) as server:
        assert 1 == await ask(server.admin_url, "select 1")

    assert not is_alive(orphan)


def test_a_stale_process_number_of_another_program_is_left_alone(folder: Path) -> None:
    with running_server(folder / "server", choice=CHOICE, durable=False):
        pass
    with subprocess.Popen(["sleep", "60"]) as stranger:
        pid_file = folder / "server" / "data" / "postmaster.pid"
        pid_file.write_text(f"{stranger.pid}\n{folder}/server/data\n")

        with running_server(folder / "server", choice=CHOICE, durable=False) as server:
            assert server.admin_url == running_address(folder / "server")

        assert stranger.poll() is None
        stranger.kill()


def test_a_cluster_of_another_version_is_refused(folder: Path) -> None:
    with running_server(folder / "server", choice=CHOICE, durable=False):
        pass
    (folder / "server" / "data" / "PG_VERSION").write_text("14\n")

    with (
        pytest.raises(ConfigError) as error,
        running_server(folder / "server", choice=str(find_binaries(CHOICE).directory)),
    ):
        pass
    assert "postgres.version" == error.value.reason


def test_a_server_that_does_not_start_says_why(folder: Path) -> None:
    with running_server(folder / "server", choice=CHOICE, durable=False):
        pass
    (folder / "server" / "data" / "postgresql.conf").write_text("no_such_setting = 1\n")

    with (
        pytest.raises(DatabaseError, match="не запустился") as error,
        running_server(folder / "server", choice=CHOICE, durable=False),
    ):
        pass
    assert "postgres.start" == error.value.reason


@pytest.mark.parametrize("choice", ["14", "/nowhere", "9999"])
def test_a_missing_server_is_a_plain_sentence(choice: str) -> None:
    with pytest.raises(ConfigError, match="Установите") as error:
        find_binaries(choice)
    assert "postgres.missing" == error.value.reason


def test_programs_closed_to_the_servers_account_are_copied_once(folder: Path) -> None:
    found = find_binaries("embedded")
    closed = folder / "closed"
    for name in (PACKAGED.parent, LIBRARIES):
        shutil.copytree(found.directory.parents[2] / name, closed / name, symlinks=True)
    closed.chmod(0o700)
    locked = Binaries(directory=closed / PACKAGED, version=found.version)
    target = folder / "server"
    target.mkdir()
    copy = target / f"postgresql-{found.version}" / PACKAGED
    # To an ordinary user nothing of their own is closed.
    expected = copy if os.geteuid() == 0 else locked.directory

    usable = usable_binaries(locked, Account.for_server(), target)

    assert expected == usable.directory
    assert usable == usable_binaries(locked, Account.for_server(), target)
    with running_server(target, choice=str(locked.directory), durable=False) as server:
        assert str(expected) in " ".join(psutil.Process(server.process_id).cmdline())
    assert 0o700 == stat.S_IMODE(closed.stat().st_mode)
