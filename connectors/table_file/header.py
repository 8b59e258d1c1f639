"""Where the header of a sheet stands and what each column is called there."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from connectors.table_file.failure import UnreadableTableError
from connectors.table_file.fields import Guess, known, normalise_header, read_levels
from connectors.table_file.sheets import Merge
from hub.records import HeaderColumn

HEADER_ROWS = 30
DEEPEST = 3
MOST_COLUMNS = 1_000
LONGEST_LEVEL = 300
FEWEST_FIELDS = 2
NAME_WEIGHT = 2

NAME_FIELDS = frozenset(
    {"full_name", "last_name"}
    | {f"{role}_{name}" for role in ("mentor", "mentee") for name in ("full_name", "last_name")}
)

_NAME_ITSELF = re.compile(r"^(?:фио|ф и о|фамилия)\b")
_NUMBER = re.compile(r"^\d{1,3}(?:\.0)?$")

TextRow = tuple[int, list[str]]
_SEPARATOR = "\x1f"
_NOTHING: Mapping[str, str] = {}

Levels = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The levels of each column's header, and which rows of the head it takes (`first` to `last`)."""

    columns: tuple[Levels, ...]
    first: int
    last: int

    @property
    def names(self) -> tuple[str, ...]:
        """Give what each column is called, its groups first; empty where nothing stands."""
        return tuple(" ".join(levels) for levels in self.columns)

    @property
    def shape(self) -> str:
        """Give the hash by which a header of this shape is known again."""
        return header_hash(self.names)


class NamelessTableError(UnreadableTableError):
    """В таблице нет столбца с фамилией или ФИО. Добавьте столбец «ФИО» и загрузите снова."""

    def __init__(self, header: Header, *, row: int, columns: tuple[HeaderColumn, ...] = ()) -> None:
        message = self.__doc__ or ""
        super().__init__(message, code="file.no_name_column", row=row, columns=columns)
        self.header = header


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    header: Header
    fields: frozenset[str]
    explained: int

    @property
    def score(self) -> tuple[int, int, int, int, int]:
        """Count the fields, a column of names for three; then whose they are; then few top rows.

        A row more is worth having where it says more: «Стаж» is not «Стаж | педагогический».
        """
        depth = self.header.last - self.header.first
        named = NAME_WEIGHT if self.fields & NAME_FIELDS else 0
        roles = sum(name.startswith(("mentor_", "mentee_")) for name in self.fields)
        return (len(self.fields) + named, roles, self.explained, -depth, -self.header.first)


def header_hash(headers: Sequence[str]) -> str:
    """Give a hash that is equal for headers equal but for case, ё, signs and spaces.

    A last column of the hub's own keys is no part of it: a file that comes back has one.
    """
    forms = ["" if _is_key(header) else normalise_header(header) for header in headers]
    normal = _SEPARATOR.join(forms).rstrip(_SEPARATOR)
    return sha256(normal.encode()).hexdigest()


def find_header(
    head: Sequence[TextRow],
    merges: Sequence[Merge] = (),
    *,
    told: Mapping[str, str] = _NOTHING,
) -> Header | None:
    """Find the header among the first rows of a sheet by how many known fields its cells name.

    `told` are fields by header in normal form, as a person named them. Raises UnreadableTableError
    for a table that is too wide or has no column of names.
    """
    _refuse_width(head)
    hits = [sum(_is_known(cell) or _is_told(cell, told) for cell in row) for _, row in head]
    candidates = [
        _candidate(head, merges, first, last, told)
        for first, last in _spans(head)
        if sum(hits[first : last + 1])
    ]
    best = max(candidates, key=lambda candidate: candidate.score, default=None)
    if best is None or not _is_enough(best, head, told):
        return None
    if not best.fields & NAME_FIELDS:
        raise NamelessTableError(best.header, row=head[best.header.last][0])
    return best.header


