"""What only the school can tell of its own file: said before the file is accepted.

A base names people by full name and workplace; where that fits none or several people of the
school's lists, a birth date beside the name spares a question later. Two rows of one list that
seem one person are told as well. Nothing is written and nobody is named: a place is enough.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg
import pandas as pd
from rapidfuzz.distance import OSA

from hub.records import Place, RecordKind, Rejected
from sync.columns import rows_of
from sync.directory import Directory

MOST: Final = 200  # questions of a file; whoever has more answers the first ones first
MOST_ALIKE: Final = 50  # rows that are compared each with each
SHORTEST: Final = 4  # letters of a name in which one wrong letter is a slip
LISTED: Final = frozenset({RecordKind.STAFF.value, RecordKind.PUPIL.value})
NAMED_BY: Final = {
    RecordKind.MENTOR.value: ("mentor_full_name", "mentee_full_name"),
    RecordKind.MENTEE.value: ("mentee_full_name", "mentor_full_name"),
}
SEVERAL: Final = (
    "По списку организации подходит несколько человек. Добавьте в строку дату рождения или "
    "должность, тогда будет ясно, о ком речь."
)
NOBODY: Final = (
    "В списке организации нет человека с таким именем. Проверьте, как оно написано, загрузите "
    "сначала список работников и обучающихся или добавьте дату рождения."
)
INITIALS: Final = "Вместо имени стоят инициалы. Впишите имя и отчество полностью."
TWICE: Final = (
    "Похоже на того же человека, что в строке {}. Если это он, оставьте одну строку; если нет, "
    "впишите в обе дату рождения."
)


class Name(NamedTuple):
    """A folded full name; a patronymic that is not stated is empty."""

    last: str
    first: str
    middle: str

    def may_be(self, other: "Name") -> bool:
        """Say whether both may name one person: a patronymic may be left out."""
        same = (self.last, self.first) == (other.last, other.first)
        return same and (self.middle == other.middle or not (self.middle and other.middle))

    def is_near(self, other: "Name") -> bool:
        """Say whether one wrong letter tells the names apart."""
        if self.first == other.first:
            return _is_slip(self.last, other.last)
        return self.last == other.last and _is_slip(self.first, other.first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A person as a row of the file names them; `born` is a day, a year, or nothing."""

    name: Name
    born: object
    place: UUID
    kind: str
    column: str
    sheet: str
    row: int
    has_snils: bool

    @property
    def is_weak(self) -> bool:
        """Whether only the name and the workplace tell who it is."""
        return self.born is None and not self.has_snils


