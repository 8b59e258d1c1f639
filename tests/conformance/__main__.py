"""`python -m tests.conformance`: what others say a GraphQL server must do, asked of a served hub.

Exit code 0: all held; 1: something did not; 77: nothing was asked, and the reason is printed.
"""

import asyncio
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from hub import log, migrate, provision
from hub.app import build
from hub.database import open_database
from hub.embedded import SOCKETS, running_server
from hub.seal import create_key_file
from hub.settings import Addresses, Settings
from schema.root import COMMITTED
from tests.door.asking import opened
from tests.door.conftest import serving

HERE: Final = Path(__file__).parent
COPIED: Final = ("package.json", "package-lock.json", "audit.mjs")
AUDITS: Final = 61
HELD, BROKEN, NOT_ASKED = 0, 1, 77
Json = Any  # what a tool printed


class NotAskedError(Exception):
    """Nothing can be asked here; says why."""


def main() -> int:
    """Ask everything and give the exit code."""
    log.configure(as_json=False, level=logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="hub-conformance-", dir=SOCKETS) as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root the server's account must pass through
        try:
            tools = installed(folder)
        except NotAskedError as reason:
            told(f"CONFORMANCE WAS NOT CHECKED: {reason}")
            return NOT_ASKED
        problems = [*linted(tools), *audited(tools, folder)]
    for problem in problems:
        told(problem)
    told(f"conformance: {len(problems)} problems")
    return BROKEN if problems else HELD


def installed(folder: Path) -> Path:
    """Install the tools as they are locked, by hash; raises NotAskedError where that fails."""
    if missing := [name for name in ("node", "npm") if shutil.which(name) is None]:
        raise NotAskedError(f"{' and '.join(missing)} not found on this machine")
    tools = folder / "tools"
    tools.mkdir()
    for name in COPIED:
        shutil.copy(HERE / name, tools)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = run(command, tools, {"npm_config_cache": str(folder / "cache")})
    if done.returncode:
        raise NotAskedError(f"npm cannot install the tools: {last_line(done.stderr)}")
    return tools


def linted(tools: Path) -> Sequence[str]:
    """Tell what graphql-schema-linter finds in the committed schema."""
    linter = str(tools / "node_modules" / ".bin" / "graphql-schema-linter")
    done = run([linter, "--format", "json", str(COMMITTED)], tools)
    found: Json = json.loads(done.stdout)["errors"]
    told(f"graphql-schema-linter: {len(found)} problems, every rule asked")
    return [f"{each['rule']}: {each['message']}" for each in found]


def audited(tools: Path, folder: Path) -> Sequence[str]:
    """Tell which audits of graphql-http a served hub does not pass."""
    with served(folder) as (url, key):
        done = run(["node", "audit.mjs", f"{url}/graphql", key], tools)
    if done.returncode:
        return [f"graphql-http could not ask: {last_line(done.stderr)}"]
    results: Json = json.loads(done.stdout)
    failed = [each for each in results if each["status"] != "ok"]
    told(f"graphql-http: {len(results) - len(failed)} of {len(results)} audits passed")
    fewer = [f"graphql-http asked less than {AUDITS}"] if len(results) < AUDITS else []
    return [*fewer, *(f"{each['id']} {each['name']}: {each['reason']}" for each in failed)]


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, str]]:
    """Serve a hub over the test region; give its address and a key."""
    choice = os.environ.get("HUB_TEST_POSTGRES", "")
    with running_server(folder / "server", choice=choice, durable=False) as server:
        where, key = asyncio.run(prepared(server.admin_url))
        settings = Settings(data_dir=folder)
        create_key_file(settings.keys)
        with serving(build(where, settings)) as url:
            yield url, key


async def prepared(admin_url: str) -> tuple[Addresses, str]:
    """Make a database at head with the test region, and a key of one who may ask."""
    where = await provision.provision(admin_url, database="conformance")
    await migrate.upgrade(where.owner)
    async with (
        open_database(where.worker) as database,
        opened(where, database) as door,
    ):
        return where, door.keys.north


def run(
    command: Sequence[str], folder: Path, more: dict[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a tool in a folder."""
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | (more or {}),
        capture_output=True,
        check=False,
        text=True,
    )


def last_line(text: str) -> str:
    """Give the end of what a tool complained about."""
    return next((line for line in reversed(text.splitlines()) if line.strip()), "it said nothing")


def told(line: str) -> None:
    """Say something to whoever started the command."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
