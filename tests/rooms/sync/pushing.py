"""A partner in the tests: what it pushes of its cards, and what the hub then holds of them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from hub.access import ClientKind
from hub.database import Database
from hub.demo.registry import IdentifierRow
from hub.seal import Sealer
from sync.identity import new_id
from sync.push.cards import Counter, Item, Operation, Pusher, push_cards
from sync.registry import write_rows
from tests.rooms.sync.world import FIRST, MINISTRY, SECOND, THIRD

Json = Any  # an answer
NOBODY: Final[Mapping[str, str]] = {}
NOON: Final = datetime(2026, 9, 7, 12, tzinfo=UTC)
NUMBERS: Final = {FIRST: "101", SECOND: "102", THIRD: "103"}


def counter_of(database: Database, sealer: Sealer) -> Counter:
    return Counter(database=database, sealer=sealer, zone=ZoneInfo("Europe/Samara"))


async def partner(database: Database, *, authority: UUID = MINISTRY) -> Pusher:
    """Register a partner that writes about an authority's organisations, by their numbers."""
    pusher = Pusher(client_id=new_id(), name="Портал", authority_id=authority)
    numbers = [
        IdentifierRow(organisation_id=school, system="AIS_KADRY", value=number)
        for school, number in NUMBERS.items()
    ]
    async with database.writing() as session:
        await write_rows(session, "organisation_identifier", numbers, key=("system", "value"))
        await session.raw.execute(
            "insert into client (id, kind, name) values ($1, $2, 'Портал')",
            pusher.client_id,
            ClientKind.SYSTEM,
        )
    return pusher


def said(
    card: str,
    hour: int,
    operation: Operation = Operation.UPSERT,
    *,
    at: UUID | None = None,
    number: str = "",
    who: Mapping[str, str] = NOBODY,
    **fields: str | None,
) -> Item:
    """Say something of a card as of an hour; `at` names its school."""
    named = number or (NUMBERS[at] if at else "")
    return Item(
        card=card,
        version=NOON + timedelta(days=hour),
        operation=operation,
        organisation=("AIS_KADRY", named) if named else None,
        fields={**who, **fields},
    )


async def push(
    counter: Counter, pusher: Pusher, items: Sequence[Item], *, key: str = ""
) -> Sequence[Mapping[str, Json]]:
    return await push_cards(counter, pusher, items, key=key or str(new_id()))
