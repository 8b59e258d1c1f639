"""Pushed cards: the front room. A request is one transaction, from what was said to who changed.

What is said of a card is kept whatever its order, so partners may send in pieces, again, and late.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

import pandas as pd

from hub.database import WriteSession
from hub.seal import Sealer
from sync import changeset
from sync.columns import column
from sync.directory import Directory, cached_directory
from sync.erasure.known import erased_for
from sync.evidence.parts import card_keys
from sync.evidence.retracted import Retracted
from sync.projecting import PROJECTING
from sync.push import answering, log
from sync.push.admission import ERASED, entry_of, folded, foreign, placed
from sync.push.card import Card, Operation, Waiting
from sync.push.faults import LONGEST, faults_of
from sync.push.landing import Desk, land_cards, renumber
from sync.push.landing_pairs import land_apart
from sync.push.requests import (
    Counter,
    Item,
    Pusher,
    Tried,
    answered_once,
    said_of,
    tried,
)
from sync.push.turn import Kind, Turn, begun, follow, pushed, renumbered

Json = Any  # an answer, as it is kept


class Status(StrEnum):
    """What became of an item."""

    APPLIED = "APPLIED"
    UNCHANGED = "UNCHANGED"
    HELD = "HELD"
    REFUSED = "REFUSED"


async def push_cards(
    counter: Counter, pusher: Pusher, items: Sequence[Item], *, key: str
) -> Sequence[Json]:
    """Take what is said of cards; answers each item in its order.

    Raises InputError for another request under a key that was used, and for more items than a
    request may hold.
    """
    said = [said_of(item) for item in items]
    return await answered_once(
        counter,
        pusher,
        said,
        lambda session: _pushed(session, counter, pusher, items),
        key=key,
    )


async def try_cards(counter: Counter, pusher: Pusher, items: Sequence[Item]) -> Tried:
    """Say what pushing cards would be answered and change; writes nothing."""
    said = [said_of(item) for item in items]
    return await tried(
        counter, pusher, said, lambda session: _pushed(session, counter, pusher, items)
    )


async def rekey_card(
    counter: Counter, pusher: Pusher, *, card: str, now: str, key: str
) -> Sequence[Json]:
    """Let a card go under another number; answers it under that number."""
    return await answered_once(
        counter,
        pusher,
        [card, now],
        lambda session: _rekeyed(session, counter, pusher, card=card, now=now),
        key=key,
    )


async def _rekeyed(
    session: WriteSession, counter: Counter, pusher: Pusher, *, card: str, now: str
) -> Sequence[Json]:
    turn = await begun(session, counter, pusher)
    moved = await renumbered(turn, CARDS, card=card, now=now)
    return await answering.answers(
        session,
        turn.desk.source_id,
        [moved.name],
        moved.after,
        {moved.name: moved.before},
        also=moved.changed,
    )


async def redrive(counter: Counter) -> int:
    """Take further what waited for organisations that have become known; answers how many cards."""
    async with counter.database.writing() as session:
        await session.lock(PROJECTING)
        placed = await log.placed_since(session.raw, today=counter.today)
        for source_id, names in placed.items():
            number = await changeset.begin(session, "PUSH", actor="redrive")
            file_id = await session.raw.fetchval(
                "select id from source_file where source_id = $1", source_id
            )
            desk = Desk(
                source_id=source_id,
                source_file_id=file_id,
                sealer=counter.sealer,
                zone=counter.zone,
            )
            said = await folded(session, desk, names)
            cards, _ = await land_apart(session, desk, said, changeset_id=number)
            turn = Turn(session=session, counter=counter, desk=desk, number=number)
            await follow(turn, CARDS, cards)
        return sum(map(len, placed.values()))


async def _pushed(
    session: WriteSession, counter: Counter, pusher: Pusher, items: Sequence[Item]
) -> Sequence[Json]:
    turn = await begun(session, counter, pusher)
    return await pushed(turn, items, lambda turn, some: _taken(turn, pusher, some))


async def _taken(turn: Turn, pusher: Pusher, items: Sequence[Item]) -> Sequence[Json]:
    session, counter, desk = turn.session, turn.counter, turn.desk
    directory = await cached_directory(session.raw)
    refused = {
        **_unreadable(items, counter),
        **await foreign(session, pusher, items, directory, today=counter.today),
        **await _erased(turn, items, directory),
    }
    said = [
        entry_of(item, _sealed(item.fields, counter.sealer), directory, counter)
        for place, item in enumerate(items)
        if place not in refused
    ]
    names = {one.card for one in said}
    now = await log.canonical(session.raw, desk.source_id, names)
    before = await folded(session, desk, now.values())
    await log.add(session, desk.source_id, said, changeset_id=turn.number)
    after = await folded(session, desk, now.values())
    changed = {name: card for name, card in after.items() if card != before.get(name, Card())}
    if changed:
        await follow(turn, CARDS, changed)
    found = await answering.answers(
        session, desk.source_id, [now.get(item.card, item.card) for item in items], after, before
    )
    return [refused.get(place) or one for place, one in enumerate(found)]


async def _landed(turn: Turn, cards: Mapping[str, Card]) -> Retracted:
    return await land_cards(turn.session, turn.desk, cards, changeset_id=turn.number)


CARDS: Final = Kind(land=_landed, renumber=renumber)


def _sealed(fields: Mapping[str, str | None], sealer: Sealer) -> Mapping[str, str | None]:
    snils = fields.get("snils")
    return {**fields, "snils": sealer.seal_text(snils)} if snils else fields


def _unreadable(items: Sequence[Item], counter: Counter) -> Mapping[int, Json]:
    found = faults_of(items, counter, people=("",), word=answering.field_name)
    return {place: answering.refusal(items[place].card, faults) for place, faults in found.items()}


async def _erased(turn: Turn, items: Sequence[Item], directory: Directory) -> Mapping[int, Json]:
    """Refuse cards of those who were erased; nothing of them is kept."""
    counter = turn.counter
    erased = await erased_for(
        turn.session, turn.desk.source_id, counter.sealer, today=counter.today
    )
    if not erased.keys or not items:
        return {}
    rows = pd.DataFrame([dict(item.fields) for item in items], dtype=object)
    rows = rows.assign(
        kind="STAFF",
        organisation_id=column(placed(item, directory, counter) for item in items),
        external_id=column(card_keys([item.card for item in items])),
        stated_id=column(item.card for item in items),
        stating_id=b"",
    )
    if forgiven := erased.forgiven(rows):  # what comes later of the card may leave the name out
        await turn.session.raw.execute(
            "delete from erased_key where hash = any ($1)", sorted(forgiven)
        )
    _, dropped = erased.part(rows)
    return {
        int(place): answering.refusal(items[place].card, [("push.erased", ERASED, "externalId")])
        for place in dropped.index
    }


__all__ = [
    "LONGEST", "Counter", "Item", "Operation", "Pusher", "Status", "Tried", "Waiting", "push_cards",
    "redrive", "try_cards",
]  # fmt: skip
