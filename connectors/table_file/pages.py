"""The rows below a header as pages of fields: people kept, everything else told apart."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from connectors.table_file.body import (
    RowKind,
    is_suspect,
    kind_of,
    looks_like_name,
    section_class,
)
from connectors.table_file.cells import text_of, texts
from connectors.table_file.columns import BASES, NAME_PARTS, Columns
from connectors.table_file.head import TableHead
from connectors.table_file.header import Header
from connectors.table_file.merges import filled_down
from connectors.table_file.sheets import Row
from connectors.table_file.titles import figures_of, organisation_name
from hub.records import Figure, FileKind, Place, Rejected

PAGE_ROWS = 10_000
PAGE_CELLS = 2_000_000
PAGE_CHARACTERS = 20_000_000
# A row with fewer filled fields besides its name is looked at closely.
FEW_FIELDS = 2
BROKEN = "\ufffd"
# A line to sign on: such a row may be no person however full it is.
SIGNED = "___"

NO_NAME = (
    "В строке есть данные, но нет фамилии и имени. Впишите ФИО или удалите строку и загрузите "
    "файл снова."
)
SHIFTED = (
    "В строке больше ячеек, чем столбцов в шапке: разделитель стоит внутри ячейки. Возьмите такую "
    "ячейку в кавычки или сохраните таблицу как .xlsx."
)
BROKEN_TEXT = (
    "В строке есть знаки, которые не читаются в кодировке файла. Сохраните таблицу как .xlsx или "
    "«CSV UTF-8» и загрузите снова."
)

Values = dict[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Up to PAGE_ROWS people by field, and what was refused and asserted between them.

    `last_row` is the last row of the file that the page covers; `carried` counts the rows whose
    own name stood in a row above.
    """

    sheet: str
    numbers: list[int]
    fields: Values
    rejected: tuple[Rejected, ...]
    figures: tuple[Figure, ...]
    last_row: int
    carried: int


@dataclass(slots=True, kw_only=True)
class _Course:
    """What the rows read so far mean for those that follow."""

    sections: dict[str, str] = field(default_factory=dict)
    after_footer: bool = False
    own: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class _Chunk:
    """Rows in work: their fields, who is kept, what was found among them."""

    rows: Sequence[Row]
    values: Values
    names: list[str]
    filled: npt.NDArray[np.int64]
    keep: npt.NDArray[np.bool_]
    rejected: list[Rejected] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    marks: list[tuple[int, str, str]] = field(default_factory=list)
    carried: int = 0


def pages_of(
    head: TableHead, header: Header, columns: Columns, kind: FileKind, file: str
) -> Iterator[Page]:
    """Yield the rows below the header page by page, in order."""
    reader = _Reader(head, header, columns, kind, file)
    for rows in _chunks(head):
        yield reader.page(rows)


def _chunks(head: TableHead) -> Iterator[list[Row]]:
    """Cut rows into pages by rows, cells and characters, so that memory is flat in file size."""
    chunk: list[Row] = []
    cells = characters = 0
    for row in filled_down(head.rows, head.sheet.merges):
        chunk.append(row)
        cells += len(row[1])
        if head.sheet.streamed:
            characters += sum(len(str(cell)) for cell in row[1])
        if len(chunk) >= PAGE_ROWS or cells >= PAGE_CELLS or characters >= PAGE_CHARACTERS:
            yield chunk
            chunk, cells, characters = [], 0, 0
    if chunk:
        yield chunk


