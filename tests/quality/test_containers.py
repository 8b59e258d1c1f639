"""The container files say what the hub has: no engine runs them here, so their words are checked."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any  # a compose file is what it is

import pytest
import yaml

from hub.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text("utf-8"))
DOCKERFILE = (CHECKOUT / "Dockerfile").read_text("utf-8")
OURS = {name: one for name, one in COMPOSE["services"].items() if "build" in one}
HUB = "python -m hub "


def hub_commands() -> Iterator[str]:
    """Yield every command of the hub that the two files start."""
    for service in OURS.values():
        entry = " ".join(service.get("entrypoint", []))
        yield from (part.strip() for part in entry.partition("-c ")[2].split("&&") if part)
        if "command" in service:
            yield HUB + shlex.join(service["command"])
        check = shlex.join(service.get("healthcheck", {}).get("test", [])[1:])
        if check.startswith(HUB):
            yield check
    for line in re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE):
        yield HUB + shlex.join(yaml.safe_load(line))


@pytest.mark.parametrize("command", sorted(set(hub_commands())))
def test_a_command_that_a_container_starts_exists(command: str) -> None:
    assert command.startswith(HUB), command
    words = shlex.split(command.removeprefix(HUB))
    plain = [word for word in words if not word.startswith("-")][:2]

    done = subprocess.run(
        [sys.executable, "-m", "hub", *words[: words.index(plain[-1]) + 1], "--help"],
        cwd=CHECKOUT,
        capture_output=True,
        check=False,
        text=True,
    )

    assert 0 == done.returncode, done.stderr
    assert [] == [word for word in words if word.startswith("--") and word not in done.stdout]


def test_both_processes_and_the_tables_are_started() -> None:
    assert {"tables", "web", "worker"} == set(OURS)
    assert {"database", *OURS} == set(COMPOSE["services"])


def test_nothing_of_ours_runs_as_root_or_writes_its_own_files() -> None:
    lines = DOCKERFILE.splitlines()

    assert "USER hub" in lines
    assert lines.index("USER hub") < next(n for n, line in enumerate(lines) if "ENTRYPOINT" in line)
    assert all(service["read_only"] for service in OURS.values())
    assert all(["ALL"] == service["cap_drop"] for service in OURS.values())


def test_secrets_are_files_that_the_settings_read() -> None:
    named = {name for service in COMPOSE["services"].values() for name in service["secrets"]}
    fields = {f"hub_{name}" for name in Settings.model_fields}

    assert set(COMPOSE["secrets"]) == named
    assert {"postgres_password"} == named - fields
    assert not any("PASSWORD:" in str(service) for service in OURS.values())


def test_variables_are_settings() -> None:
    fields = {f"HUB_{name.upper()}" for name in Settings.model_fields}
    given = {name for service in OURS.values() for name in service["environment"]}

    assert set() == given - fields


def test_whoever_stays_has_a_health_check() -> None:
    staying = {name for name, one in COMPOSE["services"].items() if one.get("restart")}
    checked = {name for name, one in COMPOSE["services"].items() if "healthcheck" in one}

    assert {"database", "web", "worker"} == staying
    assert {"web"} == staying - checked  # the image checks the web process itself
    assert "HEALTHCHECK" in DOCKERFILE


def test_what_is_copied_into_the_image_is_there() -> None:
    copied = re.findall(r"^COPY (\S+) ", DOCKERFILE, re.MULTILINE)

    assert {"hub", "schema", "connectors", "sync", "migrations"} <= set(copied)
    assert [] == [name for name in copied if not (CHECKOUT / name).exists()]
