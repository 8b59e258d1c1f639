"""A school sends its files over HTTP, accepts them, and a worker of its own takes them in."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.access import Role
from hub.app import build
from hub.database import open_database
from hub.seal import create_key_file
from hub.settings import Addresses, Settings
from tests.door.conftest import serving
from tests.door.files import as_csv, as_xls, as_xlsx, staff
from tests.door.giving import key
from tests.journeys.conftest import CHECKOUT, variables_of
from tests.rooms.sync.world import FIRST, load_register

Json = Any  # a decoded response
WAIT_S = 60.0
BASE = (
    ("База наставников МБОУ СОШ № 1 на 01.09.2026",),
    ("№", "ФИО наставника", "ФИО наставляемого", "Дата вхождения в программу"),
    ("1", "Мерянинов Олег Львович", "Лукоянцев Пётр Ильич", "01.09.2026"),
)


@pytest.fixture
def worker(addresses: Addresses, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    create_key_file(Settings(data_dir=tmp_path).keys)
    process = subprocess.Popen(
        [sys.executable, "-m", "hub", "worker"],
        cwd=CHECKOUT,
        env=variables_of(addresses, tmp_path),
    )
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def school(
    addresses: Addresses, worker: subprocess.Popen[bytes], tmp_path: Path
) -> Iterator[httpx.Client]:
    del worker  # it works beside
    secret = asyncio.run(prepared(addresses))
    with (
        serving(build(addresses, Settings(data_dir=tmp_path))) as url,
        httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {secret}"}, timeout=60
        ) as client,
    ):
        yield client


async def prepared(addresses: Addresses) -> str:
    async with open_database(addresses.worker) as database:
        await load_register(database)
        return await key(database, Role.SCHOOL, FIRST)


def ask(school: httpx.Client, query: str, **variables: Json) -> Json:
    body = school.post("/graphql", json={"query": query, "variables": variables}).json()
    assert "errors" not in body, body
    return body["data"]


def taken(school: httpx.Client, name: str, content: bytes) -> Json:
    """Give a file, accept it, and wait for the worker."""
    given = school.put("/imports", params={"name": name}, content=content).json()
    accept = ask(
        school,
        "mutation ($id: ID!) { importAccept(input: { id: $id, completeness: FULL })"
        " { errors { code } } }",
        id=given["id"],
    )
    assert [] == accept["importAccept"]["errors"]
    deadline = time.monotonic() + WAIT_S
    seen: Json = {"state": "QUEUED"}
    while seen["state"] == "QUEUED" and time.monotonic() < deadline:
        time.sleep(0.2)
        seen = ask(
            school,
            "query ($id: ID!) { importFile(id: $id) { state kinds errorCode"
            " result { records versions people mentorships held } } }",
            id=given["id"],
        )["importFile"]
    return seen


def test_files_of_several_formats_end_as_people_and_mentorships(
    school: httpx.Client, worker: subprocess.Popen[bytes]
) -> None:
    lists = taken(school, "работники.xlsx", as_xlsx(staff(people=3)))
    same = taken(school, "те же.xls", as_xls(staff(people=3)))
    base = taken(school, "база.csv", as_csv(BASE))

    found = ask(school, "{ people { totalCount } mentorships { totalCount } }")
    assert ("ACCEPTED", 3, 3) == (
        lists["state"],
        lists["result"]["versions"],
        lists["result"]["people"],
    )
    assert ("ACCEPTED", 0) == (same["state"], same["result"]["versions"])
    assert ("ACCEPTED", ["MENTOR_BASE"], 1) == (
        base["state"],
        base["kinds"],
        base["result"]["mentorships"],
    )
    assert {"people": {"totalCount": 3}, "mentorships": {"totalCount": 1}} == found
    worker.send_signal(signal.SIGTERM)
    assert 0 == worker.wait(20)
