"""Partners who push over real HTTP: a served hub of the invented region, their keys, a card of theirs."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from hub.access import ClientKind, Role
from hub.app import build
from hub.credentials import issue_key
from hub.database import open_connection, open_database
from hub.demo.registry import IdentifierRow
from hub.seal import create_key_file
from hub.settings import Addresses, Settings
from sync.registry import write_rows
from tests.door.conftest import serving
from tests.rooms.sync.world import FIRST, MINISTRY, NORTH, THIRD, load_register

Json = Any  # a decoded answer
RESULT = """externalId status changed review personId person { id lastName }
  errors { code message path }"""
BATCH = f"""mutation ($input: StaffUpsertBatchInput!) {{ staffUpsertBatch(input: $input) {{
  results {{ {RESULT} }} errors {{ code message path }} }} }}"""
GRANTS = {
    "north": (Role.PARTNER_SYSTEM, NORTH),
    "south": (Role.PARTNER_SYSTEM, MINISTRY),
    "centre": (Role.REGIONAL_CENTRE, MINISTRY),
}
CARD = {
    "externalId": "7",
    "changedAt": "2026-09-07T12:00:00Z",
    "organisation": {"system": "AIS_KADRY", "value": "101"},
    "lastName": "Журавин",
    "firstName": "Лев",
    "middleName": "Ильич",
    "birthDate": "1979-03-05",
    "position": "учитель",
}


@dataclass(frozen=True, kw_only=True)
class Served:
    """A served hub and the keys to it."""

    url: str
    keys: Mapping[str, str]
    addresses: Addresses
    settings: Settings

    def request(self, who: str, query: str, variables: Json) -> httpx.Request:
        return httpx.Request(
            "POST",
            f"{self.url}/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {self.keys[who]}"},
        )

    def ask(self, who: str, query: str, **variables: Json) -> Json:
        with httpx.Client(timeout=60) as client:
            return client.send(self.request(who, query, variables)).json()

    def push(self, who: str, *cards: Json, key: str = "", **said: Json) -> Json:
        given = {"idempotencyKey": key or str(uuid4()), "cards": list(cards), **said}
        body = self.ask(who, BATCH, input=given)
        assert "errors" not in body, body
        return body["data"]["staffUpsertBatch"]

    async def value(self, query: str) -> object:
        connection = await open_connection(self.addresses.worker)
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()


@contextmanager
def served(addresses: Addresses, folder: Path) -> Iterator[Served]:
    """Serve the invented region to partners who may ask as much as they like."""
    keys = asyncio.run(prepared(addresses))
    settings = Settings(data_dir=folder, rate_burst=1e12, rate_per_s=1e12)
    create_key_file(settings.keys)
    with serving(build(addresses, settings)) as url:
        yield Served(url=url, keys=keys, addresses=addresses, settings=settings)


async def prepared(addresses: Addresses) -> Mapping[str, str]:
    async with open_database(addresses.worker) as database:
        await load_register(database)
        async with database.writing() as session:
            numbers = [
                IdentifierRow(organisation_id=school, system="AIS_KADRY", value=number)
                for school, number in ((FIRST, "101"), (THIRD, "103"))
            ]
            await write_rows(session, "organisation_identifier", numbers, key=("system", "value"))
            return {
                who: await issue_key(
                    session,
                    client_name=who,
                    kind=ClientKind.SYSTEM,
                    role=role,
                    organisation_id=organisation,
                    env="test",
                )
                for who, (role, organisation) in GRANTS.items()
            }
