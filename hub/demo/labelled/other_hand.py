"""The second setting of noise, by other habits than `habits`: held out, never tuned on.

Whole names in one column, the year of birth alone, a parent's number on a child's card, the
number of the row above, sources that mostly lack numbers, addresses of the school for everybody,
the first of January for a day nobody knew, no codes of schools but their names in many wordings.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from hub.demo.draw import Dice, Draw, dice
from hub.demo.labelled.cards import Card
from hub.demo.labelled.population import SCHOOLS_A_MUNICIPALITY, TODAY, Person, Population
from hub.demo.naming import diminutives, variants


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """A book somebody keeps: whom, how many of them, how often it has a number and a full day."""

    name: str
    roles: tuple[str, ...]
    share: float
    numbered: float
    dated: float
    yearly: float
    together: float  # whole names in one cell
    wordings: int  # of a school's name


_BOOKS = (
    _Book(
        name="Тарификация",
        roles=("staff",),
        share=0.9,
        numbered=0.55,
        dated=0.9,
        yearly=0.08,
        together=1.0,
        wordings=1,
    ),
    _Book(
        name="Аттестация",
        roles=("staff",),
        share=0.45,
        numbered=0.15,
        dated=0.6,
        yearly=0.35,
        together=1.0,
        wordings=3,
    ),
    _Book(
        name="Курсы ПК",
        roles=("staff",),
        share=0.55,
        numbered=0.4,
        dated=0.8,
        yearly=0.1,
        together=0.3,
        wordings=4,
    ),
    _Book(
        name="Наставники",
        roles=("staff",),
        share=0.3,
        numbered=0.0,
        dated=0.3,
        yearly=0.55,
        together=1.0,
        wordings=2,
    ),
    _Book(
        name="Алфавитная книга",
        roles=("pupil",),
        share=0.95,
        numbered=0.4,
        dated=0.97,
        yearly=0.02,
        together=0.8,
        wordings=1,
    ),
    _Book(
        name="Олимпиады",
        roles=("pupil",),
        share=0.45,
        numbered=0.2,
        dated=0.75,
        yearly=0.2,
        together=1.0,
        wordings=3,
    ),
    _Book(
        name="Кружки",
        roles=("pupil",),
        share=0.5,
        numbered=0.5,
        dated=0.85,
        yearly=0.1,
        together=0.1,
        wordings=2,
    ),
    _Book(
        name="Наставляемые",
        roles=("pupil", "staff"),
        share=0.25,
        numbered=0.02,
        dated=0.35,
        yearly=0.55,
        together=1.0,
        wordings=2,
    ),
)
_PARENTS_NUMBER = 0.05  # of children whose parent works in the region
_ROW_ABOVE = 0.012
_FIRST_OF_JANUARY = 0.01
_SCHOOLS_ADDRESS = 0.08
_OWN_PHONE, _OWN_ADDRESS = 0.3, 0.15  # shares up to which, the school's own among them
_MISSTRUCK = 0.02
_NO_PATRONYMIC = 0.025
_SHORT = 0.01
_SPELLED_OTHERWISE = 0.04
_MAIDEN = 0.06
_MISHEARD_DAY = 0.006
_NEIGHBOURS = {
    "а": "пв",
    "о": "рл",
    "е": "кн",
    "и": "мт",
    "р": "по",
    "н": "ег",
    "в": "ыа",
    "к": "уе",
    "л": "од",
    "м": "си",
    "т": "иь",
    "с": "чм",
}
_HEARD = (("ова", "ава"), ("ев", "ив"), ("нн", "н"), ("сс", "с"), ("ье", "ъе"), ("о", "а"))


def other_cards(population: Population, *, seed: int) -> Iterator[Card]:
    """Give the cards of all people as the books of the second setting keep them."""
    draw = Draw(seed=seed + 1_000_003)
    for book in _BOOKS:
        above = ""
        for person in population.people:
            roll = dice(draw, "book", book.name, person.number)
            if person.role not in book.roles or not roll.chance(book.share):
                continue
            for school in _schools(person, roll):
                card = _entry(population, book, person, school, roll)
                if above and card["snils"] and roll.chance(_ROW_ABOVE):
                    card["snils"] = above
                above = card["snils"] or above
                card["source"] = book.name
                yield Card(person=person.number, cells=card)


def _schools(person: Person, roll: Dice) -> list[int]:
    schools = [person.school]
    if person.second_school is not None and roll.chance(0.5):
        schools.append(person.second_school)
    if person.former_school is not None and roll.chance(0.15):
        schools[0] = person.former_school
    return schools


def _entry(
    population: Population, book: _Book, person: Person, school: int, roll: Dice
) -> dict[str, str]:
    return {
        **_name(person, roll, together=roll.chance(book.together)),
        "birth_date": _birth(book, person.born, roll),
        "snils": _number(population, book, person, roll),
        "phone": _phone(person, school, roll),
        "email": _address(person, school, roll),
        "org_name": _school(school, roll.below(book.wordings)),
        "municipality": f"Вымышленный-{school // SCHOOLS_A_MUNICIPALITY} район",
        "role": person.role,
        "position": "Учитель" if person.role == "staff" else "",
        "updated_at": f"{TODAY - timedelta(days=roll.below(900)):%d.%m.%Y}",
        "status": "active",
    }


def _name(person: Person, roll: Dice, *, together: bool) -> dict[str, str]:
    last = person.maiden if person.maiden and roll.chance(_MAIDEN) else person.last
    first, middle = person.first, person.middle
    if roll.chance(_SPELLED_OTHERWISE):
        first = roll.one_of(variants().get(first, (first,)))
    if roll.chance(_SHORT):
        first = diminutives().get(first, first)
    middle = "" if roll.chance(_NO_PATRONYMIC) else middle
    parts = [_misheard(part, roll) for part in (last, first, middle)]
    parts = [part.replace("ё", "е") if roll.chance(0.7) else part for part in parts]
    if not together:
        return dict(zip(("last_name", "first_name", "middle_name"), parts, strict=True))
    if roll.chance(0.15):
        parts = [*parts[1:], parts[0]]
    text = " ".join(part for part in parts if part)
    if person.maiden and last != person.maiden and roll.chance(0.02):
        text = text.replace(last, f"{last} ({person.maiden})")
    return {"full_name": text.upper() if roll.chance(0.1) else text}


def _misheard(word: str, roll: Dice) -> str:
    """Give a word struck on the key beside, or written as it is heard."""
    if len(word) < len("Анна") or not roll.chance(_MISSTRUCK):
        return word
    if roll.chance(0.4):
        for right, heard in _HEARD:
            if right in word[1:]:
                return word[0] + word[1:].replace(right, heard, 1)
    at = 1 + roll.below(len(word) - 1)
    beside = _NEIGHBOURS.get(word[at])
    return word[:at] + (roll.one_of(beside) if beside else "") + word[at + 1 :]


def _birth(book: _Book, born: date, roll: Dice) -> str:
    fate = roll.roll()
    if fate < book.yearly:
        return str(born.year)
    if fate >= book.yearly + book.dated:
        return ""
    if roll.chance(_FIRST_OF_JANUARY):
        return f"01.01.{born.year}"
    if roll.chance(_MISHEARD_DAY):
        born += timedelta(days=roll.one_of((1, -1, 7, 30, -30)))
    if roll.chance(0.1):
        return f"{born.day}.{born.month}.{born.year}г."
    return f"{born:%d.%m.%Y}" if roll.chance(0.85) else f"{born:%Y-%m-%d}"


def _number(population: Population, book: _Book, person: Person, roll: Dice) -> str:
    if not roll.chance(book.numbered):
        return ""
    holder = person
    if person.parent is not None and roll.chance(_PARENTS_NUMBER):
        holder = population.people[person.parent]
    digits = f"{holder.snils:011d}"
    if roll.chance(0.01):
        digits = digits[:-1]
    return digits if roll.chance(0.5) else f"{digits[:3]} {digits[3:6]} {digits[6:9]} {digits[9:]}"


def _phone(person: Person, school: int, roll: Dice) -> str:
    fate = roll.roll()
    if fate < _SCHOOLS_ADDRESS:
        return f"8 (8469) 2{school % 100_000:05d}"
    return (
        f"8-{person.phone // 10_000_000}-{person.phone % 10_000_000:07d}"
        if fate < _OWN_PHONE
        else ""
    )


def _address(person: Person, school: int, roll: Dice) -> str:
    fate = roll.roll()
    if fate < _SCHOOLS_ADDRESS:
        return f"school{school}@edu.example"
    return f"user{person.phone % 9_999_991}@post.example" if fate < _OWN_ADDRESS else ""


def _school(school: int, wording: int) -> str:
    number, place = school % 200 + 1, school // SCHOOLS_A_MUNICIPALITY
    return (
        f"ГБОУ СОШ № {number}",
        f"СОШ №{number} Вымышленного-{place} района",
        f"Школа N {number}",
        f"Государственное бюджетное общеобразовательное учреждение СОШ № {number}",
    )[wording]
