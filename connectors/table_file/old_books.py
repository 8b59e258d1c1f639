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
from typing import IO, Any

import python_calamine as calamine

from connectors.table_file.cells import text_of
from connectors.table_file.container import damaged, password_protected
from connectors.table_file.failure import UnreadableTableError

MOST_MEMORY = 1 << 30
MOST_SECONDS = 60
_PASSWORD = 3
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
        [sys.executable, "-m", __name__, str(path)],
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
    return password_protected() if returncode == _PASSWORD else damaged()


def _tell(path: str, out: IO[str]) -> None:
    with Path(path).open("rb") as stream:
        book = calamine.CalamineWorkbook.from_filelike(stream)
        for meta in book.sheets_metadata:
            if meta.typ is calamine.SheetTypeEnum.WorkSheet:
                _tell_sheet(book, meta, out)


def _tell_sheet(
    book: calamine.CalamineWorkbook, meta: calamine.SheetMetadata, out: IO[str]
) -> None:
    sheet = book.get_sheet_by_name(meta.name)
    hidden = meta.visible is not calamine.SheetVisibleEnum.Visible
    announced = {
        "name": meta.name,
        "hidden": hidden,
        "left": sheet.start[1] if sheet.start else 0,
        "merges": sheet.merged_cell_ranges or [],
    }
    out.write(json.dumps(announced) + "\n")
    if not hidden:
        for row in sheet.iter_rows():
            out.write(json.dumps([text_of(cell) for cell in row]) + "\n")
    out.write("null\n")


def _main() -> int:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    try:
        _tell(sys.argv[1], sys.stdout)
    except calamine.PasswordError:
        return _PASSWORD
    return 0


if __name__ == "__main__":
    sys.exit(_main())
