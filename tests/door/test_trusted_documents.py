"""Documents asked for by their id, over HTTP: known, unknown, removed, and keys that ask nothing else."""

import json
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest

from hub.access import ClientKind, Role
from hub.credentials import add_key, admit, bind_key, issue_key, key_id_of, rotate_key
from hub.database import Database
from hub.documents import TrustedDocument, add_documents, document_id, remove_document
from hub.settings import Addresses
from tests.day import region_day
from tests.door.asking import Door
from tests.door.over_http import served
from tests.door.rows import NORTH

pytestmark = pytest.mark.anyio
Json = Any  # a decoded response
MODERN = "application/graphql-response+json"
TEXT = "query People($first: Int) { people(first: $first) { totalCount nodes { id lastName } } }"
TWO = "query A { viewer { role } } query B { viewer { name } }"
OWN = {"query": "{ viewer { name } }"}


@pytest.fixture(scope="module")
async def client(
    module_addresses: Addresses, door: Door, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[httpx.AsyncClient]:
    with served(module_addresses, door, tmp_path_factory.mktemp("hub")) as hub:
        async with httpx.AsyncClient(base_url=hub.url, timeout=30) as opened_client:
            yield opened_client


@pytest.fixture(autouse=True)
async def trusted(door: Door, module_database: Database) -> None:
    del door
    documents = [TrustedDocument(text=text, operations=()) for text in (TEXT, TWO)]
    async with module_database.writing() as session:
        await add_documents(session, documents)


@pytest.fixture
async def bound(door: Door, module_database: Database) -> str:
    """Give the key of a department that may ask trusted documents only."""
    del door
    async with module_database.writing() as session:
        return await issue_key(
            session, client_name="Портал", kind=ClientKind.SYSTEM, role=Role.TERRITORY,
            organisation_id=NORTH, env="test", documents_only=True,
        )  # fmt: skip


async def ask(
    client: httpx.AsyncClient, key: str, path: str = "/graphql", **body: Json
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}", "Accept": MODERN}
    return await client.post(path, headers=headers, json=body)


def codes(answer: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in answer.json()["errors"]]


async def test_a_document_is_answered_by_its_id_as_by_its_text(
    client: httpx.AsyncClient, door: Door
) -> None:
    named: dict[str, Json] = {"documentId": document_id(TEXT), "variables": {"first": 2}}
    by_text = await ask(client, door.keys.north, query=TEXT, variables={"first": 2})
    by_id = [await ask(client, door.keys.north, **named) for _ in range(3)]
    by_address = await client.get(
        "/graphql",
        headers={
            "Authorization": f"Bearer {door.keys.north}",
            "Accept": "text/html, */*",
            "GraphQL-Require-Preflight": "1",
        },
        params={**named, "variables": json.dumps(named["variables"])},
    )

    assert 200 == by_text.status_code
    assert len(by_text.json()["data"]["people"]["nodes"]) == 2
    assert [by_text.json()] * 4 == [each.json() for each in (*by_id, by_address)]


async def test_an_operation_of_a_document_is_chosen_by_its_name(
    client: httpx.AsyncClient, door: Door
) -> None:
    chosen = await ask(
        client, door.keys.north, documentId=document_id(TWO), operationName="A", query=None
    )
    unsaid = await ask(client, door.keys.north, documentId=document_id(TWO))

    assert {"viewer": {"role": "TERRITORY"}} == chosen.json()["data"]
    assert ["OPERATION_NAME_UNKNOWN"] == codes(unsaid)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"documentId": document_id("{ viewer { role } }")}, "DOCUMENT_UNKNOWN"),
        ({"documentId": document_id(TEXT).upper()}, "BAD_REQUEST"),
        ({"documentId": document_id(TEXT).removeprefix("sha256:")}, "BAD_REQUEST"),
        ({"documentId": "md5:0"}, "BAD_REQUEST"),
        ({"documentId": 1}, "BAD_REQUEST"),
        ({"documentId": ""}, "BAD_REQUEST"),
        ({"documentId": document_id(TEXT), "query": TEXT}, "BAD_REQUEST"),
    ],
)
async def test_what_names_no_document_is_400_with_a_code(
    client: httpx.AsyncClient, door: Door, body: Json, code: str
) -> None:
    answer = await ask(client, door.keys.centre, **body)

    assert (400, [code]) == (answer.status_code, codes(answer))


