"""The planted cases: each thing that COUNTING's last section lists, findable by its code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from hub.demo.draw import Draw
from hub.demo.identifiers import phone_digits, snils_bodies, snils_numbers
from hub.demo.organisations import Organised
from hub.demo.pairing import Pairing, Side
from hub.demo.people import PARTNER, PUPIL, STAFF, People
from hub.demo.staff import POST_COLUMNS

_STEMS = [
    "Ясноград",
    "Тихоплёс",
    "Светозар",
    "Добролуг",
    "Дальнояр",
    "Староверш",
    "Новопаш",
    "Кругловод",
    "Мелкотрав",
    "Синеклад",
    "Берегопаш",
    "Ветролом",
    "Дубогрив",
    "Житнояр",
    "Зорелуг",
    "Ковылед",
    "Лиходол",
    "Медоцвет",
    "Озероград",
    "Пашнеград",
    "Речногор",
    "Соснояр",
    "Травокос",
    "Хлебодар",
    "Цветоград",
    "Чистодол",
    "Широкояр",
    "Яролес",
    "Крутогор",
    "Плавнодол",
]
_MEN = [
    "Аркадий",
    "Всеволод",
    "Герман",
    "Елисей",
    "Игнат",
    "Лука",
    "Мирон",
    "Тарас",
    "Прохор",
    "Родион",
    "Святослав",
    "Трофим",
]
_WOMEN = [
    "Аглая",
    "Бронислава",
    "Глафира",
    "Дина",
    "Забава",
    "Изольда",
    "Клавдия",
    "Мирослава",
    "Нелли",
    "Римма",
    "Стефания",
    "Устинья",
]
_FATHERS = [
    "Арсеньев",
    "Богданов",
    "Германов",
    "Давыдов",
    "Ермолаев",
    "Захаров",
    "Игнатьев",
    "Лукьянов",
    "Макаров",
    "Назаров",
]
_ENDINGS = (("ов", "ич"), ("ова", "на"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Whom and what a planted case concerns: positions of people, of organisations, of files."""

    people: tuple[int, ...] = ()
    organisations: tuple[int, ...] = ()


@dataclass(slots=True)
class _Role:
    last: str
    first: str
    middle: str
    male: bool
    birth: date
    role: int
    organisation: int
    grade: int = 0
    previous_last: str = ""
    changed_on: date | None = None
    snils_body: int = 0
    has_snils: bool = True


