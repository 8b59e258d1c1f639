"""Lines of a text file, none longer than a line of a table may be, in flat memory."""

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from connectors.table_file.failure import UnreadableTableError

LONGEST_LINE = 1_000_000


def lines_of(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    """Yield the number and text of each line; bytes that are no text become U+FFFD.

    Raises UnreadableTableError at a line that does not end within LONGEST_LINE characters.
    """
    with path.open(encoding=encoding, errors="replace", newline=None) as stream:
        yield from bounded(stream)


def bounded(stream: TextIO) -> Iterator[tuple[int, str]]:
    """Yield numbered lines without their ends, without NUL and the DOS end-of-file sign."""
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith("\n"):
            raise UnreadableTableError(
                f"Строка {number} длиннее {LONGEST_LINE} знаков: так бывает, когда потеряны "
                "переводы строк. Сохраните таблицу как .xlsx и загрузите снова.",
                row=number,
                code="file.line_too_long",
            )
        line = line.rstrip("\n")
        yield (
            number,
            line.replace("\x00", "").replace("\x1a", "")
            if "\x00" in line or "\x1a" in line
            else line,
        )
