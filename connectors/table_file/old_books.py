"""Old Excel books (.xls), opened in a process of its own.

A broken .xls can make the library take all memory of the process that opens it or abort it, and
its format gives no sizes that could be checked before. So a child with limits opens it and passes
texts on, line by line: a call of it costs some 0.1 s, and only the child dies.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.table_file import old_book_child
from connectors.table_file.failure import UnreadableTableError, damaged, password_protected

_ROOT = Path(__file__).parents[2]

Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OldSheet:
    """A sheet as the child announces it: `left` is its first column in use."""

    name: str
    hidden: bool
    left: int
    merges: Sequence[Range]


def lines_of_old_book(path: Path) -> Iterator[OldSheet | list[str] | None]:
    """Yield each sheet, its rows as texts, and None at its end.

    Raises UnreadableTableError where the child gives up, also in the middle of a sheet.
    """
    child = subprocess.Popen(  # noqa: S603  # our own module; the path is an argument, not a command
        [sys.executable, "-m", old_book_child.__name__, str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
    )
    with child:
        try:
            yield from map(_heard, child.stdout or ())
            failed = child.wait()
        finally:
            if child.poll() is None:
                child.kill()
    if failed:
        raise _failure(failed)


def _heard(line: bytes) -> OldSheet | list[str] | None:
    told: dict[str, Any] | list[str] | None = json.loads(line)  # the child's own shapes
    return OldSheet(**told) if isinstance(told, dict) else told


def _failure(returncode: int) -> UnreadableTableError:
    return password_protected() if returncode == old_book_child.PASSWORD else damaged()