class _Reader:
    """Turns chunks of rows into pages; remembers sections and signatures from page to page."""

    def __init__(
        self, head: TableHead, header: Header, columns: Columns, kind: FileKind, file: str
    ) -> None:
        self._file = file
        self._sheet = head.sheet
        self._headers = header.names
        self._sources = columns.sources
        self._kind = kind
        self._own, self._other = BASES.get(kind, ("", ""))
        self._course = _Course()

    def page(self, rows: Sequence[Row]) -> Page:
        """Sort out a chunk of rows."""
        chunk = self._chunk(rows)
        for at in self._odd(chunk):
            self._look(chunk, at)
        self._refuse_broken(chunk)
        self._refuse_shifted(chunk)
        self._mark_sections(chunk)
        self._remember(chunk)
        kept = chunk.keep.tolist()
        return Page(
            sheet=self._sheet.name,
            numbers=[number for number, _ in compress(rows, kept)],
            fields={name: list(compress(column, kept)) for name, column in chunk.values.items()},
            rejected=tuple(sorted(chunk.rejected, key=lambda one: one.place.row or 0)),
            figures=tuple(chunk.figures),
            last_row=rows[-1][0],
            carried=chunk.carried,
        )

    def _chunk(self, rows: Sequence[Row]) -> _Chunk:
        values = _values(rows, self._sources)
        for role in filter(None, (self._own, self._other)):
            _compose_name(values, role)
        names = _names(values, self._own)
        filled = np.zeros(len(rows), dtype=np.int64)
        for name, column in values.items():
            if name not in ("row_no", "row_key"):
                filled += np.fromiter(map(bool, column), dtype=bool, count=len(rows))
        filled -= np.fromiter(map(bool, names), dtype=bool, count=len(rows))
        return _Chunk(
            rows=rows,
            values=values,
            names=names,
            filled=filled,
            keep=np.ones(len(rows), dtype=bool),
        )

    def _odd(self, chunk: _Chunk) -> list[int]:
        """Find the rows that may be something else than a person."""
        doubtful = chunk.filled < FEW_FIELDS
        suspects = (not name or is_suspect(name) for name in chunk.names)
        doubtful |= np.fromiter(suspects, dtype=bool, count=len(chunk.rows))
        if numbers := chunk.values.get("row_no"):
            worded = (bool(number) and not number[0].isdigit() for number in numbers)
            doubtful |= np.fromiter(worded, dtype=bool, count=len(chunk.rows))
        for column in chunk.values.values():
            if SIGNED in "".join(column):
                signed = (SIGNED in value for value in column)
                doubtful |= np.fromiter(signed, dtype=bool, count=len(chunk.rows))
        return [int(at) for at in np.flatnonzero(doubtful)]

    def _look(self, chunk: _Chunk, at: int) -> None:
        number, cells = chunk.rows[at]
        shown = [text_of(cell) for cell in cells]
        name, others = chunk.names[at], int(chunk.filled[at])
        found = kind_of(shown, self._headers, name=name, others=others)
        if found is RowKind.DATA:
            return
        if found in {RowKind.NAMELESS, RowKind.SECTION} and self._carry(chunk, at):
            return
        chunk.keep[at] = False
        line = " ".join(filter(None, shown))
        asserted = figures_of(line, self._place(number))
        chunk.figures += asserted
        self._course.after_footer |= found is RowKind.FOOTER
        if found is RowKind.SECTION:
            self._open_section(chunk, at, line)
        if found is RowKind.NAMELESS and not asserted and not self._is_after_table(chunk, at):
            chunk.rejected.append(self._refusal(chunk, at, "row.no_name", NO_NAME))

    def _is_after_table(self, chunk: _Chunk, at: int) -> bool:
        return self._course.after_footer and chunk.filled[at] <= FEW_FIELDS

    def _open_section(self, chunk: _Chunk, at: int, line: str) -> None:
        line = " ".join(dict.fromkeys(line.split("\n")))
        if name := organisation_name(line):
            chunk.marks.append((at, "organization", name))
        elif school_class := section_class(line):
            chunk.marks.append((at, "class", school_class))

    def _carry(self, chunk: _Chunk, at: int) -> bool:
        """Take the own person of a base from the row above, where merged cells were saved as text.

        Only a row that names the other party and has no number of its own is such a row.
        """
        if not self._own or "row_no" not in chunk.values or chunk.values["row_no"][at]:
            return False
        others = chunk.values.get(f"{self._other}_full_name")
        above = self._own_above(chunk, at)
        if not others or not looks_like_name(re.split("[,;\n]", others[at])[0]) or not above:
            return False
        for name, value in above.items():
            column = chunk.values[name]
            column[at] = column[at] or value
        chunk.names[at] = above[f"{self._own}_full_name"]
        chunk.carried += 1
        return True

    def _own_above(self, chunk: _Chunk, at: int) -> dict[str, str]:
        own = (f"{self._own}_full_name", f"{self._own}_organization", "birth_year", "birth_date")
        above = next((row for row in range(at - 1, -1, -1) if chunk.keep[row]), None)
        if above is None:
            return self._course.own
        return {name: chunk.values[name][above] for name in own if name in chunk.values}

    def _remember(self, chunk: _Chunk) -> None:
        if self._own:
            self._course.own = self._own_above(chunk, len(chunk.rows))
        if chunk.keep.any() and chunk.keep[-1]:
            self._course.after_footer = False

    def _mark_sections(self, chunk: _Chunk) -> None:
        """Write the school or the class of a section into its rows, if no column states it."""
        for at, name, value in chunk.marks:
            if name not in self._sources:
                self._course.sections.setdefault(name, "")
                column = self._section_column(chunk, name)
                column[at:] = [value] * (len(column) - at)
        for name in self._course.sections:
            self._course.sections[name] = self._section_column(chunk, name)[-1]

    def _section_column(self, chunk: _Chunk, name: str) -> list[str]:
        return chunk.values.setdefault(name, [self._course.sections[name]] * len(chunk.rows))

    def _refuse_broken(self, chunk: _Chunk) -> None:
        if not self._sheet.streamed:
            return
        for column in chunk.values.values():
            if BROKEN not in "".join(column):
                continue
            for at, value in enumerate(column):
                if BROKEN in value and chunk.keep[at]:
                    self._refuse(chunk, at, "row.encoding", BROKEN_TEXT)

    def _refuse_shifted(self, chunk: _Chunk) -> None:
        if not self._sheet.delimited:
            return
        width = len(self._headers)
        for at, (_, cells) in enumerate(chunk.rows):
            if len(cells) > width and chunk.keep[at] and any(map(text_of, cells[width:])):
                self._refuse(chunk, at, "row.shifted", SHIFTED)

    def _refuse(self, chunk: _Chunk, at: int, code: str, message: str) -> None:
        chunk.keep[at] = False
        chunk.rejected.append(self._refusal(chunk, at, code, message))

    def _refusal(self, chunk: _Chunk, at: int, code: str, message: str) -> Rejected:
        payload = {name: column[at] for name, column in chunk.values.items() if column[at]}
        return Rejected(
            place=self._place(chunk.rows[at][0]), code=code, message=message, payload=payload
        )

    def _place(self, row: int) -> Place:
        return Place(file=self._file, sheet=self._sheet.name, row=row)


