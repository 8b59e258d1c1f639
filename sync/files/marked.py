"""A school's own file given back as a workbook: what is wrong is marked, what is accepted is grey.

Rows, sheets and cells stand where they stood. A cell that was not understood is red, with what to do
and what may stand there in its note; a row that was not taken is red whole. A hidden last column
holds the keys of accepted rows, so that the corrected file changes those rows and makes no new ones.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError, OverlappingRange
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from connectors.table_file.cells import CellValue, text_of
from connectors.table_file.container import Container, recognise
from connectors.table_file.failure import UnreadableTableError
from connectors.table_file.sheets import Sheet, open_sheets
from hub import row_keys
from hub.records import HeaderColumn, Rejected
from hub.reference import rows
from hub.seal import Sealer
from sync.files.given import FileRead, FileReport, records_of

KEY_HEADER: Final = "Ключ строки хаба"
NOTES: Final = "Что исправить"
ARCHIVE: Final = (
    "Файлы архива возвращаются с пометками по одному. Распакуйте его и назовите нужный файл."
)
RED, GREY, PLAIN = "red", "grey", "plain"
DAY: Final = {"num_format": "dd.mm.yyyy"}
MOST_NAME: Final = 31
LONGEST_NOTE: Final = 1_000
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "gender": ("м", "ж"),
    "young_specialist": ("да", "нет"),
    "consent": ("да", "нет"),
    "category": ("высшая", "первая", "соответствие", "без категории"),
    "mentoring_form": tuple(str(row["label"]) for row in rows("mentoring_form")),
}
DAYS: Final = frozenset({"birth_date", "hire_date", "dismissal_date", "joined_at", "left_at"})
_FORBIDDEN: Final = str.maketrans("[]:*?/\\", "       ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What is said of a file's rows, by sheet and row.

    `wrong` are refusals, of a cell where a column is named; `keys` those of accepted rows; `headers`
    are the columns of a sheet in their order, as they were read.
    """

    wrong: Mapping[tuple[str, int], Sequence[Rejected]]
    keys: Mapping[tuple[str, int], str]
    headers: Mapping[str, Sequence[HeaderColumn]]

    def place(self, sheet: str, field: str | None) -> int | None:
        """Say in which column of a sheet a field stands."""
        columns = enumerate(self.headers.get(sheet, ()))
        return next((at for at, one in columns if field and one.field == field), None)

    def key_place(self, sheet: str) -> int:
        """Say in which column the keys stand: where they stood, else behind all others."""
        found = self.place(sheet, "row_key")
        return len(self.headers.get(sheet, ())) if found is None else found

    def likeness(self, sheet: str, cells: Sequence[CellValue]) -> int:
        """Count the cells of a row that are the last words of the sheet's headers."""
        columns = zip(self.headers.get(sheet, ()), map(text_of, cells), strict=False)
        return sum(bool(text) and one.header.endswith(text) for one, text in columns)


def marks_of(read: FileRead, report: FileReport, sealer: Sealer) -> Marks:
    """Gather what is said of the rows of a file that was looked at."""
    wrong: defaultdict[tuple[str, int], list[Rejected]] = defaultdict(list)
    for one in report.rejected:
        if one.place.row is not None:
            wrong[one.place.sheet, one.place.row].append(one)
    headers = {shape.sheet: shape.columns for shape in read.shapes}
    return Marks(wrong=wrong, keys=_keys(read, sealer), headers=headers)


def _keys(read: FileRead, sealer: Sealer) -> dict[tuple[str, int], str]:
    """Issue a key to each row by the record that it makes."""
    records = records_of([read])
    if records is None:
        return {}
    own = records[records["part"] == 0]
    said = zip(
        *(own[name] for name in ("sheet", "row", "kind", "organisation_id", "external_id")),
        strict=True,
    )
    return {
        (sheet, int(row)): row_keys.issue(sealer, f"{kind}|{unit}|{identity.hex()}||")
        for sheet, row, kind, unit, identity in said
    }


def write_marked(path: Path, to: Path, marks: Marks) -> None:
    """Write the marked workbook of a file.

    Raises UnreadableTableError for what is no table, and for an archive: in one workbook a list that
    does not say whose it is would be taken for that of the list before it. Raises OSError where the
    workbook cannot be written.
    """
    if recognise(path) is Container.ZIP:
        raise UnreadableTableError(ARCHIVE, code="file.archive")
    try:
        with xlsxwriter.Workbook(str(to), {"strings_to_formulas": False}) as book:
            marker = _Marker(book=book, marks=marks)
            for sheet in open_sheets(path):
                if not sheet.hidden:
                    marker.write(sheet)
            marker.write_notes()
    except FileCreateError as error:
        raise OSError(*error.args[0].args) from error  # the library hides which error it was


