"""The people of labelled data, household by household, with pairs that are easily confused."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from hub.demo.draw import Dice, Draw, dice
from hub.demo.identifiers import snils_numbers
from hub.demo.naming import (
    CAUCASIAN,
    RUSSIAN,
    TATAR,
    Table,
    first_name_table,
    patronymic_table,
    surname_table,
)

TODAY = date(2026, 9, 1)
PEOPLE_A_SCHOOL = 220
SCHOOLS_A_MUNICIPALITY = 12
_SNILS_STEP = 305_976_401
_SNILS_ROOM = 498_000_000
_OLDEST_CHILD = 18
_YOUNGEST_PARENT = 20

# How often a household is of a kind; the rest is one member of staff or one pupil alone.
HOUSEHOLDS = {
    "staff": 0.371,
    "pupil": 0.27,
    "parent": 0.12,  # a member of staff with a child in the region's schools
    "siblings": 0.14,
    "spouses": 0.05,
    "twins": 0.03,
    "junior": 0.015,  # a father and a son of one full name
    "namesakes": 0.004,  # two people of one full name born on one day
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One invented person with what changed in their life: a maiden name, a former school."""

    number: int
    male: bool
    last: str
    first: str
    middle: str
    born: date
    snils: int
    phone: int
    role: str  # staff | pupil
    school: int
    maiden: str = ""
    former_school: int | None = None
    second_school: int | None = None
    parent: int | None = None  # whose СНИЛС or phone may stand on the card


@dataclass(frozen=True, slots=True, kw_only=True)
class HardPair:
    """Two people who are easily taken for one."""

    one: int
    other: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """People in the order of their numbers, and the hard pairs among them."""

    people: list[Person]
    hard: list[HardPair]
    schools: int


