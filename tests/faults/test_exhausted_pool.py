"""No connection left: who asks waits its turn or is told to come again, and nothing is lost."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from hub import app
from hub.database import open_connection, open_database
from hub.demo.keys import issue_keys
from hub.seal import Sealer
from hub.settings import Addresses, Settings
from tests.conftest import database_of, superuser
from tests.door.conftest import serving
from tests.faults.conftest import Figures
from tests.faults.stand import Ledger, Stand, State, asked, until
from tests.journeys.region import Made, loaded_hub, make, write_keys

AT_ONCE = 200
STANDS_STILL_S = 2.0
QUERY = "{ people(first: 20) { totalCount nodes { id } } }"
CLOSED = "alter database {0} connection limit 0"
OPEN = "alter database {0} connection limit -1"
ENDED = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = '{0}' and usename <> current_user and backend_type = 'client backend'
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("files"))


@pytest.fixture
def asking(
    admin_url: str, made: Made, sealer: Sealer, tmp_path: Path
) -> Iterator[tuple[Addresses, httpx.AsyncClient]]:
    """Lend a hub and somebody who may ask it as much as they like."""
    settings = Settings(data_dir=write_keys(tmp_path), rate_burst=10**9, rate_per_s=10**9)
    with loaded_hub(admin_url, made, sealer) as addresses:
        key = asyncio.run(key_of(addresses, made))
        with serving(app.build(addresses, settings)) as url:
            yield (
                addresses,
                httpx.AsyncClient(
                    base_url=url,
                    headers={"Authorization": f"Bearer {key}"},
                    timeout=60,
                    limits=httpx.Limits(max_connections=AT_ONCE),
                ),
            )


async def key_of(addresses: Addresses, made: Made) -> str:
    async with open_database(addresses.worker) as database:
        return (await issue_keys(database, made.region.registry)).centre


@asynccontextmanager
async def standing_still(url: str) -> AsyncIterator[None]:
    """Let nobody read people, so that whoever asks keeps its connection."""
    connection = await open_connection(url)
    try:
        async with connection.transaction():
            await connection.execute("lock table person in access exclusive mode")
            yield
    finally:
        await connection.close()


def test_two_hundred_queries_share_a_handful_of_connections(
    asking: tuple[Addresses, httpx.AsyncClient], admin_url: str, figures: Figures
) -> None:
    addresses, client = asking

    async def ask() -> tuple[int, bytes]:
        answer = await client.post("/graphql", json={"query": QUERY})
        return answer.status_code, answer.content

    async def everybody() -> tuple[Counter[tuple[int, bytes]], float]:
        async with client:
            async with standing_still(superuser(admin_url, addresses)):
                asked_for = [asyncio.create_task(ask()) for _ in range(AT_ONCE)]
                await asyncio.sleep(STANDS_STILL_S)
            begun = time.monotonic()
            return Counter(await asyncio.gather(*asked_for)), time.monotonic() - begun

    answers, seconds = asyncio.run(everybody())

    figures.say(Ledger(acknowledged=AT_ONCE, lost=AT_ONCE - answers.total(), doubled=0), seconds)
    [((status, body), count)] = answers.items()
    assert (200, AT_ONCE) == (status, count), body
    assert b'"errors"' not in body


def test_a_web_without_a_connection_says_so_and_answers_again(
    asking: tuple[Addresses, httpx.AsyncClient], admin_url: str, figures: Figures
) -> None:
    addresses, client = asking
    hub = database_of(addresses)

    async def journey() -> tuple[list[httpx.Response], float]:
        async with client:
            before = await client.post("/graphql", json={"query": QUERY})
            await asked(admin_url, CLOSED.format(hub))
            await asked(admin_url, ENDED.format(hub))
            cut = await client.post("/graphql", json={"query": QUERY})
            await asked(admin_url, OPEN.format(hub))
            begun = time.monotonic()
            after = await client.post("/graphql", json={"query": QUERY})
            return [before, cut, after], time.monotonic() - begun

    answers, seconds = asyncio.run(journey())

    figures.say(Ledger(acknowledged=1, lost=0, doubled=0), seconds)
    before, cut, after = answers
    assert [200, 503, 200] == [one.status_code for one in answers]
    assert "UNAVAILABLE" == cut.json()["errors"][0]["extensions"]["code"]
    assert before.json() == after.json()


def test_a_worker_without_a_connection_waits_for_one(
    stand: Stand, admin_url: str, unharmed: State, figures: Figures
) -> None:
    hub = database_of(stand.addresses)
    run_id = stand.ask()
    worker = stand.worker()
    until(lambda: stand.run(run_id).started_at)

    asyncio.run(asked(admin_url, CLOSED.format(hub)))
    asyncio.run(asked(admin_url, ENDED.format(hub)))
    time.sleep(STANDS_STILL_S)
    asyncio.run(asked(admin_url, OPEN.format(hub)))
    begun = time.monotonic()
    ended = stand.settled(run_id)

    figures.harmless(stand, unharmed, since=begun)
    assert worker.poll() is None
    assert "SUCCEEDED" == ended.state
