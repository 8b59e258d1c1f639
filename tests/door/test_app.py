"""The web process over real HTTP and a real database."""

import asyncio
import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import graphql
import httpx
import pytest
from starlette.types import ASGIApp

from hub.app import build
from hub.database import open_connection
from hub.seal import create_key_file
from hub.settings import Addresses, Settings
from schema.root import print_schema

Serve = Callable[[ASGIApp], str]


async def execute(url: str, statement: str) -> None:
    connection = await open_connection(url)
    await connection.execute(statement)
    await connection.close()


@pytest.fixture
def address(addresses: Addresses, serve: Serve, tmp_path: Path) -> str:
    settings = Settings(data_dir=tmp_path)
    create_key_file(settings.keys)
    return serve(build(addresses, settings))


def test_the_start_page_says_in_russian_what_this_is_and_loads_nothing_foreign(
    address: str,
) -> None:
    page = httpx.get(address)
    look = httpx.get(f"{address}/start.css")

    assert ["text/html; charset=utf-8"] == page.headers.get_list("Content-Type")
    assert "Хаб наставничества" in page.text
    assert "//" not in page.text.replace("http://127.0.0.1:8000/graphql", "")
    assert (200, "text/css; charset=utf-8") == (look.status_code, look.headers["Content-Type"])
    assert "url(" not in look.text


def test_the_request_that_the_start_page_shows_is_a_valid_one(address: str) -> None:
    page = html.unescape(httpx.get(address).text)

    [shown] = re.findall(r"-d '(\{.*\})'", page)
    document = graphql.parse(json.loads(shown)["query"])
    assert [] == graphql.validate(graphql.build_schema(print_schema()), document)


def test_a_process_over_a_database_at_head_is_alive_and_ready(address: str) -> None:
    alive, ready = httpx.get(f"{address}/healthz"), httpx.get(f"{address}/readyz")

    assert (200, {"status": "alive"}) == (alive.status_code, alive.json())
    assert 200 == ready.status_code
    assert {"status": "ready", "checks": {"web": True, "web_region": True}} == ready.json()


def test_a_database_behind_the_code_is_alive_but_not_ready(
    address: str, addresses: Addresses
) -> None:
    asyncio.run(execute(addresses.owner, "update alembic_version set version_num = '0000'"))

    answers = [httpx.get(f"{address}{path}").status_code for path in ("/healthz", "/readyz")]

    assert [200, 503] == answers


def test_a_lost_database_is_not_ready_and_its_return_is_noticed(
    address: str, addresses: Addresses, admin_url: str
) -> None:
    name = urlsplit(addresses.web).path.removeprefix("/")
    shut = f"alter database {name} allow_connections false"
    cut = f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
    asyncio.run(execute(admin_url, shut))
    asyncio.run(execute(admin_url, cut))

    lost = httpx.get(f"{address}/readyz")
    asyncio.run(execute(admin_url, f"alter database {name} allow_connections true"))
    found = httpx.get(f"{address}/readyz")

    assert (503, 200) == (lost.status_code, found.status_code)
    assert {"status": "unready", "checks": {"web": False, "web_region": False}} == lost.json()


def test_graphql_without_a_key_is_refused_with_a_code(address: str) -> None:
    answer = httpx.post(f"{address}/graphql", json={"query": "{ viewer { name } }"})

    assert 401 == answer.status_code
    [error] = answer.json()["errors"]
    assert "UNAUTHENTICATED" == error["extensions"]["code"]
    assert answer.headers["X-Request-ID"] == error["extensions"]["correlationId"]


def test_a_browser_gets_the_explorer_from_our_own_files(address: str) -> None:
    page = httpx.get(f"{address}/graphql", headers={"Accept": "text/html"})
    files = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)

    assert "text/html; charset=utf-8" == page.headers["Content-Type"]
    assert files
    assert {200} == {httpx.get(urljoin(f"{address}/graphql", name)).status_code for name in files}


def test_an_unknown_address_is_answered_in_words(address: str) -> None:
    answer = httpx.get(f"{address}/wp-login.php")

    assert (404, "http.not_found") == (answer.status_code, answer.json()["code"])
    assert answer.headers["X-Request-ID"] == answer.json()["correlationId"]


@pytest.mark.parametrize("path", ["/graphql", "/healthz", "/exports", "/imports", "/"])
def test_another_method_is_answered_in_words_with_those_that_are_right(
    address: str, path: str
) -> None:
    answer = httpx.request("PATCH", f"{address}{path}")

    assert (405, "http.method") == (answer.status_code, answer.json()["code"])
    assert answer.headers["Allow"]
    assert answer.headers["X-Request-ID"] == answer.json()["correlationId"]
