"""Rates over HTTP: who asks too much is told when to return, and who guesses is slowed and locked."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus

import httpx
import pytest

from hub.access import ClientKind, Role
from hub.credentials import issue_key
from hub.database import Database
from hub.settings import Addresses
from tests.door.asking import Door, Json
from tests.door.over_http import Served, served
from tests.door.rows import NORTH

pytestmark = pytest.mark.anyio
CHEAP = "{ viewer { role } }"
DEAR = "{ people(first: 100) { nodes { id } } }"
WRONG = "hub_test_" + "0" * 16 + "_" + "s" * 43


@pytest.fixture(scope="module")
def hubs(
    module_addresses: Addresses, door: Door, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Served]]:
    """Two web processes over one database."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                served(
                    module_addresses, door, tmp_path_factory.mktemp("hub"),
                    rate_burst=300, rate_per_s=150,
                )
            )
            for _ in range(2)
        ]  # fmt: skip


async def fresh_key(database: Database) -> str:
    async with database.writing() as session:
        return await issue_key(
            session, client_name="Проверка", kind=ClientKind.SYSTEM, role=Role.TERRITORY,
            organisation_id=NORTH, env="test",
        )  # fmt: skip


async def ask(hub: Served, key: str, query: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=hub.url, timeout=30) as client:
        headers = {"Authorization": f"Bearer {key}"}
        return await client.post("/graphql", headers=headers, json={"query": query})


def reason(answer: httpx.Response) -> Json:
    extensions = answer.json()["errors"][0]["extensions"]
    return extensions["code"], extensions.get("reason")


async def test_who_asks_too_much_is_told_when_to_return(
    hubs: list[Served], module_database: Database
) -> None:
    key = await fresh_key(module_database)
    answers = [await ask(hubs[number % 2], key, DEAR) for number in range(8)]
    refused = [one for one in answers if one.status_code != HTTPStatus.OK]

    wait_s = int(refused[0].headers["Retry-After"])
    await asyncio.sleep(wait_s)
    again = await ask(hubs[0], key, DEAR)

    assert HTTPStatus.OK == answers[0].status_code
    assert {HTTPStatus.TOO_MANY_REQUESTS} == {one.status_code for one in refused}
    assert ("RATE_LIMITED", "access.rate_limited") == reason(refused[0])
    assert wait_s == refused[0].json()["errors"][0]["extensions"]["retryAfter"]
    assert HTTPStatus.OK == again.status_code


async def test_another_credential_is_not_slowed_by_it(
    hubs: list[Served], module_database: Database
) -> None:
    busy, calm = await fresh_key(module_database), await fresh_key(module_database)
    spent = [await ask(hubs[0], busy, DEAR) for _ in range(5)]

    answer = await ask(hubs[0], calm, DEAR)

    assert HTTPStatus.TOO_MANY_REQUESTS in {one.status_code for one in spent}
    assert HTTPStatus.OK == answer.status_code


async def test_a_query_that_is_wrong_costs_too(
    hubs: list[Served], module_database: Database
) -> None:
    key = await fresh_key(module_database)
    answers = await asyncio.gather(*(ask(hubs[0], key, "{ nothing }") for _ in range(800)))

    codes = {reason(one)[0] for one in answers}

    assert {"GRAPHQL_VALIDATION_FAILED", "RATE_LIMITED"} == codes


async def test_guessing_is_slowed_then_locked_in_every_process(hubs: list[Served]) -> None:
    took, found = [], []
    for number in range(12):
        begun = time.monotonic()
        found.append(reason(await ask(hubs[number % 2], WRONG, CHEAP)))
        took.append(time.monotonic() - begun)

    assert [("UNAUTHENTICATED", "access.key_unknown")] * 10 == found[:10]
    assert {("RATE_LIMITED", "access.rate_limited")} == set(found[10:])
    assert took[5] > 1.0
    assert took[11] < took[5]


async def test_a_right_key_comes_in_from_where_others_guess(
    hubs: list[Served], module_database: Database
) -> None:
    key = await fresh_key(module_database)
    guessed = key[:-1] + ("a" if key[-1] != "a" else "b")
    await asyncio.gather(*(ask(hubs[0], guessed, CHEAP) for _ in range(5)))

    answer = await ask(hubs[0], key, CHEAP)

    assert HTTPStatus.OK == answer.status_code


async def test_what_is_left_is_told_beside_the_answer(
    hubs: list[Served], module_database: Database
) -> None:
    key = await fresh_key(module_database)
    query = "{ rateLimit { cost limit remaining resetAt } people(first: 9) { nodes { id } } }"

    first, second = [(await ask(hubs[0], key, query)).json() for _ in range(2)]

    cost = first["extensions"]["cost"]["requested"]
    told = first["data"]["rateLimit"]
    assert (cost, 300, 300 - cost) == (told["cost"], told["limit"], told["remaining"])
    assert told["remaining"] > second["data"]["rateLimit"]["remaining"]
    assert told["resetAt"] < second["data"]["rateLimit"]["resetAt"]


async def test_where_nobody_counts_only_the_cost_is_told(door: Door) -> None:
    answer = await door.ask("north", "{ rateLimit { cost limit remaining resetAt } }")

    assert {"cost": 1, "limit": None, "remaining": None, "resetAt": None} == answer["rateLimit"]
