"""The third setting of noise, by a third hand: held out when the second came to be looked at.

A region of few surnames, so that namesakes are many. Lists typed by school secretaries: no roles and
often no patronymics, surnames with initials, births by word of mouth, schools by name alone or by
code alone, remarks behind the name, a mother's number and phone on her child's card, numbers and
dates dragged down a column, some books without any number at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from zlib import crc32

from hub.demo.draw import Dice, Draw, dice
from hub.demo.labelled.cards import Card
from hub.demo.labelled.population import SCHOOLS_A_MUNICIPALITY, Person, Population
from hub.demo.naming import RUSSIAN, diminutives, surname_table, variants


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """A list somebody types: of whom, what it states of them and how it is worn."""

    name: str
    role: str
    share: float
    numbers: float
    days: float
    years: float
    phones: float
    patronymics: float
    initials: float
    coded: bool  # schools by code, else by name
    says_role: bool


_LISTS = (
    _List(
        name="1С Зарплата",
        role="staff",
        share=0.95,
        numbers=0.93,
        days=0.99,
        years=0.0,
        phones=0.2,
        patronymics=0.985,
        initials=0.0,
        coded=True,
        says_role=True,
    ),
    _List(
        name="Нагрузка",
        role="staff",
        share=0.6,
        numbers=0.0,
        days=0.55,
        years=0.3,
        phones=0.1,
        patronymics=0.95,
        initials=0.06,
        coded=False,
        says_role=False,
    ),
    _List(
        name="Методсовет",
        role="staff",
        share=0.3,
        numbers=0.05,
        days=0.5,
        years=0.4,
        phones=0.6,
        patronymics=0.97,
        initials=0.02,
        coded=True,
        says_role=True,
    ),
    _List(
        name="Контингент",
        role="pupil",
        share=0.96,
        numbers=0.85,
        days=0.995,
        years=0.0,
        phones=0.5,
        patronymics=0.96,
        initials=0.0,
        coded=True,
        says_role=True,
    ),
    _List(
        name="Горячее питание",
        role="pupil",
        share=0.5,
        numbers=0.3,
        days=0.7,
        years=0.2,
        phones=0.2,
        patronymics=0.7,
        initials=0.02,
        coded=False,
        says_role=False,
    ),
    _List(
        name="Секции",
        role="pupil",
        share=0.4,
        numbers=0.1,
        days=0.8,
        years=0.15,
        phones=0.7,
        patronymics=0.8,
        initials=0.0,
        coded=True,
        says_role=True,
    ),
)
_MOTHERS_NUMBER, _DRAGGED_NUMBER, _DRAGGED_DAY = 0.08, 0.008, 0.004
_SURNAMES = 500
_WRONG_LETTER, _WRONG_DAY, _REMARK, _TWO_CARDS = 0.012, 0.008, 0.03, 0.004
_REMARKS = ("(совм.)", "(декрет)", "- внешний совместитель", "(д/о)", "*")
_MAIDEN, _SPELLED, _TENDER = 0.25, 0.05, 0.02
_SOUNDS = (("о", "а"), ("е", "и"), ("щ", "ш"), ("т", "д"), ("ь", ""), ("лл", "л"), ("и", "ы"))


def third_cards(population: Population, *, seed: int) -> Iterator[Card]:
    """Give the cards of all people as the lists of the third setting hold them."""
    draw = Draw(seed=seed + 7_000_003)
    people = [_renamed(person) for person in population.people]
    for one in _LISTS:
        above: dict[str, str] = {}
        for person in people:
            roll = dice(draw, "list", one.name, person.number)
            if person.role != one.role or not roll.chance(one.share):
                continue
            for _ in range(2 if roll.chance(_TWO_CARDS) else 1):
                row = _row(people, one, person, roll)
                if above and roll.chance(_DRAGGED_NUMBER):
                    row["snils"] = above["snils"]
                if above and roll.chance(_DRAGGED_DAY):
                    row["birth_date"] = above["birth_date"]
                above = row
                yield Card(person=person.number, cells=row)


@cache
def _surname_places() -> dict[str, int]:
    return {str(name): at for form in surname_table(RUSSIAN).forms for at, name in enumerate(form)}


def _renamed(person: Person) -> Person:
    """Give the person one of the few surnames; a family keeps one surname."""
    last, maiden = (
        _few(name, male=person.male) if name else "" for name in (person.last, person.maiden)
    )
    return replace(person, last=last, maiden=maiden)


def _few(surname: str, *, male: bool) -> str:
    place = _surname_places().get(surname)
    if place is None:
        return surname
    share = crc32(str(place).encode()) / 2**32
    return str(surname_table(RUSSIAN).forms[0 if male else 1][int(_SURNAMES * share * share)])


def _row(people: list[Person], one: _List, person: Person, roll: Dice) -> dict[str, str]:
    school = person.school
    if person.former_school is not None and roll.chance(0.1):
        school = person.former_school
    elif person.second_school is not None and roll.chance(0.3):
        school = person.second_school
    parent = people[person.parent] if person.parent is not None else None
    place = (
        {"org_code": f"О-{school}"}
        if one.coded
        else {
            "org_name": roll.one_of(("МБОУ СОШ № {}", "Школа №{}", "сош {}")).format(
                school % 200 + 1
            )
        }
    )
    return {
        "source": one.name,
        **_names(one, person, roll),
        "birth_date": _born(one, person, roll),
        "snils": _number(one, person, parent, roll),
        "phone": _phone(person, roll) if roll.chance(one.phones) else "",
        **place,
        "municipality": f"Вымышленный-{school // SCHOOLS_A_MUNICIPALITY} м.о.",
        "role": person.role if one.says_role else "",
        "sex": roll.one_of(("М", "муж")) if person.male else roll.one_of(("Ж", "жен")),
        "status": "",
    }


def _names(one: _List, person: Person, roll: Dice) -> dict[str, str]:
    last = person.maiden if person.maiden and roll.chance(_MAIDEN) else person.last
    first, middle = person.first, person.middle if roll.chance(one.patronymics) else ""
    if roll.chance(_SPELLED):
        first = roll.one_of(variants().get(first, (first,)))
    elif person.role == "pupil" and roll.chance(_TENDER):
        first = diminutives().get(first, first)
    if roll.chance(one.initials):
        return {"full_name": f"{last} {first[0]}.{middle[:1]}{'.' if middle else ''}"}
    parts = [_worn(part, roll) for part in (last, first, middle)]
    if one.coded:
        return dict(zip(("last_name", "first_name", "middle_name"), parts, strict=True))
    whole = " ".join(part for part in parts if part)
    return {"full_name": f"{whole} {roll.one_of(_REMARKS)}" if roll.chance(_REMARK) else whole}


def _worn(word: str, roll: Dice) -> str:
    """Give a word as it is heard, or with one letter wrong."""
    if len(word) < len("Яков") or not roll.chance(_WRONG_LETTER * 2):
        return word
    heard = [pair for pair in _SOUNDS if pair[0] in word[1:]]
    if heard and roll.chance(0.5):
        right, wrong = roll.one_of(heard)
        return word[0] + word[1:].replace(right, wrong, 1)
    at = 1 + roll.below(len(word) - 1)
    return word[:at] + roll.one_of("абвгдеклмнопрст") + word[at + roll.below(2) :]


def _born(one: _List, person: Person, roll: Dice) -> str:
    fate, born = roll.roll(), person.born
    if fate < one.years:
        return f"{born.year} г.р."
    if fate >= one.years + one.days:
        return ""
    if roll.chance(_WRONG_DAY):
        born = _mistaken(born, roll)
    return roll.one_of(
        (f"{born:%d.%m.%Y}", f"{born:%d.%m.%y}", f"{born.day}/{born.month}/{born.year}")
    )


def _mistaken(born: date, roll: Dice) -> date:
    match roll.below(3):
        case 0:
            return born + timedelta(days=roll.one_of((-10, -2, -1, 1, 2, 10)))
        case 1:
            return born.replace(day=min(born.day, 28), month=1 + roll.below(12))
        case _:
            return born.replace(day=min(born.day, 28), year=born.year + roll.one_of((-1, 1)))


def _number(one: _List, person: Person, parent: Person | None, roll: Dice) -> str:
    if not roll.chance(one.numbers):
        return ""
    holder = parent if parent and roll.chance(_MOTHERS_NUMBER) else person
    digits = f"{holder.snils:011d}"
    return roll.one_of((digits, f"{digits[:3]}-{digits[3:6]}-{digits[6:9]}-{digits[9:]}"))


def _phone(person: Person, roll: Dice) -> str:
    return roll.one_of(("8{}", "+7{}", "{}")).format(f"{person.phone:010d}")
