"""The schema goes forward while it is read: readers wait a little, nobody is refused."""

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest
from alembic import command

from hub import app, migrate
from hub.database import open_connection, open_database
from hub.demo.keys import issue_keys
from hub.seal import Sealer
from hub.settings import CHECKOUT, Addresses, Settings
from tests.door.conftest import serving
from tests.faults.conftest import Figures
from tests.faults.stand import Ledger
from tests.journeys.conftest import variables_of
from tests.journeys.region import Made, loaded_hub, make, write_keys

# The policies of every table of people are written anew from here on.
FORMER = "0026"
READERS = 8
READS_ON_S = 4.0  # longer than a migration waits for a lock
WAITED_FOR = """
select exists (select from pg_locks where relation = 'person'::regclass and not granted)
"""
HELD = """
select exists (select from pg_locks waits join pg_locks holds using (pid)
               where waits.relation = 'employment'::regclass and not waits.granted
                 and holds.relation = 'person'::regclass and holds.granted)
"""
QUERY = """{ people(first: 20) { totalCount nodes { id displayName
  employments { positionName organisation { shortName } }
  mentorships(first: 5) { nodes { id members { role displayName } } } } } }"""


@pytest.fixture
def former(
    admin_url: str, sealer: Sealer, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Addresses, dict[str, str], Made]]:
    """Lend a loaded hub whose tables are of a former version."""
    made = make(tmp_path_factory.mktemp("files"))
    with loaded_hub(admin_url, made, sealer) as addresses:
        asyncio.run(
            migrate.run_alembic(addresses.owner, lambda config: command.downgrade(config, FORMER))
        )
        yield addresses, variables_of(addresses, write_keys(tmp_path)), made


async def _waited_for(connection: asyncpg.Connection) -> None:
    """Wait until somebody waits for the table of people."""
    while not await connection.fetchval(WAITED_FOR):  # noqa: ASYNC110 - nothing tells of a lock
        await asyncio.sleep(0.05)


@asynccontextmanager
async def somebody_reads_long(url: str) -> AsyncIterator[None]:
    """Hold what an export or a dump holds, a snapshot of people, until the upgrade has waited long."""
    connection = await open_connection(url)
    begun = asyncio.Event()

    async def read() -> None:
        async with connection.transaction():
            await connection.execute("select count(*) from person")
            begun.set()
            await _waited_for(connection)
            await asyncio.sleep(READS_ON_S)

    reading = asyncio.create_task(read())
    try:
        await begun.wait()
        yield
        await reading
    finally:
        await connection.close()


def test_nobody_is_refused_while_the_schema_goes_forward(
    former: tuple[Addresses, dict[str, str], Made], tmp_path: Path, figures: Figures
) -> None:
    addresses, variables, made = former
    settings = Settings(data_dir=write_keys(tmp_path), rate_burst=10**9, rate_per_s=10**9)
    answers: Counter[tuple[int, bytes]] = Counter()
    longest = 0.0

    async def keep_asking(client: httpx.AsyncClient, key: str, done: asyncio.Event) -> None:
        nonlocal longest
        while not done.is_set():
            begun = time.monotonic()
            answer = await client.post(
                "/graphql", json={"query": QUERY}, headers={"Authorization": f"Bearer {key}"}
            )
            longest = max(longest, time.monotonic() - begun)
            answers[answer.status_code, answer.content] += 1

    async def journey(url: str) -> "asyncio.subprocess.Process":
        async with open_database(addresses.worker) as database:
            keys = await issue_keys(database, made.region.registry)
        done = asyncio.Event()
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            asking = [
                asyncio.create_task(keep_asking(client, key, done))
                for key in (keys.centre, keys.department) * (READERS // 2)
            ]
            async with somebody_reads_long(addresses.web_region):
                upgrade = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "hub", "db", "upgrade",
                    cwd=CHECKOUT, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                )  # fmt: skip
                said, _ = await upgrade.communicate()
            done.set()
            await asyncio.gather(*asking)
        assert 0 == upgrade.returncode, said.decode()
        return upgrade

    with serving(app.build(addresses, settings)) as url:
        asyncio.run(journey(url))

    figures.say(Ledger(acknowledged=answers.total(), lost=0, doubled=0), longest)
    assert (asyncio.run(migrate.state(addresses.owner))).is_current
    assert 2 == len(answers), {key[0]: count for key, count in answers.items()}
    assert {200} == {status for status, _ in answers}


def test_a_read_that_is_ended_for_a_migration_is_read_again(
    former: tuple[Addresses, dict[str, str], Made], tmp_path: Path, figures: Figures
) -> None:
    addresses, _, made = former
    settings = Settings(data_dir=write_keys(tmp_path))

    async def journey(url: str) -> tuple[httpx.Response, float]:
        async with open_database(addresses.worker) as database:
            key = (await issue_keys(database, made.region.registry)).centre
        owner = await open_connection(addresses.owner)
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(base_url=url, timeout=60, headers=headers) as client:
            begun = time.monotonic()
            asking = await _met(owner, client)
            while asking is None:  # PostgreSQL ended the migration, since it came a second late
                asking = await _met(owner, client)
            answer = await asking
        await owner.close()
        return answer, time.monotonic() - begun

    with serving(app.build(addresses, settings)) as url:
        answer, seconds = asyncio.run(journey(url))

    figures.say(Ledger(acknowledged=1, lost=0, doubled=0), seconds)
    assert 200 == answer.status_code, answer.text
    assert "errors" not in answer.json()


async def _met(
    owner: asyncpg.Connection, client: httpx.AsyncClient
) -> "asyncio.Task[httpx.Response] | None":
    """Lock what a reader waits for, then what it holds; give the reader if it was the one to end."""
    asking: asyncio.Task[httpx.Response] | None = None
    try:
        async with owner.transaction():
            await owner.execute("lock table employment in access exclusive mode")
            asking = asyncio.create_task(client.post("/graphql", json={"query": QUERY}))
            await _held(owner)
            await owner.execute("lock table person in access exclusive mode")
    except asyncpg.DeadlockDetectedError:
        if asking:
            await asking
        return None
    return asking


async def _held(connection: asyncpg.Connection) -> None:
    """Wait until the reader holds people and waits for their posts."""
    while not await connection.fetchval(HELD):  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.05)
