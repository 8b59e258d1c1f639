"""Tokens over HTTP: a provider on the loopback, its client as a viewer, forgeries refused with a code."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from hub.access import ClientKind, Role
from hub.clients import add_client, add_grant, add_login
from hub.database import Database
from hub.settings import Addresses
from tests.door.asking import Door
from tests.door.conftest import serving
from tests.door.over_http import Served, served
from tests.door.rows import NORTH
from tests.rooms.access.provider import AUDIENCE, Provider, rsa

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    made = Provider()
    with serving(made.app()) as url:
        made.url = url
        yield made


@pytest.fixture(scope="module")
async def hub(
    module_addresses: Addresses,
    module_database: Database,
    door: Door,
    provider: Provider,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Served]:
    async with module_database.writing() as session:
        client = await add_client(session, name="Портал", kind=ClientKind.SYSTEM)
        await add_grant(session, client, Role.TERRITORY, NORTH)
        await add_login(session, client, issuer=provider.url, subject="portal")
    with served(
        module_addresses, door, tmp_path_factory.mktemp("hub"),
        oidc_issuer=provider.url, oidc_audience=AUDIENCE,
    ) as found:  # fmt: skip
        yield found


async def ask(hub: Served, token: str) -> httpx.Response:
    async with httpx.AsyncClient(timeout=30) as client:
        headers = {"Authorization": f"Bearer {token}"}
        query = {"query": "{ viewer { name role } people { totalCount } }"}
        return await client.post(f"{hub.url}/graphql", headers=headers, json=query)


async def test_a_system_trades_its_credentials_for_a_token_and_reads_its_scope(
    hub: Served, provider: Provider, door: Door
) -> None:
    async with httpx.AsyncClient() as client:
        traded = await client.post(f"{provider.url}/token", auth=("portal", "s3cret"))

    answers = [(await ask(hub, traded.json()["access_token"])).json()["data"] for _ in range(2)]

    north = await door.ask("north", "{ people { totalCount } }")
    assert [{"name": "Портал", "role": "TERRITORY"}] * 2 == [one["viewer"] for one in answers]
    assert [north["people"]] * 2 == [one["people"] for one in answers]


async def test_what_is_no_token_for_the_hub_is_refused_with_a_code_and_audited(
    hub: Served, provider: Provider, module_database: Database
) -> None:
    found = [
        await ask(hub, token)
        for token in (
            provider.token(key=rsa("one")),
            provider.token({"aud": "https://other.example"}),
            provider.token({"exp": 1}),
            provider.token({"sub": "director"}),
        )
    ]

    told = [one.json()["errors"][0]["extensions"] for one in found]
    async with module_database.reading() as session:
        audited = await session.raw.fetch(
            "select reason from audit_event where action = 'DENIED' order by seq"
        )
    reasons = [
        "access.token_untrusted", "access.token_foreign", "access.token_expired",
        "access.login_unknown",
    ]  # fmt: skip
    assert [401] * 4 == [one.status_code for one in found]
    assert [("UNAUTHENTICATED", reason) for reason in reasons] == [
        (one["code"], one["reason"]) for one in told
    ]
    assert reasons == [row["reason"] for row in audited]