@dataclass(slots=True, kw_only=True)
class Standing:
    """Who is known of in each place: under each name, people told apart by birth or by id.

    `listed` are the places that gave lists of their staff or pupils.
    """

    people: dict[UUID, dict[Name, set[object]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )

    listed: set[UUID] = field(default_factory=set)

    def add(self, place: UUID, name: Name, known: object, *, kind: str) -> None:
        """Add a person of whom more than the name is known."""
        self.people[place][name].add(known)
        if kind in LISTED:
            self.listed.add(place)

    def bearers(self, place: UUID, name: Name) -> AbstractSet[object]:
        """Give the people of a place who may bear the name."""
        known = self.people.get(place, {})
        return set().union(*(found for other, found in known.items() if name.may_be(other)))

    def has_near(self, place: UUID, name: Name) -> bool:
        """Say whether somebody of the place bears the name but for one letter."""
        return any(name.is_near(other) for other in self.people.get(place, {}))


def cards_of(records: pd.DataFrame, facts: pd.DataFrame, directory: Directory) -> list[Card]:
    """Make a card of each record of a file; `facts` are its normalised rows."""
    workplaces = _workplaces(records, directory)
    own = {
        (sheet, row): kind
        for sheet, row, part, kind in rows_of(records, "sheet", "row", "part", "kind")
        if part == 0
    }
    names = map(Name._make, rows_of(facts, "last_key", "first_key", "middle_key"))
    stated = rows_of(facts.assign(year=facts["birth_year"]), "birth_date", "year", "snils")
    rows = rows_of(records, "sheet", "row", "part", "kind")
    return [
        Card(
            name=name,
            born=born or year,
            place=place,
            kind=kind,
            column=NAMED_BY.get(own.get((sheet, row), ""), ("full_name",) * 2)[min(part, 1)],
            sheet=sheet,
            row=row,
            has_snils=bool(snils),
        )
        for name, (born, year, snils), (sheet, row, part, kind), place in zip(
            names, stated, rows, workplaces, strict=True
        )
    ]


def doubts(cards: list[Card], standing: Standing, *, file: str) -> tuple[Rejected, ...]:
    """Give the questions of a file, each with its place and the repair."""
    for card in cards:
        if not card.is_weak:
            known = card.born or (card.sheet, card.row)
            standing.add(card.place, card.name, known, kind=card.kind)
    asked = [*_twice(cards), *_unclear(cards, standing)]
    asked.sort(key=lambda one: (one[0].sheet, one[0].row, one[1]))
    return tuple(
        Rejected(
            place=Place(file=file, sheet=card.sheet, row=card.row, column=card.column),
            code=code,
            message=message,
        )
        for card, code, message in asked[:MOST]
    )


STANDING: Final = """
select f.organisation_id, r.kind, f.last_key, f.first_key, f.middle_key, f.birth_date, f.birth_year,
       coalesce(l.person_id::text, r.id::text) as id
from record r
join record_facts f on f.record_id = r.id
left join link l on l.record_id = r.id
where r.organisation_id = any($1) and r.kind in ('STAFF', 'PUPIL') and r.ended_on is null
  and (f.birth_date is not null or f.birth_year is not null or f.snils_hash is not null)
"""


async def read_standing(connection: asyncpg.Connection, cards: Iterable[Card]) -> Standing:
    """Read who stands in the lists of the places where a file names somebody by name alone."""
    places = {card.place for card in cards if card.is_weak}
    standing = Standing()
    rows = await connection.fetch(STANDING, sorted(places)) if places else []
    for row in rows:
        name = Name(row["last_key"], row["first_key"], row["middle_key"])
        known = row["birth_date"] or row["birth_year"] or row["id"]
        standing.add(row["organisation_id"], name, known, kind=row["kind"])
    return standing


def _unclear(cards: list[Card], standing: Standing) -> Iterator[tuple[Card, str, str]]:
    """Ask about people of bases, each name of a place once."""
    seen: set[tuple[UUID, Name]] = set()
    for card in cards:
        if card.kind in LISTED or not card.is_weak or not card.name.last:
            continue
        if (card.place, card.name) in seen or card.place not in standing.listed:
            continue
        seen.add((card.place, card.name))
        if len(card.name.first) == 1:
            yield card, "question.initials", INITIALS
            continue
        fitting = len(standing.bearers(card.place, card.name))
        if fitting > 1:
            yield card, "question.several", SEVERAL
        elif not fitting and not standing.has_near(card.place, card.name):
            yield card, "question.nobody", NOBODY


def _twice(cards: list[Card]) -> Iterator[tuple[Card, str, str]]:
    """Ask about rows of one list that may be one person."""
    blocks: Mapping[object, list[Card]] = defaultdict(list)
    for card in cards:
        if card.kind in LISTED:
            blocks[card.place, card.kind, card.name.last, card.name.first].append(card)
            if isinstance(card.born, date):
                blocks[card.place, card.kind, card.born].append(card)
    told: set[tuple[str, int]] = set()
    for block in blocks.values():
        for one, other in combinations(block[:MOST_ALIKE], 2):
            place = (other.sheet, other.row)
            if place not in told and (one.sheet, one.row) != place and _is_one(one, other):
                told.add(place)
                yield other, "question.twice", TWICE.format(one.row)


def _is_one(one: Card, other: Card) -> bool:
    """Tell rows that may be one person and that the matcher would not join by itself.

    Alike in name and birth they are joined: a second post of a worker, yet a pupil written twice.
    """
    if one.name.may_be(other.name):
        unknown = one.born is None or other.born is None
        return unknown or (one.born == other.born and one.kind == RecordKind.PUPIL)
    return one.born == other.born is not None and one.name.is_near(other.name)


def _is_slip(one: str, other: str) -> bool:
    if min(len(one), len(other)) < SHORTEST:
        return False
    return OSA.distance(one, other, score_cutoff=1) <= 1


def _workplaces(records: pd.DataFrame, directory: Directory) -> list[UUID]:
    """Say where each record places its person: the workplace it names, else whose list it is."""
    if "organization" not in records:
        return list(records["organisation_id"])
    stated = list(rows_of(records, "organization", "stated_as_of"))
    known = {
        (name, day): directory.resolve_name(name, on=day) if name else None
        for name, day in set(stated)
    }
    return [
        known[pair] or owner for pair, owner in zip(stated, records["organisation_id"], strict=True)
    ]