@dataclass(slots=True)
class _Stage:
    """The cast while it is being made."""

    organised: Organised
    year: int
    people: list[_Role] = field(default_factory=list)
    posts: list[tuple[object, ...]] = field(default_factory=list)
    pairings: list[Pairing] = field(default_factory=list)
    cases: dict[str, Case] = field(default_factory=dict)

    def at(self, code: str) -> int:
        """Give the position of a planted organisation."""
        return self.organised.planted[code]

    def person(
        self, organisation: int, role: int, *, male: bool, birth: date, grade: int = 0
    ) -> int:
        """Add a person under a surname that nobody else in the region bears."""
        number = len(self.people)
        turn, stem = divmod(number, len(_STEMS))
        ending, patronymic = _ENDINGS[0] if male else _ENDINGS[1]
        names = _MEN if male else _WOMEN
        self.people.append(
            _Role(
                last=("", "Ново", "Верхне")[turn]
                + (_STEMS[stem] if not turn else _STEMS[stem].lower())
                + ending,
                first=names[number % len(names)],
                middle=_FATHERS[number % len(_FATHERS)] + patronymic,
                male=male,
                birth=birth,
                role=role,
                organisation=organisation,
                grade=grade,
            )
        )
        return number

    def teacher(self, code: str, years: int | None, *, flag: str = "") -> int:
        """Add a teacher of so many years' experience (None: nobody knows) to a planted school."""
        number = len(self.people)
        born = date(self.year - 30 - (years or 5), 1 + number % 12, 2 + number % 26)
        person = self.person(self.at(code), STAFF, male=number % 5 == 0, birth=born)
        hired = date(self.year - (4 if years is None else years), 9, 1)
        self.post(person, code, hired=hired, since=None if years is None else hired, flag=flag)
        return person

    def post(
        self,
        person: int,
        code: str,
        *,
        hired: date,
        since: date | None,
        kind: str = "MAIN",
        flag: str = "",
    ) -> None:
        """Give a person a teacher's post in a planted school."""
        row = (person, self.at(code), "TEACHER", "математика", kind, hired, None, since, flag)
        self.posts.append(row)

    def pupil(self, code: str, grade: int) -> int:
        """Add a pupil of a grade to a planted school."""
        number = len(self.people)
        born = date(self.year - 7 - grade, 1 + number % 12, 3 + number % 25)
        return self.person(self.at(code), PUPIL, male=number % 2 == 0, birth=born, grade=grade)

    def pair(self, code: str, mentor: int, *mentees: int, form: str, **more: object) -> None:
        """Make one row of the bases of a planted school, of the current year unless told."""
        values = {"years": (self.year,), "joined": date(self.year, 9, 10), **more}
        self.pairings.append(
            Pairing(organisation=self.at(code), mentor=mentor, mentees=mentees, form=form, **values)  # type: ignore[arg-type]  # fields of Pairing by name
        )

    def case(self, code: str, *people: int, at: tuple[str, ...] = ()) -> None:
        """Make a case findable by its code."""
        self.cases[code] = Case(people=people, organisations=tuple(map(self.at, at)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The planted people with their posts, mentorships and cases; `moved` studied elsewhere."""

    people: People
    posts: pd.DataFrame
    pairings: tuple[Pairing, ...]
    cases: Mapping[str, Case]


def make_cast(draw: Draw, organised: Organised, *, year: int) -> Cast:
    """Plant every case."""
    stage = _Stage(organised=organised, year=year)
    for plant in _PLANTS:
        plant(stage)
    return Cast(
        people=_columns(draw, stage.people),
        posts=_posts(stage.posts),
        pairings=tuple(stage.pairings),
        cases=stage.cases,
    )


def _two_departments(stage: _Stage) -> None:
    mentor = stage.teacher("FIRST", 20)
    since = date(stage.year - 20, 9, 1)
    stage.post(mentor, "SECOND", hired=date(stage.year - 2, 9, 1), since=since, kind="EXTERNAL_PT")
    first, second = stage.teacher("FIRST", 1), stage.teacher("SECOND", 2)
    for code, mentee in (("FIRST", first), ("SECOND", second)):
        stage.pair(code, mentor, mentee, form="TEACHER_TEACHER", workplace=stage.at("FIRST"))
    stage.case("TEACHER_IN_TWO_DEPARTMENTS", mentor, first, second, at=("FIRST", "SECOND"))


def _moved_pupil(stage: _Stage) -> None:
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


def _sides(stage: _Stage) -> None:
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


def _group(stage: _Stage) -> None:
    mentor = stage.teacher("SECOND", 9)
    pupils = tuple(stage.pupil("SECOND", grade) for grade in (7, 7, 8, 8))
    stage.pair("SECOND", mentor, *pupils, form="TEACHER_PUPIL")
    stage.case("GROUP", mentor, *pupils, at=("SECOND",))


def _partner(stage: _Stage) -> None:
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


def _without_snils(stage: _Stage) -> None:
    mentor, pupil = stage.teacher("FIRST", 8), stage.pupil("FIRST", 6)
    for person in (mentor, pupil):
        stage.people[person].has_snils = False
    stage.pair("FIRST", mentor, pupil, form="TEACHER_PUPIL")
    stage.case("WITHOUT_SNILS", mentor, pupil, at=("FIRST",))


def _organisations(stage: _Stage) -> None:
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


def _never_closed(stage: _Stage) -> None:
    mentor, pupil = stage.teacher("SECOND", 11), stage.pupil("SECOND", 9)
    year = stage.year - 2
    stage.pair(
        "SECOND", mentor, pupil, form="TEACHER_PUPIL", years=(year,), joined=date(year, 10, 6)
    )
    stage.case("NEVER_CLOSED", mentor, pupil, at=("SECOND",))


def _late_file(stage: _Stage) -> None:
    """A list of four years ago that arrives last: a former surname, and somebody long gone."""
    married, gone = stage.teacher("SECOND", 7), stage.teacher("SECOND", 30)
    role = stage.people[married]
    role.male, role.first, role.last, role.middle = False, "Есения", "Лугозорова", "Марковна"
    role.previous_last, role.changed_on = "Ключеградова", date(stage.year - 2, 7, 12)
    stage.posts = [post for post in stage.posts if post[0] != gone]
    stage.case("LATE_FILE", married, gone, at=("SECOND",))


def _asserted(stage: _Stage) -> None:
    mentors = [stage.teacher("OUTSIDE", 10 + number) for number in range(3)]
    pupils = [stage.pupil("OUTSIDE", 5 + number % 4) for number in range(9)]
    for number, pupil in enumerate(pupils):
        stage.pair("OUTSIDE", mentors[number % 3], pupil, form="TEACHER_PUPIL")
    stage.case("TWELVE_ASSERTED_NINE_NAMED", *mentors, *pupils, at=("OUTSIDE",))
    stage.case("OUTSIDE_DEPARTMENTS", *mentors, at=("OUTSIDE",))


def _experience(stage: _Stage) -> None:
    stage.case("UNKNOWN_EXPERIENCE", stage.teacher("FIRST", None), at=("FIRST",))
    stage.case("FLAG_ONLY", stage.teacher("SECOND", None, flag="да"), at=("SECOND",))
    dismissed = stage.teacher("FIRST", 1)
    row = list(stage.posts[-1])
    row[6] = date(stage.year, 7, 15)
    stage.posts[-1] = tuple(row)
    stage.case("DISMISSED", dismissed, at=("FIRST",))


def _family(stage: _Stage) -> None:
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


def _surname_change(stage: _Stage) -> None:
    mentor, bride = stage.teacher("FIRST", 21), stage.teacher("FIRST", 2)
    role = stage.people[bride]
    role.male, role.first, role.middle = False, "Нелли", "Богдановна"
    role.last, role.previous_last = "Зореплёсова", "Среднетравова"
    role.changed_on = date(stage.year, 6, 14)
    stage.pair("FIRST", mentor, bride, form="TEACHER_TEACHER")
    stage.case("SURNAME_CHANGE", mentor, bride, at=("FIRST",))


def _periods(stage: _Stage) -> None:
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


def _columns(draw: Draw, roles: list[_Role]) -> People:
    count = len(roles)
    # Far from the numbers of the drawn people: the running number continues from the end.
    numbers = np.arange(200_000_000, 200_000_000 + count)
    bodies = snils_bodies(numbers, int(draw.one("snils") * 1e8))
    for place, role in enumerate(roles):
        if role.snils_body < 0:
            bodies[place] = bodies[-role.snils_body - 1] + 1
    known = np.array([role.has_snils for role in roles])
    none = np.datetime64("NaT", "D")
    return People(
        last=_texts([role.last for role in roles]),
        first=_texts([role.first for role in roles]),
        middle=_texts([role.middle for role in roles]),
        previous_last=_texts([role.previous_last for role in roles]),
        changed_on=np.array([role.changed_on or none for role in roles], dtype="datetime64[D]"),
        male=np.array([role.male for role in roles]),
        birth=np.array([role.birth for role in roles], dtype="datetime64[D]"),
        snils=np.where(known, snils_numbers(bodies), 0),
        phone=phone_digits(np.arange(5_000_000, 5_000_000 + count), draw.seed),
        role=np.array([role.role for role in roles]),
        organisation=np.array([role.organisation for role in roles]),
        grade=np.array([role.grade for role in roles]),
    )


def _texts(values: list[str]) -> np.ndarray:
    return np.array(values, dtype=object)


def _posts(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=POST_COLUMNS)
    for name in ("hired", "dismissed", "since"):
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[s]")
    return frame