async def test_a_removed_document_is_unknown_from_the_commit_on(
    client: httpx.AsyncClient, door: Door, module_database: Database
) -> None:
    named: dict[str, Json] = {"documentId": document_id(TEXT), "variables": {"first": 1}}
    before = [await ask(client, door.keys.south, **named) for _ in range(2)]

    async with module_database.writing() as session:
        await remove_document(session, document_id(TEXT))
    after = [await ask(client, door.keys.south, **named) for _ in range(2)]

    assert [200, 200] == [each.status_code for each in before]
    assert [["DOCUMENT_UNKNOWN"]] * 2 == [codes(each) for each in after]


async def test_a_bound_key_asks_trusted_documents_and_no_text_of_its_own(
    client: httpx.AsyncClient, bound: str, module_database: Database
) -> None:
    trusted = await ask(client, bound, documentId=document_id(TEXT), variables={"first": 1})
    refused = [
        await ask(client, bound, query=text)
        for text in (TEXT, OWN["query"], "{ __schema { queryType { name } } }", "{ nonsense")
    ]
    exported = await ask(client, bound, "/exports", **OWN, format="csv")
    ready = await ask(client, bound, "/exports", document="mentors", format="csv")
    async with module_database.reading() as session:
        denied = await session.raw.fetchval(
            "select count(*) from audit_event where credential = $1 and action = 'DENIED'"
            " and reason = 'DOCUMENTS_ONLY'",
            key_id_of(bound),
        )

    assert "errors" not in trusted.json()
    assert [(403, ["DOCUMENTS_ONLY"])] * 5 == [
        (each.status_code, codes(each)) for each in (*refused, exported)
    ]
    assert 200 == ready.status_code
    assert 5 == denied


async def test_a_trusted_list_is_exported_by_its_id(client: httpx.AsyncClient, bound: str) -> None:
    named: dict[str, Json] = {"documentId": document_id(TEXT), "variables": {"first": 1}}

    answer = await ask(client, bound, "/exports", **named, format="csv")

    assert 200 == answer.status_code, answer.text


async def test_binding_a_key_holds_from_the_next_request_and_for_its_successor(
    client: httpx.AsyncClient, bound: str, module_database: Database
) -> None:
    await ask(client, bound, documentId=document_id(TEXT))

    async with module_database.writing() as session:
        successor = await rotate_key(session, key_id_of(bound))
        await bind_key(session, key_id_of(bound), documents_only=False)
    freed, kept = await ask(client, bound, **OWN), await ask(client, successor, **OWN)
    async with module_database.writing() as session:
        await bind_key(session, key_id_of(bound), documents_only=True)
    again = await ask(client, bound, **OWN)

    assert [200, 403, 403] == [each.status_code for each in (freed, kept, again)]


async def test_a_client_may_have_a_bound_key_beside_a_free_one(
    door: Door, bound: str, module_database: Database
) -> None:
    client_id = (await admit(door.web, bound, today=region_day())).viewer.client_id
    async with module_database.writing() as session:
        free = await add_key(session, client_id, env="test")

    found = [
        (await admit(door.web, key, today=region_day())).viewer.documents_only
        for key in (bound, free)
    ]

    assert [True, False] == found


async def test_no_other_text_is_ever_kept_under_an_id(module_database: Database) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        async with module_database.writing() as session:
            await session.raw.execute(
                "update trusted_document set text = $2 where id = $1", document_id(TEXT), TWO
            )
