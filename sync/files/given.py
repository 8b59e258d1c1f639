"""A given file: what its giver declares, what was read of it, and what is reported of that."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import pandas as pd

from connectors.protocol import Connector
from hub.records import Completeness, Figure, FileKind, HeaderColumn, Rejected
from sync.evidence.lists import ListStatement
from sync.files.headers import Drift, Shape
from sync.files.placing import Listed, records_of_lists
from sync.files.returned import Binding

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A file with what its giver declares; what is not declared is read from its titles.

    `period` is the academic year the file speaks of, `stated_as_of` the day; `columns` are fields
    by header, as a person told them; `within` are the organisations whose lists this giver may hand
    in, where not everybody's. `connector` reads the file where it is no table of a school's.
    """

    path: Path
    kind: FileKind | None = None
    period: int | None = None
    stated_as_of: date | None = None
    completeness: Completeness = Completeness.PARTIAL
    columns: Mapping[str, str] = field(default_factory=dict)
    within: frozenset[UUID] | None = None
    connector: Connector | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """What was understood of a file, for the person who gave it.

    `columns` are the headers in their order, each with the field that it is read as and how sure that
    is; `suggested` are the fields that an unmapped header might mean; `drift` is how the headers differ
    from those accepted last; `questions` are what only the giver can answer, each with its repair.
    """

    name: str
    kinds: tuple[FileKind, ...]
    rows: int
    rejected: tuple[Rejected, ...]
    unmapped: tuple[str, ...]
    repairs: tuple[str, ...]
    suggested: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    columns: tuple[HeaderColumn, ...] = ()
    drift: tuple[Drift, ...] = ()
    figures: int = 0
    questions: tuple[Rejected, ...] = ()


@dataclass(slots=True, kw_only=True)
class FileRead:
    """A file or a portion of it as read: its rows list by list; what was refused.

    The lists stand in the last portion: before it has landed nobody is known to be left out.
    """

    given: Given
    file_id: UUID
    is_first: bool = True
    is_last: bool = False
    rows: int = 0
    listed: list[Listed] = field(default_factory=list)
    lists: list[ListStatement] = field(default_factory=list)
    figures: list[tuple[Figure, ListStatement]] = field(default_factory=list)
    bindings: list[Binding] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)
    suggested: dict[str, tuple[str, ...]] = field(default_factory=dict)
    shapes: list[Shape] = field(default_factory=list)

    def report(self) -> FileReport:
        """Say what was understood."""
        return FileReport(
            name=self.given.path.name,
            kinds=tuple(dict.fromkeys(one.kind for one in self.listed)),
            rows=self.rows,
            rejected=tuple(self.rejected),
            unmapped=tuple(dict.fromkeys(self.unmapped)),
            repairs=tuple(dict.fromkeys(self.repairs)),
            suggested=self.suggested,
            columns=_distinct(shape.columns for shape in self.shapes),
            figures=len(self.figures),
        )


def joined(reports: Sequence[FileReport]) -> FileReport:
    """Join the reports of a file's portions."""
    first = reports[0]
    return replace(
        first,
        kinds=_distinct(one.kinds for one in reports),
        rows=sum(one.rows for one in reports),
        rejected=tuple(chain.from_iterable(one.rejected for one in reports)),
        unmapped=_distinct(one.unmapped for one in reports),
        repairs=_distinct(one.repairs for one in reports),
        suggested=dict(chain.from_iterable(one.suggested.items() for one in reports)),
        columns=_distinct(one.columns for one in reports),
        drift=tuple(chain.from_iterable(one.drift for one in reports)),
        figures=sum(one.figures for one in reports),
    )


def _distinct(groups: Iterable[tuple[Value, ...]]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(groups)))


def records_of(reads: Sequence[FileRead]) -> pd.DataFrame | None:
    """Make records of the rows of files, those of one kind at once; nothing where no rows are."""
    return records_of_lists(one for read in reads for one in read.listed)
