"""Tables that the system exports into a folder: one file, many schools, told apart by number."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from connectors.answers import trimmed, whole
from connectors.client.failure import SourceConfigError, SourceTransientError
from connectors.kadry.rows import NO_SCHOOL
from connectors.protocol import Checkpoint, CheckResult, Found, Item, Roll
from connectors.table_file.failure import UnreadableTableError
from connectors.table_file.head import TableHead, read_head
from connectors.table_file.pages import Page, pages_of
from connectors.table_file.sheets import Sheet, open_sheets
from connectors.table_file.titles import facts_of
from hub.records import Batch, FileKind, OrganisationMention, Place, Rejected

# The system's own headers where they say another thing than in a school's file.
COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "ID в АИС «Кадры в образовании»": "organization_code",
        "ID карточки": "external_id",
        "ID записи": "external_id",
    }
)
_NO_FILE = "В папке выгрузок нет ни одного подходящего файла. Проверьте folder и pattern."
_NO_COLUMN = (
    'В выгрузке нет столбца с номером организации («ID в АИС "Кадры в образовании"»). Выгрузите '
    "таблицу с ним или назовите столбец в настройках источника."
)
_NO_TABLE = "На листе нет таблицы с названиями столбцов. Выгрузите таблицу снова."


class ExportManifest(BaseModel):
    """Where the exports lie: the last by name that fits the pattern is read."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    folder: Path
    pattern: str = "*"
    name: str = "Выгрузка АИС «Кадры в образовании»"
    columns: Mapping[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reached:
    """The file, the sheet and the row up to which exports were read."""

    file: str = ""
    sheet: int = -1
    row: int = 0

    @classmethod
    def of(cls, text: str | None, file: str) -> "_Reached":
        """Read a cursor; of another file it says nothing."""
        try:
            known, sheet, row = json.loads(text or '["", -1, 0]')
        except ValueError as error:
            text = "Место, с которого продолжать чтение, не читается. Запустите полное чтение."
            raise SourceConfigError(text, code="source.cursor") from error
        return cls(file=known, sheet=sheet, row=row) if known == file else cls(file=file)

    def text(self) -> str:
        return json.dumps([self.file, self.sheet, self.row], ensure_ascii=False)


@dataclass(slots=True, kw_only=True)
class _Seen:
    """What the sheets read so far had: schools with staff, and whether all could be read."""

    schools: set[str] = field(default_factory=set)
    whole: bool = True


class KadryExport:
    """Reads the newest exported table; it lists the whole staff of every school that it names."""

    def __init__(self, manifest: ExportManifest) -> None:
        self._manifest = manifest

    def check(self) -> CheckResult:
        """Say whether there is a file and its first table is understood."""
        try:
            for item in self.fetch():
                if isinstance(item, Rejected) and item.code.startswith("file."):
                    return CheckResult(ok=False, message=item.message)
                if isinstance(item, Batch):
                    break
        except (SourceConfigError, SourceTransientError) as error:
            return CheckResult(ok=False, message=error.message)
        return CheckResult(ok=True)

    def discover(self) -> tuple[Found, ...]:
        """Give the headers of the newest table, each with its field; raises SourceError."""
        path = self._newest()
        try:
            heads = [self._head(one, path) for one in open_sheets(path) if not one.hidden]
        except UnreadableTableError as error:
            raise SourceConfigError(error.message, code=error.reason) from error
        return tuple(
            Found(
                stream=head.sheet.name or path.name,
                fields={one.header: one.field for one in head.columns.listed},
            )
            for head in heads
            if head.columns is not None
        )

    def fetch(self, cursor: str | None = None) -> Iterator[Item]:
        """Yield the rows of all sheets, then the schools they were of; raises SourceError."""
        path = self._newest()
        reached, seen = _Reached.of(cursor, path.name), _Seen()
        try:
            for index, sheet in enumerate(open_sheets(path)):
                if not sheet.hidden:
                    yield from self._sheet(index, sheet, path, reached, seen)
        except UnreadableTableError as error:
            yield self._refused(path, error.sheet, error.reason, error.message)
            return
        if seen.whole and seen.schools:
            yield Roll(
                organisations=tuple(OrganisationMention(code=one) for one in sorted(seen.schools))
            )

    def _newest(self) -> Path:
        try:
            files = sorted(
                path
                for path in self._manifest.folder.glob(self._manifest.pattern)
                if path.is_file() and not path.name.startswith((".", "~"))
            )
        except (OSError, ValueError, NotImplementedError) as error:
            raise SourceConfigError(_NO_FILE) from error
        if not files:
            raise SourceTransientError(_NO_FILE, code="source.no_file")
        return files[-1]

    def _sheet(
        self, index: int, sheet: Sheet, path: Path, reached: _Reached, seen: _Seen
    ) -> Iterator[Item]:
        head = self._head(sheet, path)
        if head.header is None or head.columns is None or head.columns.kind is None:
            if not head.is_empty:
                seen.whole = False
                yield self._refused(path, sheet.name, "file.no_header", _NO_TABLE)
            return
        if "organization_code" not in head.columns.sources:
            seen.whole = False
            yield self._refused(path, sheet.name, "file.no_school_column", _NO_COLUMN)
            return
        for page in pages_of(head, head.header, head.columns, head.columns.kind, path.name):
            yield from self._page(index, page, head, path, reached, seen)
        for broken in sheet.broken:
            seen.whole = False
            yield self._refused(path, sheet.name, broken.reason, broken.message)

    def _head(self, sheet: Sheet, path: Path) -> TableHead:
        names = [sheet.name, path.stem.replace("_", " ")]
        return read_head(sheet, names, profile={**COLUMNS, **self._manifest.columns})

    def _page(
        self, index: int, page: Page, head: TableHead, path: Path, reached: _Reached, seen: _Seen
    ) -> Iterator[Item]:
        """Yield a page; one that was read before only says of which schools it was."""
        frame = _frame(page)
        kind = FileKind.STAFF if head.columns is None else head.columns.kind or FileKind.STAFF
        known = (frame["organization_code"] != "").to_numpy()
        if kind is FileKind.STAFF:
            seen.schools |= set(frame["organization_code"][known])
        if (index, page.last_row) <= (reached.sheet, reached.row):
            return
        yield from page.rejected
        yield from (_schoolless(row, path) for row in frame[~known].to_dict("records"))
        if known.any():
            yield Batch(
                kind=kind,
                frame=frame[known].reset_index(drop=True),
                file=path.name,
                organisation=OrganisationMention(),
                stated_as_of=_day(head, path),
                unmapped=head.columns.unmapped if head.columns else (),
            )
        yield Checkpoint(cursor=_Reached(file=path.name, sheet=index, row=page.last_row).text())

    def _refused(self, path: Path, sheet: str, code: str, message: str) -> Rejected:
        return Rejected(place=Place(file=path.name, sheet=sheet), code=code, message=message)


def _frame(page: Page) -> pd.DataFrame:
    """Put a page's fields side by side; numbers lose the tail of a spreadsheet."""
    frame = pd.DataFrame(page.fields, dtype=object)
    frame["organization_code"] = [whole(code) for code in frame["organization_code"]]
    if "external_id" in frame:
        frame["external_id"] = [trimmed(number) for number in frame["external_id"]]
    frame["sheet"] = page.sheet
    frame["row"] = np.array(page.numbers, dtype=np.int64)
    return frame


def _schoolless(row: Mapping[object, object], path: Path) -> Rejected:
    return Rejected(
        place=Place(file=path.name, sheet=str(row["sheet"]), row=int(str(row["row"]))),
        code="row.no_school",
        message=NO_SCHOOL,
        payload={str(name): str(value) for name, value in row.items() if value},
    )


def _day(head: TableHead, path: Path) -> date:
    """Take the day that the titles name, else the day the file was written."""
    said = facts_of([line for _, line in head.lines]).stated_as_of
    return said or datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
