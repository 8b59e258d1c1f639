"""Pushed mentorships: the front room. As with cards a request is one transaction, answered once.

A mentorship is said by its number in the partner's system, with both parties; what is said of it is
kept whatever its order and folded anew, so any order of arrival ends in the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from hub.database import WriteSession
from sync.directory import Directory, cached_directory
from sync.erasure.known import erased_for
from sync.evidence.retracted import Retracted
from sync.push import answering, log
from sync.push.admission import ERASED, entry_of, folded, foreign
from sync.push.answering import Fault
from sync.push.card import Card, Operation, fold
from sync.push.faults import faults_of
from sync.push.landing_pairs import (
    PREFIX,
    SEALED,
    land_pairs,
    pair_rows,
    renumber_pair,
    standing,
)
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
PARTIES: Final = ("mentor", "mentee")
WORDS: Final = {
    "mentoring_form": "form",
    "program": "programme",
    "joined_at": "startsOn",
    "left_at": "endsOn",
    "last_name": "lastName",
    "first_name": "firstName",
    "middle_name": "middleName",
    "birth_date": "birthDate",
    "organization": "workplace",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PairItem:
    """What is said of one mentorship; a null field is cleared, an absent one unchanged."""

    number: str
    version: datetime
    operation: Operation = Operation.UPSERT
    organisation: tuple[str, str] | None = None
    fields: Mapping[str, str | None] = field(default_factory=dict)

    def as_card(self) -> Item:
        """Give it as what is said of a card: by its prefixed number, who hosts it and its fields."""
        return Item(
            card=PREFIX + self.number,
            version=self.version,
            operation=self.operation,
            organisation=self.organisation,
            fields=self.fields,
        )


async def push_pairs(
    counter: Counter, pusher: Pusher, pairs: Sequence[PairItem], *, key: str
) -> Sequence[Json]:
    """Take what is said of mentorships; answers each item in its order.

    Raises InputError for another request under a key that was used, and for more items than a
    request may hold.
    """
    items = [pair.as_card() for pair in pairs]
    return await answered_once(
        counter,
        pusher,
        [said_of(item) for item in items],
        lambda session: _pushed(session, counter, pusher, items),
        key=key,
    )


async def try_pairs(counter: Counter, pusher: Pusher, pairs: Sequence[PairItem]) -> Tried:
    """Say what pushing mentorships would be answered and change; writes nothing."""
    items = [pair.as_card() for pair in pairs]
    said = [said_of(item) for item in items]
    return await tried(
        counter, pusher, said, lambda session: _pushed(session, counter, pusher, items)
    )


async def _pushed(
    session: WriteSession, counter: Counter, pusher: Pusher, items: Sequence[Item]
) -> Sequence[Json]:
    turn = await begun(session, counter, pusher)
    return await pushed(turn, items, lambda turn, some: _taken(turn, pusher, some), _plain)


async def _taken(turn: Turn, pusher: Pusher, items: Sequence[Item]) -> Sequence[Json]:
    session, counter, desk = turn.session, turn.counter, turn.desk
    directory = await cached_directory(session.raw)
    now = await log.canonical(session.raw, desk.source_id, {item.card for item in items})
    names = sorted(set(now.values()))
    before = await folded(session, desk, names)
    refused = {
        **_unreadable(items, counter),
        **await foreign(session, pusher, items, directory, today=counter.today),
        **await _erased(turn, items, directory),
    }
    said = [
        _entry(item, directory, counter) for place, item in enumerate(items) if place not in refused
    ]
    await log.add(session, desk.source_id, said, changeset_id=turn.number)
    after = await folded(session, desk, names)
    changed = {name: card for name, card in after.items() if card != before.get(name, Card())}
    if changed:
        await follow(turn, MENTORSHIPS, changed)
    found = await standing(session.raw, desk.source_id, names)
    return [
        _named(refused[place])
        if place in refused
        else _answer(now[item.card], after, before, found.get(now[item.card], {}))
        for place, item in enumerate(items)
    ]


async def rekey_pair(
    counter: Counter, pusher: Pusher, *, number: str, now: str, key: str
) -> Sequence[Json]:
    """Let a mentorship go under another number of the partner; answers it under that number."""
    former, following = PREFIX + number, PREFIX + now
    return await answered_once(
        counter,
        pusher,
        [former, following],
        lambda session: _rekeyed(session, counter, pusher, pair=former, now=following),
        key=key,
    )


async def _rekeyed(
    session: WriteSession, counter: Counter, pusher: Pusher, *, pair: str, now: str
) -> Sequence[Json]:
    turn = await begun(session, counter, pusher)
    moved = await renumbered(turn, MENTORSHIPS, card=pair, now=now)
    found = await standing(session.raw, turn.desk.source_id, [moved.name])
    before = {moved.name: moved.before}
    stands = found.get(moved.name, {})
    return [_answer(moved.name, moved.after, before, stands, also=moved.changed)]


async def _landed(turn: Turn, pairs: Mapping[str, Card]) -> Retracted:
    rows = pair_rows(turn.desk, pairs)
    return await land_pairs(turn.session, turn.desk, pairs, rows, changeset_id=turn.number)


MENTORSHIPS: Final = Kind(land=_landed, renumber=renumber_pair)


def _named(refusal: Json) -> Json:
    """Give a refusal by the number that the partner knows."""
    return {**refusal, "externalId": _plain(str(refusal["externalId"]))}


def _plain(name: str) -> str:
    return name.removeprefix(PREFIX)


def _answer(
    name: str,
    after: Mapping[str, Card],
    before: Mapping[str, Card],
    found: Mapping[str, object],
    *,
    also: Sequence[str] = (),
) -> Json:
    card, former = after.get(name, Card()), before.get(name, Card())
    changed = [*also, *sorted({_word(one) for one in card.differs(former)})]
    waits = [answering.WAITING[one] for one in sorted(card.waiting)]
    reasons = list(found.get("reasons") or ())  # type: ignore[call-overload]  # a list of texts
    if found.get("confirmation") == "DISPUTED":
        reasons.append("Этому наставляемому названы разные наставники: стоят оба.")
    status = "APPLIED" if changed else "UNCHANGED"
    return {
        "externalId": _plain(name),
        "status": "HELD" if waits and not changed else status,
        "mentorshipId": _text(found.get("mentorship_id")),
        "mentorId": _text(found.get("mentor_id")),
        "menteeId": _text(found.get("mentee_id")),
        "changed": changed,
        "review": [*waits, *reasons],
        "errors": [],
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _word(field_name: str) -> str:
    """Give a field's name as the partner writes it: mentor.lastName, startsOn."""
    side, _, rest = field_name.partition("_")
    if side in PARTIES and rest:
        return f"{side}.{WORDS.get(rest, rest)}"
    return WORDS.get(field_name, field_name)


