"""An operator gives the hub a source and asks for its runs, each command a process of its own."""

import csv
import io
import json
import re
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Hub = Callable[..., subprocess.CompletedProcess[str]]
MANIFEST = """
code = "kadry"
kind = "KADRY"
title = "Кадры в образовании"
schedule = "30 3 * * *"
secret_name = "kadry_secret"

[settings]
base_url = "http://127.0.0.1:1/api"
login = "hub"
attempts = 1
"""


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    file = tmp_path / "kadry.toml"
    file.write_text(MANIFEST, encoding="utf-8")
    return file


@pytest.fixture
def described(hub: Hub, manifest: Path) -> Hub:
    """Run commands over a hub that knows one source."""
    done = hub("source", "add", str(manifest))
    assert 0 == done.returncode, done.stderr
    return hub


def test_a_source_is_added_changed_and_shown_without_a_secret(hub: Hub, manifest: Path) -> None:
    added = hub("source", "add", str(manifest))
    ranked = f"{MANIFEST.replace('30 3', '45 4')}\n[ranks]\nbirth_date = 1\nsnils = 2\n"
    manifest.write_text(ranked, encoding="utf-8")
    changed = hub("source", "add", str(manifest))
    same = hub("source", "add", str(manifest))
    shown = json.loads(hub("source", "show", "kadry", "-o", "json").stdout)[0]
    table = hub("source", "show", "kadry").stdout

    assert ("заведён" in added.stderr, "изменён" in changed.stderr) == (True, True)
    assert "описан так же" in same.stderr
    assert "45 4 * * *" == shown["schedule"]
    assert "kadry_secret" == shown["secret_name"]
    assert "hub" == shown["settings"]["login"]
    assert {"birth_date": 1, "snils": 2} == shown["ranks"]
    assert {("birth_date", "1"), ("snils", "2")} == set(re.findall(r"ranks\.(\w+) +(\d)", table))


def test_a_secret_in_plain_text_is_refused_and_not_repeated(hub: Hub, manifest: Path) -> None:
    manifest.write_text(f'{MANIFEST}password = "тайна-12345"\n', encoding="utf-8")

    done = hub("source", "add", str(manifest))

    assert 1 == done.returncode
    assert "config.plain_secret" in done.stderr
    assert "secret_name" in done.stderr
    assert "тайна" not in done.stderr


def test_a_source_that_nobody_answers_for_is_exit_code_six(
    described: Hub, tmp_path: Path, variables: dict[str, str]
) -> None:
    variables["HUB_SECRETS_DIR"] = str(tmp_path)
    without = described("source", "test", "kadry")
    (tmp_path / "kadry_secret").write_text("тайна", encoding="utf-8")
    silent = described("source", "test", "kadry")

    assert (1, 6) == (without.returncode, silent.returncode)
    assert "source.no_secret" in without.stderr
    assert "тайна" not in silent.stderr


def test_an_unknown_source_is_exit_code_four(hub: Hub) -> None:
    assert 4 == hub("sync", "run", "nobody").returncode


def test_a_run_waits_in_the_queue_once_and_is_cancelled(described: Hub) -> None:
    asked = described("sync", "run", "kadry", "--full", "-o", "json")
    number = json.loads(asked.stdout)[0]["id"]
    again = described("sync", "run", "kadry")
    waiting = json.loads(described("sync", "list", "-o", "json").stdout)
    cancelled = described("sync", "cancel", number)
    twice = described("sync", "cancel", number)
    shown = json.loads(described("sync", "show", "kadry", "-o", "json").stdout)[0]

    assert (0, 5, 0, 5) == (
        asked.returncode,
        again.returncode,
        cancelled.returncode,
        twice.returncode,
    )
    assert number in again.stderr
    assert [("QUEUED", "FULL")] == [(row["state"], row["mode"]) for row in waiting]
    assert "CANCELLED" == shown["state"]
    assert ["run.queued", "run.cancelled"] == [event["code"] for event in shown["events"]]
    assert 0 == described("sync", "run", "kadry").returncode


def test_lines_of_json_and_csv_are_for_programs(described: Hub) -> None:
    described("source", "pause", "kadry")
    lines = described("source", "list", "-o", "ndjson").stdout
    table = described("source", "list", "-o", "csv").stdout

    assert "kadry" == json.loads(lines.splitlines()[0])["code"]
    [row] = csv.DictReader(io.StringIO(table))
    assert ("kadry", "30 3 * * *", "True") == (row["code"], row["schedule"], row["paused"])
    assert "hub" == json.loads(row["settings"])["login"]


def test_a_run_that_nobody_knows_is_exit_code_four(hub: Hub) -> None:
    unknown = hub("sync", "show", "00000000-0000-7000-8000-000000000000")

    assert (4, "") == (unknown.returncode, unknown.stdout)
    assert "sync.run_unknown" in unknown.stderr


def test_a_table_of_a_database_is_described_tried_and_looked_into(hub: Hub, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "staff.db") as base:
        base.execute("create table staff (id integer primary key, фио text, паспорт text)")
    described = tmp_path / "staff.toml"
    text = f"""
code = "staff"
kind = "DATABASE"
title = "Кадры района"
[settings]
url = "sqlite:///{tmp_path}/staff.db"
name = "Кадры"
tabel = "staff"
fields = {{external_id = "id", full_name = "фио"}}
"""
    described.write_text(text, encoding="utf-8")

    wrong = hub("source", "add", str(described))
    described.write_text(text.replace("tabel", "table"), encoding="utf-8")
    added, tried = hub("source", "add", str(described)), hub("source", "test", "staff")
    found = json.loads(hub("source", "discover", "staff", "-o", "json").stdout)

    assert 1 == wrong.returncode
    assert "строка 8, settings.tabel: такого ключа нет, есть table" in wrong.stderr
    assert (0, 0) == (added.returncode, tried.returncode), tried.stderr
    assert {"id": "external_id", "фио": "full_name", "паспорт": ""} == {
        row["part"]: row["field"] for row in found
    }
