"""The endpoint as clients meet it: media types, statuses, codes, credentials, limits, two viewers."""

import hashlib
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import (
    GraphQLSchema,
    build_client_schema,
    get_introspection_query,
    parse,
    validate,
)
from starlette.applications import Starlette

from hub.access import Role
from hub.credentials import key_id_of, revoke_key
from hub.database import Database
from hub.edge import Edge, Lines
from schema.door.body import MAX_BODY
from schema.door.http import STATIC, graphql_routes
from schema.door.http import Door as Endpoint
from schema.limits import LIMITS
from tests.door.answering import SCHEMA
from tests.door.asking import Door
from tests.door.over_http import WithPools
from tests.door.rows import NORTH, SOUTH, uid

pytestmark = pytest.mark.anyio
Json = Any  # a decoded response
GRAPHQL = "application/graphql-response+json"
QUERY = "{ viewer { role isRegionWide } }"


@pytest.fixture(scope="module")
async def client(door: Door) -> AsyncIterator[httpx.AsyncClient]:
    app = WithPools(
        Edge(
            Starlette(routes=graphql_routes(Endpoint(door.engine, answer_seconds=30))),
            lines=Lines(),
        ),
        door,
    )
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as opened_client:
        yield opened_client


def bearer(key: str, **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "Accept": GRAPHQL, **headers}


async def ask(client: httpx.AsyncClient, key: str, query: str, **variables: Json) -> httpx.Response:
    return await client.post(
        "/graphql", headers=bearer(key), json={"query": query, "variables": variables}
    )


def codes(answer: httpx.Response) -> set[str]:
    return {error["extensions"]["code"] for error in answer.json()["errors"]}


async def test_a_query_is_answered_in_the_media_type_asked_for(
    client: httpx.AsyncClient, door: Door
) -> None:
    headers = bearer(door.keys.centre)
    modern = await client.post("/graphql", headers=headers, json={"query": QUERY})
    headers["Accept"] = "application/json"
    older = await client.post("/graphql", headers=headers, json={"query": QUERY})

    expected = {
        "data": {"viewer": {"role": "REGIONAL_CENTRE", "isRegionWide": True}},
        "extensions": {"cost": {"requested": 1, "limit": LIMITS.cost}},
    }
    assert (200, expected, f"{GRAPHQL}; charset=utf-8") == (
        modern.status_code,
        modern.json(),
        modern.headers["Content-Type"],
    )
    assert (200, expected) == (older.status_code, older.json())
    assert "application/json; charset=utf-8" == older.headers["Content-Type"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nobody }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ viewer }", "GRAPHQL_VALIDATION_FAILED"),
        ("mutation { drop }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { viewer { name } } query B { viewer { name } }", "OPERATION_NAME_UNKNOWN"),
        ("{ people(first: 101) { totalCount } }", "BAD_USER_INPUT"),
        ("{ people(first: -1) { nodes { id } } }", "BAD_USER_INPUT"),
        ("{ people(first: 1, last: 1) { nodes { id } } }", "BAD_USER_INPUT"),
        ('{ people(after: "garbage") { nodes { id } } }', "BAD_USER_INPUT"),
        ('{ person(id: "organisation-1") { id } }', "BAD_USER_INPUT"),
        ('{ people(filter: {namePrefix: "\\u0000"}) { totalCount } }', "BAD_USER_INPUT"),
    ],
)
async def test_a_wrong_query_is_400_with_a_code_or_200_for_older_clients(
    client: httpx.AsyncClient, door: Door, query: str, code: str
) -> None:
    modern = await ask(client, door.keys.centre, query)
    headers = bearer(door.keys.centre, Accept="application/json")
    older = await client.post("/graphql", headers=headers, json={"query": query})

    assert (400, {code}) == (modern.status_code, codes(modern))
    assert (200, {code}) == (older.status_code, codes(older))
    assert "data" not in modern.json()
    assert all(error["extensions"]["correlationId"] for error in modern.json()["errors"])


@pytest.mark.parametrize(
    "body",
    [
        b"", b"nonsense", b"[]", b"1", b'{"query": 1}', b'{"query": ""}', b"\xff\xfe{}",
        b'{"query": "{viewer{name}}", "variables": []}',
        b'{"query": "{viewer{name}}", "operationName": {}}',
        b'{"query": "{viewer{name}}", "extensions": 1}',
        b"[" * 100_000,
    ],
)  # fmt: skip
async def test_a_body_that_is_no_request_is_400(
    client: httpx.AsyncClient, door: Door, body: bytes
) -> None:
    headers = bearer(door.keys.north) | {"Content-Type": "application/json"}

    answer = await client.post("/graphql", headers=headers, content=body)

    assert (400, {"BAD_REQUEST"}) == (answer.status_code, codes(answer))


