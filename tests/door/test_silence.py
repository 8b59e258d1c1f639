"""What a request holds about a person is in no log and no refusal; each refusal has its line."""

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.database import open_connection
from hub.seal import create_key_file
from hub.settings import CHECKOUT, Addresses, Settings
from tests.door.asking import Door
from tests.journeys.conftest import variables_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("anyio_backend")]
Json = Any  # a line of the log
START_SECONDS = 30.0
GRAPHQL = "application/graphql-response+json"
NUMBER = "112-233-445 95"  # invented, with a right check digit
BARE = "11223344595"
NAME = "Выдумкина"
PLANTED = (NUMBER, BARE, "112-233", NAME, NAME.encode("unicode_escape").decode())
LITERALS = (
    f'{{ person(id: "{NUMBER}") {{ id }} }}',
    f'{{ people(filter: {{ namePrefix: "{NAME} {NUMBER}" }}) {{ nodes {{ id }} }} }}',
    f'{{ people(after: "{NUMBER}") {{ totalCount }} }}',
    f"{{ people(first: {BARE}) {{ totalCount }} }}",
    f'{{ mentors(asOf: "{NUMBER}") {{ totalCount }} }}',
    f'{{ nobody(snils: "{NUMBER}") }}',
    f"query S{BARE} {{ s{BARE}: viewer {{ nothing }} }}",
    f"{{ viewer {{ role }} # {NUMBER}",
    f'{{ viewer {{ role @include(if: "{NUMBER}") }} }}',
    f'query($v: String = "{NUMBER}") {{ people(first: $v) {{ totalCount }} }}',
)
KINDS = ("ID!", "[ID!]!", "Int", "String", "Date", "PersonFilter", "Boolean!")


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A hub that is served by a process of its own, and where it logs to."""

    url: str
    key: str
    log: Path

    def since(self, place: int) -> str:
        """Read what was logged after a place, up to the line of a last request made now."""
        last = httpx.get(f"{self.url}/healthz").headers["X-Request-ID"]
        deadline = time.monotonic() + START_SECONDS
        while last not in (logged := self.log.read_text(encoding="utf-8")):
            if time.monotonic() > deadline:
                raise RuntimeError("the last request is not logged")
            time.sleep(0.02)
        return logged[place:]


@pytest.fixture(scope="module")
def hub(
    door: Door, module_addresses: Addresses, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("hub")
    create_key_file(Settings(data_dir=folder).keys)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with (folder / "log").open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "hub", "serve", "--port", str(port)],
            cwd=CHECKOUT,
            env=variables_of(module_addresses, folder),
            stdout=stream,
            stderr=stream,
        )
        url = f"http://127.0.0.1:{port}"
        try:
            wait_for(url, process)
            yield Process(url=url, key=door.keys.north, log=folder / "log")
        finally:
            process.terminate()
            process.wait(START_SECONDS)


def wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{url}/healthz")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("serve did not answer")


def headers(hub: Process, **more: str) -> Mapping[str, str]:
    key = f"Bearer {hub.key}"
    return {"Authorization": key, "Accept": GRAPHQL, "Content-Type": "application/json", **more}


def post(hub: Process, body: Json, **more: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.post(
        f"{hub.url}/graphql", content=content, headers=headers(hub, **more), timeout=30
    )


def asked(hub: Process) -> Iterator[httpx.Response]:
    """Plant the number and the name wherever a request has room for them."""
    for query in LITERALS:
        yield post(hub, {"query": query})
        yield httpx.get(
            f"{hub.url}/graphql",
            params={"query": query},
            headers=headers(hub, **{"GraphQL-Require-Preflight": "1"}),
        )
    for kind in KINDS:
        query = f"query($v: {kind}) {{ viewer {{ role @skip(if: $v) }} }}"
        yield post(hub, {"query": query, "variables": {"v": NUMBER, NUMBER: NAME}})
    yield post(hub, {"query": "{ viewer { role } }", "operationName": NUMBER})
    yield post(hub, f'{{"query": "{{ viewer {{ role }} }}", "variables": "{NUMBER}'.encode())
    yield post(hub, {"query": "{ viewer { role } }"}, Authorization=f"Bearer {NUMBER}")
    yield post(hub, {"query": "{ viewer { role } }"}, **{"Hub-Scope": NUMBER})
    yield post(hub, {"query": "{ viewer { role } }"}, **{"X-Request-ID": NUMBER})
    yield post(hub, {"query": "{ viewer { role } }"}, Accept=NUMBER)
    yield post(hub, {"query": "{ viewer { role } }"}, **{"Content-Type": NUMBER})
    yield httpx.get(f"{hub.url}/exports/people?snils={NUMBER}", headers=headers(hub))


def test_nothing_planted_in_a_request_reaches_a_log(hub: Process) -> None:
    start = len(hub.since(0))

    answers = list(asked(hub))

    said = hub.since(start)
    assert 1 + len(answers) == said.count('"event": "http.request"')
    assert [] == [planted for planted in PLANTED if planted in said]


def test_no_refusal_repeats_a_value(hub: Process) -> None:
    refusals = [each.text for each in asked(hub) if "errors" in each.text]

    assert len(refusals) > 20
    assert [] == [text for text in refusals if NUMBER in text or NAME in text]


def test_each_refusal_is_found_in_the_log_by_its_number(hub: Process) -> None:
    start = len(hub.since(0))

    answers = [each.json()["errors"] for each in asked(hub) if "errors" in each.text]

    lines: list[Json] = [json.loads(line) for line in hub.since(start).splitlines()]
    logged = {line["correlation_id"]: line.get("codes") for line in reversed(lines)}
    told = {
        error["extensions"]["correlationId"]: {each["extensions"]["code"] for each in errors}
        for errors in answers
        for error in errors
    }
    assert len(told) == len(answers)
    assert told == {number: set(logged[number] or ()) for number in told}


async def test_the_database_logs_no_value_of_a_statement_that_it_ends(
    hub: Process, module_addresses: Addresses, admin_url: str
) -> None:
    query = "query($p: String) { organisations { totalCount } people(filter: {namePrefix: $p}) { totalCount } }"
    owner = await open_connection(module_addresses.owner)

    async with owner.transaction():
        await owner.execute("lock table organisation in access exclusive mode")
        answer = await asyncio.to_thread(
            post, hub, {"query": query, "variables": {"p": f"{NAME} {NUMBER}"}}
        )
    await owner.close()

    said = await server_log(admin_url)
    assert "QUERY_TIMED_OUT" == answer.json()["errors"][0]["extensions"]["code"]
    assert "statement timeout" in said
    assert [] == [planted for planted in PLANTED if planted in said]


async def server_log(admin_url: str) -> str:
    """Read what the run's server has written so far."""
    admin = await open_connection(admin_url)
    data = Path(await admin.fetchval("show data_directory"))
    await admin.close()
    return (data.parent / "log").read_text(encoding="utf-8", errors="replace")
