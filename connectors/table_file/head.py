"""The beginning of a sheet understood: title lines, header, what the columns hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from connectors.table_file.cells import text_of
from connectors.table_file.columns import Columns, resolve
from connectors.table_file.header import HEADER_ROWS, Header, TextRow, find_header, is_numbering
from connectors.table_file.sheets import Merge, Row, Sheet
from hub.records import FileKind

SAMPLE_ROWS = 60
# A sheet with more full rows than this is a table whose header was not understood.
FEWEST_TABLE_ROWS = 3
FEWEST_TABLE_CELLS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TableHead:
    """What the first rows of a sheet say; `columns` and `header` are absent where no table is.

    `lines` are the rows above the header, one text each, with their numbers; `rows` yields the
    rows below the header, the numbering row of the columns left out.
    """

    sheet: Sheet
    lines: tuple[tuple[int, str], ...]
    rows: Iterator[Row]
    header: Header | None = None
    columns: Columns | None = None
    is_empty: bool = False
    is_table: bool = False


def read_head(
    sheet: Sheet,
    names: Sequence[str],
    *,
    kind: FileKind | None = None,
    profile: Mapping[str, str] | None = None,
) -> TableHead:
    """Read the first rows of a sheet and find out what its columns hold.

    `names` are the names of sheet and file: they tell the kind of a table where its title does not.
    Raises UnreadableTableError for a header that cannot be used.
    """
    raw = list(islice(sheet.rows, HEADER_ROWS + SAMPLE_ROWS))
    head: list[TextRow] = [(number, [text_of(cell) for cell in cells]) for number, cells in raw]
    header = find_header(head, _near(sheet.merges, head))
    if header is None:
        return _without_table(sheet, head)
    lines = tuple(_lines(head[: header.first]))
    below = header.last + 1
    if below < len(head) and is_numbering(head[below][1]):
        below += 1
    columns = resolve(
        header,
        [cells for _, cells in head[below : below + SAMPLE_ROWS]],
        [" ".join(text for _, text in lines), *names],
        kind=kind,
        profile=profile,
    )
    return TableHead(
        sheet=sheet,
        lines=lines,
        rows=chain(raw[below:], sheet.rows),
        header=header,
        columns=columns,
        is_table=True,
    )


def _near(merges: Sequence[Merge], head: Sequence[TextRow]) -> list[Merge]:
    last = head[-1][0] if head else 0
    return [merge for merge in merges if merge.top <= last]


def _without_table(sheet: Sheet, head: Sequence[TextRow]) -> TableHead:
    lines = tuple(_lines(head))
    full = sum(sum(map(bool, cells)) >= FEWEST_TABLE_CELLS for _, cells in head)
    return TableHead(
        sheet=sheet,
        lines=lines,
        rows=iter(()),
        is_empty=not lines,
        is_table=full >= FEWEST_TABLE_ROWS,
    )


def _lines(rows: Sequence[TextRow]) -> Iterator[tuple[int, str]]:
    """Give the text of each row that has any; a text repeated over a merged span stands once."""
    for number, cells in rows:
        if text := " ".join(dict.fromkeys(filter(None, cells))):
            yield number, text
