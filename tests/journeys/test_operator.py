"""An operator's day at the command line, each command a process of its own."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hub import migrate
from hub.credentials import KEY, authenticate
from hub.database import open_connection
from hub.errors import AccessError
from hub.settings import Addresses
from tests.day import region_day

CHECKOUT = Path(__file__).resolve().parents[2]
Hub = Callable[..., subprocess.CompletedProcess[str]]


def test_upgrade_makes_the_keys_and_twice_is_once(hub: Hub, tmp_path: Path) -> None:
    first = hub("db", "upgrade")
    keys = (tmp_path / "keys").read_bytes()

    second = hub("db", "upgrade")

    assert (0, 0, "") == (first.returncode, second.returncode, first.stdout)
    assert migrate.head() in second.stderr
    assert keys == (tmp_path / "keys").read_bytes()


def test_the_doctor_of_an_upgraded_hub_finds_nothing_bad(hub: Hub) -> None:
    hub("db", "upgrade")

    done = hub("doctor")

    assert 0 == done.returncode, done.stdout
    assert "✗" not in done.stdout
    assert f"Таблицы: версия {migrate.head()}" in done.stdout


def test_the_doctor_without_a_database_ends_with_findings(hub_nowhere: Hub) -> None:
    done = hub_nowhere("doctor", "-o", "json")

    assert 3 == done.returncode
    assert 4 == sum(row["mark"] == "✗" for row in json.loads(done.stdout))


def test_the_status_is_a_table_for_people_and_json_for_programs(hub: Hub) -> None:
    table, data = hub("status"), hub("status", "-o", "json")

    assert "Открытых вопросов" in table.stdout
    assert 0 == json.loads(data.stdout)[0]["open_questions"]


def test_a_lost_database_is_exit_code_six_and_no_traceback(hub_nowhere: Hub) -> None:
    done = hub_nowhere("status")

    assert (6, "") == (done.returncode, done.stdout)
    assert "database.unavailable" in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr


def test_nowhere_to_look_is_said_with_the_names_of_the_settings(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hub", "status"],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], "HUB_DATA_DIR": str(tmp_path)},
        capture_output=True,
        check=False,
        text=True,
    )

    assert 1 == done.returncode
    assert "HUB_DATABASE_URL" in done.stderr
    assert "config.addresses" in done.stderr


async def put_the_region(url: str) -> None:
    connection = await open_connection(url)
    await connection.execute(
        "insert into organisation (id, kind, full_name, short_name, legal_entity_id,"
        " status, sort_key) select id, 'MINISTRY', 'Министерство', 'Министерство', id, 'ACTIVE',"
        " '' from gen_random_uuid() as id"
    )
    await connection.close()


async def client_behind(url: str, key: str) -> str:
    connection = await open_connection(url)
    try:
        return (await authenticate(connection, key, today=region_day())).client_name
    finally:
        await connection.close()


def test_a_key_is_issued_once_listed_without_its_secret_and_revoked(
    hub: Hub, addresses: Addresses
) -> None:
    asyncio.run(put_the_region(addresses.worker))

    issued = hub("api", "key", "create", "--client", "Портал", "--role", "regional_centre")
    key = issued.stdout.strip()
    client = asyncio.run(client_behind(addresses.web_region, key))
    listed = json.loads(hub("api", "key", "list", "-o", "json").stdout)
    number = listed[0]["id"]
    revoked = hub("api", "key", "revoke", number)
    again = hub("api", "key", "create", "--client", "Портал", "--role", "regional_centre")

    parts = KEY.fullmatch(key)
    assert parts is not None
    assert "Портал" == client
    assert ["--to" in one.stderr for one in (issued, again)] == [False, True]
    assert [(parts[2], "Портал", "REGIONAL_CENTRE")] == [
        (row["id"], row["client"], row["role"]) for row in listed
    ]
    assert parts[3] not in str(listed)
    assert 0 == revoked.returncode
    with pytest.raises(AccessError):
        asyncio.run(client_behind(addresses.web_region, key))


@pytest.mark.parametrize(
    ("exit_code", "arguments"),
    [
        (2, ("create", "--client", "x", "--role", "KING")),
        (2, ("create", "--role", "SCHOOL")),
        (4, ("create", "--client", "x", "--role", "SCHOOL", "--organisation", "1000000000000")),
        (4, ("revoke", "0000000000000000")),
    ],
)
def test_a_wrong_request_for_a_key_is_refused_by_its_exit_code(
    hub: Hub, exit_code: int, arguments: tuple[str, ...]
) -> None:
    done = hub("api", "key", *arguments)

    assert (exit_code, "") == (done.returncode, done.stdout)
