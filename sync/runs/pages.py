"""A read of a source cut into pages: rows placed in time and among organisations, made ready to land.

Made in a thread while the page before is being written; knows no database.
"""

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

import pandas as pd

from connectors.client.failure import SourceError
from connectors.protocol import Checkpoint, Connector, Item, Roll
from hub.records import Batch, Completeness, Figure, FileKind, Rejected, WouldBe
from hub.seal import Sealer
from sync.directory import Directory
from sync.erasure.keys import Erased, refused
from sync.evidence.contract import BROKEN, Contract, parted
from sync.evidence.landing import landing_of
from sync.evidence.lists import ListStatement
from sync.files.placing import Listed, listed, organisations_of, records_of_lists, strangers
from sync.mentoring.claims import academic_year

INCOMPLETE: Final = "source.incomplete"
PAGE_ROWS: Final = 2_500
PAGE_SECONDS: Final = 5.0  # a slow source is written in small pages
LARGEST_PAGE: Final = 20_000  # rows without a place to go on from
UNKNOWN_NUMBER = (
    "Организации с таким номером нет в реестре хаба. Добавьте её номер в реестр и запустите полное "
    "чтение источника: запись будет принята."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is written in one transaction.

    `landing` are records made ready, None where there are none; `rows` the rows they come of, as
    they stand in `listed`;
    `lists` the bases that are at hand by them, which leave nobody out.
    `cursor` is where reading goes on behind the page, None where the source gave no such place;
    `earliest` the first of the days as of which its staff is stated; `roll` the organisations of
    which the read names everyone.
    """

    landing: pd.DataFrame | None
    rows: int
    listed: tuple[Listed, ...]
    lists: tuple[ListStatement, ...]
    figures: tuple[tuple[Figure, ListStatement], ...]
    rejected: tuple[tuple[Rejected, UUID | None], ...]
    roll: frozenset[UUID]
    earliest: date | None
    cursor: str | None

    @property
    def is_whole(self) -> bool:
        """Whether the source gave all that it promised."""
        return all(rejected.code not in (INCOMPLETE, BROKEN) for rejected, _ in self.rejected)

    @property
    def is_evidence(self) -> bool:
        """Whether anything is to be kept besides the place to go on from."""
        return self.landing is not None or bool(self.figures or self.rejected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What a read's pages are made with; `today` is the day of rows that state none."""

    connector: Connector
    directory: Directory
    sealer: Sealer
    source_file_id: UUID
    today: date
    page_rows: int = PAGE_ROWS
    erased: Erased | None = None  # whose rows are not taken in again
    contract: Contract = field(default_factory=dict)  # what the source has promised of its fields

    def pages(self, cursor: str | None) -> Generator[Page, None, None]:
        """Yield pages from a cursor on.

        What had come before a source breaks off is yielded; then its SourceError is raised.
        """
        draft = _Draft(reader=self)
        try:
            for item in self.connector.fetch(cursor):
                draft.take(item)
                if draft.is_full(isinstance(item, Checkpoint)):
                    yield draft.page()
                    draft = _Draft(reader=self)
        except SourceError:
            yield draft.page()
            raise
        yield draft.page()


@dataclass(slots=True, kw_only=True)
class _Draft:
    """The page that is being gathered."""

    reader: Reader
    begun: float = field(default_factory=time.monotonic)
    lists: list[Listed] = field(default_factory=list)
    statements: list[ListStatement] = field(default_factory=list)
    figures: list[tuple[Figure, ListStatement]] = field(default_factory=list)
    rejected: list[tuple[Rejected, UUID | None]] = field(default_factory=list)
    roll: set[UUID] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    rows: int = 0
    cursor: str | None = None

    def take(self, item: Item) -> None:
        """Add an item of the read."""
        match item:
            case Batch():
                self._batch(item)
            case Rejected():
                self.rejected.append((item, None))
            case Roll():
                self.roll |= set(self._listed(item))
            case Checkpoint():
                self.cursor = item.cursor

    def is_full(self, at_checkpoint: bool) -> bool:  # noqa: FBT001 - its only argument
        """Say whether the page is worth a commit; preferably where reading can go on."""
        size = self.rows + len(self.figures) + len(self.rejected)
        if not at_checkpoint:
            return size >= LARGEST_PAGE
        return size >= self.reader.page_rows or time.monotonic() - self.begun > PAGE_SECONDS

    def page(self) -> Page:
        """Make the page of what was gathered."""
        return Page(
            landing=self._landing(),
            rows=self.rows,
            listed=tuple(self.lists),
            lists=tuple(self.statements),
            figures=tuple(self.figures),
            rejected=tuple(self.rejected),
            roll=frozenset(self.roll),
            earliest=min(self.days, default=None),
            cursor=self.cursor,
        )

    def _landing(self) -> pd.DataFrame | None:
        """Make the records ready to land, those of the erased left out."""
        records = records_of_lists(self.lists)
        if records is None:
            return None
        if self.reader.erased is not None:
            records, dropped = self.reader.erased.part(records)
            self.rejected += [(one, unit) for one, _, unit in refused(dropped)]
        return landing_of(records, self.reader.sealer) if len(records) else None

    def _listed(self, roll: Roll) -> Iterator[UUID]:
        for mention in roll.organisations:
            found = self.reader.directory.resolve(mention, on=self.reader.today)
            if found is not None:
                yield found

    def _batch(self, batch: Batch) -> None:
        """Place rows; a day that has not come yet is a clock that goes wrong, so it is today."""
        day = min(batch.stated_as_of or self.reader.today, self.reader.today)
        if batch.frame.empty:
            self._figures(batch, day)
            return
        if batch.kind is FileKind.STAFF:
            self.days.add(day)
        batch, broken = parted(batch, self.reader.contract, today=self.reader.today)
        self.rejected += [(rejected, None) for rejected in broken]
        if batch.frame.empty:
            return
        organisations = organisations_of(batch, self.reader.directory, day)
        known = organisations.notna().to_numpy()
        unknown = strangers(
            batch, ~known, WouldBe(kind=batch.kind, stated_as_of=day), UNKNOWN_NUMBER
        )
        self.rejected += [(rejected, None) for rejected in unknown]
        if not known.any():
            return
        taken = listed(batch, organisations, known, day=day, file_id=self.reader.source_file_id)
        self.rows += len(taken.frame)
        self.lists.append(taken)
        if batch.kind is not FileKind.STAFF:  # of the staff only a whole list says something
            self.statements += [
                self._partial(batch.kind, organisation, day)
                for organisation in sorted(set(organisations[known]))
            ]

    def _figures(self, batch: Batch, day: date) -> None:
        organisation = self.reader.directory.resolve(batch.organisation, on=day)
        if organisation is None:
            self.rejected += [(_stranger(figure), None) for figure in batch.figures[:1]]
            return
        statement = self._partial(batch.kind, organisation, day)
        self.figures += [(figure, statement) for figure in batch.figures]

    def _partial(self, kind: FileKind, organisation: UUID, day: date) -> ListStatement:
        return ListStatement(
            organisation_id=organisation,
            kind=kind,
            stated_as_of=day,
            academic_year=academic_year(day),
            completeness=Completeness.PARTIAL,
            source_file_id=self.reader.source_file_id,
        )


def _stranger(figure: Figure) -> Rejected:
    return Rejected(
        place=figure.place,
        code="row.unknown_organisation",
        message=UNKNOWN_NUMBER,
        payload={figure.metric.value: str(figure.value)},
    )
