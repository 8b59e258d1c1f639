"""How a text table separates its cells, and its records split accordingly."""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from connectors.table_file.fields import dictionary, normalise_header

DELIMITERS = (";", "\t", ",", "|")
SAMPLE_LINES = 45
# More lines or characters than this in one cell mean that a quote was never closed.
MOST_CELL_LINES = 40
MOST_RECORD = 200_000
# After so many unclosed quotes the file uses them as ordinary signs, and nothing is joined.
MOST_UNCLOSED = 50
MOST_HEADERS = 500
LONGEST_HEADER = 200

_SEP_LINE = re.compile(r'^"?sep=(.)"?\s*$', re.IGNORECASE)

Record = tuple[int, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The delimiter, and whether the file says it itself in a line `sep=;`."""

    delimiter: str
    declared: bool = False


def find_dialect(text: str) -> tuple[Dialect, int]:
    """Give the dialect of the beginning of a file and how many known headers it shows."""
    lines = list(islice(text.lstrip("\ufeff").splitlines(), SAMPLE_LINES))
    declared = _SEP_LINE.match(lines[0]) if lines else None
    if declared:
        dialect = Dialect(delimiter=declared.group(1), declared=True)
        return dialect, _headers(lines[1:], dialect.delimiter)
    scores = [
        (_headers(lines, delimiter), _steadiness(lines, delimiter), -order, delimiter)
        for order, delimiter in enumerate(DELIMITERS)
    ]
    headers, _, _, delimiter = max(scores)
    return Dialect(delimiter=delimiter), headers


def _headers(lines: list[str], delimiter: str) -> int:
    """Count the known headers of the best line, where a line is cut by the delimiter."""
    words = dictionary()
    best = 0
    for _, cells in records(enumerate(lines, start=1), delimiter):
        headers = (cell for cell in cells[:MOST_HEADERS] if 0 < len(cell) <= LONGEST_HEADER)
        normal = set(map(normalise_header, headers))
        known = sum(header in words.field_of or header in words.contextual for header in normal)
        best = max(best, known)
    return best


def _steadiness(lines: list[str], delimiter: str) -> int:
    return sum(delimiter in line for line in lines)


def records(lines: Iterable[tuple[int, str]], delimiter: str) -> Iterator[Record]:
    """Yield the number of its first line and the cells of each record.

    A cell in quotes may hold delimiters and line breaks. A quote that is never closed is an
    ordinary sign: its line is cut by the delimiter alone, and the lines after it are not swallowed.
    """
    splitter = _Splitter(lines, delimiter)
    while (line := splitter.next_line()) is not None:
        yield line[0], splitter.cells_of(line[1])


class _Splitter:
    """Lines with a way back, for a quote may turn out unclosed many lines later."""

    def __init__(self, lines: Iterable[tuple[int, str]], delimiter: str) -> None:
        self._lines = iter(lines)
        self._returned: deque[tuple[int, str]] = deque()
        self._delimiter = delimiter
        self._width = 0
        self._unclosed = 0

    def next_line(self) -> tuple[int, str] | None:
        return self._returned.popleft() if self._returned else next(self._lines, None)

    def cells_of(self, line: str) -> list[str]:
        cells = line.split(self._delimiter) if '"' not in line else self._quoted(line)
        if len(cells) > 1:
            self._width = len(cells)
        return cells

    def _quoted(self, line: str) -> list[str]:
        cells = self._parsed(line)
        if cells is None and self._unclosed < MOST_UNCLOSED:
            cells = self._joined(line)
        if cells is None:
            self._unclosed += 1
            cells = [cell.strip().strip('"') for cell in line.split(self._delimiter)]
        return cells

    def _parsed(self, text: str, *, strict: bool = False) -> list[str] | None:
        """Cut a text by delimiter and quotes; give nothing if its last quote stays open."""
        lines = (text + "\n").splitlines(keepends=True)
        try:
            cells = next(csv.reader(lines, delimiter=self._delimiter, strict=strict))
        except csv.Error:
            return None
        return None if cells and cells[-1].endswith("\n") else cells

    def _joined(self, first: str) -> list[str] | None:
        """Join the lines of a cell that goes on; put them back if nothing sensible comes of it."""
        taken: list[tuple[int, str]] = []
        text = first
        while len(taken) < MOST_CELL_LINES and len(text) < MOST_RECORD:
            line = self.next_line()
            if line is None:
                break
            taken.append(line)
            text += "\n" + line[1]
            if '"' not in line[1] or self._parsed(text) is None:
                continue
            # A quote that closes a cell stands before a delimiter; another one is only a sign.
            cells = self._parsed(text, strict=True)
            if cells and (len(cells) == self._width or self._cells_in(first) != self._width):
                return cells
            break
        self._returned.extendleft(reversed(taken))
        return None

    def _cells_in(self, line: str) -> int:
        return line.count(self._delimiter) + 1
