"""A hub comes back from its dump and its key file, as docs/operating.md says."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from hub import provision
from hub.binaries import find_binaries
from hub.database import open_connection
from hub.settings import Addresses
from tests.conftest import drop, server_choice, superuser
from tests.journeys import pages
from tests.journeys.conftest import CHECKOUT, variables_of
from tests.journeys.region import write_keys

PAGE = "docs/operating.md"
COUNTS = """
select (select count(*) from record_version) as versions, (select count(*) from person) as people,
  (select count(*) from mentorship) as mentorships, (select count(*) from rejection) as rejections"""


def block(first: str) -> str:
    [found] = [one.text for one in pages.blocks_of(PAGE) if one.text.startswith(first)]
    return found


@pytest.fixture
def elsewhere(admin_url: str) -> Iterator[Addresses]:
    """Name a database that is not there yet."""
    name = f"test_{uuid4().hex}"
    yield provision.addresses(admin_url, name)
    asyncio.run(drop(admin_url, name))


def run(text: str, addresses: Addresses, admin_url: str, folder: Path) -> str:
    programs = Path(find_binaries(server_choice()).program("pg_dump")).parent
    environment = variables_of(addresses, folder) | {
        "HUB_ADMIN_URL": admin_url,
        "SUPERUSER_URL": superuser(admin_url, addresses),
        "PATH": os.pathsep.join(
            (str(Path(sys.executable).parent), str(programs), os.environ["PATH"])
        ),
        "PYTHONPATH": str(CHECKOUT),
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=False,
        text=True,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


async def counts(url: str) -> dict[str, int]:
    connection = await open_connection(url)
    try:
        row = await connection.fetchrow(COUNTS)
        assert row is not None
        return dict(row)
    finally:
        await connection.close()


def test_a_hub_comes_back_from_a_dump(
    admin_url: str, loaded: Addresses, elsewhere: Addresses, tmp_path: Path
) -> None:
    write_keys(tmp_path)

    run(block("pg_dump"), loaded, admin_url, tmp_path)
    said = run(block("python -m hub db provision\npg_restore"), elsewhere, admin_url, tmp_path)

    before, after = (asyncio.run(counts(superuser(admin_url, one))) for one in (loaded, elsewhere))
    unscoped = asyncio.run(counts(elsewhere.web))
    assert before == after
    assert before["people"]
    assert 0 == unscoped["people"]
    assert "✗" not in said