def _values(rows: Sequence[Row], sources: Mapping[str, tuple[int, ...]]) -> Values:
    """Take the texts of the mapped columns, several columns of one field joined."""
    indexes = sorted({index for found in sources.values() for index in found})
    width = indexes[-1] + 1
    padding = [""] * width
    full = (cells if len(cells) >= width else [*cells, *padding[len(cells) :]] for _, cells in rows)
    take = itemgetter(*indexes) if len(indexes) > 1 else lambda cells: (cells[indexes[0]],)
    columns = dict(zip(indexes, map(texts, zip(*map(take, full), strict=True)), strict=True))
    return {name: _joined([columns[at] for at in found]) for name, found in sources.items()}


def _joined(columns: Sequence[list[str]]) -> list[str]:
    if len(columns) == 1:
        return columns[0]
    return ["; ".join(dict.fromkeys(filter(None, cells))) for cells in zip(*columns, strict=True)]


def _compose_name(values: Values, role: str) -> None:
    """Write a mentor's or mentee's name as one field, whatever columns it stood in."""
    parts = [values.pop(f"{role}_{part}") for part in NAME_PARTS if f"{role}_{part}" in values]
    if not parts:
        return
    composed = [" ".join(filter(None, cells)) for cells in zip(*parts, strict=True)]
    whole = values.get(f"{role}_full_name", [""] * len(composed))
    values[f"{role}_full_name"] = [full or name for full, name in zip(whole, composed, strict=True)]


def _names(values: Values, own: str) -> list[str]:
    if own:
        return list(values[f"{own}_full_name"])
    columns = [values[name] for name in ("full_name", *NAME_PARTS[:2]) if name in values]
    return [" ".join(filter(None, cells)) for cells in zip(*columns, strict=True)]
