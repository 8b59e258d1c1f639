"""Credentials as clients meet them over HTTP: what a key is good for, and when it was used."""

import asyncio
from http import HTTPStatus

import httpx
import pytest

from hub.access import ClientKind, Permit, Role
from hub.credentials import issue_key, key_id_of
from hub.database import Database
from tests.door.asking import Json
from tests.door.over_http import Served
from tests.door.rows import NORTH

pytestmark = pytest.mark.anyio
MUTATION = 'mutation { importAccept(input: {id: "import-0"}) { errors { code } } }'


async def key_for(database: Database, *permits: Permit) -> str:
    async with database.writing() as session:
        return await issue_key(
            session, client_name="Проверка", kind=ClientKind.SYSTEM, role=Role.TERRITORY,
            organisation_id=NORTH, env="test", permits=permits,
        )  # fmt: skip


async def send(hub: Served, key: str, method: str, path: str, body: Json = None) -> httpx.Response:
    async with httpx.AsyncClient(base_url=hub.url, timeout=30) as client:
        headers = {"Authorization": f"Bearer {key}"}
        return await client.request(method, path, headers=headers, json=body)


async def reasons(hub: Served, key: str) -> list[str | None]:
    """Try reading, exporting, submitting and changing; say why each was refused."""
    answers = [
        await send(hub, key, "POST", "/graphql", {"query": "{ viewer { role } }"}),
        await send(hub, key, "GET", "/exports/mentors?format=csv"),
        await send(hub, key, "PUT", "/imports?name=a.csv"),
        await send(hub, key, "POST", "/graphql", {"query": MUTATION}),
    ]
    return [
        answer.json()["errors"][0]["extensions"].get("reason")
        if answer.headers["Content-Type"].startswith("application/json")
        and "errors" in answer.json()
        else None
        for answer in answers
    ]


NO = "access.not_permitted"


@pytest.mark.parametrize(
    ("permits", "expected"),
    [
        ((Permit.READ,), [None, NO, NO, NO]),
        ((Permit.READ, Permit.EXPORT), [None, None, NO, NO]),
        ((Permit.EXPORT,), [NO, NO, NO, NO]),
        ((Permit.SUBMIT,), [NO, NO, None, None]),
        ((Permit.MANAGE,), [NO, NO, NO, NO]),
    ],
)
async def test_a_key_is_good_for_what_it_permits_and_nothing_else(
    hub: Served,
    module_database: Database,
    permits: tuple[Permit, ...],
    expected: list[str | None],
) -> None:
    key = await key_for(module_database, *permits)

    found = await reasons(hub, key)

    assert expected == found


async def used_at(database: Database, key: str) -> object:
    async with database.reading() as session:
        return await session.raw.fetchval(
            "select last_used_at from credential where id = $1", key_id_of(key)
        )


async def test_a_use_is_noted_soon_and_then_not_for_a_minute(
    hub: Served, module_database: Database
) -> None:
    key = await key_for(module_database, Permit.READ)
    before = await used_at(module_database, key)
    await send(hub, key, "POST", "/graphql", {"query": "{ viewer { role } }"})
    await asyncio.sleep(1.5)
    first = await used_at(module_database, key)
    for _ in range(20):
        await send(hub, key, "POST", "/graphql", {"query": "{ viewer { role } }"})
    await asyncio.sleep(1.5)

    assert before is None
    assert first is not None
    assert first == await used_at(module_database, key)


async def test_what_a_key_is_not_good_for_is_forbidden(
    hub: Served, module_database: Database
) -> None:
    key = await key_for(module_database, Permit.READ)

    refused = await send(hub, key, "PUT", "/imports?name=a.csv")

    assert HTTPStatus.FORBIDDEN == refused.status_code
    assert "FORBIDDEN" == refused.json()["errors"][0]["extensions"]["code"]
