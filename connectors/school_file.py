"""Tables that schools send: staff and pupil lists, bases of mentors and of mentees."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pandas as pd

from connectors.client.failure import SourceConfigError
from connectors.mapping import Profiles, memory
from connectors.protocol import Checkpoint, CheckResult, Found
from connectors.table_file.columns import Columns
from connectors.table_file.failure import UnreadableTableError
from connectors.table_file.head import NO_MEMORY, Memory, TableHead, read_head
from connectors.table_file.header import NAME_FIELDS, Header, NamelessTableError
from connectors.table_file.pages import Page, pages_of
from connectors.table_file.sheets import Sheet, open_sheets
from connectors.table_file.titles import TitleFacts, facts_of, figures_of, organisation_name
from hub.records import (
    Batch,
    Figure,
    FileKind,
    HeaderColumn,
    OrganisationMention,
    Place,
    Rejected,
)

NO_HEADER = (
    "Не нашлась шапка таблицы: ни одна из первых 30 строк не называет столбцы. Добавьте строку с "
    "названиями столбцов (ФИО, Дата рождения, Должность ...) и загрузите файл снова."
)
UNKNOWN_KIND = (
    "Непонятно, что перечисляет таблица. Выберите вид файла (работники, обучающиеся, база "
    "наставников, база наставляемых) и загрузите его снова."
)
EMPTY = "В файле нет ни одной заполненной ячейки. Проверьте файл и загрузите его снова."
NO_ROWS = "Под шапкой таблицы нет ни одной строки. Проверьте файл и загрузите его снова."

_MENTION_FIELDS = {
    "name": "organization",
    "ogrn": "organization_ogrn",
    "inn": "organization_inn",
    "code": "organization_code",
    "municipality": "municipality",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cursor:
    """The sheet and row up to which a file was read."""

    sheet: int = -1
    row: int = 0

    @classmethod
    def parse(cls, text: str | None) -> "_Cursor":
        if not text:
            return cls()
        try:
            sheet, row = json.loads(text)
            return cls(sheet=int(sheet), row=int(row))
        except (ValueError, TypeError) as error:
            text = "Место, с которого продолжать чтение, не читается. Запустите полное чтение."
            raise SourceConfigError(text, code="source.cursor") from error

    def text(self) -> str:
        return json.dumps([self.sheet, self.row])

    def covers(self, sheet: int, row: int) -> bool:
        return (sheet, row) <= (self.sheet, self.row)


@dataclass(slots=True, kw_only=True)
class _Said:
    """What the sheets read so far said about the file as a whole; of an archive, about each file."""

    member: str = ""
    organisation: OrganisationMention = field(default_factory=OrganisationMention)
    stated_as_of: date | None = None
    academic_year: int | None = None
    answered: bool = False
    filled: bool = False
    notes: tuple[str, ...] = ()
    open_columns: tuple[HeaderColumn, ...] = ()

    def turn_to(self, member: str) -> None:
        """Forget what one file of an archive said of itself before another is read."""
        if member == self.member:
            return
        self.member = member
        self.organisation = OrganisationMention()
        self.stated_as_of = self.academic_year = None
        self.notes = ()


class SchoolFile:
    """A csv, txt, xls, xlsx, xlsb, ods, html or dbf file with lists of people, or a zip of such.

    `kind` overrides what the file seems to be; `profile` (header -> field), told by a person,
    overrides what its headers seem to mean, and `profiles` recall what was told before.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        kind: FileKind | None = None,
        profile: Mapping[str, str] | None = None,
        profiles: Profiles | None = None,
    ) -> None:
        self._path = Path(path)
        self._kind = kind
        self._profile = profile
        self._profiles = profiles

    def check(self) -> CheckResult:
        """Say whether the file opens and its first table is understood."""
        for item in self.fetch():
            if isinstance(item, Rejected) and item.code.startswith("file."):
                return CheckResult(ok=False, message=item.message)
            if isinstance(item, Batch):
                return CheckResult(ok=True)
        return CheckResult(ok=False, message=NO_ROWS)

    def discover(self) -> tuple[Found, ...]:
        """Give each sheet that holds a table with its headers; raises SourceError for no table."""
        try:
            heads = self.headers()
        except UnreadableTableError as error:
            raise SourceConfigError(error.message, code=error.reason) from error
        return tuple(
            Found(stream=sheet, fields={one.header: one.field for one in columns.listed})
            for sheet, _, columns in heads
        )

    def headers(self) -> tuple[tuple[str, Header, Columns], ...]:
        """Give for each sheet with a table its name, its header and what its columns hold.

        Raises UnreadableTableError for a file that is no table.
        """
        heads = (
            self._head(sheet, _Said()) for sheet in open_sheets(self._path) if not sheet.hidden
        )
        return tuple(
            (head.sheet.name, head.header, head.columns)
            for head in heads
            if head.header is not None and head.columns is not None
        )

    def fetch(self, cursor: str | None = None) -> Iterator[Batch | Rejected | Checkpoint]:
        """Yield the rows of all sheets in order, after each batch a point to go on from."""
        reached, said = _Cursor.parse(cursor), _Said()
        try:
            for index, sheet in enumerate(open_sheets(self._path)):
                yield from self._sheet_items(index, sheet, reached, said)
        except UnreadableTableError as error:
            yield self._refusal(error)
            return
        if not said.answered:
            code, message = ("file.no_header", NO_HEADER) if said.filled else ("file.empty", EMPTY)
            yield self._refusal(UnreadableTableError(message, code=code, columns=said.open_columns))

    def _sheet_items(
        self, index: int, sheet: Sheet, reached: _Cursor, said: _Said
    ) -> Iterator[Batch | Rejected | Checkpoint]:
        said.turn_to(sheet.member)
        if sheet.hidden:
            said.notes += (f"Скрытый лист «{sheet.name}» не прочитан",)
            return
        try:
            head = self._head(sheet, said)
            _require_meaning(head)
        except UnreadableTableError as error:
            said.answered = True
            error.sheet = sheet.name
            yield self._refusal(error)
            return
        facts = _inherited(head, said)
        said.filled |= not head.is_empty
        said.open_columns += head.open_columns
        if head.header is not None and head.columns is not None and head.columns.kind is not None:
            said.answered = True
            pages = pages_of(head, head.header, head.columns, head.columns.kind, self._path.name)
            template = self._template(head, head.columns, head.columns.kind, facts, said)
            yield from _items(index, pages, template, reached)
        for break_off in sheet.broken:
            said.answered = True
            break_off.sheet = break_off.sheet or sheet.name
            yield self._refusal(break_off)

    def _head(self, sheet: Sheet, said: _Said) -> TableHead:
        names = [name.replace("_", " ") for name in (sheet.name, self._path.stem)]
        return read_head(
            sheet,
            names,
            kind=self._kind,
            profile=self._profile,
            memory=_memory(self._profiles, sheet, said),
        )

    def _template(
        self, head: TableHead, columns: Columns, kind: FileKind, facts: TitleFacts, said: _Said
    ) -> Batch:
        """Make the batch of a sheet before its rows: all that is the same on each page."""
        figures = tuple(
            figure
            for row, line in head.lines
            for figure in figures_of(
                line, Place(file=self._path.name, sheet=head.sheet.name, row=row)
            )
        )
        return Batch(
            kind=kind,
            frame=pd.DataFrame(),
            file=self._path.name,
            organisation=facts.organisation,
            stated_as_of=facts.stated_as_of,
            academic_year=facts.academic_year,
            figures=figures,
            unmapped=columns.unmapped,
            columns=columns.listed,
            repairs=(*said.notes, *head.sheet.repairs, *columns.repairs),
        )

    def _refusal(self, error: UnreadableTableError) -> Rejected:
        place = Place(file=self._path.name, sheet=error.sheet, row=error.row)
        columns = {column.header: ", ".join(column.suggested) for column in error.columns}
        return Rejected(place=place, code=error.reason, message=error.message, payload=columns)