def _entry(item: Item, directory: Directory, counter: Counter) -> log.Said:
    sealed = {
        name: counter.sealer.seal_text(text) if text and name in SEALED else text
        for name, text in item.fields.items()
    }
    return entry_of(item, sealed, directory, counter)


def _unreadable(items: Sequence[Item], counter: Counter) -> Mapping[int, Json]:
    """Refuse items whose clock or cells are wrong, and those that name one party alone."""
    starts = [f"{side}_" for side in PARTIES]
    found = dict(faults_of(items, counter, people=starts, word=_word))
    for place, item in enumerate(items):
        if item.operation is Operation.UPSERT and (missing := _missing(item)):
            found[place] = [*found.get(place, []), *missing]
    return {place: answering.refusal(items[place].card, faults) for place, faults in found.items()}


def _missing(item: Item) -> list[Fault]:
    return [
        ("push.no_party", "Назовите обе стороны: фамилию и имя.", side)
        for side in PARTIES
        if not (item.fields.get(f"{side}_last_name") and item.fields.get(f"{side}_first_name"))
    ]


async def _erased(turn: Turn, items: Sequence[Item], directory: Directory) -> Mapping[int, Json]:
    """Refuse mentorships of those who were erased; nothing of them is kept."""
    counter, desk = turn.counter, turn.desk
    erased = await erased_for(turn.session, desk.source_id, counter.sealer, today=counter.today)
    if not erased.keys:
        return {}
    plain = {
        item.card: fold([_entry(item, directory, counter).entry])
        for item in items
        if item.operation is Operation.UPSERT
    }
    records = pair_rows(desk, {name: card for name, card in plain.items() if card.stretches})
    if records.empty:
        return {}
    _, dropped = erased.part(records.reset_index(drop=True))
    gone = set(dropped["stated_id"])
    return {
        place: answering.refusal(item.card, [("push.erased", ERASED, "externalId")])
        for place, item in enumerate(items)
        if item.card in gone
    }
