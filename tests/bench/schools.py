"""Hundreds of schools, each with a file of its pupils, and a system that holds cards of their staff.

All invented and the same each time: a number makes a person.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Final
from uuid import UUID

from hub.demo.kadry_cards import Item
from hub.demo.registry import (
    IdentifierRow,
    OrganisationRow,
    SubordinationRow,
)

MINISTRY: Final = UUID(int=1)
DEPARTMENTS: Final = 15
FIRST_SCHOOL: Final = 1_000
SYLLABLES: Final = ("бе", "ва", "го", "дру", "же", "зи", "ка", "ло", "му", "не", "по", "ра", "су")
SURNAMES: Final = tuple("".join(parts).title() for parts in product(SYLLABLES, repeat=3))
FIRST_NAMES: Final = ("Лев", "Пётр", "Иван", "Глеб", "Олег", "Павел", "Юрий", "Антон", "Борис")
MIDDLE_NAMES: Final = ("Ильич", "Петрович", "Иванович", "Глебович", "Олегович", "Львович")
STRIDE: Final = 7_919  # prime: neighbours in number are no neighbours in name
STAFF_FROM: Final = 10_000_000
LATER: Final = "-later"  # how the name of a list ends that is as of a day later


@dataclass(frozen=True, slots=True, kw_only=True)
class Schools:
    """How many schools there are, with how many pupils each, and how many cards of staff in all."""

    schools: int
    rows: int
    cards: int
    today: date

    @property
    def organisations(self) -> Sequence[OrganisationRow]:
        """Give the register: the ministry, its departments, the schools."""
        return [
            _organisation(MINISTRY, "MINISTRY", "Министерство образования"),
            *(_organisation(_department(n), "AUTHORITY", f"Округ {n}") for n in range(DEPARTMENTS)),
            *(_organisation(_school(n), "SCHOOL", _name(n)) for n in range(self.schools)),
        ]

    @property
    def subordinations(self) -> Sequence[SubordinationRow]:
        """Give who answers to whom."""
        above = [(_department(n), MINISTRY) for n in range(DEPARTMENTS)]
        above += [(_school(n), _department(n % DEPARTMENTS)) for n in range(self.schools)]
        return [
            SubordinationRow(organisation_id=one, authority_id=authority, kind="PRIMARY")
            for one, authority in above
        ]

    @property
    def numbers(self) -> Sequence[IdentifierRow]:
        """Give the numbers by which the system knows the schools."""
        return [
            IdentifierRow(organisation_id=_school(n), system="AIS_KADRY", value=str(n + 1))
            for n in range(self.schools)
        ]

    def write_file(self, folder: Path, school: int, *, changed: bool = False) -> Path:
        """Write the list of a school's pupils; a later one has every pupil in the next class."""
        path = folder / f"school-{school}{LATER if changed else ''}.csv"
        with path.open("w", encoding="utf-8") as lines:
            lines.write(f"{_name(school)}\nФИО;Дата рождения;Класс\n")
            for number in range(school * self.rows, (school + 1) * self.rows):
                last, first, middle, birth = person(number, youngest=2018, years=10)
                grade = number % 10 + 1 + changed
                lines.write(f"{last} {first} {middle};{birth:%d.%m.%Y};{grade}А\n")
        return path

    def all_cards(self) -> Iterator[Item]:
        """Yield the cards as the system holds them."""
        for number in range(self.cards):
            last, first, middle, birth = person(number + STAFF_FROM, youngest=2000, years=40)
            yield {
                "id": number + 1,
                "school_id": number % self.schools + 1,
                "last_name": last,
                "first_name": first,
                "middle_name": middle,
                "previous_last_name": None,
                "birth_date": birth.isoformat(),
                "snils": None,
                "position": "Учитель",
                "subject": None,
                "employment": "основное место работы",
                "hired": "2020-09-01",
                "dismissed": None,
                "teaching_experience": "5 лет",
                "updated_at": self.noon(-30).isoformat(),
            }

    def all_schools(self) -> Iterator[Item]:
        """Yield the schools as the system names them."""
        for number in range(self.schools):
            name = _name(number)
            yield {"id": number + 1, "name": name, "full_name": name, "archived": False}

    def noon(self, days: int = 0) -> datetime:
        """Give the noon of a day."""
        day = self.today + timedelta(days=days)
        return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def person(number: int, *, youngest: int, years: int) -> tuple[str, str, str, date]:
    """Give the surname, name, patronymic and day of birth of a number's person."""
    mixed = number * STRIDE
    last = SURNAMES[mixed % len(SURNAMES)] + "ов"
    mixed //= len(SURNAMES)
    first = FIRST_NAMES[mixed % len(FIRST_NAMES)]
    middle = MIDDLE_NAMES[number % len(MIDDLE_NAMES)]
    birth = date(youngest - years, 1, 1) + timedelta(days=number * 31 % (365 * years))
    return last, first, middle, birth


def _name(school: int) -> str:
    return f"МБОУ СОШ № {school + 1}"


def _school(number: int) -> UUID:
    return UUID(int=FIRST_SCHOOL + number)


def _department(number: int) -> UUID:
    return UUID(int=10 + number)


def _organisation(organisation_id: UUID, kind: str, name: str) -> OrganisationRow:
    return OrganisationRow(
        id=organisation_id,
        kind=kind,
        full_name=name,
        short_name=name,
        legal_entity_id=organisation_id,
        sort_key=name.casefold(),
    )
