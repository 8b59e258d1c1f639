"""The command line is what the README says, and answers at once."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from hub.cli.root import app

CHECKOUT = Path(__file__).resolve().parents[2]
HEAVY = (
    "alembic",
    "asyncpg",
    "numpy",
    "pandas",
    "sqlalchemy",
    "starlette",
    "strawberry",
    "uvicorn",
)


def paths_of(group: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in getattr(group, "commands", {}).items():
        yield (*path, name)
        yield from paths_of(command, (*path, name))


COMMANDS = sorted(paths_of(typer.main.get_command(app)))


def mentioned() -> set[tuple[str, ...]]:
    """Return the commands that follow `python -m hub` in the documents."""
    documents = [*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md"), CHECKOUT / "Makefile"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in documents)
    return {
        tuple(words.split()) for words in re.findall(r"python -m hub ([a-z]+(?: [a-z]+)*)", text)
    }


def is_start(known: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Tell whether a command is what the words begin with; what follows is prose or an argument."""
    return name[: len(known)] == known or known[: len(name)] == name


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=CHECKOUT, capture_output=True, check=False, text=True
    )


def test_every_command_that_documents_name_exists() -> None:
    names = mentioned()

    assert len(names) > 8
    assert [] == sorted(
        name for name in names if not any(is_start(known, name) for known in COMMANDS)
    )


@pytest.mark.parametrize("name", ["README.md", "README.ru.md"])
def test_a_readme_names_every_command_or_its_group(name: str) -> None:
    text = (CHECKOUT / name).read_text(encoding="utf-8")

    assert [] == sorted({path[0] for path in COMMANDS if f"python -m hub {path[0]}" not in text})


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_a_command_and_its_options_are_described_in_russian(path: tuple[str, ...]) -> None:
    command = typer.main.get_command(app)
    for name in path:
        command = command.commands[name]  # type: ignore[attr-defined]  # a group, as found above

    assert re.search("[а-яё]", command.help or "")
    for parameter in command.params:
        if parameter.name != "help":
            assert re.search("[а-яё]", getattr(parameter, "help", "") or ""), parameter.name


def test_help_imports_nothing_heavy() -> None:
    done = run("-X", "importtime", "-m", "hub", "--help")

    imported = {
        line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()
    }
    assert 0 == done.returncode
    assert "typer" in imported
    assert set() == imported & set(HEAVY)


def test_help_shows_every_command() -> None:
    started = time.perf_counter()

    done = run("-m", "hub", "--help")

    print(f"python -m hub --help: {time.perf_counter() - started:.2f} s")  # noqa: T201 - a figure, not a bar
    assert 0 == done.returncode
    assert all(path[0] in done.stdout for path in COMMANDS)


@pytest.mark.parametrize(
    "arguments", [("no-such-command",), ("serve", "--port", "none"), ("db", "down")]
)
def test_wrong_usage_is_exit_code_two_and_leaves_stdout_empty(arguments: tuple[str, ...]) -> None:
    done = run("-m", "hub", *arguments)

    assert (2, "") == (done.returncode, done.stdout)
