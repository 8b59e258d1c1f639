"""The cards that sources keep of people, worn at the rates of `habits`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from hub.demo.draw import Dice, Draw, dice
from hub.demo.labelled.habits import SOURCES, Noise, Source
from hub.demo.labelled.population import SCHOOLS_A_MUNICIPALITY, TODAY, Person, Population
from hub.demo.labelled.writing import (
    date_text,
    drawn,
    latin,
    phone_text,
    slipped,
    slipped_date,
    snils_text,
    worn_first,
)

COLUMNS = (
    "rec_id",
    "source",
    "source_id",
    "last_name",
    "first_name",
    "middle_name",
    "full_name",
    "birth_date",
    "sex",
    "snils",
    "phone",
    "email",
    "org_code",
    "org_name",
    "municipality",
    "role",
    "position",
    "status",
    "updated_at",
)
Row = dict[str, str]
POSITIONS = ("учитель", "учитель математики", "воспитатель", "методист", "зам. директора по УВР")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One row of a source and the person it is about."""

    person: int
    cells: Mapping[str, str]


def cards(
    population: Population, *, seed: int, noise: Noise, sources: Sequence[Source] = SOURCES
) -> Iterator[Card]:
    """Give the cards of all people, source by source as each would export them."""
    draw = Draw(seed=seed)
    for source in sources:
        desk = _Desk(source=source, people=population.people, noise=noise)
        for person in population.people:
            if person.role == source.role:
                roll = dice(draw, source.name, person.number)
                if roll.chance(source.covers):
                    yield from _of_person(desk, person, roll)


@dataclass(slots=True)
class _Desk:
    """Where a source's cards are typed; the number typed last may slip onto the next card."""

    source: Source
    people: list[Person]
    noise: Noise
    typed: str = ""
    number: int = field(default=0)


def _of_person(desk: _Desk, person: Person, roll: Dice) -> Iterator[Card]:
    yield _card(desk, person, roll, school=person.school, active=True)
    if person.second_school is not None and roll.chance(0.8):
        yield _card(desk, person, roll, school=person.second_school, active=True)
    if person.former_school is not None and roll.chance(0.3):
        yield _card(desk, person, roll, school=person.former_school, active=False)
    if roll.chance(desk.source.twice):
        yield _card(desk, person, roll, school=person.school, active=True)


def _card(desk: _Desk, person: Person, roll: Dice, *, school: int, active: bool) -> Card:
    source, noise = desk.source, desk.noise
    stale = roll.chance(source.stale) or not active
    if stale and active and person.former_school is not None:
        school = person.former_school
    desk.number += 1
    sex = "" if roll.chance(noise.no_sex) else ("м" if person.male else "ж")
    updated = TODAY - timedelta(days=roll.below(200) + (700 if stale else 0))
    cells = {
        "source": source.name,
        "source_id": f"{source.name}-{desk.number}",
        **_names(person, roll, noise, whole=roll.chance(source.whole_name), stale=stale),
        "birth_date": _birth(person, roll, source, noise),
        "sex": sex,
        "snils": _snils(desk, person, roll),
        "phone": _phone(person, school, roll, source, noise),
        "email": _email(person, roll) if roll.chance(source.email) else "",
        **_place(school),
        "role": person.role,
        "position": roll.one_of(POSITIONS) if person.role == "staff" else "",
        "status": "active" if active else "dismissed",
        "updated_at": updated.isoformat(),
    }
    return Card(person=person.number, cells=cells)


def _names(person: Person, roll: Dice, noise: Noise, *, whole: bool, stale: bool) -> Row:
    last = person.maiden if stale and person.maiden and roll.chance(0.5) else person.last
    last = slipped(last, roll) if roll.chance(noise.surname_slip) else last
    first = worn_first(person.first, roll, noise, child=person.role == "pupil")
    middle = "" if roll.chance(noise.no_middle) else person.middle
    middle = slipped(middle, roll) if roll.chance(noise.middle_slip) else middle
    if whole:
        return {"full_name": drawn(_whole(last, first, middle, roll, noise), roll, noise)}
    if roll.chance(noise.swapped_columns):
        last, first = first, last
    parts = {"last_name": last, "first_name": first, "middle_name": middle}
    return {name: drawn(part, roll, noise) for name, part in parts.items()}


def _whole(last: str, first: str, middle: str, roll: Dice, noise: Noise) -> str:
    if roll.chance(noise.initials):
        return f"{last} {first[0]}.{middle[:1] + '.' if middle else ''}"
    parts = (first, middle, last) if roll.chance(noise.name_first) else (last, first, middle)
    return " ".join(part for part in parts if part)


def _birth(person: Person, roll: Dice, source: Source, noise: Noise) -> str:
    fate = roll.roll()
    if roll.chance(noise.no_birth) or fate >= source.birth_day + source.birth_year:
        return ""
    if fate >= source.birth_day:
        return str(person.born.year)
    return date_text(slipped_date(person.born, roll, noise), roll)


def _snils(desk: _Desk, person: Person, roll: Dice) -> str:
    noise = desk.noise
    if not roll.chance(desk.source.snils * (1 - noise.dropped_snils)):
        return ""
    number = person.snils
    if person.parent is not None and roll.chance(noise.snils_of_parent):
        number = desk.people[person.parent].snils
    text = snils_text(number, roll, noise)
    if desk.typed and roll.chance(noise.snils_of_neighbour):
        text = desk.typed
    desk.typed = text
    return text


def _phone(person: Person, school: int, roll: Dice, source: Source, noise: Noise) -> str:
    if not roll.chance(source.phone):
        return ""
    if roll.chance(noise.school_contact):
        return phone_text(8_469_000_000 + school, roll)
    return phone_text(person.phone, roll)


def _email(person: Person, roll: Dice) -> str:
    """Give an address of the person's own; children's cards carry the parents'."""
    name = latin(person.last)
    place = "mail.example" if roll.chance(0.9) else "school.example"
    return f"{name}.{person.phone % 10_000}@{place}"


def _place(school: int) -> Row:
    municipality = school // SCHOOLS_A_MUNICIPALITY
    return {
        "org_code": f"63{school:05d}",
        "org_name": f"ГБОУ СОШ № {school % 200 + 1} м.р. Вымышленный-{municipality}",
        "municipality": f"м.р. Вымышленный-{municipality}",
    }