def _require_meaning(head: TableHead) -> None:
    """Raise UnreadableTableError for a table whose header or kind is not understood."""
    if head.columns is None and head.is_table and not head.sheet.broken:
        raise UnreadableTableError(NO_HEADER, code="file.no_header", columns=head.open_columns)
    if head.header is None or head.columns is None:
        return
    if NAME_FIELDS.isdisjoint(head.columns.sources):
        raise NamelessTableError(head.header, row=head.header.last + 1, columns=head.columns.listed)
    if head.columns.kind is None:
        raise UnreadableTableError(UNKNOWN_KIND, code="file.unknown_kind")


def _inherited(head: TableHead, said: _Said) -> TitleFacts:
    """Complete the facts of a sheet's titles by its name and by what earlier sheets said."""
    own = facts_of([line for _, line in head.lines])
    organisation = _whose(own, head.sheet, said)
    said.organisation = organisation
    said.stated_as_of = own.stated_as_of or said.stated_as_of
    said.academic_year = own.academic_year or said.academic_year
    return TitleFacts(
        organisation=organisation,
        stated_as_of=said.stated_as_of,
        academic_year=said.academic_year,
    )


def _whose(facts: TitleFacts, sheet: Sheet, said: _Said) -> OrganisationMention:
    """Say whose table it is by its title, else by the sheet's name, else as of the sheet before."""
    organisation = facts.organisation
    if not organisation.name:
        organisation = replace(organisation, name=organisation_name(sheet.name))
    return said.organisation if organisation == OrganisationMention() else organisation


