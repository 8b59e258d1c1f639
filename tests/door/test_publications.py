"""Open data: published tables are all that a public key reads, and hold no small number."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from graphql import GraphQLField, is_leaf_type, is_required_argument
from graphql import get_named_type as named

from hub.access import ClientKind, Permit, Purpose, Role, Viewer
from hub.coverage.publishing import (
    FIGURES,
    PublishedError,
    UnknownPublicationError,
    publish,
    span_of,
    withdraw,
)
from hub.coverage.withholding import BLOCKS
from hub.credentials import authenticate, issue_key
from hub.database import Database
from hub.errors import AccessError
from hub.settings import Addresses
from schema.compiler.opened import OPENED
from schema.errors import RequestRefused
from tests.day import region_day
from tests.door.answering import SCHEMA
from tests.door.asking import Door, Json, decoded, opened
from tests.door.rows import ROOT

pytestmark = pytest.mark.anyio
LEAST = 5
PEOPLE = [name for block in BLOCKS for name in block]
# What a required argument may be, so that every root field can be asked.
GIVEN = {
    "id": '"person-0"', "ids": "[]", "organisation": '"organisation-0"', "webhook": '"webhook-0"',
    "academicYear": "2025", "measure": "MENTORS", "measures": "[MENTORS]", "kind": "IDLE_MENTOR",
    "from": "{academicYear: 2025}", "representations": "[]",
}  # fmt: skip


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


SHOWN = " ".join(map(camel, FIGURES))
TABLES = f"""{{ publications(first: 2) {{ totalCount nodes {{ key span starts day publishedAt
  rows(first: 1000) {{ nodes {{ level key above title withheld {SHOWN} }} }} }} }} }}"""
COVERED = f"""{{ region: coverage(period: {{ academicYear: YEAR }}) {{ total {{ {SHOWN} }} }}
  departments: coverage(period: {{ academicYear: YEAR }}, groupBy: DEPARTMENT) {{
    rows {{ key {SHOWN} }} }}
  organisations: coverage(period: {{ academicYear: YEAR }}, groupBy: ORGANISATION) {{
    rows {{ key {SHOWN} }} }} }}"""


@dataclass(frozen=True, kw_only=True)
class Open:
    """The door, a public viewer before it, and the table that was published."""

    door: Door
    public: Viewer
    year: int
    table: str

    async def ask(self, text: str) -> Json:
        return decoded(await self.door.engine.answer(self.door.web, self.public, text))


@pytest.fixture(scope="module")
async def open_data(module_addresses: Addresses, module_database: Database) -> AsyncIterator[Open]:
    today = region_day()
    year = today.year - (today.month < 9)
    async with opened(module_addresses, module_database) as door:
        async with module_database.writing() as session:
            key = await issue_key(
                session, client_name="Все", kind=ClientKind.SYSTEM, role=Role.PUBLIC, env="test",
                organisation_id=ROOT, purposes=frozenset(Purpose),
            )  # fmt: skip
            span = span_of(academic_year=year, calendar_year=None, today=today)
            table = await publish(session, span, actor="tests")
        public = await authenticate(door.web, key, today=region_day())
        yield Open(door=door, public=public, year=year, table=str(table))


def asking(name: str, field: GraphQLField) -> str:
    arguments = ", ".join(
        f"{argument}: {GIVEN[argument]}"
        for argument, declared in field.args.items()
        if is_required_argument(declared)
    )
    given = f"({arguments})" if arguments else ""
    below = "" if is_leaf_type(named(field.type)) else " { __typename }"
    return f"{{ {name}{given}{below} }}"


@pytest.mark.parametrize("name", sorted(SCHEMA.query_type.fields.keys() - OPENED))  # type: ignore[union-attr]  # it has queries
async def test_a_public_key_is_refused_everything_that_is_not_opened(
    open_data: Open, name: str
) -> None:
    assert SCHEMA.query_type
    with pytest.raises(RequestRefused) as refused:
        await open_data.ask(asking(name, SCHEMA.query_type.fields[name]))

    assert 403 == refused.value.status
    assert {"FORBIDDEN"} == {(one.extensions or {})["code"] for one in refused.value.errors}


async def test_a_public_key_sees_nobody_even_where_the_statement_forgets_who_asks(
    open_data: Open,
) -> None:
    viewer = open_data.public
    async with open_data.door.web.acquire() as connection, connection.transaction():
        await connection.execute(
            "select set_config('hub.scope', $1, true), set_config('hub.today', '2026-01-01', true)",
            str(viewer.authority_id),
        )
        for table in ("person", "person_place", "mentorship", "rollup", "change", "record"):
            assert 0 == await connection.fetchval(f"select count(*) from {table}"), table

    assert frozenset() == viewer.purposes
    for permit in Permit:
        if permit is not Permit.READ:
            with pytest.raises(AccessError):
                viewer.need(permit)
    assert {"organisation": None, "role": "PUBLIC"} == (
        await open_data.ask("{ viewer { role organisation { id } } }")
    )["viewer"]


async def test_a_published_table_says_what_coverage_says_and_no_small_number(
    open_data: Open,
) -> None:
    [table] = (await open_data.ask(TABLES))["publications"]["nodes"]
    counted = await open_data.door.ask("centre", COVERED.replace("YEAR", str(open_data.year)))

    rows = table["rows"]["nodes"]
    expected = {("REGION", "TOTAL"): counted["region"]["total"]}
    for level in ("departments", "organisations"):
        for row in counted[level]["rows"]:
            expected[level[:-1].upper(), row["key"]] = row
    assert expected.keys() == {(row["level"], row["key"]) for row in rows}
    assert (open_data.table, f"{open_data.year}/{(open_data.year + 1) % 100:02}") == (
        table["key"],
        table["span"],
    )
    for row in rows:
        truth = expected[row["level"], row["key"]]
        hidden = {camel(one.lower()) for one in row["withheld"]}
        assert hidden == {name for name in map(camel, FIGURES) if row[name] is None}
        assert hidden >= {name for name in map(camel, PEOPLE) if 0 < truth[name] < LEAST}
        shown = set(map(camel, FIGURES)) - hidden
        assert {name: truth[name] for name in shown} == {name: row[name] for name in shown}
    assert any(row["withheld"] for row in rows)
    assert any(row["pairs"] for row in rows)


async def test_others_read_published_tables_too(open_data: Open) -> None:
    told = [(await open_data.door.ask(who, TABLES))["publications"] for who in ("centre", "north")]

    assert [await open_data.ask(TABLES)] * 2 == [{"publications": one} for one in told]


async def test_a_span_is_published_once_until_it_is_taken_back(
    open_data: Open, module_database: Database
) -> None:
    span = span_of(academic_year=open_data.year - 1, calendar_year=None, today=region_day())
    async with module_database.writing() as session:
        first = await publish(session, span, actor="tests")
        with pytest.raises(PublishedError):
            await publish(session, span, actor="tests")
        await withdraw(session, first)
        again = await publish(session, span, actor="tests")
        await withdraw(session, again)
        with pytest.raises(UnknownPublicationError):
            await withdraw(session, uuid4())
