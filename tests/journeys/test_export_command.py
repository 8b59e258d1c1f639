"""The command that exports: a file or stdout, with a key or as who keeps the hub."""

import csv
import io
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from hub.settings import Addresses
from tests.journeys.conftest import CHECKOUT, variables_of
from tests.journeys.region import Served, write_keys

QUERY = "query($prefix: String) { people(filter: { namePrefix: $prefix }) { nodes { id } } }"


@pytest.fixture
def environment(module_loaded: Addresses, tmp_path: Path) -> Mapping[str, str]:
    return variables_of(module_loaded, write_keys(tmp_path))


def export(
    environment: Mapping[str, str], *arguments: str, key: str = ""
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "hub", "export", *arguments],
        cwd=CHECKOUT,
        env={**environment, **({"HUB_API_KEY": key} if key else {})},
        capture_output=True,
        check=False,
    )


def rows(text: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.decode(), newline="")))


def test_the_list_of_exports_needs_no_database() -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}

    done = export(bare, "-o", "json")

    assert 0 == done.returncode
    assert b'"mentor-base"' in done.stdout


def test_a_key_sees_its_own_and_who_keeps_the_hub_sees_all(
    environment: Mapping[str, str], served: Served
) -> None:
    every = export(environment, "mentors", "--format", "csv-rfc4180")
    own = export(environment, "mentors", "--format", "csv-rfc4180", key=served.keys.department)

    assert (0, 0) == (every.returncode, own.returncode), every.stderr + own.stderr
    assert rows(own.stdout)[0] == rows(every.stdout)[0]
    ids, own_ids = ({row[0] for row in rows(one.stdout)[1:]} for one in (every, own))
    assert own_ids < ids
    assert own_ids


def test_a_document_of_ones_own_goes_to_a_file_and_a_wrong_one_leaves_none(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "own.graphql").write_text(QUERY)
    (tmp_path / "wrong.graphql").write_text("{ viewer { name } }")
    to = tmp_path / "own.xlsx"
    given = ("--value", "prefix=а", "--to", str(to))

    done = export(environment, str(tmp_path / "own.graphql"), *given)
    refused = export(environment, str(tmp_path / "wrong.graphql"), "--to", str(tmp_path / "no"))

    assert 0 == done.returncode, done.stderr
    assert to.read_bytes().startswith(b"PK")
    assert 1 == refused.returncode
    assert "input.invalid" in refused.stderr.decode()
    assert not list(tmp_path.glob("no*"))
