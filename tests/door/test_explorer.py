"""What tools and people learn of the schema: introspection, the explorer's page, its ready queries."""

import hashlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from graphql import GraphQLSchema, build_client_schema, get_introspection_query, parse, validate

from schema.door.http import STATIC
from tests.door.answering import SCHEMA
from tests.door.asking import Door
from tests.door.endpoint import ask, endpoint_client

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def client(door: Door) -> AsyncIterator[httpx.AsyncClient]:
    async with endpoint_client(door) as opened:
        yield opened


async def test_introspection_is_for_any_credential_and_mixes_with_data(
    client: httpx.AsyncClient, door: Door
) -> None:
    query = '{ viewer { role } __typename __type(name: "Person") { name } }'

    answer = await ask(client, door.keys.partner, query)

    expected = {
        "viewer": {"role": "PARTNER_SYSTEM"},
        "__typename": "Query",
        "__type": {"name": "Person"},
    }
    assert expected == answer.json()["data"]
    assert list(expected) == list(answer.json()["data"])


async def test_tools_may_read_the_whole_schema(client: httpx.AsyncClient, door: Door) -> None:
    query = get_introspection_query(specified_by_url=True, input_value_deprecation=True)

    answer = await ask(client, door.keys.partner, query)

    built = build_client_schema(answer.json()["data"])
    assert set(SCHEMA.type_map) == set(built.type_map)


async def test_the_explorer_is_a_page_of_our_own_files(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphql", headers={"Accept": "text/html"})
    named = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
    files = [await client.get(name) for name in named]

    assert 6 == len(named)
    assert {200} == {page.status_code, *(each.status_code for each in files)}
    assert "//" not in page.text
    assert not re.search(r"\son\w+=|style=|<script>", page.text)
    assert "unsafe" not in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["regional_centre", "department", "partner"])
async def test_ready_queries_are_valid_and_answered(door: Door, name: str) -> None:
    text = (STATIC / "queries" / f"{name}.graphql").read_text(encoding="utf-8")
    schema: GraphQLSchema = SCHEMA

    answers = [await door.ask(who, text) for who in ("centre", "north")]

    assert [] == validate(schema, parse(text))
    assert all(answer["people"]["nodes"] for answer in answers)


def test_vendored_files_are_the_ones_that_are_listed() -> None:
    listed = dict(
        re.findall(
            r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$",
            (STATIC / "VENDORED.md").read_text("utf-8"),
            re.MULTILINE,
        )
    )
    found = {path.name: _sha256(path) for path in (STATIC / "vendor").iterdir()}

    assert listed == found


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
