"""The beginning of a sheet understood: title lines, header, what the columns hold."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from connectors.table_file.cells import text_of
from connectors.table_file.columns import Columns, described, resolve, told_fields
from connectors.table_file.header import (
    HEADER_ROWS,
    Header,
    NamelessTableError,
    TextRow,
    find_header,
    find_shape,
    is_numbering,
)
from connectors.table_file.sheets import Merge, Row, Sheet
from hub.records import FileKind, HeaderColumn

SAMPLE_ROWS = 60
# A sheet with more full rows than this is a table whose header was not understood.
FEWEST_TABLE_ROWS = 3
FEWEST_TABLE_CELLS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A mapping confirmed before: fields by header, and the kind for a table that tells none."""

    kind: FileKind
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The headers that are known by shape, and who remembers the mapping of one.

    `recall` is given the hash of a header, the title lines, and the values that a field has in
    every row of the sample.
    """

    shapes: Collection[str]
    recall: Callable[[str, Sequence[str], Mapping[str, str]], Remembered | None]


NO_MEMORY = Memory(shapes=(), recall=lambda _hash, _lines, _stated: None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableHead:
    """What the first rows of a sheet say; `columns` and `header` are absent where no table is.

    `open_columns` are those of a table whose header says too little.
    `lines` are the rows above the header, one text each, with their numbers; `rows` yields the
    rows below the header, the numbering row of the columns left out.
    """

    sheet: Sheet
    lines: tuple[tuple[int, str], ...]
    rows: Iterator[Row]
    header: Header | None = None
    columns: Columns | None = None
    open_columns: tuple[HeaderColumn, ...] = ()
    is_empty: bool = False
    is_table: bool = False


def read_head(
    sheet: Sheet,
    names: Sequence[str],
    *,
    kind: FileKind | None = None,
    profile: Mapping[str, str] | None = None,
    memory: Memory = NO_MEMORY,
) -> TableHead:
    """Read the first rows of a sheet and find out what its columns hold.

    `names` are the names of sheet and file: they tell the kind of a table where its title does not.
    Raises UnreadableTableError for a header that cannot be used.
    """
    raw = list(islice(sheet.rows, HEADER_ROWS + SAMPLE_ROWS))
    head: list[TextRow] = [(number, [text_of(cell) for cell in cells]) for number, cells in raw]
    merges = _near(sheet.merges, head)
    understood = _understood(head, merges, names, told_fields(profile), memory)
    if understood is None:
        return _without_table(sheet, head)
    table, known = understood
    return TableHead(
        sheet=sheet,
        lines=table.lines,
        rows=chain(raw[table.below :], sheet.rows),
        header=table.header,
        columns=table.columns(kind, profile, known),
        is_table=True,
    )


def _understood(
    head: Sequence[TextRow],
    merges: Sequence[Merge],
    names: Sequence[str],
    told: Mapping[str, str],
    memory: Memory,
) -> "tuple[_Table, Remembered | None] | None":
    """Find the header by its own words, else by its shape if somebody told what it means."""
    nameless: NamelessTableError | None = None
    try:
        header = find_header(head, merges, told=told)
    except NamelessTableError as error:
        header, nameless = None, error
    if header is not None:
        table = _table(head, header, names)
        return table, table.recalled(memory)
    if (seen := find_shape(head, merges, memory.shapes)) is not None:
        table = _table(head, seen, names)
        if known := table.recalled(memory):
            return table, known
    if nameless is not None:
        raise _described(nameless, head)
    return None


def _table(head: Sequence[TextRow], header: Header, names: Sequence[str]) -> "_Table":
    below = header.last + 1
    if below < len(head) and is_numbering(head[below][1]):
        below += 1
    return _Table(
        header=header,
        lines=tuple(_lines(head[: header.first])),
        below=below,
        sample=[cells for _, cells in head[below : below + SAMPLE_ROWS]],
        names=names,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A header, the lines above it, where its rows begin and some of them, and the sheet's names."""

    header: Header
    lines: tuple[tuple[int, str], ...]
    below: int
    sample: Sequence[Sequence[str]]
    names: Sequence[str]

    def columns(
        self, kind: FileKind | None, profile: Mapping[str, str] | None, known: Remembered | None
    ) -> Columns:
        """Decide what the columns hold; what a person says now comes before what was said then."""
        if known is None:
            return self._resolved(kind, profile)
        told = {**known.columns, **(profile or {})}
        found = self._resolved(kind, told)
        return found if found.kind else self._resolved(known.kind, told)

    def recalled(self, memory: Memory) -> Remembered | None:
        """Ask who remembers this header, by what title and columns say of its owner."""
        if not memory.shapes or self.header.shape not in memory.shapes:
            return None
        columns = self._resolved(None, None)
        values = {
            field: {row[at] for row in self.sample for at in found if at < len(row)} - {""}
            for field, found in columns.sources.items()
        }
        stated = {field: said.pop() for field, said in values.items() if len(said) == 1}
        return memory.recall(self.header.shape, [text for _, text in self.lines], stated)

    def _resolved(self, kind: FileKind | None, profile: Mapping[str, str] | None) -> Columns:
        words = [" ".join(text for _, text in self.lines), *self.names]
        return resolve(self.header, self.sample, words, kind=kind, profile=profile)


def _described(error: NamelessTableError, head: Sequence[TextRow]) -> NamelessTableError:
    """Name the columns of a table without names, and what they might hold."""
    below = error.header.last + 1
    error.columns = described(error.header, [cells for _, cells in head[below:]])
    return error


def _near(merges: Sequence[Merge], head: Sequence[TextRow]) -> list[Merge]:
    last = head[-1][0] if head else 0
    return [merge for merge in merges if merge.top <= last]


def _without_table(sheet: Sheet, head: Sequence[TextRow]) -> TableHead:
    lines = tuple(_lines(head))
    full = [at for at, row in enumerate(head) if sum(map(bool, row[1])) >= FEWEST_TABLE_CELLS]
    return TableHead(
        sheet=sheet,
        lines=lines,
        rows=iter(()),
        open_columns=_unread(head[full[0] :]) if len(full) > 1 else (),
        is_empty=not lines,
        is_table=len(full) >= FEWEST_TABLE_ROWS,
    )


def _unread(rows: Sequence[TextRow]) -> tuple[HeaderColumn, ...]:
    """List the columns of a table by its first full row, which may be its header."""
    top = Header(columns=tuple((cell,) if cell else () for cell in rows[0][1]), first=0, last=0)
    return described(top, [cells for _, cells in rows[1:]])


def _lines(rows: Sequence[TextRow]) -> Iterator[tuple[int, str]]:
    """Give the text of each row that has any; a text repeated over a merged span stands once."""
    for number, cells in rows:
        if text := " ".join(dict.fromkeys(filter(None, cells))):
            yield number, text
