"""The four kinds of tables filled from what their rows state, and the truth of each row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from hub.demo.cells import Pen, Unreadable
from hub.demo.dirt import EMPTY_MARKERS
from hub.demo.draw import Dice, Draw, dice
from hub.demo.headings import MENTEE_BASE, MENTOR_BASE
from hub.demo.layout import Layout
from hub.demo.pairing import FORM_WORDINGS, NOT_SHOWN
from hub.demo.people import PUPIL
from hub.demo.registry import OrganisationRow
from hub.demo.sheets import Cell
from hub.demo.statements import BaseRow

Truth = list[tuple[int, int, int]]  # row, part, person

_CATEGORIES = ("высшая", "первая", "СЗД", "б/к", "высшая, 25.12.2023", "соотв.")
_EDUCATION = ("высшее", "высшее", "высшее", "среднее профессиональное")
_COMPETENCES = (
    "методика преподавания",
    "проектная деятельность",
    "подготовка к олимпиадам",
    "работа с классом",
)
_ACHIEVEMENTS = ("победитель муниципального конкурса", "почётная грамота", "публикации", "нет")
_INTERESTS = ("краеведение", "робототехника", "спорт", "театр", "чтение")
_AGES = ("12-15", "15-18", "молодые педагоги", "любой")
_TIME = ("1 час в неделю", "2 часа в неделю", "2 раза в месяц", "по договорённости")
_REQUESTS = (
    "адаптация в коллективе",
    "подготовка к экзамену",
    "выбор профессии",
    "методическая помощь",
    "проект",
)
_RESULTS = ("программа выполнена", "положительная динамика", "в процессе", "")
_MARKS = ("пройдена", "да", "в процессе", "+")
_LISTED_POSTS = ("Администрация", "Педагогические работники", "Совместители")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a table is filled with besides its rows."""

    layout: Layout
    pen: Pen
    draw: Draw
    file: int
    owner: OrganisationRow
    names: Mapping[int, str]  # organisations by position

    def roll(self, number: int) -> Dice:
        """Start the draws of a row."""
        return dice(self.draw, self.file, number)

    def with_owner(self, values: dict[str, Cell]) -> dict[str, Cell]:
        """Add the column with the organisation itself, for tables that have it."""
        return {**values, "organization": self.owner.short_name}


def staff_fields(sheet_style: "Pen", *, former_surnames: bool) -> tuple[str, ...]:
    """Choose the columns of a list of staff."""
    style = sheet_style.style
    optional = (
        ("hire_date", style.shows_hire),
        ("total_experience", style.shows_experience),
        ("teaching_experience", style.shows_experience),
        ("category", style.wording % 4 > 0),
        ("education_level", style.wording % 5 > 1),
        ("graduation_year", style.wording % 5 > 1),
        ("phone", style.wording % 3 > 0),
        ("email", style.wording % 4 == 1),
        ("young_specialist", style.shows_flag),
        ("dismissal_date", style.shows_dismissal),
        ("previous_last_name", former_surnames),
    )
    kind = ("employment_type",) if style.shows_kind else ()
    subject = ("subject",) if style.wording % 3 else ()
    return (
        "row_no",
        *(("organization",) if style.organisation_column else ()),
        *_name_fields(style.names),
        "birth_date",
        "snils",
        "position",
        *subject,
        *kind,
        *(name for name, shown in optional if shown),
    )


def pupil_fields(pen: Pen) -> tuple[str, ...]:
    """Choose the columns of a list of pupils."""
    style = pen.style
    return (
        "row_no",
        *(("organization",) if style.organisation_column else ()),
        *_name_fields(style.names),
        *(("gender",) if style.wording % 4 == 0 else ()),
        "birth_date",
        "class",
        *(("snils",) if style.shows_pupil_snils else ()),
    )


def mentor_fields(pen: Pen) -> tuple[str, ...]:
    """Give the 16 columns of a base of mentors, and the programme where the school adds it."""
    return (*MENTOR_BASE, "program") if pen.style.shows_programme else MENTOR_BASE


def mentee_fields(pen: Pen) -> tuple[str, ...]:
    """Give the 13 columns of a base of mentees, and the programme where the school adds it."""
    return (*MENTEE_BASE, "program") if pen.style.shows_programme else MENTEE_BASE


