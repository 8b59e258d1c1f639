"""Files that schools of the invented region send, in the formats in which they come."""

import io
from collections.abc import Sequence

import xlsxwriter
import xlwt

Rows = Sequence[Sequence[str]]


def staff(school: str = "МБОУ СОШ № 1", day: str = "01.09.2026", *, people: int = 2) -> Rows:
    """List a school's staff under its title."""
    names = ("Мерянинов Олег Львович", "Лукоянцев Пётр Ильич", "Вьюгина Яна Юрьевна")
    return (
        (f"Список педагогических работников {school} на {day}",),
        ("№", "ФИО", "Дата рождения", "Должность"),
        *(
            (str(number), name, f"0{number}.03.1979", "учитель физики")
            for number, name in enumerate(names[:people], start=1)
        ),
    )


def as_csv(rows: Rows, encoding: str = "cp1251", delimiter: str = ";") -> bytes:
    """Write rows as text."""
    return "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)


def as_xlsx(rows: Rows) -> bytes:
    """Write rows as a workbook."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return held.getvalue()


def as_xls(rows: Rows) -> bytes:
    """Write rows as a workbook of old."""
    held, book = io.BytesIO(), xlwt.Workbook()
    sheet = book.add_sheet("Лист1")
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            sheet.write(number, place, value)
    book.save(held)
    return held.getvalue()
