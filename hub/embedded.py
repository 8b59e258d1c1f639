"""A PostgreSQL server of the hub's own, started and stopped here.

The server runs as a child of this process and listens on a Unix socket in a folder of its own.
As root it runs under an unprivileged account that exists already; only the folders made here are
given to it. Nothing else changes owner or rights, and nothing runs on after `running_server`.
"""

import atexit
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

from hub.binaries import Account, Binaries, environment, find_binaries, usable_binaries
from hub.errors import ConfigError, ConflictError, DatabaseError

SOCKETS: Final = "/tmp"  # noqa: S108 - mkdtemp makes the folder; a socket's path holds 107 bytes
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 30.0
SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP)
OPTIONS: Final = {
    "listen_addresses": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    # Nobody replicates from this server, so a bulk load need not write its rows twice.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
}
FORGETFUL: Final = OPTIONS | {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
}


class Server:
    """A running PostgreSQL; `admin_url` is the address of its superuser, over the socket."""

    def __init__(self, process: "subprocess.Popen[bytes]", sockets: Path) -> None:
        self.admin_url = _admin_url(sockets)
        self.process_id = process.pid
        self._process = process
        self._sockets = sockets
        self._starter = os.getpid()
        atexit.register(self.stop)

    def stop(self) -> None:
        """Stop the server and remove its socket; a second call does nothing."""
        if os.getpid() != self._starter:
            return  # a forked child runs atexit too
        atexit.unregister(self.stop)
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)  # fast: sessions end, the cluster is closed
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait()
        shutil.rmtree(self._sockets, ignore_errors=True)


@contextmanager
def running_server(directory: Path, *, choice: str = "", durable: bool = True) -> Iterator[Server]:
    """Run a server over the cluster in `directory`, made on first use, until the block ends.

    A server that a killed process left behind is stopped first. `choice` is as in
    `find_binaries`. Raises ConflictError when another process uses the directory. Without
    `durable` a power cut may cost the cluster, which suits tests.
    """
    _own(directory)
    with _locked(directory), _ending_on_signals():
        account = Account.for_server()
        binaries = usable_binaries(_fitting(directory, choice), account, directory)
        data = directory / "data"
        _stop_orphan(data)
        if not (data / "PG_VERSION").exists():
            _initialise(data, binaries, account)
        server = _start(data, binaries, account, OPTIONS if durable else FORGETFUL)
        try:
            yield server
        finally:
            server.stop()


def clear(directory: Path) -> None:
    """Remove the cluster in `directory`, if there is one.

    Raises ConflictError when another process uses the directory.
    """
    _own(directory)
    with _locked(directory):
        _stop_orphan(directory / "data")
        if (directory / "data").exists():
            shutil.rmtree(directory / "data")


def running_address(directory: Path) -> str | None:
    """Return the superuser's address of the server that now runs over `directory`, if one does."""
    data = directory / "data"
    lines = _pid_file(data)
    if not _is_ready(lines) or not _is_postmaster(int(lines[0]), data):
        return None
    return _admin_url(Path(lines[4]))


def _admin_url(sockets: Path) -> str:
    return f"postgresql://postgres@/postgres?host={sockets}&port=5432"