def populate(count: int, *, seed: int) -> Population:
    """Invent at least `count` people; the same for the same seed on every machine. O(count)."""
    draw = Draw(seed=seed)
    town = _Town(schools=max(count // PEOPLE_A_SCHOOL, 4))
    while len(town.people) < count:
        roll = dice(draw, "household", len(town.people))
        _KINDS[_kind(roll)](town, roll)
    return Population(people=town.people, hard=town.hard, schools=town.schools)


def _kind(roll: Dice) -> str:
    left = roll.roll() * sum(HOUSEHOLDS.values())
    for kind, share in HOUSEHOLDS.items():
        left -= share
        if left < 0:
            return kind
    return "staff"


class _Town:
    """The people found so far."""

    def __init__(self, *, schools: int) -> None:
        self.people: list[Person] = []
        self.hard: list[HardPair] = []
        self.schools = schools

    def add(self, person: Person) -> Person:
        placed = replace(person, number=len(self.people))
        self.people.append(placed)
        return placed

    def confuse(self, one: Person, other: Person, kind: str) -> None:
        self.hard.append(HardPair(one=one.number, other=other.number, kind=kind))


def _staff(town: _Town, roll: Dice) -> Person:
    male, group = roll.chance(0.2), _group(roll)
    age = 22 + roll.below(45)
    return town.add(_someone(town, roll, male=male, group=group, age=age))


def _pupil(town: _Town, roll: Dice) -> Person:
    male, group = roll.chance(0.5), _group(roll)
    return town.add(_someone(town, roll, male=male, group=group, age=7 + roll.below(11)))


def _group(roll: Dice) -> int:
    return roll.one_of((*(RUSSIAN,) * 86, *(TATAR,) * 9, *(CAUCASIAN,) * 5))


def _someone(town: _Town, roll: Dice, *, male: bool, group: int, age: int) -> Person:
    grown = age > _OLDEST_CHILD
    cohort, form = "A" if grown else "C", 0 if male else 1
    school = roll.below(town.schools)
    person = Person(
        number=len(town.people),
        male=male,
        last=_pick(surname_table(group), roll, form),
        first=_pick(first_name_table(group, cohort, "M" if male else "F"), roll, form),
        middle=_pick(patronymic_table(group, cohort), roll, form),
        born=_birthday(roll, age),
        snils=_snils(len(town.people)),
        phone=9_470_000_000 + (len(town.people) * 6_180_337 + 11) % 20_000_000,
        role="staff" if grown else "pupil",
        school=school,
        maiden=_pick(surname_table(group), roll, 1) if grown and roll.chance(0.12) else "",
        former_school=roll.below(town.schools) if roll.chance(0.12) else None,
        second_school=roll.below(town.schools) if grown and roll.chance(0.06) else None,
    )
    return replace(person, maiden="") if male else person


def _pick(table: Table, roll: Dice, form: int) -> str:
    place = int(np.searchsorted(table.cumulative, roll.roll() * table.cumulative[-1], "right"))
    return str(table.forms[form][min(place, len(table.cumulative) - 1)])


def _birthday(roll: Dice, age: int) -> date:
    return TODAY - timedelta(days=int(age * 365.25) + roll.below(365))


def _snils(index: int, *, step: int = 0) -> int:
    body = 1_002_000 + 2 * (index * _SNILS_STEP % _SNILS_ROOM) + step
    return int(snils_numbers(np.array([body], dtype=np.int64))[0])


def _parent(town: _Town, roll: Dice) -> None:
    parent = _staff(town, roll)
    _children(town, roll, parent, 1)


def _siblings(town: _Town, roll: Dice) -> None:
    first = _pupil(town, roll)
    _relatives(town, roll, first, "sibling")


def _children(town: _Town, roll: Dice, parent: Person, count: int) -> None:
    for _ in range(count):
        age = min(_OLDEST_CHILD, _age(parent) - _YOUNGEST_PARENT)
        child = _someone(
            town, roll, male=roll.chance(0.5), group=RUSSIAN, age=7 + roll.below(max(age - 7, 1))
        )
        last = _gendered(parent.last, male=child.male)
        town.add(replace(child, last=last, phone=parent.phone, parent=parent.number))


def _age(person: Person) -> int:
    return TODAY.year - person.born.year


def _relatives(town: _Town, roll: Dice, first: Person, kind: str) -> None:
    """Add a brother or sister of one to five years' difference in the same school."""
    age = max(7, min(_OLDEST_CHILD, _age(first) + roll.below(11) - 5))
    other = _someone(town, roll, male=roll.chance(0.5), group=RUSSIAN, age=age)
    other = replace(
        other,
        last=_gendered(first.last, male=other.male),
        middle=_patronymic_of(first, male=other.male),
        phone=first.phone,
        school=first.school,
        former_school=first.former_school,
    )
    if other.first != first.first:
        town.confuse(first, town.add(other), kind)


def _twins(town: _Town, roll: Dice) -> None:
    """Add twins: one birthday, surname, school and phone, and numbers issued one after another."""
    first = _pupil(town, roll)
    male = first.male if roll.chance(0.7) else not first.male
    given = first.first
    while given == first.first:
        given = _pick(first_name_table(RUSSIAN, "C", "M" if male else "F"), roll, 0)
    twin = replace(
        first,
        male=male,
        last=_gendered(first.last, male=male),
        first=given,
        middle=_patronymic_of(first, male=male),
        snils=_snils(first.number, step=1),
    )
    town.confuse(first, town.add(twin), "twin")


def _spouses(town: _Town, roll: Dice) -> None:
    """Add husband and wife with one phone between them, who often work in one school."""
    wife = _someone(town, roll, male=False, group=RUSSIAN, age=25 + roll.below(35))
    wife = town.add(wife)
    husband = _someone(town, roll, male=True, group=RUSSIAN, age=max(22, _age(wife) + 3))
    school = wife.school if roll.chance(0.5) else husband.school
    last = _gendered(wife.last, male=True)
    town.confuse(
        wife, town.add(replace(husband, last=last, phone=wife.phone, school=school)), "spouse"
    )


def _junior(town: _Town, roll: Dice) -> None:
    """Add a father and a son of one full name; the son learns where the father often teaches."""
    father = _someone(town, roll, male=True, group=RUSSIAN, age=30 + roll.below(25))
    father = town.add(father)
    son = _someone(town, roll, male=True, group=RUSSIAN, age=7 + roll.below(11))
    school = father.school if roll.chance(0.5) else son.school
    son = replace(_called_as(son, father), phone=father.phone, school=school, parent=father.number)
    town.confuse(father, town.add(son), "parent-child namesake")


def _namesakes(town: _Town, roll: Dice) -> None:
    """Add two strangers of one full name born on one day, in different schools."""
    first = _staff(town, roll) if roll.chance(0.5) else _pupil(town, roll)
    other = _someone(town, roll, male=first.male, group=RUSSIAN, age=_age(first))
    school = (first.school + 1 + roll.below(town.schools - 1)) % town.schools
    other = replace(
        _called_as(other, first), born=first.born, role=first.role, school=school, maiden=""
    )
    town.confuse(first, town.add(other), "namesake of one day")


def _called_as(person: Person, other: Person) -> Person:
    return replace(person, last=other.last, first=other.first, middle=other.middle)


def _patronymic_of(person: Person, *, male: bool) -> str:
    """Give the brother's or sister's patronymic of the same father."""
    for group in (RUSSIAN, TATAR, CAUCASIAN):
        for cohort in ("A", "C"):
            forms = patronymic_table(group, cohort).forms
            found = np.flatnonzero(forms[0 if person.male else 1] == person.middle)
            if len(found):
                return str(forms[0 if male else 1][found[0]])
    return person.middle


def _gendered(last: str, *, male: bool) -> str:
    """Give a surname in the form of one sex, as the tables pair them."""
    return "-".join(_gendered_half(half, male=male) for half in last.split("-"))


def _gendered_half(last: str, *, male: bool) -> str:
    for his, hers in (("ов", "ова"), ("ев", "ева"), ("ёв", "ёва"), ("ин", "ина"), ("ын", "ына")):
        if last.endswith((his, hers)):
            return last.removesuffix("а") + ("" if male else "а")
    for his, hers in (("ский", "ская"), ("цкий", "цкая")):
        if last.endswith((his, hers)):
            return last[:-2] + ("ий" if male else "ая")
    return last


_KINDS: dict[str, Callable[[_Town, Dice], object]] = {
    "staff": _staff,
    "pupil": _pupil,
    "parent": _parent,
    "siblings": _siblings,
    "spouses": _spouses,
    "twins": _twins,
    "junior": _junior,
    "namesakes": _namesakes,
}