def _name_fields(names: str) -> tuple[str, ...]:
    return ("full_name",) if names == "one" else ("last_name", "first_name", "middle_name")


def fill_staff(sheet: Sheet, rows: pd.DataFrame) -> Truth:
    """Fill a list of staff; answer who stands in which row."""
    truth: Truth = []
    section = ""
    for number, row in enumerate(_records(rows)):
        heading = _section_of(str(row["position"]), str(row["kind"]))
        if sheet.pen.style.section_rows and heading != section:
            section = heading
            sheet.layout.section(section)
        roll = sheet.roll(number)
        person = int(str(row["person"]))
        truth.append((sheet.layout.next_row, 0, person))
        sheet.layout.line(_staff_line(sheet, row, person, roll))
        if roll.chance(sheet.pen.rates.row_without_name):
            _nameless(sheet, {"position": "учитель"})
    return truth


def _records(rows: pd.DataFrame) -> Iterator[dict[str, object]]:
    names = list(rows.columns)
    columns = [rows[name].astype(object).where(rows[name].notna(), None) for name in names]
    for values in zip(*columns, strict=True):
        yield dict(zip(names, values, strict=True))


def _section_of(position: str, kind: str) -> str:
    if position in {"HEAD", "DEPUTY_HEAD"}:
        return _LISTED_POSTS[0]
    return _LISTED_POSTS[2 if kind in {"EXTERNAL_PT", "CIVIL"} else 1]


def _staff_line(
    sheet: Sheet, row: Mapping[str, object], person: int, roll: Dice
) -> dict[str, Cell]:
    pen, here = sheet.pen, sheet.layout.next_row
    months = int(str(row["months"]))
    subject, code = str(row["subject"]), str(row["position"])
    known = months >= 0
    total = min(months + 12 * (person % 3), 12 * 60)
    return sheet.with_owner(
        {
            **_name_cells(sheet, person, roll, short_forms=False),
            "birth_date": pen.birth(person, roll, row=here),
            "snils": pen.snils(person, roll, row=here),
            "position": pen.position(code, subject, roll),
            "subject": subject,
            "employment_type": pen.kind(str(row["kind"])) if row["kind"] != "UNKNOWN" else None,
            "hire_date": pen.date(_day(row["hired"])),
            "total_experience": pen.experience(total) if known else "-",
            "teaching_experience": pen.experience(months)
            if known
            else roll.one_of(("", "-", "н/д")),
            "category": roll.one_of(_CATEGORIES),
            "education_level": roll.one_of(_EDUCATION),
            "graduation_year": pen.people.birth[person].item().year + 22,
            "phone": pen.phone(person, roll),
            "email": pen.email(person),
            "young_specialist": str(row["flag"]),
            "dismissal_date": pen.date(_day(row["dismissed"])),
            "previous_last_name": pen.people.previous_last[person],
        }
    )


def _day(value: object) -> date | None:
    return value.date() if isinstance(value, pd.Timestamp) else None


def _name_cells(sheet: Sheet, person: int, roll: Dice, *, short_forms: bool) -> dict[str, Cell]:
    if sheet.pen.style.names == "one":
        text = sheet.pen.whole_name(person, roll, mention=False, short_forms=short_forms)
        return {"full_name": text if short_forms else sheet.pen.noted(text, roll)}
    last, first, middle = sheet.pen.split_name(person, roll, short_forms=short_forms)
    return {
        "last_name": last,
        "first_name": first,
        "middle_name": middle or roll.one_of(EMPTY_MARKERS),
    }


def _nameless(sheet: Sheet, values: dict[str, Cell]) -> None:
    """A row whose name was wiped: nobody can be read from it."""
    row = Unreadable(row=sheet.layout.next_row, field="full_name", kind="NO_NAME")
    sheet.pen.unreadable.append(row)
    sheet.layout.line(values)


