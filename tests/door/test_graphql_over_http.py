"""The endpoint as clients meet it: media types, statuses, codes, bounds of what is asked."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from schema.door.body import MAX_BODY
from schema.limits import LIMITS
from tests.door.asking import Door
from tests.door.endpoint import GRAPHQL, QUERY, ask, bearer, codes, endpoint_client

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def client(door: Door) -> AsyncIterator[httpx.AsyncClient]:
    async with endpoint_client(door) as opened:
        yield opened


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
