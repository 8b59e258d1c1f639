"""Where the planted people stand before they become columns."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from hub.demo.draw import Draw
from hub.demo.identifiers import phone_digits, snils_bodies, snils_numbers
from hub.demo.naming import Texts
from hub.demo.organisations import Organised
from hub.demo.pairing import Pairing
from hub.demo.people import PUPIL, STAFF, People
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
class Role:
    """A planted person while the cases still change them."""

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
class Stage:
    """The cast while it is being made."""

    organised: Organised
    year: int
    people: list[Role] = field(default_factory=list)
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
            Role(
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


def columns_of(draw: Draw, roles: list[Role]) -> People:
    """Turn the cast into columns, with numbers and telephones of their own."""
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


def _texts(values: list[str]) -> Texts:
    return np.array(values, dtype=object)


def posts_frame(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    """Give the posts of the cast as a frame of POST_COLUMNS."""
    frame = pd.DataFrame(rows, columns=POST_COLUMNS)
    for name in ("hired", "dismissed", "since"):
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[s]")
    return frame
