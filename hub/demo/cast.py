"""The planted cases: each thing that COUNTING's last section lists, findable by its code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from hub.demo.draw import Draw
from hub.demo.organisations import Organised
from hub.demo.pairing import Pairing, Side
from hub.demo.people import PARTNER, People
from hub.demo.stage import Case, Stage, columns_of, posts_frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The planted people with their posts, mentorships and cases; `moved` studied elsewhere."""

    people: People
    posts: pd.DataFrame
    pairings: tuple[Pairing, ...]
    cases: Mapping[str, Case]


def make_cast(draw: Draw, organised: Organised, *, year: int) -> Cast:
    """Plant every case."""
    stage = Stage(organised=organised, year=year)
    for plant in _PLANTS:
        plant(stage)
    return Cast(
        people=columns_of(draw, stage.people),
        posts=posts_frame(stage.posts),
        pairings=tuple(stage.pairings),
        cases=stage.cases,
    )


def _two_departments(stage: Stage) -> None:
    mentor = stage.teacher("FIRST", 20)
    since = date(stage.year - 20, 9, 1)
    stage.post(mentor, "SECOND", hired=date(stage.year - 2, 9, 1), since=since, kind="EXTERNAL_PT")
    first, second = stage.teacher("FIRST", 1), stage.teacher("SECOND", 2)
    for code, mentee in (("FIRST", first), ("SECOND", second)):
        stage.pair(code, mentor, mentee, form="TEACHER_TEACHER", workplace=stage.at("FIRST"))
    stage.case("TEACHER_IN_TWO_DEPARTMENTS", mentor, first, second, at=("FIRST", "SECOND"))


def _moved_pupil(stage: Stage) -> None:
    mentor, pupil = stage.teacher("FIRST", 15), stage.pupil("SECOND", 8)
    stage.pair(
        "FIRST",
        mentor,
        pupil,
        form="TEACHER_PUPIL",
        years=(stage.year - 1, stage.year),
        joined=date(stage.year - 1, 10, 1),
    )
    stage.case("MOVED_PUPIL", mentor, pupil, at=("FIRST", "SECOND"))


def _sides(stage: Stage) -> None:
    mentor, mentee = stage.teacher("SECOND", 18), stage.teacher("SECOND", 1)
    stage.pair("SECOND", mentor, mentee, form="TEACHER_TEACHER", programme="Учитель — учителю")
    stage.case("BOTH_SIDES", mentor, mentee, at=("SECOND",))
    one, other, disputed = (
        stage.teacher("FIRST", 12),
        stage.teacher("FIRST", 14),
        stage.teacher("FIRST", 0),
    )
    stage.pair("FIRST", one, disputed, form="TEACHER_TEACHER", side=Side.MENTORS)
    stage.pair("FIRST", other, disputed, form="TEACHER_TEACHER", side=Side.MENTEES)
    stage.case("DISPUTED", one, other, disputed, at=("FIRST",))


def _group(stage: Stage) -> None:
    mentor = stage.teacher("SECOND", 9)
    pupils = tuple(stage.pupil("SECOND", grade) for grade in (7, 7, 8, 8))
    stage.pair("SECOND", mentor, *pupils, form="TEACHER_PUPIL")
    stage.case("GROUP", mentor, *pupils, at=("SECOND",))


def _partner(stage: Stage) -> None:
    place = stage.organised.partners[0]
    mentor = stage.person(place, PARTNER, male=True, birth=date(stage.year - 44, 5, 14))
    first, second = stage.pupil("FIRST", 10), stage.pupil("SECOND", 10)
    for code, pupil in (("FIRST", first), ("SECOND", second)):
        stage.pair(
            code, mentor, pupil, form="EMPLOYER_PUPIL", workplace=place, programme="Шаг в профессию"
        )
    stage.cases["PARTNER_IN_TWO_SCHOOLS"] = Case(
        people=(mentor, first, second), organisations=(stage.at("FIRST"), stage.at("SECOND"), place)
    )


def _without_snils(stage: Stage) -> None:
    mentor, pupil = stage.teacher("FIRST", 8), stage.pupil("FIRST", 6)
    for person in (mentor, pupil):
        stage.people[person].has_snils = False
    stage.pair("FIRST", mentor, pupil, form="TEACHER_PUPIL")
    stage.case("WITHOUT_SNILS", mentor, pupil, at=("FIRST",))


def _organisations(stage: Stage) -> None:
    """Pairs in the successor (under the closed id), under two authorities, in the branch."""
    for code, staff, listed in (
        ("REORGANISED", "SUCCESSOR", "CLOSED"),
        ("TWO_AUTHORITIES", "TWO_AUTHORITIES", "TWO_AUTHORITIES"),
        ("BRANCH", "BRANCH", "BRANCH"),
    ):
        mentor, mentee = stage.teacher(staff, 16), stage.teacher(staff, 2)
        stage.pair(listed, mentor, mentee, form="TEACHER_TEACHER")
        stage.case(code, mentor, mentee, at=(listed, staff))
    mentor, pupil = stage.teacher("TRANSFERRED", 17), stage.pupil("TRANSFERRED", 9)
    years = (stage.year - 3, stage.year - 2)
    stage.pair(
        "TRANSFERRED",
        mentor,
        pupil,
        form="TEACHER_PUPIL",
        years=years,
        joined=date(years[0], 10, 3),
    )
    stage.case("DEPARTMENT_CHANGED", mentor, pupil, at=("TRANSFERRED",))
    stage.case("SCHOOLS_OF_ONE_NUMBER", at=("MESSY", "NAMESAKE"))


