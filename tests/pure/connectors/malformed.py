"""Files with something wrong in them, each with exactly what of it is refused and what is taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import xlsxwriter

from tests.pure.connectors.containers import archive, binary_book, dbase, web_page

Refusal = tuple[str, str, int | None]  # code, sheet, row
HEADER = "ФИО;Дата рождения;Должность"
LEV, YANA, GLEB = (
    "Вьюгин Лев Ильич;01.02.1980;учитель",
    "Ёлкина Яна Юрьевна;03.04.1985;воспитатель",
    "Полевой Глеб;05.06.1990;педагог-психолог",
)
PEOPLE = (LEV, YANA, GLEB)
GRID = [line.split(";") for line in (HEADER, *PEOPLE)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Malformed:
    """A file, what is refused of it, and the rows of the file whose people are taken."""

    content: bytes
    refused: tuple[Refusal, ...] = ()
    taken: tuple[int, ...] = ()
    name: str = "table.csv"


def text(*lines: str, encoding: str = "utf-8", newline: str = "\r\n") -> bytes:
    return newline.join(lines).encode(encoding)


def book(*sheets: Sequence[Sequence[str]], hidden: int = -1) -> bytes:
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, {"strings_to_formulas": False}) as written:
        for number, grid in enumerate(sheets):
            sheet = written.add_worksheet(f"Лист{number + 1}")
            for row, cells in enumerate(grid):
                for column, cell in enumerate(cells):
                    sheet.write_string(row, column, cell)
            if number == hidden:
                sheet.hide()
    return stream.getvalue()


def cut(content: bytes, share: float) -> bytes:
    return content[: int(len(content) * share)]


def nameless(cells: str) -> tuple[str, ...]:
    return (HEADER, LEV, cells, YANA)


NO_NAME: tuple[Refusal, ...] = (("row.no_name", "", 3),)
BAD_TEXT = "Полевой Глеб;05.06.1990;учитель\n".encode("cp1251")
MANY = tuple(f"Вьюгин Лев Ильич;01.02.1980;учитель {number}" for number in range(9_000))

ROWS: dict[str, Malformed] = {
    "a date where the name should be": Malformed(
        content=text(*nameless(";05.06.1990;учитель")), refused=NO_NAME, taken=(2, 4)
    ),
    "spaces for a name": Malformed(
        content=text(*nameless("\u00a0 \u2003;05.06.1990;учитель")), refused=NO_NAME, taken=(2, 4)
    ),
    "a zero width space for a name": Malformed(
        content=text(*nameless("\u200b;05.06.1990;учитель")), refused=NO_NAME, taken=(2, 4)
    ),
    "one cell too many": Malformed(
        content=text(HEADER, LEV, f"{GLEB};физика", YANA),
        refused=(("row.shifted", "", 3),),
        taken=(2, 4),
    ),
    "a delimiter within every third row": Malformed(
        content=text(HEADER, *(LEV, YANA, f"{GLEB};х") * 3),
        refused=tuple(("row.shifted", "", row) for row in (4, 7, 10)),
        taken=(2, 3, 5, 6, 8, 9),
    ),
    "empty cells too many": Malformed(content=text(HEADER, f"{LEV};;;", f"{YANA};;"), taken=(2, 3)),
    "cells too few": Malformed(content=text(HEADER, "Вьюгин Лев Ильич", YANA), taken=(2, 3)),
    "a row in another encoding": Malformed(
        content=text(HEADER, *MANY, "", newline="\n") + BAD_TEXT,
        refused=(("row.encoding", "", 9_002),),
        taken=tuple(range(2, 9_002)),
    ),
    "a cut letter at the end": Malformed(
        content=text(HEADER, *MANY, GLEB, newline="\n")[:-1],
        refused=(("row.encoding", "", 9_002),),
        taken=tuple(range(2, 9_002)),
    ),
    "a quote never closed": Malformed(
        content=text(HEADER, 'Вьюгин Лев;01.02.1980;"учитель', YANA), taken=(2, 3)
    ),
    "a quote within a cell": Malformed(
        content=text(HEADER, 'Вьюгин Лев;01.02.1980;учитель "физики" и', YANA), taken=(2, 3)
    ),
    "a line break within quotes": Malformed(
        content=text(HEADER, 'Вьюгин Лев;01.02.1980;"учитель\r\nфизики"', YANA), taken=(2, 4)
    ),
    "the header again below": Malformed(content=text(HEADER, LEV, HEADER, YANA), taken=(2, 4)),
    "a numbering row below": Malformed(content=text(HEADER, "1;2;3", LEV, YANA), taken=(3, 4)),
    "a total and a signature": Malformed(
        content=text(HEADER, LEV, YANA, "Итого:;2;", ";;", "Директор;____;А.Б. Полевой"),
        taken=(2, 3),
    ),
    "who made the list below it": Malformed(
        content=text(HEADER, LEV, YANA, "Исп. Полевой Г.О., тел. 2-13-45;;", "М.П.;;"), taken=(2, 3)
    ),
    "a section across the row": Malformed(
        content=text(HEADER, "Начальная школа;;", LEV, "Учителя-предметники;;", YANA), taken=(3, 5)
    ),
    "blank rows between": Malformed(content=text(HEADER, ";;", LEV, "", ";;", YANA), taken=(3, 6)),
    "two unnamed rows in succession": Malformed(
        content=text(HEADER, LEV, ";01.01.1990;учитель", ";02.01.1990;завуч", YANA),
        refused=(("row.no_name", "", 3), ("row.no_name", "", 4)),
        taken=(2, 5),
    ),
    "nul between letters": Malformed(
        content=text(HEADER, "Вьюгин\x00 Лев;01.02.1980;учитель", YANA), taken=(2, 3)
    ),
    "the end of a file of DOS": Malformed(
        content=text(HEADER, LEV, YANA, "\x1a", encoding="cp866"), taken=(2, 3)
    ),
    "lines of an old Mac": Malformed(
        content=text(HEADER, *PEOPLE, encoding="mac-cyrillic", newline="\r"), taken=(2, 3, 4)
    ),
    "ends of lines of every kind": Malformed(
        content=f"{HEADER}\r{LEV}\n{YANA}\r\n{GLEB}".encode(), taken=(2, 3, 4)
    ),
    "a mark in the middle": Malformed(content=text(HEADER, f"\ufeff{LEV}", YANA), taken=(2, 3)),
    "a declared delimiter": Malformed(
        content=text("sep=|", *(line.replace(";", "|") for line in (HEADER, LEV, YANA))),
        taken=(3, 4),
    ),
    "formulas for cells": Malformed(
        content=text(HEADER, '="Вьюгин Лев";="01.02.1980";=учитель', YANA), taken=(2, 3)
    ),
    "a kilobyte in a cell": Malformed(content=text(HEADER, LEV + "х" * 1_000, YANA), taken=(2, 3)),
    "number signs lost by a save": Malformed(
        content=text("? п/п;ФИО;Должность", "1;Вьюгин Лев;учитель ? 4"), taken=(2,)
    ),
    "headers with line breaks": Malformed(
        content=text('"Ф.И.О.\nпедагога";"Дата рожде-\nния";"Долж-\nность"', LEV), taken=(5,)
    ),
    "a page of a row without a name": Malformed(
        content=web_page([*GRID[:2], ["", "05.06.1990", "учитель"], GRID[2]]).encode(),
        refused=(("row.no_name", "", 3),),
        taken=(2, 4),
        name="table.xls",
    ),
    "a page whose tags stay open": Malformed(
        content="<table><tr><td>ФИО<td>Должность<tr><td>Вьюгин Лев<td>учитель".encode(),
        taken=(2,),
        name="table.xls",
    ),
    "a page with a row in another encoding": Malformed(
        content=web_page([["ФИО", "Должность"], *[["Вьюгин Лев", "учитель"]] * 9_000]).encode()
        + b"<table><tr><td>"
        + "Ёлкина".encode("cp1251")
        + b"<td>1",
        refused=(("row.encoding", "", 9_002),),
        taken=tuple(range(2, 9_002)),
        name="table.xls",
    ),
    "a binary book with a row without a name": Malformed(
        content=binary_book([*GRID[:2], ["", "05.06.1990", "учитель"], GRID[2]]),
        refused=(("row.no_name", "Лист1", 3),),
        taken=(2, 4),
        name="table.xlsb",
    ),
    "a dbase table that ends early": Malformed(
        content=dbase([["FIO", "DR", "DOLGN"], *GRID[1:]])[:-30],
        refused=(("file.damaged", "", 4),),
        taken=(2, 3),
        name="table.dbf",
    ),
    "a book with a row without a name": Malformed(
        content=book([*GRID[:2], ["", "05.06.1990", "учитель"], GRID[2]]),
        refused=(("row.no_name", "Лист1", 3),),
        taken=(2, 4),
        name="table.xlsx",
    ),
    "a book with a hidden sheet": Malformed(
        content=book(GRID, GRID, hidden=1), taken=(2, 3, 4), name="table.xlsx"
    ),
    "a book with a sheet of notes": Malformed(
        content=book([["Заметки"], ["Позвонить"]], GRID), taken=(2, 3, 4), name="table.xlsx"
    ),
    "a book with a sheet without names": Malformed(
        content=book([["Должность", "Предмет", "Стаж"], ["учитель", "физика", "3"]], GRID),
        refused=(("file.no_name_column", "Лист1", 1),),
        taken=(2, 3, 4),
        name="table.xlsx",
    ),
    "a book with a sheet without headers": Malformed(
        content=book(GRID, [["1", "2", "х"], ["3", "4", "у"], ["5", "6", "z"]]),
        refused=(("file.no_header", "Лист2", None),),
        taken=(2, 3, 4),
        name="table.xlsx",
    ),
    "an archive with a document in it": Malformed(
        content=archive({"a.pdf": b"%PDF", "b.csv": text(HEADER, LEV)}),
        refused=(("file.not_a_table", "a.pdf", None),),
        taken=(2,),
        name="tables.zip",
    ),
    "an archive with a broken table in it": Malformed(
        content=archive({"a.csv": text(HEADER, LEV), "b.xlsx": cut(book(GRID), 0.6)}),
        refused=(("file.damaged", "b.xlsx", None),),
        taken=(2,),
        name="tables.zip",
    ),
    "an archive with rows to refuse": Malformed(
        content=archive({"a.csv": text(HEADER, LEV), "b.csv": text(*nameless(";1.1.1990;завуч"))}),
        refused=(("row.no_name", "b.csv", 3),),
        taken=(2, 2, 4),
        name="tables.zip",
    ),
    "a line without an end": Malformed(
        content=text(HEADER, LEV, "х" * 1_100_000),
        refused=(("file.line_too_long", "", 3),),
        taken=(2,),
    ),
    "a passport in a column": Malformed(
        content=text(f"{HEADER};Паспорт", f"{LEV};3600 000000"), taken=(2,)
    ),
}

WHOLE: dict[str, tuple[str, bytes, str]] = {
    "nothing": ("table.csv", b"", "file.empty"),
    "blank lines": ("table.csv", b"\r\n\r\n  \r\n", "file.empty"),
    "a mark alone": ("table.csv", b"\xef\xbb\xbf", "file.empty"),
    "only delimiters": ("table.csv", b";;;\n;;;\n;;;\n", "file.empty"),
    "a letter": ("table.txt", "Уважаемые коллеги!\nСписок пришлём.".encode(), "file.no_header"),
    "no header": ("table.csv", text(*PEOPLE, *PEOPLE), "file.no_header"),
    "a cut book": ("table.xlsx", cut(book(GRID), 0.7), "file.damaged"),
    "half a book": ("table.xlsx", cut(book(GRID), 0.4), "file.damaged"),
    "an old book of zeros": (
        "a.xls",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(999),
        "file.damaged",
    ),
    "a binary book cut": ("table.xlsb", cut(binary_book(GRID), 0.8), "file.damaged"),
    "an archive cut": ("a.zip", cut(archive({"a.csv": text(HEADER, LEV)}), 0.8), "file.damaged"),
    "an archive of folders": ("a.zip", archive({"a/": b""}), "file.empty"),
    "a way out of an archive": ("a.zip", archive({"../a.csv": text(HEADER)}), "file.archive_path"),
    "a login page": ("table.xls", b"<!DOCTYPE html><form>...</form>", "file.html"),
    "a web archive": ("table.xls", b"MIME-Version: 1.0\r\nX: y\r\n", "file.html"),
    "a tag without an end": ("a.xls", b"<table><tr><td " + b"x" * 1_200_000, "file.line_too_long"),
    "a picture": ("table.xls", b"\x89PNG\r\n\x1a\n" + bytes(99), "file.not_a_table"),
    "a program": ("table.xls", b"MZ" + bytes(range(256)) * 9, "file.not_a_table"),
    "json": ("table.csv", b'{"people": []}', "file.not_a_table"),
    "a tape": ("table.gz", b"\x1f\x8b\x08\x00" + bytes(30), "file.archive"),
    "columns beyond measure": (
        "table.csv",
        ";".join(["ФИО", *(f"x{at}" for at in range(10_000))]).encode(),
        "file.too_wide",
    ),
    "a page of columns beyond measure": (
        "table.xls",
        web_page([["ФИО", *(f"x{at}" for at in range(10_000))]]).encode(),
        "file.too_wide",
    ),
    "names of nobody's columns": (
        "table.csv",
        text("Должность;Предмет;Стаж;Телефон", "учитель;физика;3;1"),
        "file.no_name_column",
    ),
    "a list of nobody knows what": (
        "table.csv",
        text("ФИО;Пол", "Вьюгин Лев;м"),
        "file.unknown_kind",
    ),
    "a dbase table of no fields": ("a.dbf", dbase([["FIO"], ["х"]])[:33] + b"\r", "file.damaged"),
}