def _own(directory: Path) -> None:
    """Make the folder; refuse one that somebody else prepared for us."""
    directory.mkdir(parents=True, exist_ok=True)
    if directory.is_symlink() or directory.stat().st_uid != os.geteuid():
        raise ConfigError(
            f"Папка {directory} принадлежит другому пользователю. Укажите свою в HUB_DATA_DIR.",
            code="postgres.directory",
        )


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    with (directory / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConflictError(
                f"Папку {directory} использует другой процесс хаба. Остановите его "
                "или укажите другую папку в HUB_DATA_DIR.",
                code="conflict.directory",
            ) from error
        yield


@contextmanager
def _ending_on_signals() -> Iterator[None]:
    """Turn signals that would kill us at once into an orderly end of the block."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    quiet = [number for number in SIGNALS if signal.getsignal(number) is signal.SIG_DFL]
    for number in quiet:
        signal.signal(number, _leave)
    try:
        yield
    finally:
        for number in quiet:
            signal.signal(number, signal.SIG_DFL)


def _leave(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


def _fitting(directory: Path, choice: str) -> Binaries:
    """Choose programs; a cluster that exists is served by its own major version only."""
    stamp = directory / "data" / "PG_VERSION"
    existing = stamp.read_text().strip() if stamp.exists() else ""
    binaries = find_binaries(choice or existing)
    if existing and str(binaries.version) != existing:
        raise ConfigError(
            f"База данных создана PostgreSQL {existing}, а выбран {binaries.version}. "
            "Уберите HUB_POSTGRES_BIN или начните заново с --reset.",
            code="postgres.version",
        )
    return binaries


def _initialise(data: Path, binaries: Binaries, account: Account) -> None:
    shutil.rmtree(data, ignore_errors=True)  # what an interrupted initdb left
    data.mkdir(mode=0o700)
    account.give(data)
    # Who reaches the socket's folder is the superuser: nobody else can open it.
    done = account.run(
        binaries.program("initdb"),
        f"--pgdata={data}",
        "--username=postgres",
        "--encoding=UTF8",
        "--locale=C",
        "--auth=trust",
        "--no-sync",
        "--no-instructions",
    )
    if done.returncode != 0:
        raise ConfigError(
            f"Не удалось создать базу данных в {data}: {_last_line(done.stderr)}",
            code="postgres.directory",
        )


def _start(data: Path, binaries: Binaries, account: Account, options: Mapping[str, str]) -> Server:
    sockets = Path(tempfile.mkdtemp(prefix="hub-", dir=SOCKETS))
    account.give(sockets)
    command = [binaries.program("postgres"), "-D", str(data), "-k", str(sockets)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    log = data.parent / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - a program we found ourselves
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=environment(),
            user=account.user,
            group=account.group,
            extra_groups=None if account.user is None else [],
            umask=0o077,
            start_new_session=True,  # Ctrl-C is ours: we stop the server when we are done with it
        )
    server = Server(process, sockets)
    _wait_until_ready(process, server, data, log)
    return server


def _wait_until_ready(
    process: "subprocess.Popen[bytes]", server: Server, data: Path, log: Path
) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        lines = _pid_file(data)
        if _is_ready(lines) and int(lines[0]) == process.pid:
            return
        time.sleep(0.02)
    server.stop()
    raise DatabaseError(
        f"PostgreSQL не запустился: {_last_line(log.read_text(errors='replace'))}",
        code="postgres.start",
    )


def _stop_orphan(data: Path) -> None:
    """Stop a server whose hub was killed; we hold the folder's lock, so nobody else needs it."""
    lines = _pid_file(data)
    if not lines:
        return
    process_id = int(lines[0])
    if not _is_postmaster(process_id, data):
        (data / "postmaster.pid").unlink()  # the number may by now be another program's
        return
    os.kill(process_id, signal.SIGINT)
    deadline = time.monotonic() + STOP_SECONDS
    while _is_postmaster(process_id, data):
        if time.monotonic() > deadline:
            raise ConflictError(
                "Прежний сервер PostgreSQL не останавливается. Остановите его вручную.",
                code="conflict.directory",
            )
        time.sleep(0.05)
    if len(lines) > 4:  # noqa: PLR2004 - the fifth line names the socket's folder
        shutil.rmtree(lines[4], ignore_errors=True)


def _pid_file(data: Path) -> list[str]:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []
    return [line.strip() for line in lines] if lines and lines[0].strip().isdigit() else []


def _is_ready(lines: list[str]) -> bool:
    return len(lines) > 7 and lines[7] == "ready"  # noqa: PLR2004 - the eighth line is the state


def _is_postmaster(process_id: int, data: Path) -> bool:
    """Tell our server from another program that got its number: a server stands in its data."""
    try:
        return Path(f"/proc/{process_id}/cwd").readlink() == data.resolve()
    except FileNotFoundError:
        return not Path("/proc/self").exists() and _exists(process_id)
    except PermissionError:
        return False


def _exists(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