async def test_other_refusals_have_their_status(client: httpx.AsyncClient, door: Door) -> None:
    key = door.keys.north
    large = await client.post("/graphql", headers=bearer(key), json={"query": "#" * (MAX_BODY + 1)})
    text = await client.post("/graphql", headers=bearer(key), content=b"{}")
    taken = await client.post("/graphql", headers=bearer(key, Accept="text/xml"), json={})
    bare_get = await client.get("/graphql", headers=bearer(key), params={"query": QUERY})

    assert (413, {"PAYLOAD_TOO_LARGE"}) == (large.status_code, codes(large))
    assert (415, {"BAD_REQUEST"}) == (text.status_code, codes(text))
    assert (406, {"NOT_ACCEPTABLE"}) == (taken.status_code, codes(taken))
    assert (403, {"PREFLIGHT_REQUIRED"}) == (bare_get.status_code, codes(bare_get))


async def test_get_answers_queries_that_carry_the_preflight_header(
    client: httpx.AsyncClient, door: Door
) -> None:
    query = "query A($first: Int) { people(first: $first) { nodes { __typename } } }"
    answer = await client.get(
        "/graphql",
        headers=bearer(door.keys.north) | {"GraphQL-Require-Preflight": "1"},
        params={"query": query, "variables": json.dumps({"first": 1}), "operationName": "A"},
    )

    assert {"people": {"nodes": [{"__typename": "Person"}]}} == answer.json()["data"]


async def test_get_refuses_even_a_mutation_that_changes_nothing(
    client: httpx.AsyncClient, door: Door
) -> None:
    answer = await client.get(
        "/graphql",
        headers=bearer(door.keys.north) | {"GraphQL-Require-Preflight": "1"},
        params={"query": "mutation { __typename }"},
    )

    assert (405, {"MUTATION_NEEDS_POST"}) == (answer.status_code, codes(answer))
    assert "POST" == answer.headers["Allow"]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("", "access.key_missing"),
        ("Basic abc", "access.key_missing"),
        ("Bearer nonsense", "access.key_malformed"),
        (f"Bearer hub_test_{'0' * 16}_{'a' * 43}", "access.key_unknown"),
    ],
)
async def test_a_stranger_is_401_and_learns_nothing_of_the_schema(
    client: httpx.AsyncClient, header: str, reason: str
) -> None:
    headers = {"Accept": GRAPHQL} | ({"Authorization": header} if header else {})

    answer = await client.post(
        "/graphql", headers=headers, json={"query": "{ __schema { queryType { name } } }"}
    )

    assert (401, "Bearer") == (answer.status_code, answer.headers["WWW-Authenticate"])
    [error] = answer.json()["errors"]
    assert ("UNAUTHENTICATED", reason) == (
        error["extensions"]["code"],
        error["extensions"]["reason"],
    )


async def test_a_wrong_secret_reads_like_an_unknown_key(
    client: httpx.AsyncClient, door: Door
) -> None:
    wrong = door.keys.north[:-1] + ("a" if door.keys.north[-1] != "a" else "b")

    answer = await ask(client, wrong, QUERY)

    assert "access.key_unknown" == answer.json()["errors"][0]["extensions"]["reason"]


async def test_revoked_and_expired_keys_stop_with_the_next_request(
    client: httpx.AsyncClient, door: Door, module_database: Database
) -> None:
    steward = door.keys.steward
    async with module_database.writing() as session:
        await revoke_key(session, key_id_of(steward))
    revoked = await ask(client, steward, QUERY)
    async with module_database.writing() as session:
        await session.raw.execute(
            "update credential set revoked_at = null, expires_at = now() where id = $1",
            key_id_of(steward),
        )
    expired = await ask(client, steward, QUERY)
    async with module_database.writing() as session:
        await session.raw.execute(
            "update credential set expires_at = null where id = $1", key_id_of(steward)
        )

    found = [each.json()["errors"][0]["extensions"]["reason"] for each in (revoked, expired)]
    assert ["access.key_revoked", "access.key_expired"] == found


async def test_the_widest_grant_is_used_unless_the_request_names_another(
    client: httpx.AsyncClient, door: Door, module_database: Database
) -> None:
    client_id = door.viewers["steward"].client_id
    async with module_database.writing() as session:
        await session.raw.execute(
            "insert into access_grant (client_id, role, organisation_id, purposes)"
            " values ($1, $2, $3, '{}')",
            client_id,
            Role.TERRITORY,
            SOUTH,
        )
    body = {"query": "{ viewer { role } people { totalCount } }"}
    widest = await client.post("/graphql", headers=bearer(door.keys.steward), json=body)
    named = bearer(door.keys.steward) | {"Hub-Scope": f"organisation-{SOUTH}"}
    narrow = await client.post("/graphql", headers=named, json=body)
    foreign = bearer(door.keys.steward) | {"Hub-Scope": str(NORTH)}
    refused = await client.post("/graphql", headers=foreign, json=body)

    assert ["STEWARD", "TERRITORY"] == [
        each.json()["data"]["viewer"]["role"] for each in (widest, narrow)
    ]
    south = (await door.ask("south", body["query"]))["people"]
    assert south == narrow.json()["data"]["people"]
    assert (403, {"FORBIDDEN"}) == (refused.status_code, codes(refused))


