"""Mentorships of every form over several academic years, drawn school by school."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd

from hub.demo.draw import Dice, Draw, dice
from hub.demo.organisations import Organised
from hub.demo.pairing import NOT_SHOWN, Pairing, Side
from hub.demo.people import FORMER_PUPIL, PARTNER, PUPIL, STUDENT, People
from hub.demo.style import Style, base_day

_YEARS = 6
_PROGRAMMES = {
    "TEACHER_TEACHER": ("Учитель — учителю", "Школа молодого педагога", "Первые шаги в профессии"),
    "EMPLOYER_PUPIL": ("Шаг в профессию", "Профессия рядом", "Билет на завод"),
    "TEACHER_PUPIL": ("Траектория успеха", "Вместе к вершинам"),
    "EMPLOYER_STUDENT": ("Мастер — ученику", "Дорога в цех"),
}
_TEACHING = frozenset({"TEACHER", "EDUCATOR", "LECTURER", "ADDITIONAL_TEACHER", "MASTER"})
_NOVICE_YEARS, _MASTER_YEARS = 3, 8
_MIDDLE_GRADE, _OLDER_GRADE, _TOP_GRADE, _STUDENT_GRADE = 4, 8, 11, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Teacher:
    person: int
    since: int  # the year in which they began to teach
    hired: int


@dataclass(slots=True)
class _House:
    """The people of one organisation who can take part, and what is drawn for it."""

    organisation: int
    kind: str
    style: Style
    roll: Dice
    head: int
    teachers: list[_Teacher]
    pupils: list[tuple[int, int]]  # person, grade of the current year
    partners: Sequence[int]
    taken: set[tuple[int, int]] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What mentorships are drawn from; `people` and `posts` are of the whole region."""

    draw: Draw
    organised: Organised
    people: People
    posts: pd.DataFrame
    styles: Mapping[int, Style]
    year: int
    today: date


def draw_pairings(grounds: Grounds, *, planted: int) -> list[Pairing]:
    """Draw the mentorships of every organisation that has mentoring.

    The first `planted` people take part in their own cases only. The school of the asserted
    twelve has no other pairs.
    """
    skipped = grounds.organised.planted["OUTSIDE"]
    made: list[Pairing] = []
    for house in _houses(grounds, planted):
        if house.organisation != skipped:
            made += _of_house(grounds, house)
    return made


def _houses(grounds: Grounds, planted: int) -> Iterator[_House]:
    organised, people = grounds.organised, grounds.people
    teachers, heads = _teachers(grounds.posts, planted)
    pupils = _by_organisation(people, (PUPIL, FORMER_PUPIL), planted)
    doubles = namesakes(people)
    partners = _by_organisation(people, (PARTNER,), planted)
    external = [person for members in partners.values() for person, _ in members]
    kinds = [row.kind for row in organised.registry.organisations]
    for place in sorted(teachers):
        roll = dice(grounds.draw, "pairs", place)
        count = min(len(external), 1 + roll.below(4))
        unclear = set() if grounds.styles[place].messy else doubles
        yield _House(
            organisation=place,
            kind=kinds[place],
            style=grounds.styles[place],
            roll=roll,
            head=heads.get(place, -1),
            teachers=[one for one in teachers[place] if one.person not in unclear],
            pupils=[one for one in pupils.get(place, []) if one[0] not in unclear],
            partners=[external[roll.below(len(external))] for _ in range(count)],
        )


def namesakes(people: People) -> set[int]:
    """Give who shares a full name with somebody of the same organisation.

    They take part only where questions are expected: no base of names can tell them apart.
    """
    names = pd.Series(people.last + " " + people.first + " " + people.middle)
    names = names.str.replace("ё", "е").str.replace("Ё", "Е")
    frame = pd.DataFrame({"name": names, "organisation": people.organisation})
    return set(np.flatnonzero(frame.duplicated(keep=False)).tolist())


def _teachers(
    posts: pd.DataFrame, planted: int
) -> tuple[dict[int, list[_Teacher]], dict[int, int]]:
    main = posts[
        (posts["kind"] == "MAIN") & (posts["person"] >= planted) & posts["dismissed"].isna()
    ]
    teachers: dict[int, list[_Teacher]] = defaultdict(list)
    heads: dict[int, int] = {}
    began, hired = main["since"].dt.year.fillna(0).astype(int), main["hired"].dt.year
    columns = (main["person"], main["organisation"], main["position"], began, hired)
    for person, place, position, since, hire in zip(*columns, strict=True):
        if position in _TEACHING and since:
            teachers[place].append(_Teacher(person=int(person), since=int(since), hired=int(hire)))
        elif position == "HEAD":
            heads[place] = int(person)
    return teachers, heads


def _by_organisation(
    people: People, roles: tuple[int, ...], planted: int
) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    # Who changed the surname takes part in a planted case only: no base of names can follow them.
    chosen = np.flatnonzero(np.isin(people.role, roles))
    for person in chosen[chosen >= planted].tolist():
        found[int(people.organisation[person])].append((person, int(people.grade[person])))
    return found


