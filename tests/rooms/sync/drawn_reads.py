"""Reads of a system of cards drawn from a seed: people come, move, are renamed and leave."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from hub.records import Batch, Figure, FigureMetric, FileKind, OrganisationMention, Place
from sync.runs.run import Mode
from tests.rooms.sync.cards import EVERYWHERE, NUMBERS, Card, System, batch, page
from tests.rooms.sync.world import FIRST, SECOND, THIRD

# Two reads of one day stand among them: the later one holds.
DAYS = (
    date(2024, 9, 20),
    date(2025, 9, 5),
    date(2025, 9, 5),
    date(2026, 3, 1),
    date(2026, 10, 10),
    date(2026, 10, 10),
)
SCHOOLS = (FIRST, SECOND, THIRD)
SURNAMES = ("Барсоватов", "Вернигорин", "Долгоречин", "Зареченцев", "Лукоянцев", "Мерянинов")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a run gets of the system: all there is, or what changed since the last one."""

    items: tuple[Batch, ...]
    mode: Mode

    def connector(self) -> System:
        return System(self.items, EVERYWHERE if self.mode is Mode.FULL else None)


def draw_reads(seed: int) -> list[Read]:
    """Draw the reads in their order: time gives a system no other."""
    random = Random(seed)  # noqa: S311 - changes need no secrecy
    cards = {number: _card(random, number) for number in range(1, 13)}
    reads = [_full(random, cards, DAYS[0])]
    for day in DAYS[1:]:
        changed = dict(_changes(random, cards))
        cards.update(changed)
        for gone in random.sample(sorted(cards), random.randint(0, 2)):
            del cards[gone]
        is_full = random.random() < 0.5
        reads.append(_full(random, cards, day) if is_full else _read(random, changed, day))
    return reads


def _card(random: Random, number: int) -> Card:
    return Card(
        number=number,
        school=random.choice(SCHOOLS),
        full_name=f"{random.choice(SURNAMES)} Олег Львович",
        birth_date=f"{number:02d}.03.19{60 + number}",
        position=random.choice(("учитель", "методист")),
    )


def _changes(random: Random, cards: dict[int, Card]) -> Iterator[tuple[int, Card]]:
    for number in random.sample(sorted(cards), 3):
        change = random.choice((_moved, _renamed, _promoted))
        yield number, change(random, cards[number])
    newcomer = max(cards) + 1
    yield newcomer, _card(random, newcomer)


def _moved(random: Random, card: Card) -> Card:
    return replace(card, school=random.choice(SCHOOLS))


def _renamed(random: Random, card: Card) -> Card:
    return replace(card, full_name=f"{random.choice(SURNAMES)} Олег Львович")


def _promoted(random: Random, card: Card) -> Card:
    return replace(card, position=random.choice(("директор", "учитель", "педагог-психолог")))


def _full(random: Random, cards: dict[int, Card], day: date) -> Read:
    read = _read(random, cards, day)
    return replace(read, mode=Mode.FULL)


def _read(random: Random, cards: dict[int, Card], day: date) -> Read:
    numbers = random.sample(sorted(cards), len(cards))
    pages = [[cards[one] for one in numbers[at : at + 5]] for at in range(0, len(numbers), 5)]
    pairs = [_pair(random, cards, number) for number in numbers[::3]]
    return Read(
        items=(
            *(page(listed, day) for listed in pages),
            batch(FileKind.MENTOR_BASE, pairs, day),
            _number(random, day),
        ),
        mode=Mode.CHANGES,
    )


def _pair(random: Random, cards: dict[int, Card], number: int) -> dict[str, str]:
    mentor, mentee = cards[number], cards[random.choice(sorted(cards))]
    return {
        "external_id": str(900 + number),
        "organization_code": NUMBERS[mentor.school],
        "mentor_full_name": mentor.full_name,
        "mentor_birth_date": mentor.birth_date,
        "mentee_full_name": mentee.full_name,
        "mentee_birth_date": mentee.birth_date,
        "mentoring_form": "учитель – учитель",
        "joined_at": random.choice(("", "01.09.2024")),
    }


def _number(random: Random, day: date) -> Batch:
    said = Figure(
        metric=FigureMetric.PAIRS, value=random.randint(1, 9), place=Place(file="Система")
    )
    code = NUMBERS[random.choice(SCHOOLS)]
    empty = replace(page([], day), organisation=OrganisationMention(code=code))
    return replace(empty, figures=(said,))
