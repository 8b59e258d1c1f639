"""Files of an invented region drawn from a seed, with the dirt that real ones have."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from hub.records import Batch, Completeness, Figure, FigureMetric, FileKind, Place
from tests.rooms.sync.world import FIRST, OLD, REORGANISED, SECOND, THIRD, Handed, Row, handed

SURNAMES = ("Барсоватов", "Вернигорин", "Долгоречин", "Зареченцев", "Лукоянцев", "Мерянинов")
GIVEN = (("Пётр", "Ильич"), ("Олег", "Львович"), ("Данила", "Кузьмич"), ("Лев", "Фомич"))
YEARS = (2024, 2025, 2026)
FORMS = ("учитель – учитель", "Учитель-ученик", "работодатель - ученик", "", "")
PROGRAMMES = ("", "Старт", "«Старт»", "Первые шаги")
SCHOOLS = (FIRST, SECOND, THIRD, OLD)
CHILDREN_FROM = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    last: str
    first: str
    middle: str
    born: date
    snils: str
    home: int  # which school, of SCHOOLS
    teaches: bool

    @property
    def full(self) -> str:
        return f"{self.last} {self.first} {self.middle}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """Who truly mentors whom; bases of either side may tell of it."""

    mentor: Someone
    mentees: tuple[Someone, ...]
    since: date
    form: str


def draw_files(seed: int) -> list[Handed]:
    """Draw two dozen files of four schools over three years; some are of one kind and day."""
    random = Random(seed)  # noqa: S311 - dirt needs no secrecy
    people = [_someone(random, number) for number in range(24)]
    pairings = [_pairing(random, people) for _ in range(12)]
    return [_file(random, people, pairings, number) for number in range(24)]


def _pairing(random: Random, people: list[Someone]) -> Pairing:
    mentees = random.sample(people, 2 if random.random() < 0.25 else 1)
    return Pairing(
        mentor=random.choice(people[:CHILDREN_FROM]),
        mentees=tuple(mentees),
        since=date(random.choice(YEARS) - 1, 10, 1),
        form=random.choice(FORMS),
    )


def _someone(random: Random, number: int) -> Someone:
    first, middle = random.choice(GIVEN)
    teaches = number < CHILDREN_FROM
    return Someone(
        last=random.choice(SURNAMES),
        first=first,
        middle=middle,
        born=date(random.randint(1965, 1999) if teaches else random.randint(2008, 2013), 3, 4)
        + timedelta(days=random.randint(0, 40)),
        snils=snils_of(random.randint(1_002_000, 999_999_999)),
        home=random.randrange(len(SCHOOLS)),
        teaches=teaches,
    )


def snils_of(number: int) -> str:
    """Write a СНИЛС with its control number."""
    digits = f"{number:09d}"
    control = sum(int(d) * (9 - i) for i, d in enumerate(digits)) % 101 % 100
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]} {control:02d}"


def _file(random: Random, people: list[Someone], pairings: list[Pairing], number: int) -> Handed:
    kind = random.choice(list(FileKind))
    school = random.choice(SCHOOLS)
    day = date(random.choice(YEARS), random.choice((9, 10)), random.choice((1, 15)))
    if school == OLD and random.random() < 0.5:
        day = day.replace(year=REORGANISED.year - 1)
    full = random.random() < 0.4 and kind in (FileKind.STAFF, FileKind.PUPILS)
    if kind in (FileKind.STAFF, FileKind.PUPILS):
        rows = _cards(random, people, kind, SCHOOLS.index(school), day)
    else:
        told = random.sample(pairings, 5)
        rows = [_pair(random, kind, pairing, people, day) for pairing in told]
    rows += random.choices(rows, k=random.randint(0, 1))
    completeness = Completeness.FULL if full else Completeness.PARTIAL
    file = handed(kind, school, day, rows, completeness=completeness)
    name = f"{number}-{file.name}"
    said = Figure(metric=FigureMetric.PAIRS, value=random.randint(1, 30), place=Place(file=name))
    asserted = (said,) if random.random() < 0.3 else ()
    (batch,) = (item for item in file.items if isinstance(item, Batch))
    return replace(file, name=name, items=(replace(batch, figures=asserted),))


def _cards(
    random: Random, people: list[Someone], kind: FileKind, school: int, day: date
) -> list[Row]:
    if kind is FileKind.STAFF:
        listed = _at(random, people[:CHILDREN_FROM], school)
        return [
            _card(_hand(random, one, school), one, people) | _post(random, one, day)
            for one in listed
        ]
    listed = _at(random, people[CHILDREN_FROM:], school)
    return [
        _card(_hand(random, one, school), one, people) | {"class": f"{random.randint(1, 11)} А"}
        for one in listed
    ]


def _hand(random: Random, *whom: object) -> Random:
    """Mostly the same clerk writes the same person in the same way, year after year."""
    return Random(repr(whom)) if random.random() < 0.7 else random  # noqa: S311 - dirt, no secret


def _at(random: Random, people: list[Someone], school: int) -> list[Someone]:
    """Draw who is listed: most who belong, some who came from elsewhere, never nobody."""
    listed = [one for one in people if random.random() < (0.8 if one.home == school else 0.15)]
    return listed or [random.choice(people)]


def _card(random: Random, one: Someone, people: list[Someone]) -> dict[str, str]:
    someone = replace(one, last=_misspelled(random, one.last))
    stranger = random.choice(people)
    birth = random.choice((f"{one.born:%d.%m.%Y}", f"{one.born:%Y-%m-%d}", "", "31.02.2001"))
    snils = random.choice((one.snils, one.snils, "", stranger.snils, "111-111-111 11"))
    card = {"birth_date": birth, "snils": snils, "phone": random.choice(("", "8 900 000 00 01"))}
    if random.random() < 0.5:
        return card | {"full_name": someone.full}
    return card | {
        "last_name": someone.last,
        "first_name": someone.first,
        "middle_name": someone.middle,
        "previous_last_name": random.choice(("", "", random.choice(SURNAMES))),
    }


def _post(random: Random, one: Someone, day: date) -> dict[str, str]:
    return {
        "position": random.choice(("учитель", "учитель математики", "методист")),
        "employment_type": random.choice(("", "основное", "внешнее совместительство")),
        "teaching_experience": str(max(0, day.year - one.born.year - 23)),
        "hire_date": random.choice(("", f"01.09.{day.year - 1}")),
        "dismissal_date": random.choice(("", "", "", f"20.09.{day.year}")),
        "category": random.choice(("", "первая", "высшая")),
    }


def _pair(
    random: Random, kind: FileKind, told: Pairing, people: list[Someone], day: date
) -> dict[str, str]:
    by_mentors = kind is FileKind.MENTOR_BASE
    hand = _hand(random, kind, told)
    own = told.mentor if by_mentors else told.mentees[0]
    mentor = random.choice(people) if random.random() < 0.1 else told.mentor
    mentees = told.mentees if by_mentors else told.mentees[:1]
    side = "mentor" if by_mentors else "mentee"
    known_as = f"{told.mentor.snils}{told.since}" if hand.random() < 0.2 else ""
    return {
        "external_id": known_as,
        "mentor_full_name": _written(hand, mentor),
        "mentee_full_name": "; ".join(_written(hand, one) for one in mentees),
        "mentoring_form": told.form if hand.random() < 0.8 else "",
        "joined_at": hand.choice((f"{told.since:%d.%m.%Y}", "")),
        f"{side}_birth_date": hand.choice((f"{own.born:%d.%m.%Y}", "")),
        f"{side}_snils": random.choice((own.snils, "", "")),
        "mentor_organization": random.choice(("", "", "ООО «Маяк»", "МБОУ СОШ № 3")),
        "left_at": random.choice(("", "", f"25.05.{day.year + 1}")),
        "program": random.choice(PROGRAMMES),
        "main_request": random.choice(("", "подготовка к урокам", "работа с классом")),
    }


def _written(random: Random, one: Someone) -> str:
    short = f"{one.last} {one.first[0]}.{one.middle[0]}."
    return random.choice((one.full, one.full, one.full, short, one.full.upper()))


def _misspelled(random: Random, name: str) -> str:
    at = random.randrange(1, len(name) - 1)
    return name[:at] + name[at + 1 :] if random.random() < 0.15 else name
