"""Makes the tables that schools send, and keeps what each of them truly states."""

import csv
import io
import random
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

import xlsxwriter
import xlwt

from hub.records import FileKind
from tests.pure.connectors.headings import (
    COLUMNS,
    GROUPS,
    NOT_TAKEN,
    OWN_NAME,
    PHRASES,
    TITLES,
)

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1251", "cp866", "koi8-r", "mac-cyrillic")
DELIMITERS = (";", "\t", ",", "|")
NEWLINES = ("\r\n", "\n", "\r")

SURNAMES = ("Берёзкин", "Полевой", "Тихомиров-Ясный", "Вьюгин", "Озерцов", "Громада", "Ёлкин")
NAMES = ("Лев", "Пётр", "Тимур", "Яна", "Юлия", "Эльвира", "Семён", "Глеб")
PATRONYMICS = ("Ильич", "Юрьевна", "Олегович", "Эдуардовна", "Щукаревич", "")
SCHOOL = "МБОУ СОШ № 4 с. Луговое"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column as written: its group above, its header, its field (empty: not taken)."""

    header: str
    field: str
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Messy:
    """A table on its way into a file: `grid` as rows of cells, and what it truly states.

    `people` gives for each row of a person its number in the file and its fields, `merges` the
    merged cells as (row, left, right) counted from 0.
    """

    kind: FileKind
    columns: tuple[Column, ...]
    grid: list[list[str]]
    people: dict[int, dict[str, str]]
    merges: list[tuple[int, int, int]] = field(default_factory=list)


def make(seed: int, kind: FileKind, *, people: int = 12) -> Messy:
    """Compose a table with a layout of its own for each seed."""
    chance = random.Random(seed)  # noqa: S311  # invents tables, guards nothing
    columns = _columns(chance, kind)
    left = chance.choice((0, 0, 0, 2))
    width = left + len(columns)
    grid: list[list[str]] = [_row([text], width, left=0) for text in _titles(chance, kind)]
    merges: list[tuple[int, int, int]] = []
    _write_header(chance, grid, merges, columns, left)
    stated: dict[int, dict[str, str]] = {}
    for number in range(1, people + 1):
        if chance.random() < 0.08:
            section = chance.choice(("Начальная школа", "Учителя-предметники", "Внешние участники"))
            merges.append((len(grid), 0, width - 1))
            grid.append(_row([section], width, left=0))
        if chance.random() < 0.05:
            grid.append([""] * width)
        cells = [_cell(chance, column.field, number) for column in columns]
        stated[len(grid) + 1] = {
            column.field: _as_read(cell)
            for column, cell in zip(columns, cells, strict=True)
            if column.field
        }
        grid.append([""] * left + cells)
    grid += _endings(chance, width, people)
    return Messy(kind=kind, columns=columns, grid=grid, people=stated, merges=merges)


def _columns(chance: random.Random, kind: FileKind) -> tuple[Column, ...]:
    own = OWN_NAME.get(kind)
    if own:
        names = [own]
    else:
        split = chance.random() < 0.4
        names = ["last_name", "first_name", "middle_name"] if split else ["full_name"]
    rest = [name for name in COLUMNS[kind] if name.endswith("full_name") or chance.random() < 0.7]
    fields = [*(["row_no"] if chance.random() < 0.8 else []), *names, *rest]
    columns = [_column(chance, name) for name in fields]
    left_out = chance.sample(NOT_TAKEN, chance.randint(0, 2))
    columns += [Column(header=header, field="") for header in left_out]
    if kind is FileKind.STAFF:
        for group, parts in chance.sample(GROUPS, chance.randint(0, 3)):
            columns += [Column(header=part, field=name, group=group) for part, name in parts]
    return tuple(columns)


def _column(chance: random.Random, name: str) -> Column:
    header = chance.choice(PHRASES[name])
    style = chance.random()
    if style < 0.1:
        header = header.upper()
    elif style < 0.2:
        header = f" {header}\u00a0"
    return Column(header=header, field=name)


def _titles(chance: random.Random, kind: FileKind) -> list[str]:
    if chance.random() < 0.2 and kind is FileKind.STAFF:
        return []
    lines = [f"{chance.choice(TITLES[kind])} {SCHOOL} на 01.09.2026"]
    if chance.random() < 0.5:
        lines.insert(0, "Приложение № 2 к приказу от 30.08.2026 № 114")
    if chance.random() < 0.5:
        lines.append("2026/2027 учебный год")
    if chance.random() < 0.5:
        lines.append("")
    return lines


def _row(cells: list[str], width: int, *, left: int) -> list[str]:
    row = [""] * left + cells
    return row + [""] * (width - len(row))


def _write_header(
    chance: random.Random,
    grid: list[list[str]],
    merges: list[tuple[int, int, int]],
    columns: tuple[Column, ...],
    left: int,
) -> None:
    if any(column.group for column in columns):
        upper = [column.group or column.header for column in columns]
        for at in range(len(upper) - 1, 0, -1):
            if columns[at].group and columns[at].group == columns[at - 1].group:
                upper[at] = ""
        _merge_groups(merges, columns, len(grid), left)
        grid.append([""] * left + upper)
        grid.append([""] * left + [column.header if column.group else "" for column in columns])
    else:
        grid.append([""] * left + [column.header for column in columns])
    if chance.random() < 0.4:
        grid.append([""] * left + [str(number) for number in range(1, len(columns) + 1)])


def _merge_groups(
    merges: list[tuple[int, int, int]], columns: tuple[Column, ...], row: int, left: int
) -> None:
    for group in dict.fromkeys(column.group for column in columns if column.group):
        span = [at for at, column in enumerate(columns) if column.group == group]
        merges.append((row, left + span[0], left + span[-1]))


def _endings(chance: random.Random, width: int, people: int) -> list[list[str]]:
    endings = []
    if chance.random() < 0.5:
        endings.append(_row(["Итого:", str(people)], width, left=0))
    if chance.random() < 0.5:
        endings.append([""] * width)
        endings.append(_row(["Директор", "__________", "А.Б. Полевой"], width, left=0))
        endings.append(_row(["М.П."], width, left=0))
        endings.append(_row(["Исп. Вьюгина Я.О., тел. 2-13-45"], width, left=0))
    return endings


def person(chance: random.Random) -> str:
    parts = (chance.choice(SURNAMES), chance.choice(NAMES), chance.choice(PATRONYMICS))
    return " ".join(filter(None, parts))


def _cell(chance: random.Random, name: str, number: int) -> str:
    if name.endswith("full_name"):
        return person(chance).replace(" ", chance.choice((" ", " ", "  ", "\u00a0")))
    if name in _CHOICES:
        return chance.choice(_CHOICES[name])
    shapes = {
        "row_no": str(number),
        "snils": f"{chance.randint(100, 999)}-{chance.randint(100, 999)}-{number:03d} 42",
        "birth_year": str(1960 + number % 50),
        "graduation_year": str(1980 + number % 40),
        "contacts": f"8-900-{number:03d}-00-00; почта@школа.рф",
    }
    return shapes.get(name) or _plain(chance, name, number)


_CHOICES = {
    "last_name": SURNAMES,
    "first_name": NAMES,
    "middle_name": PATRONYMICS,
    "position": ("учитель", "учитель математики", "Директор", "педагог-психолог"),
    "": ("", "Полевая Я.О.", "есть"),
}


def _plain(chance: random.Random, name: str, number: int) -> str:
    if name.endswith(("_date", "_at")):
        return f"{chance.randint(1, 28):02d}.{chance.randint(1, 12):02d}.{1990 + number % 30}"
    if chance.random() < 0.15:
        return ""
    texts = ("12,5", "нет", "да", 'МБОУ "СОШ № 4"', "а; б", "х, у", "9 «А»", "учитель - ученик")
    return chance.choice(texts)


def _as_read(cell: str) -> str:
    """Give the cell as a reader should: other spaces are spaces, and one is enough."""
    return " ".join(cell.split())


def to_text(messy: Messy, delimiter: str, newline: str, *, declared: bool, quoted: bool) -> str:
    """Render as csv; a first line `sep=` shifts every row by one."""
    stream = io.StringIO(newline="")
    writer = csv.writer(
        stream,
        delimiter=delimiter,
        lineterminator=newline,
        # The writer does not see that "\n" in a cell needs quotes where lines end in "\r".
        quoting=csv.QUOTE_ALL if quoted or newline == "\r" else csv.QUOTE_MINIMAL,
    )
    writer.writerows(messy.grid)
    return (f"sep={delimiter}{newline}" if declared else "") + stream.getvalue()


def lossless(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def simplified(messy: Messy, encoding: str) -> Messy:
    """Replace the signs that an old encoding has not, as people did when they typed in it."""

    def simple(text: str) -> str:
        if lossless(text, encoding):
            return text
        for sign, plain in (
            ("№", "N"),
            ("«", '"'),
            ("»", '"'),
            ("\u00a0", " "),
            ("ё", "е"),
            ("Ё", "Е"),
        ):
            if not lossless(sign, encoding):
                text = text.replace(sign, plain)
        return text

    return Messy(
        kind=messy.kind,
        columns=messy.columns,
        grid=[[simple(cell) for cell in row] for row in messy.grid],
        people={
            row: {name: simple(cell) for name, cell in fields.items()}
            for row, fields in messy.people.items()
        },
        merges=messy.merges,
    )


def to_xlsx(messy: Messy, path: Path) -> None:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Лист1")
    for row, cells in enumerate(messy.grid):
        for column, cell in enumerate(cells):
            if cell:
                sheet.write_string(row, column, cell)
    for row, first, last in messy.merges:
        sheet.merge_range(row, first, row, last, messy.grid[row][first])
    book.close()


def to_xls(messy: Messy, path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Лист1")
    merged = {
        (row, column) for row, first, last in messy.merges for column in range(first, last + 1)
    }
    for row, cells in enumerate(messy.grid):
        for column, cell in enumerate(cells):
            if cell and (row, column) not in merged:
                sheet.write(row, column, cell)
    for row, first, last in messy.merges:
        sheet.write_merge(row, row, first, last, messy.grid[row][first])
    book.save(str(path))


_ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
    '<office:body><office:spreadsheet><table:table table:name="Лист1">{rows}</table:table>'
    "</office:spreadsheet></office:body></office:document-content>"
)
_MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest '
    'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" '
    'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
)
ODS_MIME = "application/vnd.oasis.opendocument.spreadsheet"


def to_ods(messy: Messy, path: Path) -> None:
    write_ods("".join(map(_ods_row, messy.grid)), path)


def write_ods(rows: str, path: Path, *, manifest: str = _MANIFEST) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", ODS_MIME)
        archive.writestr("content.xml", _ODS.format(rows=rows))
        archive.writestr("META-INF/manifest.xml", manifest)


def _ods_row(cells: list[str]) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, cells))}</table:table-row>"


def _ods_cell(cell: str) -> str:
    if not cell:
        return "<table:table-cell/>"
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in cell.split("\n"))
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'