def fill_pupils(sheet: Sheet, rows: pd.DataFrame) -> Truth:
    """Fill a list of pupils class by class; answer who stands in which row."""
    truth: Truth = []
    section = ""
    for number, row in enumerate(_records(rows.sort_values(["grade", "letter", "person"]))):
        person, grade = int(str(row["person"])), int(str(row["grade"]))
        group = sheet.pen.school_class(grade, str(row["letter"]))
        if sheet.pen.style.section_rows and group != section:
            section = group
            sheet.layout.section(f"{group} класс")
        roll, here = sheet.roll(number), sheet.layout.next_row
        truth.append((here, 0, person))
        sheet.layout.line(
            sheet.with_owner(
                {
                    **_name_cells(sheet, person, roll, short_forms=True),
                    "gender": "м" if sheet.pen.people.male[person] else "ж",
                    "birth_date": sheet.pen.birth(person, roll, row=here),
                    "class": group,
                    "snils": _pupil_snils(sheet, person, roll, here),
                }
            )
        )
        if roll.chance(sheet.pen.rates.row_without_name):
            _nameless(sheet, {"class": group})
    return truth


def _pupil_snils(sheet: Sheet, person: int, roll: Dice, row: int) -> Cell:
    return sheet.pen.snils(person, roll, row=row) if sheet.pen.style.shows_pupil_snils else None


def fill_mentors(sheet: Sheet, rows: Sequence[BaseRow]) -> Truth:
    """Fill a base of mentors; part 0 is the mentor, 1.. the mentees in the order of the cell."""
    truth: Truth = []
    for number, row in enumerate(rows):
        roll, here = sheet.roll(number), sheet.layout.next_row
        truth += [(here, part, person) for part, person in enumerate((row.person, *row.others))]
        sheet.layout.line(
            {
                **_shared_cells(sheet, row, roll),
                "mentor_full_name": sheet.pen.whole_name(row.person, roll, mention=True),
                "contacts": _contacts(sheet, row.person, roll),
                "competences": roll.one_of(_COMPETENCES),
                "achievements": roll.one_of(_ACHIEVEMENTS),
                "interests": roll.one_of(_INTERESTS),
                "preferred_age": roll.one_of(_AGES),
                "time_resource": roll.one_of(_TIME),
                "mentee_full_name": sheet.pen.names(row.others, roll),
                "mentee_organization": sheet.owner.short_name
                if sheet.pen.style.shows_workplace
                else None,
            }
        )
    return truth


def fill_mentees(sheet: Sheet, rows: Sequence[BaseRow]) -> Truth:
    """Fill a base of mentees; part 0 is the mentee, part 1 the mentor if there is one."""
    truth: Truth = []
    for number, row in enumerate(rows):
        roll, here = sheet.roll(number), sheet.layout.next_row
        truth += [(here, part, person) for part, person in enumerate((row.person, *row.others))]
        sheet.layout.line(
            {
                **_shared_cells(sheet, row, roll),
                "mentee_full_name": sheet.pen.whole_name(row.person, roll, mention=True),
                "contacts": _contacts(sheet, row.person, roll),
                "birth_year": sheet.pen.people.birth[row.person].item().year,
                "main_request": roll.one_of(_REQUESTS),
                "mentor_full_name": sheet.pen.names(row.others, roll),
                "completion_mark": roll.one_of(_MARKS),
            }
        )
    return truth


def _shared_cells(sheet: Sheet, row: BaseRow, roll: Dice) -> dict[str, Cell]:
    wordings = FORM_WORDINGS.get(row.form, ("",))
    return {
        "joined_at": sheet.pen.date(row.joined),
        "left_at": sheet.pen.date(row.left),
        "mentoring_form": wordings[sheet.pen.style.wording % len(wordings)],
        "mentor_organization": None if row.workplace == NOT_SHOWN else sheet.names[row.workplace],
        "program": row.programme,
        "result": roll.one_of(_RESULTS),
        "case_url": f"https://school.example.org/cases/{sheet.file}" if roll.chance(0.1) else None,
    }


def _contacts(sheet: Sheet, person: int, roll: Dice) -> str:
    """A pupil's contact is a parent's; an adult gives a telephone, an address or both."""
    pen = sheet.pen
    if pen.people.role[person] <= PUPIL:
        return f"мама, {pen.phone(person, roll)}" if roll.chance(0.8) else pen.phone(person, roll)
    phone, email = pen.phone(person, roll), pen.email(person)
    return roll.one_of((phone, f"{phone}, {email}", f"{email}; {phone}", email))