@pytest.mark.parametrize(
    ("query", "limit"),
    [
        (
            '{ organisation(id: "x") { ' + "parent { " * 12 + "id " + "} " * 12 + "} }",
            "depth",
        ),
        ("{" + " ".join(f"a{n}: viewer {{ name }}" for n in range(31)) + "}", "aliases"),
        ("{ people(first: 100) { nodes { mentorships(first: 100) { nodes { programme { id } } } } } }",
         "cost"),
        ("{ viewer { " + "name @include(if: true) " * 21 + "} }", "directives"),
    ],
)  # fmt: skip
async def test_a_query_that_is_too_large_names_the_limit(
    client: httpx.AsyncClient, door: Door, query: str, limit: str
) -> None:
    answer = await ask(client, door.keys.centre, query)

    assert (400, {"QUERY_TOO_COMPLEX"}) == (answer.status_code, codes(answer))
    assert limit in {error["extensions"]["limit"] for error in answer.json()["errors"]}


async def test_page_sizes_in_variables_count_towards_the_cost(
    client: httpx.AsyncClient, door: Door
) -> None:
    query = (
        "query($n: Int) { people(first: $n) { nodes { mentorships(first: $n) "
        "{ nodes { programme { id } } } } } }"
    )
    small = await ask(client, door.keys.centre, query, n=5)
    large = await ask(client, door.keys.centre, query, n=100)

    assert (200, 400) == (small.status_code, large.status_code)
    # One connection; in it 5 people, each with a connection of 5, each with a programme.
    assert 1 + 5 * (1 + 1 + 5 * (1 + 1)) == small.json()["extensions"]["cost"]["requested"]
    assert {"QUERY_TOO_COMPLEX"} == codes(large)


async def test_errors_and_logs_hold_no_value_of_the_request(
    client: httpx.AsyncClient, door: Door, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = "112-233-445 95"  # noqa: S105 - a number that must not come back
    query = "query($d: Date!) { people { nodes { mentorships(filter: {activeOn: $d}) { totalCount } } } }"
    answers = [
        await ask(client, door.keys.north, query, d=secret),
        await ask(client, door.keys.north, f'{{ person(id: "{secret}") {{ id }} }}'),
        await ask(client, door.keys.north, f'{{ people(after: "{secret}") {{ totalCount }} }}'),
    ]
    captured = capfd.readouterr()

    assert [{"BAD_USER_INPUT"}] * 3 == [codes(answer) for answer in answers]
    assert secret not in "".join([captured.out, captured.err, *(each.text for each in answers)])


async def test_a_department_sees_no_foreign_row_on_any_path(
    client: httpx.AsyncClient, door: Door
) -> None:
    everyone = [f"person-{uid('person', number)}" for number in range(60)]
    query = """query($ids: [ID!]!, $id: ID!) {
        nodes(ids: $ids) { id } node(id: $id) { id } person(id: $id) { id }
        people(first: 100) { totalCount nodes { id } } }"""
    own = (await door.ask("north", "{ people(first: 100) { nodes { id } } }"))["people"]["nodes"]
    seen = {node["id"] for node in own}
    foreign = next(each for each in everyone if each not in seen)

    answer = await ask(client, door.keys.north, query, ids=everyone, id=foreign)
    centre = await ask(client, door.keys.centre, query, ids=everyone, id=foreign)

    data = answer.json()["data"]
    assert 0 < len(seen) < len(everyone)
    assert seen == {node["id"] for node in data["nodes"] if node}
    assert (None, None) == (data["node"], data["person"])
    assert len(seen) == data["people"]["totalCount"]
    assert 60 == centre.json()["data"]["people"]["totalCount"]
    assert foreign == centre.json()["data"]["node"]["id"]


async def test_a_cursor_of_another_viewer_or_list_is_refused(
    client: httpx.AsyncClient, door: Door
) -> None:
    text = "{ people(first: 1) { pageInfo { endCursor } } }"
    cursor = (await door.ask("south", text))["people"]["pageInfo"]["endCursor"]
    query = "query($c: String) { people(after: $c) { nodes { id } } }"
    other = "query($c: String) { organisations(after: $c) { nodes { id } } }"

    own = await ask(client, door.keys.south, query, c=cursor)
    foreign = await ask(client, door.keys.north, query, c=cursor)
    misplaced = await ask(client, door.keys.south, other, c=cursor)

    assert 200 == own.status_code
    assert [{"BAD_USER_INPUT"}] * 2 == [codes(foreign), codes(misplaced)]


async def test_walks_forward_and_backward_meet_every_row_once(door: Door) -> None:
    query = """query($first: Int, $after: String, $last: Int, $before: String) {
        people(first: $first, after: $after, last: $last, before: $before) {
            nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
    forward: list[str] = []
    backward: list[str] = []
    after = before = None
    while True:
        page = (await door.ask("north", query, {"first": 7, "after": after}))["people"]
        forward += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    while True:
        page = (await door.ask("north", query, {"last": 7, "before": before}))["people"]
        backward = [node["id"] for node in page["nodes"]] + backward
        before = page["pageInfo"]["startCursor"]
        if not page["pageInfo"]["hasPreviousPage"]:
            break

    assert len(set(forward)) == len(forward) > 14
    assert forward == backward


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
