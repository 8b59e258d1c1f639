"""«База наставников» and «база наставляемых» in the order of columns of the target model.

The order is that of the model's two register forms (16 and 13 columns). Where the lists of
several organisations stand in one table, two columns after the form's own name the organisation.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from schema.errors import RequestRefused, bad_input
from schema.exports.cells import JOINT
from schema.exports.columns import Column, Kind
from schema.exports.lists import Owner, academic_year_now, owner_of, owners_of, rows_of
from schema.exports.reading import Reading
from schema.exports.table import Note, Page, Table

Json = Any  # a decoded part of an answer
RUSSIAN_MOBILE: Final = 12  # characters of +7 and ten digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A register form: its document, its title and its columns in order."""

    list_name: str
    title: str
    columns: tuple[Column, ...]
    row: Callable[[Json], Mapping[str, Json]]


def _column(name: str, header: str, kind: Kind = Kind.TEXT) -> Column:
    return Column(path=(name,), header=header, kind=kind)


def _contacts(row: Json) -> str:
    """Join phones and addresses; a phone stands with spaces, as one writes it."""
    found = (row["person"] or {}).get("contacts", ())
    return JOINT.join(shown_phone(one["value"]) for one in found)


def shown_phone(value: str) -> str:
    """Write +79270000000 as 8 (927) 000-00-00; anything else as it is."""
    digits = value.removeprefix("+7")
    if len(value) != RUSSIAN_MOBILE or digits == value or not digits.isdigit():
        return value
    return f"8 ({digits[:3]}) {digits[3:6]}-{digits[6:8]}-{digits[8:]}"


def _names(values: Sequence[str]) -> str:
    return JOINT.join(values)


def _workplaces(values: Sequence[str]) -> str:
    return JOINT.join(dict.fromkeys(filter(None, values)))


def _mentor_row(row: Json) -> Mapping[str, Json]:
    return {
        **row,
        "contacts": _contacts(row),
        "mentees": _names(row["mentees"]),
        "menteeWorkplaces": _workplaces(row["menteeWorkplaces"]),
    }


def _mentee_row(row: Json) -> Mapping[str, Json]:
    return {
        **row,
        "contacts": _contacts(row),
        "birthYear": (row["person"] or {}).get("birthYear"),
        "mentors": _names(row["mentors"]),
        "mentorWorkplaces": _workplaces(row["mentorWorkplaces"]),
    }


NUMBER: Final = _column("rowNo", "№", Kind.NUMBER)
MENTORS: Final = Form(
    list_name="mentor-base",
    title="База наставников",
    row=_mentor_row,
    columns=(
        NUMBER,
        _column("displayName", "ФИО наставника"),
        _column("contacts", "Контактные данные для связи"),
        _column("workplace", "Место работы/учёбы наставника"),
        _column("competences", "Основные компетенции наставника"),
        _column("achievements", "Важные для программы достижения наставника"),
        _column("interests", "Интересы наставника"),
        _column("preferredAge", "Желаемый возраст наставляемых"),
        _column("timeResource", "Ресурс времени на программу наставничества"),
        _column("joinedOn", "Дата вхождения в программу", Kind.DAY),
        _column("mentees", "ФИО наставляемого (наставляемых)"),
        _column("formName", "Форма наставничества"),
        _column("menteeWorkplaces", "Место работы/учёбы наставляемого"),
        _column("endedOn", "Дата завершения программы", Kind.DAY),
        _column("result", "Результаты программы"),
        _column("caseUrl", "Ссылка на кейс/отзыв наставника, размещённые на сайте организации"),
    ),
)
MENTEES: Final = Form(
    list_name="mentee-base",
    title="База наставляемых",
    row=_mentee_row,
    columns=(
        NUMBER,
        _column("displayName", "ФИО наставляемого"),
        _column("contacts", "Контактные данные для связи (данные представителя)"),
        _column("birthYear", "Год рождения наставляемого", Kind.NUMBER),
        _column("mainRequest", "Основной запрос наставляемого"),
        _column("joinedOn", "Дата вхождения в программу", Kind.DAY),
        _column("mentors", "ФИО наставника"),
        _column("formName", "Форма наставничества"),
        _column("mentorWorkplaces", "Место работы/учёбы наставника"),
        _column("endedOn", "Дата завершения программы", Kind.DAY),
        _column("result", "Результаты программы"),
        _column("caseUrl", "Ссылка на кейс/отзыв наставляемого, размещённые на сайте организации"),
        _column("completionMark", "Отметка о прохождении программы"),
    ),
)
OWNER_COLUMNS: Final = (
    _column("ownerName", "Чья база"),
    _column("ownerOgrn", "ОГРН организации"),
)


async def base_table(reads: Reading, form: Form, variables: Mapping[str, Json]) -> Table:
    """Describe the base of an organisation, of a department or of the viewer's whole scope."""
    organisation, department = variables.get("organisation"), variables.get("department")
    if organisation and department:
        message = "Укажите одно: organisation или department."
        raise RequestRefused([bad_input(message)])
    year = variables.get("academicYear") or academic_year_now(reads.zone)
    owner = await owner_of(reads, organisation) if organisation else None
    whose = owner.titled if owner else "по организациям"
    said = f"на {year}/{year + 1} учебный год"
    return Table(
        title=form.title,
        name=form.list_name,
        above=(form.title, owner.titled, said) if owner else (),
        columns=form.columns if owner else (*form.columns, *OWNER_COLUMNS),
        notes=_notes(reads, form, f"{whose}, {said}"),
        zone=reads.zone,
        pages=partial(_pages, reads, form, owner, department, year),
    )


def _notes(reads: Reading, form: Form, whose: str) -> tuple[Note, ...]:
    return (
        Note(about="Что выгружено", text=form.title),
        Note(about="Чьё и за какой год", text=whose),
        Note(about="Когда", text=f"{reads.made_at()}, {reads.zone.key}; все строки на один миг"),
        Note(
            about="Строка",
            text="Человек и все, с кем он связан одним наставничеством, которое проходит в "
            "организации и длилось хотя бы день этого учебного года; и каждый, кто стоит в базе "
            "организации без пары.",
        ),
        Note(about="Порядок столбцов", text="Форма целевой модели наставничества (Р-145, 2019)."),
        Note(
            about="Пустые столбцы",
            text="Хаб не придумывает того, чего источники не назвали. Конец, назначенный хабом, "
            "не показан.",
        ),
    )


async def _pages(
    reads: Reading, form: Form, owner: Owner | None, department: Json, year: int
) -> AsyncIterator[Page]:
    number = 0
    async for one in _owners(reads, owner, department):
        pages = rows_of(reads, form.list_name, organisation=one.id, academicYear=year)
        async for page in pages:
            yield [
                {
                    **form.row(row),
                    "rowNo": number + at,
                    "ownerName": one.short_name,
                    "ownerOgrn": one.numbers.get("OGRN", ""),
                }
                for at, row in enumerate(page, start=1)
            ]
            number += len(page)


async def _owners(reads: Reading, owner: Owner | None, department: Json) -> AsyncIterator[Owner]:
    if owner is not None:
        yield owner
        return
    async for one in owners_of(reads, department):
        yield one
