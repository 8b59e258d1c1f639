"""A template for an organisation: its four lists filled in, to be corrected and sent back.

Each row carries the hub's key in a hidden last column, so a returned row is known again whatever
was corrected in it. Values must be true ones: a mask sent back would become what the source says.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from hub.access import Purpose
from hub.reference import rows
from schema.errors import ErrorCode
from schema.exports.bases import MENTEES, MENTORS, shown_phone
from schema.exports.columns import Column, Kind
from schema.exports.formats import file_written
from schema.exports.lists import Owner, academic_year_now, owner_of, rows_of
from schema.exports.reading import Reading
from schema.exports.table import Note, Page, Table
from schema.exports.workbook import Book, Sheet
from schema.faults import refusal

Json = Any  # a decoded part of an answer
ROW_KEY: Final = Column(path=("rowKey",), header="Ключ строки хаба")
WORDS: Final = "Списки"
SPARE_ROWS: Final = 500  # below the filled ones, where choices are offered as well
SEXES: Final = {"MALE": "мужской", "FEMALE": "женский"}
POSTS: Final = {
    "MAIN": "основное место работы",
    "INTERNAL_PT": "внутреннее совместительство",
    "EXTERNAL_PT": "внешнее совместительство",
    "CIVIL": "договор ГПХ",
}
CATEGORIES: Final = {
    "HIGHEST": "высшая",
    "FIRST": "первая",
    "SECOND": "вторая",
    "COMPLIANCE": "соответствие занимаемой должности",
    "MENTOR": "педагог-наставник",
    "METHODIST": "педагог-методист",
    "NONE": "без категории",
}
FLAGS: Final = {True: "да", False: "нет"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A sheet of the template: its document, its columns, the words some of them offer."""

    list_name: str
    sheet: str
    title: str
    columns: tuple[Column, ...]
    row: Callable[[Json], Mapping[str, Json]]
    choices: Mapping[str, tuple[str, ...]]
    of_year: bool = False


def _column(name: str, header: str, kind: Kind = Kind.TEXT) -> Column:
    return Column(path=(name,), header=header, kind=kind)


_PERSON: Final = (
    _column("rowNo", "№", Kind.NUMBER),
    _column("lastName", "Фамилия"),
    _column("firstName", "Имя"),
    _column("middleName", "Отчество"),
)
_CARD: Final = (
    _column("birthDate", "Дата рождения", Kind.DAY),
    _column("sex", "Пол"),
    _column("snils", "СНИЛС"),
)
_CONTACTS: Final = (_column("phone", "Телефон"), _column("email", "E-mail"))


def _person(row: Json) -> dict[str, Json]:
    person = row["person"]
    contacts = person["contacts"]
    return {
        **{name: person[name] for name in ("lastName", "firstName", "middleName", "birthDate")},
        "rowKey": row["rowKey"],
        "sex": SEXES.get(person["sex"], ""),
        "snils": next(
            (one["value"] for one in person["identifiers"] if one["type"] == "SNILS"), ""
        ),
        "phone": ", ".join(shown_phone(c["value"]) for c in contacts if c["kind"] == "PHONE"),
        "email": ", ".join(c["value"] for c in contacts if c["kind"] == "EMAIL"),
    }


def _staff_row(row: Json) -> Mapping[str, Json]:
    since = row["teachingSince"]
    return {
        **_person(row),
        "previousLastName": row["previousLastName"],
        "positionName": row["positionName"],
        "subjects": ", ".join(row["subjects"]),
        "employmentKind": POSTS.get(row["employmentKind"], ""),
        "hiredOn": row["hiredOn"],
        "teachingSince": f"с {date.fromisoformat(since):%d.%m.%Y}" if since else "",
        "category": CATEGORIES.get(row["category"], ""),
        "youngSpecialist": FLAGS.get(row["youngSpecialistFlag"], ""),
    }


def _pupil_row(row: Json) -> Mapping[str, Json]:
    grade = row["grade"]
    return {**_person(row), "class": f"{grade} {row['letter']}".strip() if grade else ""}


STAFF: Final = Part(
    list_name="staff",
    sheet="Работники",
    title="Список педагогических работников",
    row=_staff_row,
    columns=(
        *_PERSON,
        _column("previousLastName", "Прежняя фамилия"),
        *_CARD,
        _column("positionName", "Должность"),
        _column("subjects", "Предмет"),
        _column("employmentKind", "Вид занятости"),
        _column("hiredOn", "Дата приёма", Kind.DAY),
        _column("teachingSince", "Педагогический стаж"),
        _column("category", "Категория"),
        _column("youngSpecialist", "Молодой специалист (да/нет)"),
        *_CONTACTS,
        ROW_KEY,
    ),
    choices={
        "sex": tuple(SEXES.values()),
        "employmentKind": tuple(POSTS.values()),
        "category": tuple(CATEGORIES.values()),
        "youngSpecialist": tuple(FLAGS.values()),
    },
)
PUPILS: Final = Part(
    list_name="pupils",
    sheet="Обучающиеся",
    title="Список обучающихся",
    row=_pupil_row,
    columns=(*_PERSON, *_CARD, _column("class", "Класс"), *_CONTACTS, ROW_KEY),
    choices={"sex": tuple(SEXES.values())},
)
FORMS: Final = tuple(str(row["label"]) for row in rows("mentoring_form"))
PARTS: Final = (
    STAFF,
    PUPILS,
    *(
        Part(
            list_name=f"{form.list_name}-keyed",
            sheet=form.title,
            title=form.title,
            row=form.row,
            columns=(*form.columns, ROW_KEY),
            choices={"formName": FORMS},
            of_year=True,
        )
        for form in (MENTORS, MENTEES)
    ),
)


