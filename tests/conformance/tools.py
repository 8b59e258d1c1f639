"""The tools of others: installed as they are locked, in a folder that goes away, and run there."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
RUN_S: Final = 600
Json = Any  # what a tool printed


class NotAskedError(Exception):
    """Nothing can be asked here; says why."""


def install_node(folder: Path, *, slow: bool) -> Path:
    """Install the tools of node by hash; raises NotAskedError where that fails.

    The slow parts' tools are many and are left out unless they are wanted.
    """
    if missing := [name for name in ("node", "npm") if shutil.which(name) is None]:
        raise NotAskedError(f"{' and '.join(missing)} not found on this machine")
    tools = folder / "tools"
    tools.mkdir()
    for path in (*HERE.glob("*.mjs"), *HERE.glob("package*.json")):
        shutil.copy(path, tools)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    command += ["--omit=optional", *([] if slow else ["--omit=dev"])]
    done = run(command, tools, {"npm_config_cache": str(folder / "cache")})
    if done.returncode:
        raise NotAskedError(f"npm cannot install the tools: {last_line(done.stderr)}")
    return tools


def install_python(folder: Path) -> Path:
    """Install the tools of Python and give their folder; raises NotAskedError where that fails."""
    home = folder / "python"
    made = run([sys.executable, "-m", "venv", str(home)], folder)
    command = ["-m", "pip", "install", "-q", "-r", str(HERE / "requirements.txt")]
    done = made if made.returncode else run([str(home / "bin" / "python"), *command], folder)
    if done.returncode:
        raise NotAskedError(f"pip cannot install the tools: {last_line(done.stderr)}")
    return home / "bin"


def run(
    command: Sequence[str], folder: Path, more: dict[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a tool in a folder."""
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | (more or {}),
        capture_output=True,
        check=False,
        text=True,
        timeout=RUN_S,
    )


def printed(command: Sequence[str], folder: Path) -> Json:
    """Run a tool that prints JSON, and read it; a tool that says something else has failed."""
    done = run(command, folder)
    try:
        return json.loads(done.stdout)
    except ValueError as error:
        said = last_line(done.stderr)
        raise RuntimeError(f"{Path(command[-1]).name} printed no answer: {said}") from error


def said_by(name: str, done: "subprocess.CompletedProcess[str]") -> Sequence[str]:
    """Give what a tool complained of, a line each, and that it failed."""
    lines = [f"{name}: {line}" for line in complaints(done.stdout + done.stderr)]
    return [*lines, *([f"{name} failed: {last_line(done.stdout)}"] if done.returncode else [])]


def complaints(text: str) -> Sequence[str]:
    """Find the lines that warn of something."""
    words = ("warning", "warn ", "deprecat", "error")
    return [line.strip() for line in text.splitlines() if any(w in line.lower() for w in words)]


def last_line(text: str) -> str:
    """Give the end of what a tool said."""
    return next((line for line in reversed(text.splitlines()) if line.strip()), "it said nothing")


def told(line: str) -> None:
    """Say something to whoever started the command."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
