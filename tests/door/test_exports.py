"""Exports over HTTP: any list as a workbook or text, equal to what GraphQL answers."""

import csv
import io
import zipfile
from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest
from python_calamine import CalamineWorkbook
from starlette.applications import Starlette

from hub.database import Database
from hub.edge import Edge, Lines
from hub.law.consents import Paper, Relation, record_consent, withdraw_consent
from hub.law.rules import ConsentPurpose
from schema.exports.http import export_routes
from tests.day import ZONE
from tests.door.asking import Door
from tests.door.endpoint import bearer, codes
from tests.door.over_http import WithPools
from tests.door.rows import uid

pytestmark = pytest.mark.anyio
Json = Any  # a decoded response
MENTORS = """query ($after: String) { people(first: 20, after: $after, filter: { role: MENTOR }) {
  nodes { id lastName firstName middleName } pageInfo { hasNextPage endCursor } } }"""
MENTORSHIPS = """{ mentorships(first: 3, orderBy: STARTS_DESC) {
  totalCount
  nodes { id formName kind starts endAssumed programme { title } members { role displayName } }
} }"""


@pytest.fixture(scope="module")
async def client(door: Door) -> AsyncIterator[httpx.AsyncClient]:
    app = WithPools(Edge(Starlette(routes=export_routes(door.engine, ZONE)), lines=Lines()), door)
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


DANGEROUS = ("=1+1", "+7 000", "-2", "@sum", "\tx", "\rx", '=HYPERLINK("http://a","b")')


async def test_no_text_of_a_row_becomes_a_formula(
    client: httpx.AsyncClient, door: Door, module_database: Database
) -> None:
    async with module_database.writing() as session:
        changed = await session.raw.fetch(
            "update person p set last_name = said.text from unnest($1::text[])"
            " with ordinality as said (text, at) where p.id = (select id from person"
            " order by id limit 1 offset said.at - 1) returning p.last_name",
            list(DANGEROUS),
        )
    query = "{ people { nodes { lastName } } }"

    book = await export(client, door.keys.centre, query, "xlsx")
    excel = await export(client, door.keys.centre, query, "csv")
    machine = await export(client, door.keys.centre, query, "csv-rfc4180")

    assert len(DANGEROUS) == len(changed)
    cells = {row[0] for row in sheets(book)["Данные"]}
    assert {text.replace("\r", "\n") for text in DANGEROUS} <= {
        str(cell).replace("\r\n", "\n").replace("\r", "\n") for cell in cells
    }
    with zipfile.ZipFile(io.BytesIO(book.content)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    _, *shown = csv.reader(
        io.StringIO(excel.content.decode("utf-8-sig"), newline=""), delimiter=";"
    )
    assert {f"'{text}" for text in DANGEROUS} <= {row[0] for row in shown}
    assert not [row for row in shown if row[0].startswith(("=", "+", "-", "@", "\t", "\r"))]
    _, *exact = csv.reader(io.StringIO(machine.content.decode(), newline=""))
    assert set(DANGEROUS) <= {row[0] for row in exact}


async def test_what_is_sent_to_excel_is_marked_separated_and_ended_as_excel_expects(
    client: httpx.AsyncClient, door: Door
) -> None:
    answer = await export(client, door.keys.centre, MENTORSHIPS, "csv")

    assert answer.content.startswith(b"\xef\xbb\xbf")
    lines = answer.content.decode("utf-8-sig").split("\r\n")
    assert 8 == len(lines[0].split(";"))
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "text/csv; charset=utf-8" == answer.headers["Content-Type"]
    assert "no-store" == answer.headers["Cache-Control"]


async def test_a_workbook_freezes_filters_and_prints_its_header(
    client: httpx.AsyncClient, door: Door
) -> None:
    answer = await export(client, door.keys.centre, MENTORSHIPS, "xlsx")

    with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        book = parts.read("xl/workbook.xml").decode()
    assert 'state="frozen"' in sheet
    assert "<autoFilter ref=" in sheet
    assert "_xlnm.Print_Titles" in book
    assert 'orientation="landscape"' in sheet


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"query": "{ viewer { name } }"}, 400, "EXPORT_NOT_A_LIST"),
        ({"query": "{ people { totalCount } }"}, 400, "EXPORT_NOT_A_LIST"),
        (
            {"query": "{ people { nodes { id } } mentors { nodes { id } } }"},
            400,
            "EXPORT_NOT_A_LIST",
        ),
        ({"query": "{ people { nodes { nobody } } }"}, 400, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{"}, 400, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ people { nodes { id } } }", "format": "pdf"}, 400, "BAD_USER_INPUT"),
        ({"document": "nothing"}, 404, "EXPORT_UNKNOWN"),
        ({"document": "mentors", "variables": {"stranger": 1}}, 400, "BAD_USER_INPUT"),
        ({"document": "template", "variables": {}}, 400, "BAD_USER_INPUT"),
        ({"document": "mentor-base", "variables": {"organisation": "x"}}, 400, "BAD_USER_INPUT"),
        ({"variables": {}}, 400, "BAD_REQUEST"),
    ],
)
async def test_what_cannot_be_exported_is_refused_with_a_code(
    client: httpx.AsyncClient, door: Door, body: Json, status: int, code: str
) -> None:
    answer = await client.post("/exports", headers=bearer(door.keys.centre), json=body)

    assert (status, {code}) == (answer.status_code, codes(answer))


