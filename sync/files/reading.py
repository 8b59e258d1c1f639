"""A given file read: its rows placed in time and among organisations, its refusals collected.

No database is written here; a check and an acceptance read by the same code.
"""

import sys
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import numpy as np

from connectors.mapping import Profiles
from connectors.protocol import Checkpoint
from connectors.school_file import SchoolFile
from hub.records import (
    Batch,
    Place,
    Rejected,
    WouldBe,
)
from hub.seal import Sealer
from sync.directory import Directory
from sync.evidence.contract import BrokenPromiseError, Contract, Mask, aside, kept
from sync.evidence.lists import ListStatement
from sync.files.given import FileRead, Given
from sync.files.headers import Shape, open_headers, shape_of, unknown_headers
from sync.files.placing import (
    UNKNOWN_ORGANISATION,
    listed,
    organisations_of,
    stranger,
    strangers,
)
from sync.files.returned import returned
from sync.files.within import FOREIGN, foreign_rows, foreigners
from sync.identity import new_id
from sync.mentoring.claims import academic_year

NO_PERIOD = (
    "Не сказано, на какую дату или учебный год составлен список. "
    "Допишите над таблицей «на 01.09.2026» и загрузите снова или назовите год: period=2026 при загрузке, "
    "--period 2026 в командной строке."
)
NOT_AS_PROMISED = (
    "Таблица составлена не так, как условлено: столбец «{0}» пуст или не того вида хотя бы в одной "
    "строке. Заполните его во всех строках и загрузите файл снова."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReader:
    """What files are read with.

    `profiles` recall what people told about headers before; `sealer` reads the keys of rows;
    `contract` is what is promised of the fields of a school's list.
    """

    directory: Directory
    today: date
    profiles: Profiles | None = None
    sealer: Sealer | None = None
    contract: Contract = field(default_factory=dict)

    def read(self, given: Given) -> FileRead:
        """Read a file whole; what cannot be taken stands in `rejected`, never raises for it."""
        (whole,) = self.portions(given, new_id(), rows=sys.maxsize)
        return whole

    def portions(
        self, given: Given, file_id: UUID, *, rows: int
    ) -> Generator[FileRead, None, None]:
        """Read a file in portions of about as many rows; memory is that of one portion.

        The keys of a returned template are told apart within a portion.
        """
        read = FileRead(given=given, file_id=file_id)
        connector = given.connector or SchoolFile(
            given.path, kind=given.kind, profile=given.columns, profiles=self.profiles
        )
        seen: set[str] = set()
        for item in connector.fetch():
            if read.rows >= rows:
                yield self._ready(read)
                read = _following(read)
            match item:
                case Batch():
                    _take(read, item, self)
                case Rejected():
                    _refuse(read, item)
                case Checkpoint():
                    continue
            seen.update(read.unmapped)
        seen.update(name for shape in read.shapes for name in shape.fields)
        read.rejected += unknown_headers(given.columns, seen, file=given.path.name)
        read.is_last = True
        yield self._ready(read)

    def _ready(self, read: FileRead) -> FileRead:
        known = returned(read.listed, self.sealer, file=read.given.path.name)
        read.listed, read.bindings = known.listed, known.bindings
        read.rejected += known.rejected
        return read


def _following(read: FileRead) -> FileRead:
    """Begin the next portion: lists and headers are those of the file so far."""
    following = FileRead(
        given=read.given,
        file_id=read.file_id,
        is_first=False,
        lists=read.lists,
        shapes=read.shapes,
    )
    read.lists, read.shapes = [], []
    return following


def _refuse(read: FileRead, rejected: Rejected) -> None:
    """Keep a refusal; of a table whose header was not understood name the columns as well."""
    read.rejected.append(rejected)
    for header, fields in open_headers(rejected).items():
        read.unmapped.append(header)
        read.suggested[header] = fields


def _noted(read: FileRead, batch: Batch) -> Shape:
    """Note the header that a batch was read by, once a sheet."""
    sheet = str(batch.frame["sheet"].iloc[0]) if len(batch.frame) else ""
    last = read.shapes[-1] if read.shapes else None
    if last is None or (last.sheet, last.columns) != (sheet, batch.columns):
        is_kind_told = read.given.kind is not None
        last = shape_of(batch, sheet, told=read.given.columns, is_kind_told=is_kind_told)
        read.shapes += [last] if batch.columns else []
    return last


def _promised(
    read: FileRead, batch: Batch, known: Mask, contract: Contract, would_be: WouldBe
) -> Mask:
    """Keep aside the rows that break what is promised of their fields, or refuse the table."""
    try:
        keeps, broken = kept(batch, contract, today=would_be.stated_as_of)
    except BrokenPromiseError as error:
        message = NOT_AS_PROMISED.format(error.field)
        read.rejected.append(_refused(batch, "file.contract", message))
        return np.zeros_like(known)
    read.rejected += [aside(batch, at, name, would_be) for at, name in broken if known[at]]
    return known & keeps


def _take(read: FileRead, batch: Batch, reader: "FileReader") -> None:
    """Place a batch in time and among organisations."""
    directory, today = reader.directory, reader.today
    read.unmapped += batch.unmapped
    read.repairs += batch.repairs
    shape = _noted(read, batch)
    read.suggested |= {one.header: one.suggested for one in batch.columns if one.suggested}
    stated_as_of = _stated_as_of(read.given, batch)
    if stated_as_of is None:
        read.rejected.append(_refused(batch, "file.no_period", NO_PERIOD))
        return
    if batch.frame.empty:
        _take_figures(read, batch, directory, stated_as_of)
        return
    organisations = organisations_of(batch, directory, min(stated_as_of, today))
    foreign = foreign_rows(organisations, read.given.within)
    known = organisations.notna().to_numpy()
    read.rejected += foreigners(batch, foreign)
    would_be = WouldBe(
        kind=batch.kind, stated_as_of=stated_as_of, completeness=read.given.completeness
    )
    if not known.any():
        read.rejected.append(stranger(batch, would_be))
        return
    read.rejected += strangers(batch, ~known, would_be)
    known = known & ~foreign
    if known.any():
        known = _promised(read, batch, known, reader.contract, would_be)
    if not known.any():
        return
    taken = listed(batch, organisations, known, day=stated_as_of, file_id=read.file_id)
    read.rows += len(taken.frame)
    read.listed.append(taken)
    lists = [
        _statement(read, batch, organisation, stated_as_of)
        for organisation in sorted(set(organisations[known]))
    ]
    shape.organisations |= set(organisations[known])
    read.lists += lists
    read.figures += [(figure, lists[0]) for figure in batch.figures if len(lists) == 1]


def _take_figures(read: FileRead, batch: Batch, directory: Directory, stated_as_of: date) -> None:
    """Take numbers that stand without any list; they say nothing about who is listed."""
    organisation = directory.resolve(batch.organisation, on=stated_as_of)
    if organisation is None:
        read.rejected.append(_refused(batch, "file.unknown_organisation", UNKNOWN_ORGANISATION))
        return
    if read.given.within is not None and organisation not in read.given.within:
        read.rejected.append(_refused(batch, "file.foreign_organisation", FOREIGN))
        return
    statement = _statement(read, batch, organisation, stated_as_of)
    read.figures += [(figure, statement) for figure in batch.figures]


def _stated_as_of(given: Given, batch: Batch) -> date | None:
    """Take the declared day or year before what the titles say; a year starts in September."""
    if given.stated_as_of is not None:
        return given.stated_as_of
    if given.period is not None:
        said = batch.stated_as_of
        in_year = said is not None and academic_year(said) == given.period
        return said if in_year else date(given.period, 9, 1)
    if batch.stated_as_of is not None:
        return batch.stated_as_of
    return None if batch.academic_year is None else date(batch.academic_year, 9, 1)


def _refused(batch: Batch, code: str, message: str) -> Rejected:
    sheet = str(batch.frame["sheet"].iloc[0]) if len(batch.frame) else ""
    return Rejected(place=Place(file=batch.file, sheet=sheet), code=code, message=message)


def _statement(
    read: FileRead, batch: Batch, organisation_id: UUID, stated_as_of: date
) -> ListStatement:
    return ListStatement(
        organisation_id=organisation_id,
        kind=batch.kind,
        stated_as_of=stated_as_of,
        academic_year=academic_year(stated_as_of),
        completeness=read.given.completeness,
        source_file_id=read.file_id,
    )
