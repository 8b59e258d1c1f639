"""The commands of «Webhooks» in docs/operating.md, from an address to what it was sent."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.access import ClientKind, Role
from hub.cli.root import app
from hub.clients import add_client, add_grant
from hub.database import open_database
from hub.seal import Sealer
from hub.settings import Addresses
from hub.webhooks.telling import tell
from tests.day import region_day
from tests.door.conftest import serving
from tests.journeys.conftest import variables_of
from tests.rooms.sync.world import NORTH, load_register
from tests.rooms.webhooks.test_telling import Listener

pytestmark = pytest.mark.usefixtures("keyed")


async def prepared(addresses: Addresses) -> str:
    async with open_database(addresses.worker) as database:
        await load_register(database)
        async with database.writing() as session:
            client = await add_client(session, name="Портал", kind=ClientKind.SYSTEM)
            await add_grant(session, client, Role.TERRITORY, NORTH)
        return str(client)


async def fail_once(addresses: Addresses, sealer: Sealer) -> None:
    async with open_database(addresses.worker) as database:
        async with database.writing() as session:
            await session.raw.execute(
                "insert into webhook_delivery (endpoint_id, change_id, entity_id, payload, state)"
                ' select id, 1, gen_random_uuid(), \'{"type": "person.upsert", "data": {}}\','
                " 'WAITING' from webhook_endpoint"
            )
        await tell(database, sealer, today=region_day(), inward=False)


def test_an_address_is_added_tried_looked_at_driven_again_and_forgotten(
    addresses: Addresses, sealer: Sealer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables_of(addresses, tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HUB_WEBHOOK_INWARD", "true")
    client, listener = asyncio.run(prepared(addresses)), Listener()

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, ["webhook", *words], catch_exceptions=False)
        assert 0 == done.exit_code, done.output
        return done.stdout

    with serving(listener.app) as url:
        endpoint, secret, *_ = run("add", client, f"{url}/hook", "--type", "person").splitlines()
        run("test", endpoint)
        asyncio.run(fail_once(addresses, sealer))
        [listed] = json.loads(run("list", "-o", "json"))
        [missed] = json.loads(run("deliveries", endpoint, "-o", "json"))
        run("redrive", endpoint)
        run("remove", endpoint)

    assert secret.startswith("whsec_")
    assert [("hub.test", "")] == listener.said()
    assert (endpoint, ["PERSON"], 1) == (listed["id"], listed["types"], listed["waiting"])
    assert ("webhook.inward", 1) == (missed["error"], missed["attempts"])
    assert [] == json.loads(run("list", "-o", "json"))