def _spans(head: Sequence[TextRow]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last row of whatever may be a header."""
    rows = min(len(head), HEADER_ROWS)
    return (
        (first, last) for first in range(rows) for last in range(first, min(first + DEEPEST, rows))
    )


def find_shape(
    head: Sequence[TextRow], merges: Sequence[Merge], shapes: Collection[str]
) -> Header | None:
    """Find the header that was seen before: its hash is among `shapes`."""
    if not shapes:
        return None
    for first, last in _spans(head):
        header = Header(columns=_levels(head[first : last + 1], merges), first=first, last=last)
        if header.shape in shapes:
            return header
    return None


def _is_told(cell: str, told: Mapping[str, str]) -> bool:
    """Say whether a cell is, or ends, a header that a person named."""
    if not told or not cell:
        return False
    normal = normalise_header(cell)
    return any(name == normal or name.endswith(f" {normal}") for name in told)


def _is_enough(candidate: _Candidate, head: Sequence[TextRow], told: Mapping[str, str]) -> bool:
    """Ask for two fields, or for a plain «ФИО»; without names for three, to say what is missing."""
    if not candidate.fields & NAME_FIELDS:
        return len(candidate.fields) > FEWEST_FIELDS
    if not candidate.fields.isdisjoint(told.values()):
        return True
    cells = head[candidate.header.first][1]
    plain = any(_NAME_ITSELF.match(normalise_header(cell)) for cell in cells if _is_known(cell))
    return plain or len(candidate.fields) >= FEWEST_FIELDS


def _refuse_width(head: Sequence[TextRow]) -> None:
    for number, row in head:
        width = sum(1 for cell in row if cell)
        if width > MOST_COLUMNS:
            raise UnreadableTableError(
                f"В строке {number} заполнено {width} столбцов, больше {MOST_COLUMNS}. "
                "Оставьте столбцы таблицы, остальные удалите и загрузите файл снова.",
                row=number,
                code="file.too_wide",
            )


def _is_key(header: str) -> bool:
    found = known(header)
    return found is not None and found.field == "row_key"


def _is_known(cell: str) -> bool:
    return 0 < len(cell) <= LONGEST_LEVEL and known(cell) is not None


def _candidate(
    head: Sequence[TextRow],
    merges: Sequence[Merge],
    first: int,
    last: int,
    told: Mapping[str, str],
) -> _Candidate:
    columns = _levels(head[first : last + 1], merges)
    guesses = (_told_levels(levels, told) or _known_levels(levels) for levels in columns)
    fields = frozenset(found.field or f"?{index}" for index, found in enumerate(guesses) if found)
    return _Candidate(
        header=Header(columns=columns, first=first, last=last),
        fields=fields,
        explained=sum(map(_is_explained, columns)),
    )


def _is_explained(levels: Levels) -> bool:
    """Say whether the rows of a header mean something together; numbers of columns mean nothing."""
    worded = len(levels) > 1 and any(map(str.isalpha, levels[-1]))
    return worded and _is_known(" ".join(levels))


def _told_levels(levels: Levels, told: Mapping[str, str]) -> Guess | None:
    field = told.get(normalise_header(" ".join(levels))) if told else None
    return Guess(field=field, confidence=1.0) if field else None


@lru_cache(maxsize=8192)
def _known_levels(levels: Levels) -> Guess | None:
    return read_levels(levels, known)


def _levels(rows: Sequence[TextRow], merges: Sequence[Merge]) -> tuple[Levels, ...]:
    """Join header rows by column; a group's name is repeated over the columns that it spans."""
    width = max(len(row) for _, row in rows)
    grid = [[*row, *[""] * (width - len(row))] for _, row in rows]
    for depth, (number, _) in enumerate(rows):
        spans = [merge for merge in merges if merge.top <= number <= merge.bottom]
        if spans:
            _fill_merged(grid[depth], number, spans)
        elif depth + 1 < len(rows):
            _fill_forward(grid, depth)
    return tuple(_distinct(row[column] for row in grid) for column in range(width))


def _fill_merged(cells: list[str], number: int, spans: Sequence[Merge]) -> None:
    for merge in spans:
        if number == merge.top and 0 <= merge.left < len(cells):
            end = min(merge.right + 1, len(cells))
            cells[merge.left : end] = [cells[merge.left]] * (end - merge.left)


def _fill_forward(grid: list[list[str]], depth: int) -> None:
    """Repeat a group over the empty cells right of it that have a header of their own below."""
    below = [any(row[column] for row in grid[depth + 1 :]) for column in range(len(grid[depth]))]
    group = ""
    for column, cell in enumerate(grid[depth]):
        if cell:
            group = cell if below[column] else ""
        elif below[column]:
            grid[depth][column] = group
        else:
            group = ""


def _distinct(levels: Iterable[str]) -> Levels:
    return tuple(dict.fromkeys(level[:LONGEST_LEVEL] for level in levels if level))


def is_numbering(cells: Sequence[str]) -> bool:
    """Say whether a row only numbers the columns: 1, 2, 3, ..."""
    numbers = [cell for cell in cells if cell]
    if len(numbers) < FEWEST_FIELDS + 1 or not all(map(_NUMBER.match, numbers)):
        return False
    values = [int(number.partition(".")[0]) for number in numbers]
    return values == list(range(values[0], values[0] + len(values))) and values[0] <= 1
