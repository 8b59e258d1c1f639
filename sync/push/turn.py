"""The turn of a push: its change begun while nobody else projects, and followed to whom it changes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol
from uuid import UUID

from hub.database import WriteSession
from hub.records import ChangesetId
from sync import changeset
from sync.evidence.retracted import Retracted
from sync.projecting import PROJECTING, project_within
from sync.push import log
from sync.push.admission import desk_of, folded
from sync.push.card import Card
from sync.push.landing import Desk
from sync.push.requests import Counter, Item, Pusher, taken_but_poison

Json = Any  # an answer, as it is kept
NUMBER: Final = "externalId"  # as partners write it


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One change: within which transaction, where it lands, under which number."""

    session: WriteSession
    counter: Counter
    desk: Desk
    number: ChangesetId


@dataclass(frozen=True, slots=True, kw_only=True)
class Renumbered:
    """A card by the number that it bears: what it was before, what stands now, what is another.

    `after` holds the number that it has left as well.
    """

    name: str
    before: Card
    after: Mapping[str, Card]
    changed: tuple[str, ...]


class Renumber(Protocol):
    """Who lets the records of a card go under another number."""

    async def __call__(
        self, session: WriteSession, source_id: UUID, *, card: str, now: str
    ) -> None:
        """Let them go where none stands under it yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How what is pushed stands in the evidence: a card one way, a mentorship another."""

    land: Callable[[Turn, Mapping[str, Card]], Awaitable[Retracted]]
    renumber: Renumber


async def begun(session: WriteSession, counter: Counter, pusher: Pusher) -> Turn:
    """Begin the change of a partner's push, at the desk of their own source."""
    await session.lock(PROJECTING)
    number = await changeset.begin(session, "PUSH", actor=str(pusher.client_id))
    desk = await desk_of(session, counter, pusher, number)
    return Turn(session=session, counter=counter, desk=desk, number=number)


async def pushed(
    turn: Turn,
    items: Sequence[Item],
    take: Callable[[Turn, Sequence[Item]], Awaitable[Sequence[Json]]],
    named: Callable[[str], str] = str,
) -> Sequence[Json]:
    """Take items within a turn; of those that cannot be, each alone is refused."""
    return await taken_but_poison(turn.session, items, lambda some: take(turn, some), named)


async def follow(turn: Turn, kind: Kind, cards: Mapping[str, Card]) -> None:
    """Land what cards are now, and project what follows."""
    retracted = await kind.land(turn, cards)
    await project_within(
        turn.session,
        turn.number,
        source_id=turn.desk.source_id,
        retracted=retracted,
        sealer=turn.counter.sealer,
        today=turn.counter.today,
    )


async def renumbered(turn: Turn, kind: Kind, *, card: str, now: str) -> Renumbered:
    """Let a card go under another number, with what stood under that number already.

    The same again changes nothing: the number that the card bears is no number it has left.
    """
    before = await folded(turn.session, turn.desk, [card, now])
    former, following = await log.rekey(
        turn.session, turn.desk.source_id, card=card, now=now, changeset_id=turn.number
    )
    await kind.renumber(turn.session, turn.desk.source_id, card=former, now=following)
    after = await folded(turn.session, turn.desk, [following])
    gone = {former: Card()} if former != following else {}
    await follow(turn, kind, {**after, **gone})
    # Of a card that nothing was said of, it is what stood under the new number that goes on.
    was = before.get(former, before.get(now, Card())) if gone else after.get(following, Card())
    return Renumbered(
        name=following,
        before=was,
        after={**after, **gone},
        changed=(NUMBER,) if gone else (),
    )
