"""The feed as files over HTTP: a snapshot, what changed since, and the manifest that joins them."""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.database import Database
from hub.settings import Addresses
from tests.door.asking import Door, opened
from tests.door.feed import announce
from tests.door.over_http import Served, served
from tests.door.rows import NORTH, ROOT, SOUTH, uid

pytestmark = pytest.mark.anyio
Json = Any  # a decoded answer
PERSON = uid("person", 1)


@pytest.fixture
async def door(addresses: Addresses, database: Database) -> AsyncIterator[Door]:
    async with opened(addresses, database) as door:
        yield door


@pytest.fixture
async def hub(addresses: Addresses, door: Door, tmp_path: Path) -> AsyncIterator[Served]:
    with served(addresses, door, tmp_path) as hub:
        yield hub


def get(hub: Served, who: str, path: str, **query: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {getattr(hub.door.keys, who)}"}
    return httpx.get(f"{hub.url}{path}", params=query, headers=headers, timeout=60)


def unpacked(answer: httpx.Response) -> tuple[Json, dict[str, bytes]]:
    assert 200 == answer.status_code, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return json.loads(files.pop("manifest.json")), files


def lines(content: bytes) -> list[Json]:
    return [json.loads(line) for line in content.splitlines()]


@pytest.mark.parametrize("form", ["ndjson", "csv"])
async def test_a_snapshot_holds_the_scope_and_its_manifest_every_file(
    hub: Served, form: str
) -> None:
    manifest, files = unpacked(get(hub, "north", "/feed/snapshot", format=form))

    seen = hub.ask("north", "{ people { totalCount } mentorships { totalCount } }")
    rows = {file["name"]: file["rows"] for file in manifest["files"]}
    assert seen["people"]["totalCount"] == rows[f"people.{form}"] > 0
    assert seen["mentorships"]["totalCount"] == rows[f"mentorships.{form}"] > 0
    assert {name: sha256(content).hexdigest() for name, content in files.items()} == {
        file["name"]: file["sha256"] for file in manifest["files"]
    }


async def test_a_delta_goes_on_from_a_snapshot_and_another_from_it(
    hub: Served, database: Database
) -> None:
    before, _ = unpacked(get(hub, "north", "/feed/snapshot"))
    await announce(database, PERSON, "UPSERT", before=[NORTH, ROOT], after=[SOUTH, ROOT])

    after, files = unpacked(get(hub, "north", "/feed/delta", after=before["position"]))
    last, nothing = unpacked(get(hub, "north", "/feed/delta", after=after["position"]))

    [event] = lines(files["changes.ndjson"])
    assert ("LEFT", f"person-{PERSON}") == (event["operation"], event["entityId"])
    assert b"" == nothing["changes.ndjson"]
    assert before["epoch"] == after["epoch"] == last["epoch"]


async def test_a_delta_as_csv_says_who_changed(hub: Served, database: Database) -> None:
    before, _ = unpacked(get(hub, "centre", "/feed/snapshot", format="csv"))
    await announce(database, PERSON, "UPSERT", after=[ROOT])

    _, files = unpacked(get(hub, "centre", "/feed/delta", after=before["position"], format="csv"))

    header, row = files["changes.csv"].decode().splitlines()
    assert "type,operation,entityId,otherId,at" == header
    assert row.startswith(f"PERSON,UPSERT,person-{PERSON},,")


async def test_without_a_place_a_key_or_a_known_format_there_is_no_file(hub: Served) -> None:
    foreign = hub.ask("north", "{ feed { position } }")["feed"]["position"]

    assert 400 == get(hub, "north", "/feed/delta").status_code
    assert 400 == get(hub, "south", "/feed/delta", after=foreign).status_code
    assert 400 == get(hub, "north", "/feed/snapshot", format="xml").status_code
    assert 401 == httpx.get(f"{hub.url}/feed/snapshot").status_code  # noqa: ASYNC210 - a client of its own
