"""What hurts other servers is answered with a code, soon, and the next caller notices nothing."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from hub.app import build
from hub.database import open_connection
from hub.seal import create_key_file
from hub.settings import Addresses, Settings
from tests.door.over_http import Served

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("anyio_backend")]
Json = Any  # what an attacker sends
GRAPHQL = "application/graphql-response+json"
SECONDS = 5.0
WIDE = range(2_000)


def doubling(levels: int, end: str) -> str:
    """Spread each fragment twice in the one before, so that a walk without memory never ends."""
    spreads = [
        f"fragment F{n} on Person {{ ...F{n + 1} ... on Person {{ ...F{n + 1} }} }}"
        for n in range(levels)
    ]
    last = f"fragment F{levels} on Person {{ {end} }}"
    return "{ people { nodes { ...F0 } } } " + " ".join([*spreads, last])


def nested(levels: int) -> str:
    inside = "parent { " * levels + "id" + " }" * levels
    return f'{{ organisation(id: "organisation-x") {{ {inside} }} }}'


QUERIES: Mapping[str, str] = {
    "fragment bomb": doubling(60, "id"),
    "fragment bomb with an unknown end": doubling(60, "...Nobody"),
    "fragment bomb with aliases": doubling(20, "a: id"),
    "fragments in a circle": "{ people { nodes { ...A } } } "
    "fragment A on Person { ...B } fragment B on Person { mentorships { nodes { ...C } } } "
    "fragment C on Mentorship { members { person { ...A } } }",
    "a fragment in itself": "{ ...Q } fragment Q on Query { ...Q }",
    "a circle without fields": "{ ...A ...B } fragment A on Query { ...B } "
    "fragment B on Query { ...A }",
    "deep nesting": nested(500),
    "nesting beyond the parser": "{ a " * 1_990,
    "closed nesting beyond the parser": "{ a " * 990 + "}" * 990,
    "inline fragments in each other": "{ " + "... { " * 900 + "__typename" + " }" * 901,
    "a list in lists": "{ people(filter: " + "[" * 1_900 + "]" * 1_900 + ") { totalCount } }",
    "a type in lists": "query($a: " + "[" * 1_900 + "Int" + "]" * 1_900 + ") { viewer { role } }",
    "an object in objects": "{ people(filter: " + "{a: " * 900 + "1" + "}" * 900 + ") { totalCount } }",
    "aliases": "{ " + " ".join(f"a{n}: __typename" for n in range(900)) + " }",
    "aliases of the schema": "{ " + " ".join(f"a{n}: __schema {{ types {{ name }} }}" for n in range(300)) + " }",
    "the schema in itself": "{ __schema { types " + "{ fields { type " * 40 + "{ name }" + " } }" * 40 + " } }",
    "one field again and again": "{ viewer { " + "role " * 3_900 + "} }",
    "root fields": "{ " + "__typename " * 3_900 + "}",
    "directives": "{ viewer { role " + "@include(if: true) " * 700 + "} }",
    "unknown directives": "{ viewer { role " + "@a " * 1_900 + "} }",
    "directives of the operation": "query " + "@a " * 1_900 + "{ viewer { role } }",
    "directives of a variable": "query($a: Int " + "@a " * 1_900 + ") { viewer { role } }",
    "errors": "{ " + " ".join(f"nobody{n % 25}" for n in WIDE) + " }",
    "unknown arguments": "{ viewer { role(" + " ".join(f"a{n}: 1" for n in range(1_200)) + ") } }",
    "arguments twice": "{ people(" + "first: 1 " * 1_200 + ") { totalCount } }",
    "variables declared": "query(" + " ".join(f"$a{n}: Int" for n in range(900)) + ") { viewer { role } }",
    "unused fragments": "{ viewer { role } } " + " ".join(f"fragment F{n} on Person {{ id }}" for n in range(500)),
    "operations": " ".join(f"query Q{n} {{ viewer {{ role }} }}" for n in range(600)),
    "clashing fields": "{ " + " ".join(f"people(first: {n}) {{ totalCount }}" for n in range(400)) + " }",
    "clashing fragments": "{ " + "...A ...B " * 300 + "} fragment A on Query { viewer { role } } "
    "fragment B on Query { viewer { role } }" + " fragment C on Query { ...A ...B }" * 100,
    "tokens": "{ " + "viewer " * 100_000 + "}",
    "kept texts": '{ person(id: "person-' + "0" * 63_000 + '") { id } }',
    "commas": "{ viewer { role } }" + "," * 900_000,
    "a comment": "{ viewer { nobody } } #" + "x" * 900_000,
    "an endless string": '{ person(id: "' + "x" * 900_000,
    "a huge string": '{ person(id: "' + "x" * 900_000 + '") { id } }',
    "a huge number": "{ people(first: " + "9" * 100_000 + ") { totalCount } }",
    "a huge name": "{ " + "n" * 900_000 + " }",
    "a product of pages": "{ people(first: 100) { nodes { mentorships(first: 100) { nodes { members "
    "{ person { mentorships(first: 100) { nodes { id } } } } } } } } }",
    "a zero byte": '{ person(id: "person-\\u0000") { id } }',
    "half a character": '{ person(id: "\\ud800") { id } }',
    "subscription": "subscription { people { totalCount } }",
    "nothing but a fragment": "fragment A on Query { viewer { role } }",
    "a definition": "type Query { a: Int }",
}  # fmt: skip
HARMLESS = {"fragment bomb", "one field again and again", "root fields"}


@pytest.mark.parametrize("name", QUERIES)
def test_a_hostile_query_is_refused_with_a_code_and_soon(hub: Served, name: str) -> None:
    answer, seconds = sent(hub, json.dumps({"query": QUERIES[name]}).encode())

    assert SECONDS > seconds
    if name not in HARMLESS:
        assert 400 == answer.status_code
        assert {None} != codes(answer)
    assert coded(answer)


VALUES: Mapping[str, Json] = {
    "a huge string": "x" * 900_000,
    "a deep list": json.loads("[" * 900 + "]" * 900),
    "a deep object": json.loads('{"a":' * 900 + "1" + "}" * 900),
    "a wide list": ["x"] * 100_000,
    "a wide object": {f"k{n}": n for n in range(50_000)},
    "a zero byte": "\0",
    "half a character": "\ud800",
    "a huge number": 10**4_000,
    "not a number": float("nan"),
    "endless": float("-inf"),
    "a fraction": 0.5,
    "false": False,
    "nothing": None,
}  # fmt: skip
ASKED = {
    "ID": "query($v: ID!) { person(id: $v) { id } }",
    "[ID!]": "query($v: [ID!]!) { nodes(ids: $v) { id } }",
    "Int": "query($v: Int) { people(first: $v) { nodes { id } } }",
    "String": "query($v: String) { people(after: $v) { nodes { id } } }",
    "PersonFilter": "query($v: PersonFilter) { people(filter: $v) { nodes { id } } }",
    "Date": "query($v: Date) { mentors(asOf: $v) { nodes { id } } }",
    "unknown": "query($v: Nobody) { viewer { role } }",
}


@pytest.mark.parametrize("kind", ASKED)
@pytest.mark.parametrize("name", VALUES)
def test_a_hostile_value_is_answered_or_refused_with_a_code(
    hub: Served, name: str, kind: str
) -> None:
    body = json.dumps({"query": ASKED[kind], "variables": {"v": VALUES[name]}}).encode()

    answer, seconds = sent(hub, body)

    assert SECONDS > seconds
    assert answer.status_code in {200, 400}
    assert coded(answer)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 900_000,
        b'{"query":' * 90_000,
        b'{"query":"{viewer{role}}","variables":' + b'{"a":' * 90_000,
        b'{"query":"{viewer{role}}","variables":{"a":' + b"9" * 900_000 + b"}}",
        b'{"query":"{viewer{role}}","extensions":' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"query":"{viewer{role}}"' + b',"query":"{"' * 50_000 + b"}",
        b"[" + b'{"query":"{viewer{role}}"},' * 20_000 + b"0]",
        b'\xef\xbb\xbf{"query":"{viewer{role}}"}',
        b"\0" * 900_000,
    ],
    ids=range(9),
)
def test_a_hostile_body_is_refused_with_a_code(hub: Served, body: bytes) -> None:
    answer, seconds = sent(hub, body)

    assert SECONDS > seconds
    assert 400 == answer.status_code
    assert coded(answer)


def test_a_body_over_the_limit_is_not_read_to_its_end(hub: Served) -> None:
    answer, seconds = sent(hub, b" " * 30_000_000)

    assert SECONDS > seconds
    assert (413, {"PAYLOAD_TOO_LARGE"}) == (answer.status_code, codes(answer))


def test_a_body_that_trickles_in_is_refused_when_its_time_is_over(
    hub: Served, module_addresses: Addresses, serve: Callable[[ASGIApp], str], tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path)
    create_key_file(settings.keys)
    address = serve(build(module_addresses, settings, body_seconds=1))
    connection = HTTPConnection(address.removeprefix("http://"), timeout=2 * SECONDS)
    connection.putrequest("POST", "/graphql")
    for name, value in {**headers(hub), "Content-Length": "1000"}.items():
        connection.putheader(name, value)
    connection.endheaders()
    started = time.monotonic()

    for _ in range(10):
        connection.send(b" ")
        time.sleep(0.05)
    answer = connection.getresponse()
    [error] = json.loads(answer.read())["errors"]
    connection.close()

    assert SECONDS > time.monotonic() - started
    assert (408, "REQUEST_TOO_SLOW") == (answer.status, error["extensions"]["code"])


async def test_a_statement_that_takes_too_long_is_ended_by_its_time(
    hub: Served, module_addresses: Addresses
) -> None:
    owner = await open_connection(module_addresses.owner)
    body = json.dumps({"query": "{ organisations { totalCount } }"}).encode()

    async with owner.transaction():
        await owner.execute("lock table organisation in access exclusive mode")
        answer, seconds = await asyncio.to_thread(sent, hub, body)
    await owner.close()

    assert 2 * SECONDS > seconds
    assert (503, {"QUERY_TIMED_OUT"}) == (answer.status_code, codes(answer))
    assert coded(answer)


def test_after_all_of_it_an_ordinary_question_is_answered(hub: Served) -> None:
    assert {"viewer": {"role": "TERRITORY"}} == hub.ask("north", "{ viewer { role } }")


def headers(hub: Served) -> Mapping[str, str]:
    return {
        "Authorization": f"Bearer {hub.door.keys.north}",
        "Content-Type": "application/json",
        "Accept": GRAPHQL,
    }


def sent(hub: Served, body: bytes) -> tuple[httpx.Response, float]:
    started = time.monotonic()
    answer = httpx.post(
        f"{hub.url}/graphql",
        content=body,
        headers=headers(hub),
        timeout=60,
    )
    return answer, time.monotonic() - started


def codes(answer: httpx.Response) -> set[str | None]:
    return {error["extensions"].get("code") for error in answer.json().get("errors", ())}


def coded(answer: httpx.Response) -> bool:
    """Say whether each error has a code and the number that the answer's header shows."""
    told = [error["extensions"] for error in answer.json().get("errors", ())]
    number = answer.headers["X-Request-ID"]
    return len(told) <= 5 and all(each["code"] and each["correlationId"] == number for each in told)