def _of_house(grounds: Grounds, house: _House) -> list[Pairing]:
    """Draw year by year; more each year, as plans ask."""
    made: list[Pairing] = []
    first = grounds.year - house.roll.below(_YEARS)
    changed = grounds.people.previous_last
    house.teachers[:] = [t for t in house.teachers if not changed[t.person]]
    for year in range(first, grounds.year + 1):
        growth = 0.5 + 0.15 * (year - first)
        made += _teacher_pairs(grounds, house, year, growth)
        if house.kind == "SCHOOL":
            made += _pupil_pairs(grounds, house, year, growth)
        elif house.kind == "COLLEGE":
            made += _college_pairs(grounds, house, year)
    return made


def _teacher_pairs(grounds: Grounds, house: _House, year: int, growth: float) -> Iterator[Pairing]:
    roll = house.roll
    masters = [
        t.person for t in house.teachers if t.since <= year - _MASTER_YEARS and t.hired <= year
    ]
    here = [t for t in house.teachers if t.hired <= year and t.since <= year]
    novices = [t.person for t in here if t.since > year - _NOVICE_YEARS]
    for mentee in novices:
        if masters and roll.chance(min(0.85, 0.4 + growth / 4)):
            yield from _one(
                grounds, house, year, roll.one_of(masters), (mentee,), "TEACHER_TEACHER"
            )
    others = [t.person for t in here if t.since <= year - _NOVICE_YEARS]
    for mentee in others:
        if masters and roll.chance(0.02 * growth):
            yield from _one(
                grounds, house, year, roll.one_of(masters), (mentee,), "TEACHER_TEACHER"
            )
    yield from _idle(grounds, house, year, masters)
    yield from _rare_teacher_pairs(grounds, house, year, novices)


def _rare_teacher_pairs(
    grounds: Grounds, house: _House, year: int, novices: list[int]
) -> Iterator[Pairing]:
    """The models of 2021: a head, a university, a social partner mentor a young teacher."""
    roll = house.roll
    university = [
        p for p in house.partners if grounds.people.organisation[p] == grounds.organised.university
    ]
    partners = [p for p in house.partners if p not in university]
    for form, mentors, rate in (
        ("HEAD_TEACHER", [house.head] if house.head >= 0 else [], 0.15),
        ("UNI_TEACHER_YOUNG_TEACHER", university, 0.5),
        ("SOCIAL_PARTNER_TEACHER", partners, 0.08),
    ):
        if mentors and novices and roll.chance(rate):
            yield from _one(
                grounds, house, year, roll.one_of(mentors), (roll.one_of(novices),), form
            )


def _pupil_pairs(grounds: Grounds, house: _House, year: int, growth: float) -> Iterator[Pairing]:
    roll, back = house.roll, grounds.year - year
    graded = [(person, grade - back) for person, grade in house.pupils]
    older = [person for person, grade in graded if _OLDER_GRADE <= grade <= _TOP_GRADE]
    middle = [person for person, grade in graded if _MIDDLE_GRADE <= grade <= _OLDER_GRADE]
    all_of_them = [*middle, *older]
    teachers = [t.person for t in house.teachers if t.hired <= year and t.since <= year]
    students = _students(grounds)
    plans: tuple[tuple[str, Sequence[int], list[int], float, int], ...] = (
        ("TEACHER_PUPIL", teachers, all_of_them, 0.02 * growth * len(all_of_them), 4),
        ("STUDENT_STUDENT", older, middle, 0.03 * growth * len(middle), 3),
        ("EMPLOYER_PUPIL", house.partners, older, 0.012 * len(older), 6),
        ("UNI_STUDENT_PUPIL", students, all_of_them, 0.25, 2),
        ("OTHER", teachers, all_of_them, 0.06, 2),
    )
    for form, mentors, mentees, wanted, largest in plans:
        if not mentors or not mentees:
            continue
        for _ in range(int(wanted) + roll.chance(wanted % 1)):
            chosen = _some(roll, mentees, largest)
            yield from _one(grounds, house, year, roll.one_of(mentors), chosen, form)
    if older and roll.chance(0.3):
        yield from _waiting(grounds, house, year, roll.one_of(older))


def _students(grounds: Grounds) -> list[int]:
    chosen: list[int] = np.flatnonzero(grounds.people.role == STUDENT).tolist()
    return chosen