def _memory(profiles: Profiles | None, sheet: Sheet, said: _Said) -> Memory:
    if profiles is None:
        return NO_MEMORY
    return memory(
        profiles, lambda lines, stated: _filled(_whose(facts_of(lines), sheet, said), stated)
    )


def _items(
    index: int, pages: Iterator[Page], template: Batch, reached: _Cursor
) -> Iterator[Batch | Rejected | Checkpoint]:
    """Yield the pages of a sheet; the last batch carries the figures asserted below the table."""
    held: tuple[Batch, Page] | None = None
    figures = template.figures
    for page in pages:
        figures += page.figures
        if reached.covers(index, page.last_row):
            continue
        yield from page.rejected
        if page.numbers:
            if held:
                yield from _sent(index, *held)
            held = (_batch(template, page), page)
    if held:
        batch, page = held
        yield from _sent(index, replace(batch, figures=_last_said(figures)), page)
    elif figures and not reached.covers(index, 0):
        yield replace(template, figures=_last_said(figures))


def _sent(index: int, batch: Batch, page: Page) -> Iterator[Batch | Checkpoint]:
    yield batch
    yield Checkpoint(cursor=_Cursor(sheet=index, row=page.last_row).text())


def _last_said(figures: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """Keep one figure of a metric: the grand total stands below the subtotals."""
    return tuple({figure.metric: figure for figure in figures}.values())


def _batch(template: Batch, page: Page) -> Batch:
    frame = pd.DataFrame(
        {**page.fields, "sheet": [page.sheet] * len(page.numbers)}, dtype=object
    ).assign(row=page.numbers)
    carried = f"Имя взято из строки выше, где ячейки были объединены: строк {page.carried}"
    return replace(
        template,
        frame=frame,
        figures=(),
        organisation=_completed(template.organisation, page),
        repairs=(*template.repairs, *([carried] if page.carried else [])),
    )


def _completed(mention: OrganisationMention, page: Page) -> OrganisationMention:
    """Fill what the titles left out from columns that say the same in every row."""
    if mention.name:
        return mention
    distinct = {column: set(page.fields.get(column, ())) for column in _MENTION_FIELDS.values()}
    stated = {column: said.pop() for column, said in distinct.items() if len(said) == 1}
    return _filled(mention, stated)


def _filled(mention: OrganisationMention, stated: Mapping[str, str]) -> OrganisationMention:
    """Fill what a mention with no name leaves out by what the columns say."""
    if mention.name:
        return mention
    parts = {
        name: getattr(mention, name) or stated.get(column, "")
        for name, column in _MENTION_FIELDS.items()
    }
    return OrganisationMention(**parts)
