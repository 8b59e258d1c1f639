"""A table as schools lay it out: title, header of one or two levels, rows, totals, signatures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hub.demo.headings import GROUPED, heading
from hub.demo.sheets import Cell, Grid, Merge
from hub.demo.style import Style
from hub.records import FileKind

Line = Mapping[str, Cell]


@dataclass(slots=True)
class Layout:
    """A sheet while it is being filled; rows are numbered as a person sees them, from 1."""

    kind: FileKind
    style: Style
    fields: tuple[str, ...]
    rows: list[list[Cell]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    count: int = 0

    @property
    def next_row(self) -> int:
        """Give the number of the row that is written next."""
        return len(self.rows) + 1

    def title(self, lines: Iterable[str]) -> None:
        """Write lines over the table, each in its first cell."""
        self.rows += [[line] for line in lines]

    def header(self) -> None:
        """Write the header; groups of columns get a common heading where the habit is so."""
        names = [heading(self.kind, name, self.style.wording) for name in self.fields]
        top = len(self.rows)
        if self.style.two_level_header and any(name in GROUPED for name in self.fields):
            self._two_levels(names, top)
        else:
            self.rows.append(list(names))
        if self.style.numbering_row:
            self.rows.append(list(range(1, len(names) + 1)))

    def _two_levels(self, names: Sequence[str], top: int) -> None:
        upper: list[Cell] = list(names)
        lower: list[Cell] = [None] * len(names)
        starts: dict[str, int] = {}
        for column, name in enumerate(self.fields):
            if name not in GROUPED:
                self.merges.append(Merge(top=top, left=column, bottom=top + 1, right=column))
                continue
            group, own = GROUPED[name]
            upper[column] = None if group in starts else group
            lower[column] = own
            starts.setdefault(group, column)
        widths = [GROUPED[name][0] for name in self.fields if name in GROUPED]
        for group, start in starts.items():
            end = start + widths.count(group) - 1
            if end > start:
                self.merges.append(Merge(top=top, left=start, bottom=top, right=end))
        self.rows += [upper, lower]

    def section(self, text: str) -> None:
        """Write a row that names what follows, across the table."""
        row = len(self.rows)
        self.rows.append([text, *[None] * (len(self.fields) - 1)])
        self.merges.append(Merge(top=row, left=0, bottom=row, right=len(self.fields) - 1))

    def line(self, values: Line) -> None:
        """Write a row of the table and number it."""
        self.count += 1
        numbered = {"row_no": self.count, **values}
        self.rows.append([numbered.get(name) for name in self.fields])

    def footer(self, lines: Iterable[str]) -> None:
        """Write totals and signatures under the table."""
        self.rows += [[line] for line in lines]

    def grid(self) -> Grid:
        """Give the finished sheet."""
        return Grid(rows=self.rows, merges=tuple(self.merges))