async def test_without_a_key_nothing_is_exported(client: httpx.AsyncClient) -> None:
    answer = await client.get("/exports/mentors")

    assert (401, {"UNAUTHENTICATED"}) == (answer.status_code, codes(answer))
    assert "Bearer" == answer.headers["WWW-Authenticate"]


async def test_a_masked_value_stays_masked_and_a_template_is_refused_to_who_sees_masks(
    client: httpx.AsyncClient, door: Door
) -> None:
    query = "{ people { nodes { id birthDate maskedFields } } }"
    seen = await door.ask("north", "{ people(first: 100) { nodes { id birthDate maskedFields } } }")

    answer = await export(client, door.keys.north, query, "csv-rfc4180")
    template = await client.get(
        "/exports/template",
        params={"organisation": f"organisation-{uid('organisation', 3)}"},
        headers=bearer(door.keys.north),
    )

    _, *rows = csv.reader(io.StringIO(answer.content.decode()))
    assert [
        [one["id"], one["birthDate"] or "", "; ".join(one["maskedFields"])]
        for one in seen["people"]["nodes"]
    ] == rows
    assert any(row[2] for row in rows)
    assert (403, {"FORBIDDEN"}) == (template.status_code, codes(template))


@pytest.mark.parametrize(
    "name",
    ["mentors", "mentees", "mentorships", "publication", "mentor-base", "mentee-base"],
)
@pytest.mark.parametrize("wanted", ["xlsx", "csv", "csv-rfc4180"])
async def test_every_named_export_is_made_for_every_viewer(
    client: httpx.AsyncClient, door: Door, name: str, wanted: str
) -> None:
    for who in ("centre", "north", "partner"):
        answer = await client.get(
            f"/exports/{name}",
            params={"format": wanted},
            headers=bearer(getattr(door.keys, who)),
        )

        assert 200 == answer.status_code, answer.text


async def test_an_export_for_publication_names_only_mentors_who_agreed_to_it(
    client: httpx.AsyncClient, door: Door, module_database: Database
) -> None:
    mentors = await every(door, "centre", MENTORS)
    agreed, withdrew, *_ = sorted({one["id"] for one in mentors})
    async with module_database.writing() as session:
        await session.raw.execute("delete from consent where purpose = 'PUBLICATION'")
        for number, person in enumerate((agreed, withdrew)):
            paper = Paper(
                purpose=ConsentPurpose.PUBLICATION, relation=Relation.REPRESENTATIVE,
                document=f"Р-{number}", signed_on=date(2025, 10, 1),
            )  # fmt: skip
            given = await record_consent(
                session, UUID(person.removeprefix("person-")), paper, actor="t", sealer=door.sealer
            )
        await withdraw_consent(session, given, on=date(2025, 11, 1), actor="t")

    answer = await client.get(
        "/exports/publication", params={"format": "csv-rfc4180"}, headers=bearer(door.keys.centre)
    )

    header, *rows = csv.reader(io.StringIO(answer.content.decode()))
    [named] = [one for one in mentors if one["id"] == agreed]
    assert ["lastName", "firstName", "middleName"] == header[:3]
    assert [[named[part] for part in header[:3]]] == [row[:3] for row in rows]


async def test_the_list_of_exports_says_what_each_takes(client: httpx.AsyncClient) -> None:
    listed = (await client.get("/exports")).json()

    names = {
        one["name"]: {value["name"] for value in one["parameters"]} for one in listed["exports"]
    }
    assert {"organisation", "academicYear"} == names["template"]
    assert {"asOf", "organisation", "department", "formCode"} == names["mentors"]
    assert {"xlsx", "csv", "csv-rfc4180"} == set(listed["formats"])
