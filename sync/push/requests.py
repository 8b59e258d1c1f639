"""A pushed request: who pushes where, what it says of each item, and that it is answered once.

The same request again is answered the same; another under its key is refused.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np

from hub.clock import today_in
from hub.database import Database, ReadSession, WriteSession
from hub.errors import ConflictError, InputError
from hub.records import ChangesetId
from hub.seal import Sealer
from sync.changeset import Difference
from sync.effects import Effects, seen_in
from sync.evidence.poison import OF_A_VALUE, sound
from sync.projecting import PROJECTING
from sync.push.answering import refusal
from sync.push.card import Operation

Json = Any  # an answer, as it is kept
MOST: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """Where pushes are taken: the worker's database, the keys, the region's clock."""

    database: Database
    sealer: Sealer
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """Give the day by the region's clock."""
        return today_in(self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pusher:
    """Who pushes: its source is its own, and so is what it may write about."""

    client_id: UUID
    name: str
    authority_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What is said of one card; a null field is cleared, an absent one unchanged."""

    card: str
    version: datetime
    operation: Operation = Operation.UPSERT
    organisation: tuple[str, str] | None = None
    fields: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a request would be answered, and what it would do."""

    answers: Sequence[Json]
    effects: Effects


async def answered_once(
    counter: Counter,
    pusher: Pusher,
    said: Sequence[Json],
    push: Callable[[WriteSession], Awaitable[Sequence[Json]]],
    *,
    key: str,
) -> Sequence[Json]:
    """Answer what `push` does within one transaction, or what was answered under the key before.

    `said` is what tells the request from another. Raises InputError for another request under a
    used key, and for more items than a request may hold.
    """
    _require_few(said)
    digest = digest_of(counter.sealer, said)

    async def answered(session: WriteSession) -> Sequence[Json]:
        known = await _claim(session, pusher, key, digest)
        if known is not None:
            return known
        answer = await push(session)
        await _keep(session, pusher, key, answer)
        return answer

    return await counter.database.lasting(answered)


async def tried(
    counter: Counter,
    pusher: Pusher,
    said: Sequence[Json],
    push: Callable[[WriteSession], Awaitable[Sequence[Json]]],
) -> Tried:
    """Give what `push` would answer and do; nothing of it is kept, and no key is used up.

    Raises InputError for more items than a request may hold. Other projections wait meanwhile.
    """
    _require_few(said)
    # What was before is read where the push has been taken back, by the same connection: a trial
    # that asked for a second one would wait for those who hold it and wait for the trial.
    async with counter.database.rehearsing() as rehearsal, rehearsal.writing() as session:
        await session.lock(PROJECTING)
        async with session.trying():
            answers = await push(session)
            [change] = await session.raw.fetch(NEWEST, str(pusher.client_id))
            number, difference = ChangesetId(change["id"]), Difference(**change["summary"])
            seen = await seen_in(session, number, difference, today=counter.today)
        effects = await seen.beside(session)
        return Tried(answers=await _kept(session, answers), effects=effects)


# Under which names an answer tells ids, and of what.
NAMING: Final[Mapping[str, str]] = {
    "personId": "person",
    "mentorId": "person",
    "menteeId": "person",
    "mentorshipId": "mentorship",
}


async def _kept(before: ReadSession, answers: Sequence[Json]) -> Sequence[Json]:
    """Take the ids out of a trial's answers that are not there without it: they will never be."""
    named = {one[name] for one in answers for name in NAMING if one.get(name)}
    rows = await before.raw.fetch(
        "select id from person where id = any($1) union all"
        " select id from mentorship where id = any($1)",
        list(named),
    )
    known = {str(row["id"]) for row in rows}
    return [
        one | {name: None for name in NAMING if name in one and one[name] not in known}
        for one in answers
    ]


# A push holds the lock of projections while it is at work: the newest one of a partner is its own.
NEWEST: Final = (
    "select id, summary from changeset where kind = 'PUSH' and actor = $1 order by id desc limit 1"
)


def _require_few(said: Sequence[Json]) -> None:
    if len(said) > MOST:
        raise InputError(
            f"В одном запросе не больше {MOST} записей: разделите его.", code="push.too_many"
        )


async def _claim(
    session: WriteSession, pusher: Pusher, key: str, digest: bytes
) -> Sequence[Json] | None:
    """Take the key, or give what was answered under it; waits for a request at work on it."""
    taken = await session.raw.fetchval(
        "insert into push_request (client_id, key, digest) values ($1, $2, $3)"
        " on conflict do nothing returning true",
        pusher.client_id,
        key,
        digest,
    )
    if taken:
        return None
    row = await session.raw.fetchrow(
        "select digest, answer from push_request where client_id = $1 and key = $2",
        pusher.client_id,
        key,
    )
    if row is None or row["digest"] != digest:
        raise ConflictError(
            "Под этим ключом идемпотентности уже прислан другой запрос. Возьмите новый ключ.",
            code="push.key_reused",
        )
    answer: Sequence[Json] = row["answer"]
    return answer


async def _keep(session: WriteSession, pusher: Pusher, key: str, answer: Sequence[Json]) -> None:
    await session.raw.execute(
        "update push_request set answer = $3 where client_id = $1 and key = $2",
        pusher.client_id,
        key,
        json.dumps(answer, ensure_ascii=False),
    )


async def taken_but_poison(
    session: WriteSession,
    items: Sequence[Item],
    take: Callable[[Sequence[Item]], Awaitable[Sequence[Json]]],
    named: Callable[[str], str] = str,
) -> Sequence[Json]:
    """Take items; of those that cannot be, each alone is refused and the rest are taken.

    `named` gives a card's number as the partner knows it. Which they are is found by halving, and that is taken back: the rest is one change.
    """
    try:
        async with session.raw.transaction():
            return await take(items)
    except OF_A_VALUE:
        pass
    async with session.trying():
        _, failed = await sound(
            session,
            np.arange(len(items)),
            lambda places: take([items[place] for place in places]),
            OF_A_VALUE,
        )
    poison = {place for place, _ in failed}
    taken = iter(await take([item for place, item in enumerate(items) if place not in poison]))
    return [
        refusal(named(item.card), [("push.not_storable", POISON, "externalId")])
        if place in poison
        else next(taken)
        for place, item in enumerate(items)
    ]


POISON: Final = (
    "Одно из значений записи не принимается: оно слишком длинное или вне допустимого. Остальные "
    "записи запроса приняты."
)


def said_of(item: Item) -> Json:
    """Write an item as what tells it from another."""
    return [
        item.card,
        item.version.isoformat(),
        item.operation.value,
        item.organisation,
        dict(sorted(item.fields.items())),
    ]


def digest_of(sealer: Sealer, said: Json) -> bytes:
    """Hash what was said with the region's key: it may hold a state identifier."""
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return blake2b(sealer.hash(text), digest_size=16).digest()