async def template(reads: Reading, variables: Mapping[str, Json]) -> AsyncIterator[bytes]:
    """Give the template of an organisation as a workbook.

    Raises FORBIDDEN for a viewer who sees any of its values masked.
    """
    hidden = sorted(frozenset(Purpose) - reads.viewer.purposes)
    if hidden:
        raise refusal(
            ErrorCode.FORBIDDEN,
            "Шаблон заполняют подлинными значениями, а ключ не даёт целей "
            f"{', '.join(hidden)}: вернувшись, маска стёрла бы их. Попросите цели у оператора.",
            status=HTTPStatus.FORBIDDEN,
        )
    owner = await owner_of(reads, variables["organisation"])
    year = variables.get("academicYear") or academic_year_now(reads.zone)

    async def write(path: Path) -> None:
        await _write(reads, owner, year, path)

    return file_written(write)


async def _write(reads: Reading, owner: Owner, year: int, path: Path) -> None:
    book = Book(path)
    words = _places(_LISTS)
    for part in PARTS:
        table = _table(reads, owner, year, part)
        sheet = book.sheet(part.sheet, table)
        async for page in table.pages():
            sheet.add(page)
        _prepare(book, sheet, part, words)
    book.notes(_notes(reads, owner, year))
    _write_words(book)
    book.close()


_LISTS: Final = tuple(dict.fromkeys(words for part in PARTS for words in part.choices.values()))


def _places(lists: Sequence[tuple[str, ...]]) -> Mapping[tuple[str, ...], str]:
    """Say where each list of words stands on the sheet of words."""
    return {
        words: f"='{WORDS}'!${chr(ord('A') + at)}$1:${chr(ord('A') + at)}${len(words)}"
        for at, words in enumerate(lists)
    }


def _write_words(book: Book) -> None:
    """Write the words that columns offer on a hidden sheet of their own, row by row."""
    sheet = book.raw.add_worksheet(WORDS)
    for row, words in enumerate(zip_longest(*_LISTS)):
        for at, word in enumerate(words):
            if word is not None:
                sheet.write_string(row, at, word)
    sheet.hide()


def _prepare(book: Book, sheet: Sheet, part: Part, words: Mapping[tuple[str, ...], str]) -> None:
    """Hide the keys, offer the words, and check that a date is a date."""
    last = sheet.first_row + sheet.count + SPARE_ROWS
    for at, column in enumerate(part.columns):
        [name] = column.path
        if column is ROW_KEY:
            sheet.raw.set_column(at, at, 0, book.styles.text, {"hidden": True})
        elif choices := part.choices.get(name):
            rule = {"validate": "list", "source": words[choices], "error_type": "warning"}
            sheet.raw.data_validation(sheet.first_row, at, last, at, rule)
        elif column.kind is Kind.DAY:
            sheet.raw.data_validation(sheet.first_row, at, last, at, DAYS)


DAYS: Final = {
    "validate": "date",
    "criteria": ">",
    "value": date(1900, 1, 1),
    "error_type": "warning",
    "error_message": "Запишите дату как ДД.ММ.ГГГГ.",
}


def _table(reads: Reading, owner: Owner, year: int, part: Part) -> Table:
    today = f"{datetime.now(reads.zone):%d.%m.%Y}"
    said = f"на {year}/{year + 1} учебный год" if part.of_year else ""
    given = {"academicYear": year} if part.of_year else {}

    async def pages() -> AsyncIterator[Page]:
        number = 0
        async for page in rows_of(reads, part.list_name, organisation=owner.id, **given):
            shown = [row for row in page if row["person"] or part.of_year]
            yield [
                {"rowKey": row["rowKey"], **part.row(row), "rowNo": number + at}
                for at, row in enumerate(shown, start=1)
            ]
            number += len(shown)

    return Table(
        title=part.title,
        name=part.list_name,
        above=(part.title, owner.titled, f"{said} по состоянию на {today}".strip()),
        columns=part.columns,
        notes=(),
        zone=reads.zone,
        pages=pages,
    )


def _notes(reads: Reading, owner: Owner, year: int) -> Sequence[Note]:
    return (
        Note(about="Для кого", text=owner.titled),
        Note(about="Составлен", text=f"{reads.made_at()}, учебный год {year}/{year + 1}"),
        Note(
            about="Как исправить",
            text="Исправьте ячейки и пришлите файл. Фамилию, дату рождения и всё прочее можно "
            "менять: строку хаб узнаёт по скрытому ключу в последнем столбце.",
        ),
        Note(about="Как добавить", text="Впишите нового человека в пустую строку под таблицей."),
        Note(
            about="Чего не делать",
            text="Не копируйте строку, чтобы сделать из неё другую: с ней копируется и ключ. "
            "Не удаляйте столбец ключей.",
        ),
    )
