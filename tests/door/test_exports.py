"""Exports over HTTP: any list as a workbook or text, equal to what GraphQL answers."""

import csv
import io
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest
from python_calamine import CalamineWorkbook
from starlette.applications import Starlette

from hub.database import Database
from hub.edge import Edge
from hub.settings import Addresses
from schema.exports.http import export_routes
from tests.door.asking import ZONE, Door, opened
from tests.door.test_graphql_over_http import WithPools, bearer

pytestmark = pytest.mark.anyio
Json = Any  # a decoded response
MENTORSHIPS = """{ mentorships(first: 3, orderBy: STARTS_DESC) {
  totalCount
  nodes { id formName kind starts endAssumed programme { title } members { role displayName } }
} }"""


@pytest.fixture(scope="module")
async def door(module_addresses: Addresses, module_database: Database) -> AsyncIterator[Door]:
    async with opened(module_addresses, module_database) as opened_door:
        yield opened_door


@pytest.fixture(scope="module")
async def client(door: Door) -> AsyncIterator[httpx.AsyncClient]:
    app = WithPools(Edge(Starlette(routes=export_routes(door.engine, ZONE))), door)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as opened_client:
        yield opened_client


async def export(
    client: httpx.AsyncClient, key: str, query: str, wanted: str, **variables: Json
) -> httpx.Response:
    body = {"query": query, "variables": variables, "format": wanted}
    return await client.post("/exports", headers=bearer(key), json=body)


def sheets(answer: httpx.Response) -> Mapping[str, list[list[Json]]]:
    assert 200 == answer.status_code, answer.text
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


async def every(door: Door, who: str, query: str) -> list[Json]:
    """Walk a list of GraphQL to its end: `query` takes $after and a page of two."""
    found: list[Json] = []
    after = None
    while True:
        [page] = (await door.ask(who, query, {"after": after})).values()
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


@pytest.mark.parametrize("who", ["centre", "north", "partner"])
async def test_a_list_of_machines_holds_every_row_of_graphql_in_its_order(
    client: httpx.AsyncClient, door: Door, who: str
) -> None:
    fields = "id lastName birthDate birthYear recordCount maskedFields"
    walk = (
        "query($after: String) { people(first: 7, after: $after)"
        f" {{ nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    )
    expected = await every(door, who, walk)

    answer = await export(
        client, getattr(door.keys, who), f"{{ people {{ nodes {{ {fields} }} }} }}", "csv-rfc4180"
    )

    header, *rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert fields.split() == header
    assert expected
    assert [
        [
            "; ".join(value) if isinstance(value, list) else str(value or "")
            for value in row.values()
        ]
        for row in expected
    ] == rows


async def test_a_workbook_has_russian_headers_days_and_words(
    client: httpx.AsyncClient, door: Door
) -> None:
    walk = MENTORSHIPS.replace(
        "{ mentorships(", "query($after: String) { mentorships(after: $after, "
    )
    walk = walk.replace("totalCount", "pageInfo { hasNextPage endCursor }")
    expected = await every(door, "centre", walk)

    found = sheets(await export(client, door.keys.centre, MENTORSHIPS, "xlsx"))

    header, *rows = found["Данные"]
    assert [
        "Непрозрачный идентификатор", "Название формы", "Пара или группа", "С какого дня",
        "Конец назначен хабом", "Программа: название", "Участники: роль",
        "Участники: фамилия, имя и отчество",
    ] == header  # fmt: skip
    assert len(expected) == len(rows)
    assert [one["id"] for one in expected] == [row[0] for row in rows]
    assert [one["starts"] or "" for one in expected] == [str(row[3]) for row in rows]
    assert {"да", "нет"} >= {row[4] for row in rows}
    assert ["; ".join(m["displayName"] for m in one["members"]) for one in expected] == [
        row[7] for row in rows
    ]
    notes = dict(found["Методика"])
    assert str(len(expected)) == notes["Строк"] == notes["Строк по счёту хаба"]
    assert 'orderBy = "STARTS_DESC"' == notes["Условия"]
    assert "mentorships" in notes["Запрос"]
    assert door.viewers["centre"].client_name not in str(notes)