def _college_pairs(grounds: Grounds, house: _House, year: int) -> Iterator[Pairing]:
    roll, back = house.roll, grounds.year - year
    students = [person for person, grade in house.pupils if 1 <= grade - back <= _STUDENT_GRADE]
    if not students:
        return
    plans: list[tuple[str, Sequence[int], float]] = [
        ("EMPLOYER_STUDENT", house.partners, 0.03 * len(students)),
        ("STUDENT_STUDENT", students, 0.01 * len(students)),
    ]
    if house.organisation == grounds.organised.colleges[0]:
        plans.append(("EMPLOYER_PED_STUDENT", _school_heads(grounds), 1 + 0.01 * len(students)))
    for form, mentors, wanted in plans:
        for _ in range(int(wanted) + roll.chance(wanted % 1) if mentors else 0):
            yield from _one(
                grounds, house, year, roll.one_of(mentors), _some(roll, students, 4), form
            )


def _school_heads(grounds: Grounds) -> list[int]:
    posts = grounds.posts
    schools = posts["organisation"].isin(grounds.organised.schools)
    heads: list[int] = posts.loc[
        schools & (posts["position"] == "HEAD") & posts["dismissed"].isna(), "person"
    ].tolist()
    return heads


def _some(roll: Dice, people: list[int], largest: int) -> tuple[int, ...]:
    """Choose one person mostly, sometimes a group."""
    count = 1 if roll.chance(0.8) else 2 + roll.below(largest - 1)
    return tuple(dict.fromkeys(roll.one_of(people) for _ in range(count)))


def _one(
    grounds: Grounds, house: _House, year: int, mentor: int, mentees: tuple[int, ...], form: str
) -> Iterator[Pairing]:
    """Make a row unless one of its pairs stood before: renewals are planted cases."""
    fresh = tuple(p for p in mentees if p != mentor and (mentor, p) not in house.taken)
    if not fresh:
        return
    house.taken.update((mentor, mentee) for mentee in fresh)
    roll = house.roll
    programme = ""
    if house.style.shows_programme and form in _PROGRAMMES:
        programme = roll.one_of(_PROGRAMMES[form])
    years, joined, left = _time(grounds, house, year, fresh, programme=programme)
    yield Pairing(
        organisation=house.organisation,
        mentor=mentor,
        mentees=fresh,
        form="" if form in {"TEACHER_PUPIL", "OTHER"} and roll.chance(0.01) else form,
        years=years,
        joined=joined,
        left=left,
        programme=programme,
        workplace=_workplace(grounds, house, mentor),
        side=(Side.MENTORS if roll.chance(0.03) else Side.BOTH),
    )


def _workplace(grounds: Grounds, house: _House, mentor: int) -> int:
    """An outsider's workplace is always named, a colleague's where the school has the habit."""
    own = int(grounds.people.organisation[mentor])
    return own if own != house.organisation or house.style.shows_workplace else NOT_SHOWN


def _time(
    grounds: Grounds, house: _House, year: int, mentees: tuple[int, ...], *, programme: str
) -> tuple[tuple[int, ...], date | None, date | None]:
    """Say in which years a mentorship is listed, since when, and until when if anybody says.

    Those of a programme end with the school year; others may be open, or go on for a second year.
    Every end lies on a day that no report is made for, so that a bound's side does not matter.
    """
    roll = house.roll
    last_day = base_day(house.style, year, grounds.today)
    joined = min(date(year, 9, 5) + timedelta(days=roll.below(56)), last_day)
    end = date(year + 1, 5, 25 + roll.below(7))
    if programme:
        return (year,), joined, end
    if year < grounds.year and roll.chance(0.25) and _stay(grounds, mentees, year + 1):
        return (year, year + 1), joined, date(year + 2, 5, 31) if roll.chance(0.5) else None
    if roll.chance(0.02):
        return (year,), None, None
    return (year,), joined, end if roll.chance(0.45) else None


def _stay(grounds: Grounds, mentees: tuple[int, ...], year: int) -> bool:
    """Say whether nobody of the group has finished school by that year."""
    grades = grounds.people.grade[list(mentees)]
    colleges = np.isin(grounds.people.organisation[list(mentees)], grounds.organised.colleges)
    top = np.where(colleges, _STUDENT_GRADE, _TOP_GRADE)
    return bool((grades - (grounds.year - year) <= top).all())


def _idle(grounds: Grounds, house: _House, year: int, masters: list[int]) -> Iterator[Pairing]:
    """Mentors whom a base lists before anybody is found for them."""
    for mentor in masters:
        if house.roll.chance(0.03):
            yield Pairing(
                organisation=house.organisation,
                mentor=mentor,
                mentees=(),
                form="TEACHER_TEACHER",
                years=(year,),
                joined=min(date(year, 9, 12), base_day(house.style, year, grounds.today)),
                side=Side.MENTORS,
            )


def _waiting(grounds: Grounds, house: _House, year: int, mentee: int) -> Iterator[Pairing]:
    """A mentee whom a base lists before a mentor is found."""
    yield Pairing(
        organisation=house.organisation,
        mentor=-1,
        mentees=(mentee,),
        form="",
        years=(year,),
        joined=min(date(year, 9, 14), base_day(house.style, year, grounds.today)),
        side=Side.MENTEES,
    )
