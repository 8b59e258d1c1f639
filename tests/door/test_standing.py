"""A viewer met earlier reads in one statement, and nothing more once their rights have changed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette

from hub.audit.journal import Journal
from hub.credentials import admit, key_id_of, revoke_key
from hub.database import Database, open_connection
from hub.documents import TrustedDocument, add_documents, document_id
from hub.entrance import Entrance
from hub.pools import open_note_pool
from hub.settings import Addresses
from hub.tables import Base
from schema.door.http import Door as Endpoint
from schema.door.http import graphql_routes
from tests.day import ZONE, region_day
from tests.door.asking import RATE, Door
from tests.door.keys import Keys, issue
from tests.door.over_http import WithPools

pytestmark = pytest.mark.anyio
QUERY = "{ viewer { role purposes } people(first: 1) { totalCount } }"
IDLE = {  # columns that give no rights
    "access_grant.id", "client.created_at", "client_login.created_at", "client_login.last_used_at",
    "credential.created_at", "credential.last_used_at", "credential.succeeds",
}  # fmt: skip
RIGHTS = ("client", "client_login", "credential", "access_grant")
WATCHED = """
select c.relname || '.' || a.attname from pg_trigger t
join pg_class c on c.oid = t.tgrelid
join pg_attribute a on a.attrelid = c.oid and a.attnum = any (t.tgattr)
where t.tgname = 'count_access_change'
"""


@dataclass
class Watched:
    """A pool of the web that counts what goes through it."""

    pool: asyncpg.Pool
    sent: list[str] = field(default_factory=list)

    async def fetch(self, query: str, *values: object) -> list[asyncpg.Record]:
        self.sent.append(query)
        return await self.pool.fetch(query, *values)

    async def fetchval(self, query: str, *values: object) -> Any:  # noqa: ANN401 - as asyncpg's
        self.sent.append(query)
        return await self.pool.fetchval(query, *values)


@pytest.fixture
def web(door: Door) -> Watched:
    return Watched(door.web)


@pytest.fixture
async def client(
    door: Door, web: Watched, module_addresses: Addresses
) -> AsyncIterator[httpx.AsyncClient]:
    notes = await open_note_pool(module_addresses.web)
    entrance = Entrance(
        reader=web,  # type: ignore[arg-type]  # counts, and passes on
        notes=notes,
        zone=ZONE,
        rate=RATE,
        journal=Journal(),
    )
    app = WithPools(
        Starlette(routes=graphql_routes(Endpoint(door.engine, answer_seconds=30))),
        door,
        web=web,
        entrance=entrance,
    )
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as opened_client:
        yield opened_client
    await notes.close()


@pytest.fixture
async def keys(door: Door, module_database: Database) -> Keys:
    del door
    return await issue(module_database)


async def asked(
    client: httpx.AsyncClient, key: str, query: str | None = QUERY, **more: str
) -> httpx.Response:
    return await client.post(
        "/graphql",
        headers={"Authorization": f"Bearer {key}", "Accept": "application/graphql-response+json"},
        json={"query": query, **more},
    )


async def change(addresses: Addresses, statement: str, *values: object) -> None:
    worker = await open_connection(addresses.worker)
    await worker.execute(statement, *values)
    await worker.close()


async def test_who_was_met_is_answered_by_one_statement(
    client: httpx.AsyncClient, keys: Keys, web: Watched
) -> None:
    first = await asked(client, keys.north)
    met = len(web.sent)

    second = await asked(client, keys.north)

    assert 200 == second.status_code
    assert first.json() == second.json()
    assert (2, 1) == (met, len(web.sent) - met)


async def test_a_trusted_document_asked_for_by_who_was_met_is_one_statement(
    client: httpx.AsyncClient, keys: Keys, web: Watched, module_database: Database
) -> None:
    async with module_database.writing() as session:
        await add_documents(session, [TrustedDocument(text=QUERY, operations=())])
    first = await asked(client, keys.north, documentId=document_id(QUERY), query=None)
    met = len(web.sent)

    second = await asked(client, keys.north, documentId=document_id(QUERY), query=None)

    assert 200 == second.status_code
    assert first.json() == second.json()
    assert (3, 1) == (met, len(web.sent) - met)


async def test_a_revoked_key_reads_nothing_from_the_commit_on(
    client: httpx.AsyncClient, keys: Keys, module_database: Database
) -> None:
    before = await asked(client, keys.north)

    async with module_database.writing() as session:
        await revoke_key(session, key_id_of(keys.north))
    after = [await asked(client, keys.north) for _ in range(2)]

    assert 200 == before.status_code
    assert [401, 401] == [each.status_code for each in after]
    assert ["access.key_revoked"] * 2 == [
        each.json()["errors"][0]["extensions"]["reason"] for each in after
    ]


async def test_the_schema_is_not_given_on_rights_read_earlier(
    client: httpx.AsyncClient, keys: Keys, module_database: Database
) -> None:
    await asked(client, keys.north)

    async with module_database.writing() as session:
        await revoke_key(session, key_id_of(keys.north))
    answer = await asked(client, keys.north, "{ __schema { queryType { name } } }")

    assert 401 == answer.status_code


async def test_a_changed_grant_holds_for_the_next_read(
    client: httpx.AsyncClient, keys: Keys, module_addresses: Addresses
) -> None:
    before = await asked(client, keys.south)

    await change(
        module_addresses,
        "update access_grant set purposes = '{CONTACTS}' where client_id ="
        " (select client_id from credential where id = $1)",
        key_id_of(keys.south),
    )
    after = await asked(client, keys.south)

    assert ["BIRTH_DATES"] == before.json()["data"]["viewer"]["purposes"]
    assert ["CONTACTS"] == after.json()["data"]["viewer"]["purposes"]


async def test_a_key_stands_no_longer_than_until_it_expires(
    door: Door, keys: Keys, module_addresses: Addresses
) -> None:
    soon = datetime(2100, 1, 1, tzinfo=UTC)
    await change(
        module_addresses, "update credential set expires_at = $1 where id = $2", soon,
        key_id_of(keys.north),
    )  # fmt: skip
    bounded = (await admit(door.web, keys.north, today=region_day())).standing
    await change(
        module_addresses,
        "update credential set expires_at = now() + interval '1 second' where id = $1",
        key_id_of(keys.north),
    )
    expiring = (await admit(door.web, keys.north, today=region_day())).standing

    assert soon > bounded.until > expiring.until


async def test_noting_the_use_of_a_key_leaves_all_viewers_standing(
    client: httpx.AsyncClient, keys: Keys, web: Watched, module_addresses: Addresses
) -> None:
    await asked(client, keys.north)
    met = len(web.sent)

    await change(module_addresses, "update credential set last_used_at = now()")
    await asked(client, keys.north)

    assert 1 == len(web.sent) - met


async def test_every_column_that_gives_rights_is_watched(module_addresses: Addresses) -> None:
    tables = [Base.metadata.tables[name] for name in RIGHTS]
    columns = {f"{table.name}.{column.name}" for table in tables for column in table.columns}
    owner = await open_connection(module_addresses.owner)

    watched = {row[0] for row in await owner.fetch(WATCHED)}
    await owner.close()

    assert columns - IDLE == watched