@dataclass(slots=True, kw_only=True)
class _Marker:
    book: Workbook
    marks: Marks
    notes: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    looks: dict[tuple[str, bool], Format] = field(init=False)

    def __post_init__(self) -> None:
        styles = {RED: {"bg_color": "#F8CBAD"}, GREY: {"font_color": "#808080"}, PLAIN: {}}
        self.looks = {
            (look, is_day): self.book.add_format({**style, **(DAY if is_day else {})})
            for look, style in styles.items()
            for is_day in (False, True)
        }

    def write(self, sheet: Sheet) -> None:
        """Write a sheet row by row, marked; its merged cells are merged again."""
        target = self.book.add_worksheet(self._name(sheet.name))
        merged = {(merge.top, merge.left): merge for merge in sheet.merges}
        header, best = 0, 0
        for number, cells in sheet.rows:
            self._write_row(target, sheet.name, number, cells)
            likeness = self.marks.likeness(sheet.name, cells)
            if likeness > best:
                header, best = number, likeness
            for left, value in enumerate(cells):
                merge = merged.get((number, left))
                if merge is not None and (merge.bottom, merge.right) != (number, left):
                    self._merge(target, (number, left, merge.bottom, merge.right), value)
        if any(name == sheet.name for name, _ in self.marks.keys):
            place = self.marks.key_place(sheet.name)
            target.write_string(header - 1, place, KEY_HEADER)
            target.set_column(place, place, None, None, {"hidden": True})

    def write_notes(self) -> None:
        """List what is to be corrected, one line each, behind the file's own sheets."""
        if not self.notes:
            return
        target = self.book.add_worksheet(self._name(NOTES))
        target.set_column(0, 0, 120)
        for row, note in enumerate(self.notes):
            target.write_string(row, 0, note)

    def _name(self, name: str) -> str:
        """Give a sheet a name that a workbook takes and no other has."""
        plain = (name or "Лист1").translate(_FORBIDDEN).strip("' ")[:MOST_NAME] or "Лист"
        number, taken = 2, plain
        while taken.casefold() in self.names:
            tail = f" {number}"
            taken, number = plain[: MOST_NAME - len(tail)] + tail, number + 1
        self.names.add(taken.casefold())
        return taken

    def _write_row(
        self, target: Worksheet, name: str, number: int, cells: Sequence[CellValue]
    ) -> None:
        wrong = self.marks.wrong.get((name, number), ())
        key = self.marks.keys.get((name, number))
        placed = [(self.marks.place(name, one.place.column), one) for one in wrong]
        red = {place for place, _ in placed if place is not None}
        usual = RED if wrong and key is None else PLAIN
        usual = GREY if key is not None and not wrong else usual
        for column, value in enumerate(cells):
            self._write(target, number - 1, column, value, RED if column in red else usual)
        for place, one in placed:
            self._explain(target, number - 1, place or 0, one, name)
        if key is not None:
            target.write_string(number - 1, self.marks.key_place(name), key)

    def _write(self, target: Worksheet, row: int, column: int, value: CellValue, look: str) -> None:
        """Write a value as what it is; a text that looks like a formula stays a text."""
        form = self.looks[look, isinstance(value, date)]
        match value:
            case datetime() | date():
                target.write_datetime(row, column, value, form)
            case float() if not isinstance(value, bool):
                target.write_number(row, column, value, form)
            case "":
                target.write_blank(row, column, None, form)
            case _:
                target.write_string(row, column, text_of(value), form)

    def _explain(self, target: Worksheet, row: int, column: int, one: Rejected, name: str) -> None:
        """Put a note to a cell: what to do and what may stand there; offer it where it is a list."""
        found = one.place.column or ""
        choices = CHOICES.get(found, ())
        may = f" Можно: {', '.join(choices)}." if choices else ""
        may = " Пишите дату как ДД.ММ.ГГГГ." if found in DAYS else may
        text = f"{one.message}{may}"
        target.write_comment(row, column, text[:LONGEST_NOTE], {"x_scale": 2})
        if choices:
            rule = {"validate": "list", "source": list(choices), "error_type": "warning"}
            target.data_validation(row, column, row, column, rule)
        sheet = f"{name}, " if name else ""
        self.notes.append(f"{sheet}строка {row + 1}: {text}")

    def _merge(self, target: Worksheet, span: tuple[int, int, int, int], value: CellValue) -> None:
        top, left, bottom, right = span
        try:
            target.merge_range(top - 1, left, bottom - 1, right, text_of(value))
        except OverlappingRange:
            self._write(target, top - 1, left, value, PLAIN)
