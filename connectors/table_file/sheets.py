"""A file as sheets of numbered rows, whatever its container: text is streamed, books go by sheet."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import assert_never

import python_calamine as calamine

from connectors.table_file.archive import tables_in, unpacked
from connectors.table_file.bombs import refuse_bombs
from connectors.table_file.cells import CellValue
from connectors.table_file.container import Container, recognise
from connectors.table_file.dbase import open_dbase, rows_of_dbase
from connectors.table_file.dialect import records
from connectors.table_file.encoding import Encoding, detect
from connectors.table_file.failure import UnreadableTableError, damaged, password_protected
from connectors.table_file.lines import lines_of
from connectors.table_file.old_books import OldSheet, Range, lines_of_old_book
from connectors.table_file.web_page import page_encoding, rows_of_page

Row = tuple[int, Sequence[CellValue]]

ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1251": "Windows-1251",
    "cp866": "DOS (cp866)",
    "koi8-r": "KOI8-R",
    "mac-cyrillic": "Mac (кириллица)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A merged rectangle: rows counted from 1 as people see them, columns from 0 as rows index."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table of a file.

    `rows` is read once, in order; where a text breaks off being readable they end, and `broken`
    then says why: the rows before that place are worth taking. A streamed sheet is such a text, and
    a delimited one may have a delimiter within a cell. `member` is the file of an archive that the
    sheet is of: what one file says of itself holds for no other.
    """

    name: str
    rows: Iterator[Row]
    merges: tuple[Merge, ...] = ()
    streamed: bool = False
    delimited: bool = False
    member: str = ""
    hidden: bool = False
    repairs: tuple[str, ...] = ()
    broken: list[UnreadableTableError] = field(default_factory=list)


def open_sheets(path: Path) -> Iterator[Sheet]:
    """Yield the sheets of a file; a text file is one sheet without a name.

    Raises UnreadableTableError for what is no table, before or while rows are read.
    """
    container = recognise(path)
    refuse_bombs(path, container)
    match container:
        case Container.TEXT:
            yield _text_sheet(path, detect(path))
        case Container.XLS | Container.XLSB:
            yield from _old_book_sheets(path)
        case Container.XLSX | Container.ODS:
            yield from _book_sheets(path)
        case Container.HTML:
            encoding = page_encoding(path)
            yield _streamed(rows_of_page(path, encoding), encoding)
        case Container.DBF:
            table = open_dbase(path)
            yield _streamed(rows_of_dbase(path, table), table.encoding)
        case Container.ZIP:
            yield from _archived_sheets(path)
        case _:
            assert_never(container)


def _text_sheet(path: Path, encoding: Encoding) -> Sheet:
    lines = lines_of(path, encoding.name)
    if encoding.dialect.declared:
        next(lines, None)
    rows = records(lines, encoding.dialect.delimiter)
    return replace(_streamed(rows, encoding.name), delimited=True)


def _streamed(rows: Iterator[tuple[int, Sequence[CellValue]]], encoding: str) -> Sheet:
    """Make the only sheet of a file whose rows come one by one."""
    repairs: tuple[str, ...] = ()
    if not encoding.startswith("utf-8"):
        repairs = (f"Файл прочитан в кодировке {ENCODING_NAMES.get(encoding, encoding)}",)
    broken: list[UnreadableTableError] = []
    return Sheet(
        name="", rows=_until_broken(rows, broken), streamed=True, repairs=repairs, broken=broken
    )


def _archived_sheets(path: Path) -> Iterator[Sheet]:
    """Yield the sheets of all tables of an archive; one that does not open is a broken sheet."""
    tables = tables_in(path)
    if not tables:
        raise UnreadableTableError(
            "В архиве нет ни одного файла. Проверьте его и загрузите снова.", code="file.empty"
        )
    for member in tables:
        try:
            with unpacked(path, member) as table:
                for sheet in _not_archived(table):
                    name = f"{member.filename}, {sheet.name}" if sheet.name else member.filename
                    yield replace(sheet, name=name, member=member.filename)
        except UnreadableTableError as error:
            yield Sheet(name=member.filename, rows=iter(()), member=member.filename, broken=[error])


def _not_archived(path: Path) -> Iterator[Sheet]:
    """Open a table of an archive; an archive in an archive is not opened."""
    if recognise(path) is Container.ZIP:
        raise UnreadableTableError(
            "Внутри архива ещё один архив. Упакуйте сами таблицы и загрузите архив снова.",
            code="file.archive",
        )
    return open_sheets(path)


def _until_broken(rows: Iterator[Row], broken: list[UnreadableTableError]) -> Iterator[Row]:
    try:
        yield from rows
    except UnreadableTableError as error:
        broken.append(error)


def _book_sheets(path: Path) -> Iterator[Sheet]:
    try:
        # By path the reader would believe the extension: schools rename .xlsx to .xls.
        with path.open("rb") as stream, calamine.CalamineWorkbook.from_filelike(stream) as book:
            for meta in book.sheets_metadata:
                if meta.typ is calamine.SheetTypeEnum.WorkSheet:
                    yield _book_sheet(book, meta)
    except calamine.PasswordError as error:
        raise password_protected() from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise damaged() from error


def _book_sheet(book: calamine.CalamineWorkbook, meta: calamine.SheetMetadata) -> Sheet:
    if meta.visible is not calamine.SheetVisibleEnum.Visible:
        return Sheet(name=meta.name, rows=iter(()), hidden=True)
    sheet = book.get_sheet_by_name(meta.name)
    return Sheet(
        name=meta.name,
        rows=enumerate(sheet.iter_rows(), start=1),
        merges=_merges(sheet.merged_cell_ranges or (), sheet.start[1] if sheet.start else 0),
    )


def _merges(ranges: Iterable[Range], left: int) -> tuple[Merge, ...]:
    """Count merged cells from the first column in use, as the rows of a sheet do."""
    return tuple(
        Merge(top=top + 1, left=start - left, bottom=bottom + 1, right=end - left)
        for (top, start), (bottom, end) in ranges
    )


def _old_book_sheets(path: Path) -> Iterator[Sheet]:
    lines = lines_of_old_book(path)
    for line in lines:
        if isinstance(line, OldSheet):
            broken: list[UnreadableTableError] = []
            rows = _until_broken(_old_rows(lines), broken)
            yield Sheet(
                name=line.name,
                rows=rows,
                merges=_merges(line.merges, line.left),
                hidden=line.hidden,
                broken=broken,
            )
            for _ in rows:
                """Pass over what the reader of the sheet did not want."""


def _old_rows(lines: Iterator[OldSheet | list[str] | None]) -> Iterator[Row]:
    for number, line in enumerate(lines, start=1):
        if not isinstance(line, list):
            return
        yield number, line
