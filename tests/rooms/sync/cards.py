"""A system of cards in memory: what it states, page by page, and runs that read it."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import pandas as pd

from connectors.client.failure import SourceTransientError
from connectors.memory import Memory
from connectors.protocol import Checkpoint, CheckResult, Connector, Item, Roll
from hub.database import Database
from hub.demo.registry import IdentifierRow
from hub.records import Batch, FileKind, OrganisationMention, Place, Rejected
from hub.seal import Sealer
from sync.identity import new_id
from sync.registry import write_rows
from sync.runs.run import Mode, Run
from sync.runs.running import run_source
from tests.rooms.sync.world import FIRST, SECOND, THIRD, TODAY

CODE = "cards"
NUMBERS = {FIRST: "101", SECOND: "102", THIRD: "103"}
EVERYWHERE = Roll(
    organisations=tuple(OrganisationMention(code=number) for number in NUMBERS.values())
)
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card of somebody at a school."""

    number: int
    school: UUID
    full_name: str
    birth_date: str = ""
    position: str = "учитель"

    def row(self) -> Row:
        return {
            "external_id": str(self.number),
            "organization_code": NUMBERS.get(self.school, "999"),
            "full_name": self.full_name,
            "birth_date": self.birth_date,
            "position": self.position,
        }


def staff(count: int, school: UUID = FIRST, *, first: int = 1) -> list[Card]:
    """Make so many cards of a school, each of somebody else."""
    return [
        Card(
            number=number,
            school=school,
            full_name=f"Карточкин{'абвгдежзик'[number % 10]}{'лмнопрстуф'[number // 10]} Лев Ильич",
            birth_date=f"{number % 28 + 1:02d}.{number % 12 + 1:02d}.{1960 + number % 35}",
        )
        for number in range(first, first + count)
    ]


def page(cards: Iterable[Card], day: date | None = TODAY) -> Batch:
    """Make the batch in which the system states cards as of a day."""
    return batch(FileKind.STAFF, [card.row() for card in cards], day)


def batch(kind: FileKind, rows: Sequence[Row], day: date | None = TODAY) -> Batch:
    frame = pd.DataFrame(list(rows), dtype=object).fillna("")
    frame["sheet"] = kind.value.lower()
    frame["row"] = range(1, 1 + len(frame))
    return Batch(
        kind=kind,
        frame=frame,
        file="Система",
        organisation=OrganisationMention(),
        stated_as_of=day,
    )


class System:
    """A system as it answers one read: its items, and as long as it is read whole its schools.

    A place where another read ended means to it that everything here is to come.
    """

    def __init__(self, items: Sequence[Batch | Rejected], roll: Roll | None = None) -> None:
        self._memory, self._roll = Memory(items), roll
        self._name = str(new_id())

    def check(self) -> CheckResult:
        return self._memory.check()

    def fetch(self, cursor: str | None = None) -> Iterator[Item]:
        name, _, place = (cursor or "").partition(":")
        if self._roll is not None:
            yield self._roll
        for item in self._memory.fetch(place if name == self._name else None):
            if isinstance(item, Checkpoint):
                yield Checkpoint(cursor=f"{self._name}:{item.cursor}")
            else:
                yield item


def whole(cards: Sequence[Card], day: date | None = TODAY, *, size: int = 4) -> System:
    """Make a system that states all its cards and lists every school."""
    pages = [page(cards[at : at + size], day) for at in range(0, len(cards), size)]
    return System(pages, EVERYWHERE)


def changes(*cards: Card, day: date = TODAY) -> System:
    """Make a system that states the cards that changed."""
    return System([page(cards, day)])


class BreaksOff:
    """Yields so many items of another connector, then breaks off as a source does."""

    def __init__(self, connector: Connector, after: int) -> None:
        self._connector, self._after = connector, after

    def check(self) -> CheckResult:
        return self._connector.check()

    def fetch(self, cursor: str | None = None) -> Iterator[Item]:
        for number, item in enumerate(self._connector.fetch(cursor)):
            if number == self._after:
                raise SourceTransientError("Источник замолчал.", code="source.timed_out")
            yield item


class Waits:
    """Yields another connector's items; before one of them it waits until it is let go on."""

    def __init__(self, connector: Connector, *, before: int) -> None:
        self._connector, self._before = connector, before
        self.reached, self.go_on = threading.Event(), threading.Event()

    def check(self) -> CheckResult:
        return self._connector.check()

    def fetch(self, cursor: str | None = None) -> Iterator[Item]:
        for number, item in enumerate(self._connector.fetch(cursor)):
            if number == self._before:
                self.reached.set()
                self.go_on.wait(60)
            yield item


async def add_source(database: Database, *, share: str = "0.1") -> None:
    """Register the system and the numbers by which it knows the schools."""
    numbers = [
        IdentifierRow(organisation_id=school, system="AIS_KADRY", value=number)
        for school, number in NUMBERS.items()
    ]
    async with database.writing() as session:
        await write_rows(session, "organisation_identifier", numbers, key=("system", "value"))
        await session.raw.execute(
            "insert into source (id, code, kind, title, brake_share)"
            " values ($1, $2, 'KADRY', 'Система', $3::text::numeric)",
            new_id(),
            CODE,
            share,
        )


async def run(
    database: Database,
    connector: Connector,
    *,
    sealer: Sealer,
    mode: Mode = Mode.FULL,
    today: date = TODAY,
    run_id: UUID | None = None,
    page_rows: int = 1,
) -> Run:
    """Read the system."""
    return await run_source(
        database,
        CODE,
        sealer=sealer,
        today=today,
        actor="test",
        mode=mode,
        run_id=run_id,
        connector=connector,
        page_rows=page_rows,
    )


def moved(card: Card, school: UUID) -> Card:
    return replace(card, school=school)


def unreadable(number: int) -> Rejected:
    """Make a refusal of a card, as a connector gives it."""
    return Rejected(
        place=Place(file="Система", sheet="staff", row=number),
        code="row.no_name",
        message="В записи нет ФИО.",
        payload={"external_id": str(number)},
    )