def _never_closed(stage: Stage) -> None:
    mentor, pupil = stage.teacher("SECOND", 11), stage.pupil("SECOND", 9)
    year = stage.year - 2
    stage.pair(
        "SECOND", mentor, pupil, form="TEACHER_PUPIL", years=(year,), joined=date(year, 10, 6)
    )
    stage.case("NEVER_CLOSED", mentor, pupil, at=("SECOND",))


def _late_file(stage: Stage) -> None:
    """A list of four years ago that arrives last: a former surname, and somebody long gone."""
    married, gone = stage.teacher("SECOND", 7), stage.teacher("SECOND", 30)
    role = stage.people[married]
    role.male, role.first, role.last, role.middle = False, "Есения", "Лугозорова", "Марковна"
    role.previous_last, role.changed_on = "Ключеградова", date(stage.year - 2, 7, 12)
    stage.posts = [post for post in stage.posts if post[0] != gone]
    stage.case("LATE_FILE", married, gone, at=("SECOND",))


def _asserted(stage: Stage) -> None:
    mentors = [stage.teacher("OUTSIDE", 10 + number) for number in range(3)]
    pupils = [stage.pupil("OUTSIDE", 5 + number % 4) for number in range(9)]
    for number, pupil in enumerate(pupils):
        stage.pair("OUTSIDE", mentors[number % 3], pupil, form="TEACHER_PUPIL")
    stage.case("TWELVE_ASSERTED_NINE_NAMED", *mentors, *pupils, at=("OUTSIDE",))
    stage.case("OUTSIDE_DEPARTMENTS", *mentors, at=("OUTSIDE",))


def _experience(stage: Stage) -> None:
    stage.case("UNKNOWN_EXPERIENCE", stage.teacher("FIRST", None), at=("FIRST",))
    stage.case("FLAG_ONLY", stage.teacher("SECOND", None, flag="да"), at=("SECOND",))
    dismissed = stage.teacher("FIRST", 1)
    row = list(stage.posts[-1])
    row[6] = date(stage.year, 7, 15)
    stage.posts[-1] = tuple(row)
    stage.case("DISMISSED", dismissed, at=("FIRST",))


def _family(stage: Stage) -> None:
    """A mother and her child's card, namesakes of two generations, twins."""
    mother, child = stage.teacher("MESSY", 13), stage.pupil("MESSY", 3)
    parent, pupil = stage.people[mother], stage.people[child]
    parent.male, parent.first, parent.middle = False, "Глафира", "Захаровна"
    parent.last, pupil.last = "Малодубравина", "Малодубравин" + "а" * (not pupil.male)
    stage.case("MOTHERS_SNILS", mother, child, at=("MESSY",))
    father, son = stage.teacher("MESSY", 19), stage.pupil("MESSY", 5)
    for person in (father, son):
        role = stage.people[person]
        role.male, role.last, role.first, role.middle = True, "Дальноплёсов", "Игнат", "Игнатьевич"
    stage.case("PARENT_CHILD_NAMESAKES", father, son, at=("MESSY",))
    one, other = stage.pupil("SECOND", 4), stage.pupil("SECOND", 4)
    elder, younger = stage.people[one], stage.people[other]
    elder.male = younger.male = False
    elder.last = younger.last = "Тихоозёрова"
    elder.middle = younger.middle = "Макаровна"
    elder.first, younger.first, younger.birth = "Римма", "Устинья", elder.birth
    younger.snils_body = -one - 1
    stage.case("TWINS", one, other, at=("SECOND",))


def _surname_change(stage: Stage) -> None:
    mentor, bride = stage.teacher("FIRST", 21), stage.teacher("FIRST", 2)
    role = stage.people[bride]
    role.male, role.first, role.middle = False, "Нелли", "Богдановна"
    role.last, role.previous_last = "Зореплёсова", "Среднетравова"
    role.changed_on = date(stage.year, 6, 14)
    stage.pair("FIRST", mentor, bride, form="TEACHER_TEACHER")
    stage.case("SURNAME_CHANGE", mentor, bride, at=("FIRST",))


def _periods(stage: Stage) -> None:
    """One pair in two forms; a pair renewed within a month; a mentor without a pair."""
    mentor, pupil = stage.teacher("FIRST", 6), stage.pupil("FIRST", 9)
    for form in ("TEACHER_PUPIL", "OTHER"):
        stage.pair("FIRST", mentor, pupil, form=form)
    stage.case("TWO_FORMS", mentor, pupil, at=("FIRST",))
    mentor, pupil = stage.teacher("FIRST", 22), stage.pupil("FIRST", 7)
    for year in (stage.year - 1, stage.year):
        stage.pair(
            "FIRST", mentor, pupil, form="TEACHER_PUPIL", years=(year,), joined=date(year, 9, 16)
        )
    stage.case("RENEWED", mentor, pupil, at=("FIRST",))
    idle = stage.teacher("SECOND", 24)
    stage.pair("SECOND", idle, form="TEACHER_TEACHER", side=Side.MENTORS)
    stage.case("MENTOR_WITHOUT_PAIR", idle, at=("SECOND",))


_PLANTS = (
    _two_departments,
    _moved_pupil,
    _sides,
    _group,
    _partner,
    _without_snils,
    _organisations,
    _never_closed,
    _late_file,
    _asserted,
    _experience,
    _family,
    _surname_change,
    _periods,
)
