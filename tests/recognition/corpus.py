"""Tables made as schools make them, in every container and encoding, and what each truly holds."""

import csv
import io
import random
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import product
from pathlib import Path
from typing import Final

import xlsxwriter
import xlwt

from tests.pure.connectors.containers import binary_book
from tests.recognition.dialects import DIALECTS, Column, Dialect

ENCODINGS: Final = (
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"),
    *("cp1251", "cp866", "koi8-r", "mac-cyrillic"),
)
DELIMITERS: Final = (";", "\t", ",", "|")
BOOKS: Final = ("xlsx", "xls", "xlsb", "ods", "html", "zip")
PEOPLE: Final = 15
SURNAMES: Final = (
    "Рябов",
    "Чижиков",
    "Мальцев",
    "Ёжиков",
    "Щеглов",
    "Юдин-Ярцев",
    "Эхов",
    "Жнецов",
)
NAMES: Final = ("Егор", "Фёдор", "Борис", "Макар", "Шамиль", "Ульяна", "Инна", "Вера")
FATHERS: Final = ("Цезаревич", "Жоресовна", "Хасанович", "Эрнстовна", "оглы", "")
WORDS: Final = (
    "помощь в работе с классом",
    "олимпиады; проекты",
    "нет",
    "",
    "2 часа в неделю",
    "—",
)
SCHOOL: Final = "МБОУ «СОШ № 7» с. Заречное"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A file as made: which dialect and container, its encoding if it is text, what it holds.

    `columns` are header and field in their order, `names` what the name columns hold row by row.
    """

    dialect: str
    container: str
    encoding: str
    path: Path
    columns: tuple[tuple[str, str], ...]
    names: tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    grid: list[list[str]]
    columns: tuple[tuple[str, str], ...]
    names: tuple[tuple[tuple[str, str], ...], ...]


def samples(folder: Path, *, seed: int = 0, every_delimiter: bool) -> Iterator[Sample]:
    """Make a corpus file by file: each dialect in each encoding and each book."""
    number = seed
    for name, encoding in product(DIALECTS, ENCODINGS):
        for delimiter in DELIMITERS if every_delimiter else (DELIMITERS[number % 4],):
            number += 1
            yield _text(folder, name, encoding, delimiter, number)
    for name, container in product(DIALECTS, BOOKS):
        number += 1
        yield _book(folder, name, container, number)


def _text(folder: Path, name: str, encoding: str, delimiter: str, number: int) -> Sample:
    made = _simplified(_made(DIALECTS[name], number), encoding)
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows(made.grid)
    extension = "txt" if delimiter == "\t" else "csv"
    path = folder / f"{number}.{extension}"
    path.write_bytes(stream.getvalue().encode(encoding))
    return _sample(name, f"text {delimiter!r}", encoding, path, made)


def _book(folder: Path, name: str, container: str, number: int) -> Sample:
    made = _made(DIALECTS[name], number)
    # A web page and a book of АСУ РСО come under the name of an old book.
    path = folder / f"{number}.{'xls' if container == 'html' else container}"
    match container:
        case "xlsx":
            _write_xlsx(path, made.grid)
        case "xls":
            _write_xls(path, made.grid)
        case "xlsb":
            path.write_bytes(binary_book(made.grid))
        case "ods":
            _write_ods(path, made.grid)
        case "html":
            path.write_bytes(_page(made.grid).encode("cp1251", "xmlcharrefreplace"))
        case _:
            _write_zip(path, made.grid)
    return _sample(name, container, "", path, made)


def _sample(name: str, container: str, encoding: str, path: Path, made: _Made) -> Sample:
    return Sample(
        dialect=name,
        container=container,
        encoding=encoding,
        path=path,
        columns=made.columns,
        names=made.names,
    )


def _made(dialect: Dialect, seed: int) -> _Made:
    chance = random.Random(seed)  # noqa: S311  # invents tables, guards nothing
    variant = chance.randrange(6)
    kept = [one for one in dialect.columns if "name" in one.field or chance.random() < 0.92]
    headers = [_header(column, variant, chance) for column in kept]
    grid: list[list[str]] = [[] for _ in range(dialect.top)]
    grid.append([f"{chance.choice(dialect.titles)} {SCHOOL} на 01.09.2026"])
    grid += _header_rows(headers, dialect.left)
    if chance.random() < 0.3:
        grid.append(["" for _ in range(dialect.left)] + [str(at + 1) for at in range(len(kept))])
    names = []
    for number in range(1, PEOPLE + 1):
        if dialect.is_sectioned and number % 5 == 1:
            grid.append([f"{number // 5 + 7} «А» класс"])
        cells = [_cell(column, chance, number) for column in kept]
        named = zip(kept, cells, strict=True)
        names.append(tuple((one.field, cell) for one, cell in named if _is_name(one.field)))
        grid.append(["" for _ in range(dialect.left)] + cells)
    grid += [["Итого:", str(PEOPLE)], [], ["Директор", "__________", "И.И. Рябов"], ["М.П."]]
    width = max(map(len, grid))
    return _Made(
        grid=[row + [""] * (width - len(row)) for row in grid],
        columns=tuple(
            (" ".join(header), column.field) for header, column in zip(headers, kept, strict=True)
        ),
        names=tuple(names),
    )


def _is_name(field: str) -> bool:
    return field.endswith(
        ("full_name", "last_name", "first_name", "middle_name")
    ) and not field.startswith("previous")


def _header(column: Column, variant: int, chance: random.Random) -> tuple[str, ...]:
    """Choose a name of a column; groups only where the whole table has headers of two rows."""
    wanted = [name for name in column.names if ("|" in name) == (variant == 0)]
    name = chance.choice(wanted or [one for one in column.names if "|" not in one] or column.names)
    if variant == 1:
        name = name.upper()
    if variant == 2:
        name = f" {name}\u00a0"
    return tuple(name.split("|"))


def _header_rows(headers: Sequence[tuple[str, ...]], left: int) -> list[list[str]]:
    padding = [""] * left
    if all(len(header) == 1 for header in headers):
        return [[*padding, *(header[0] for header in headers)]]
    upper = [header[0] for header in headers]
    for at in range(len(headers) - 1, 0, -1):
        if len(headers[at]) > 1 and headers[at][0] == headers[at - 1][0]:
            upper[at] = ""
    lower = [header[1] if len(header) > 1 else "" for header in headers]
    return [[*padding, *upper], [*padding, *lower]]


def _cell(column: Column, chance: random.Random, number: int) -> str:
    value = column.value
    if value.endswith("full_name"):
        return _person(chance)
    if value == "several":
        return "\n".join(_person(chance) for _ in range(chance.randint(1, 3)))
    chosen: dict[str, Sequence[str]] = {
        "row_no": (str(number),),
        "last_name": SURNAMES,
        "surname": ("", "", *SURNAMES),
        "first_name": NAMES,
        "middle_name": FATHERS,
        "birth_date": (f"{number:02d}.0{number % 9 + 1}.19{60 + number}",),
        "day": (f"{number:02d}.09.2024", f"0{number % 9 + 1}.09.2025", ""),
        "year": (str(2005 + number % 8),),
        "years": ("12", "3", "25,5", "менее года"),
        "snils": (f"112-233-{440 + number} 95",),
        "number": (str(40_000 + number),),
        "gender": ("м", "ж"),
        "flag": ("да", "нет"),
        "position": (
            "учитель математики",
            "воспитатель",
            "педагог-психолог",
            "зам. директора по УВР",
        ),
        "subject": ("физика", "русский язык и литература", "ОБЖ"),
        "category": ("высшая", "первая", "б/к", "СЗД"),
        "class": ("9 «А»", "7Б", "11 а"),
        "phone": ("8 927 000-00-00", "2-13-45", "+7 (846) 000-00-00"),
        "email": ("one@example.org",),
        "contacts": ("8 927 000-00-00, one@example.org",),
        "passport": ("36 00 000000",),
        "stranger": ("Рябова Инна Хасановна",),
        "education_level": ("высшее", "среднее профессиональное"),
        "organization": ("МБОУ СОШ № 7", "ГБОУ СОШ им. героя с. Заречное"),
        "municipality": ("Заречный район", "г.о. Луговой"),
        "territorial_body": ("Северное управление",),
        "employment_type": ("Основное место работы", "Внешнее совместительство"),
        "rate": ("1", "0,5"),
        "unit": ("Администрация", "Педагогический персонал"),
        "mentoring_form": ("учитель – учитель", "ученик – ученик"),
        "mentor_organization": ("МБОУ СОШ № 7", "ООО «Луч»"),
        "mentee_organization": ("МБОУ СОШ № 7",),
    }
    return chance.choice(chosen.get(value, WORDS))


def _person(chance: random.Random) -> str:
    return " ".join(filter(None, map(chance.choice, (SURNAMES, NAMES, FATHERS))))


def _simplified(made: _Made, encoding: str) -> _Made:
    """Write what an encoding has not as its typists did."""
    plain = {"№": "N", "«": '"', "»": '"', "—": "-", "–": "-", "\u00a0": " ", "ё": "е", "Ё": "Е"}

    def fitted(text: str) -> str:
        for sign, instead in plain.items():
            try:
                sign.encode(encoding)
            except UnicodeEncodeError:
                text = text.replace(sign, instead)
        return text

    return _Made(
        grid=[[fitted(cell) for cell in row] for row in made.grid],
        columns=tuple((fitted(header), field) for header, field in made.columns),
        names=tuple(tuple((f, fitted(cell)) for f, cell in row) for row in made.names),
    )


def _write_xlsx(path: Path, grid: Sequence[Sequence[str]]) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Лист1")
        for row, cells in enumerate(grid):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell) if cell else None


def _write_xls(path: Path, grid: Sequence[Sequence[str]]) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Лист1")
    for row, cells in enumerate(grid):
        for column, cell in enumerate(cells):
            if cell:
                sheet.write(row, column, cell)
    book.save(str(path))


def _page(grid: Sequence[Sequence[str]]) -> str:
    rows = "".join(
        f"<tr>{''.join(f'<td>{_lines(cell)}</td>' for cell in row)}</tr>\n" for row in grid
    )
    return (
        '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta http-equiv=Content-Type '
        f'content="text/html; charset=windows-1251"></head><body><table border="1">{rows}</table>'
        "</body></html>"
    )


def _lines(cell: str) -> str:
    return escape(cell).replace("\n", "<br>")


def _write_ods(path: Path, grid: Sequence[Sequence[str]]) -> None:
    rows = "".join(
        "<table:table-row>" + "".join(map(_ods_cell, cells)) + "</table:table-row>"
        for cells in grid
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="Лист1">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", _MANIFEST)


_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
)


def _ods_cell(cell: str) -> str:
    if not cell:
        return "<table:table-cell/>"
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in cell.split("\n"))
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'


def _write_zip(path: Path, grid: Sequence[Sequence[str]]) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=";").writerows(grid)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Списки/таблица.csv", stream.getvalue().encode("utf-8-sig"))
