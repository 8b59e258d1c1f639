"""Pushed cards: the front room. A request is one transaction, from what was said to who changed.

The same request again is answered the same; another under its key is refused. What is said of a
card is kept whatever its order (`sync/push`), so partners may send in pieces, again, and late.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import pandas as pd

from hub.database import Database, WriteSession
from hub.errors import ConflictError, HubError, InputError
from hub.records import ChangesetId
from hub.seal import Sealer
from sync import changeset
from sync.columns import column, rows_of
from sync.directory import Directory, cached_directory
from sync.erasure.known import erased_for
from sync.identity import new_id
from sync.matching.normalise import normalise
from sync.pipeline import PROJECTING, project_cards
from sync.push import answering, log
from sync.push.card import Card, Entry, Operation, Waiting, fold
from sync.push.landing import Desk, card_keys, land_cards, renumber
from sync.push.pairs import land_apart

Json = Any  # an answer, as it is kept
AHEAD: Final = timedelta(minutes=5)  # by how much a partner's clock may be fast
MOST: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """Where pushes are taken: the worker's database, the keys, the region's clock."""

    database: Database
    sealer: Sealer
    zone: ZoneInfo


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


class Status(StrEnum):
    """What became of an item."""

    APPLIED = "APPLIED"
    UNCHANGED = "UNCHANGED"
    HELD = "HELD"
    REFUSED = "REFUSED"


class _DryRunError(HubError):
    """Проба: ничего не записано."""

    def __init__(self, answer: Json) -> None:
        super().__init__()
        self.answer = answer


async def push_cards(
    counter: Counter, pusher: Pusher, items: Sequence[Item], *, key: str, dry_run: bool = False
) -> Sequence[Json]:
    """Take what is said of cards; answers each item in its order.

    With `dry_run` it says what would follow and writes nothing. Raises InputError for another
    request under a key that was used, and for more items than a request may hold.
    """
    if len(items) > MOST:
        raise InputError(
            f"В одном запросе не больше {MOST} записей: разделите его.", code="push.too_many"
        )
    digest = _digest(counter.sealer, [_said(item) for item in items])
    try:
        async with counter.database.writing() as session:
            known = None if dry_run else await _claim(session, pusher, key, digest)
            if known is not None:
                return known
            answer = await _pushed(session, counter, pusher, items)
            _leave_if(dry_run, answer)
            await _keep(session, pusher, key, answer)
            return answer
    except _DryRunError as error:
        return error.answer  # type: ignore[no-any-return]  # what was about to be answered


def _leave_if(dry_run: bool, answer: Json) -> None:  # noqa: FBT001 - its name says what it decides
    if dry_run:
        raise _DryRunError(answer)


async def rekey_card(
    counter: Counter, pusher: Pusher, *, card: str, now: str, key: str
) -> Sequence[Json]:
    """Let a card go under another number; answers it under that number."""
    digest = _digest(counter.sealer, [card, now])
    async with counter.database.writing() as session:
        known = await _claim(session, pusher, key, digest)
        if known is not None:
            return known
        await session.lock(PROJECTING)
        number = await changeset.begin(session, "PUSH", actor=str(pusher.client_id))
        desk = await _desk(session, counter, pusher, number)
        former, following = await log.rekey(
            session, desk.source_id, card=card, now=now, changeset_id=number
        )
        await renumber(session, desk.source_id, card=former, now=following)
        cards = {**await _folded(session, desk, [following]), former: Card()}
        await _follow(session, counter, desk, cards, number)
        answer = await answering.answers(session, desk.source_id, [following], cards)
        await _keep(session, pusher, key, answer)
        return answer


async def redrive(counter: Counter) -> int:
    """Take further what waited for organisations that have become known; answers how many cards."""
    async with counter.database.writing() as session:
        await session.lock(PROJECTING)
        placed = await log.placed_since(session.raw)
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
            said = await _folded(session, desk, names)
            cards, _ = await land_apart(session, desk, said, changeset_id=number)
            await _follow(session, counter, desk, cards, number)
        return sum(map(len, placed.values()))


async def _pushed(
    session: WriteSession, counter: Counter, pusher: Pusher, items: Sequence[Item]
) -> Sequence[Json]:
    await session.lock(PROJECTING)
    number = await changeset.begin(session, "PUSH", actor=str(pusher.client_id))
    desk = await _desk(session, counter, pusher, number)
    directory = await cached_directory(session.raw)
    refused = {
        **_unreadable(items, counter),
        **await _foreign(session, pusher, items, directory),
        **await _erased(session, desk, items, directory, counter),
    }
    said = [
        _entry(item, directory, counter) for place, item in enumerate(items) if place not in refused
    ]
    names = {one.card for one in said}
    now = await log.canonical(session.raw, desk.source_id, names)
    before = await _folded(session, desk, now.values())
    await log.add(session, desk.source_id, said, changeset_id=number)
    after = await _folded(session, desk, now.values())
    changed = {name: card for name, card in after.items() if card != before.get(name, Card())}
    if changed:
        await _follow(session, counter, desk, changed, number)
    found = await answering.answers(
        session, desk.source_id, [now.get(item.card, item.card) for item in items], after, before
    )
    return [refused.get(place) or one for place, one in enumerate(found)]


async def _folded(session: WriteSession, desk: Desk, names: Collection[str]) -> Mapping[str, Card]:
    entries = await log.entries_of(session.raw, desk.source_id, names)
    return {name: fold(said) for name, said in entries.items()}


async def _follow(
    session: WriteSession,
    counter: Counter,
    desk: Desk,
    cards: Mapping[str, Card],
    number: ChangesetId,
) -> None:
    retracted = await land_cards(session, desk, cards, changeset_id=number)
    await project_cards(
        session,
        number,
        source_id=desk.source_id,
        retracted=retracted,
        sealer=counter.sealer,
        today=datetime.now(counter.zone).date(),
    )


async def _desk(
    session: WriteSession, counter: Counter, pusher: Pusher, number: ChangesetId
) -> Desk:
    """Find the partner's own source, or make it with its first push."""
    row = await session.raw.fetchrow(
        "select s.id, f.id as file_id from source s join source_file f on f.source_id = s.id"
        " where s.code = $1",
        f"push:{pusher.client_id}",
    )
    source_id, file_id = (row["id"], row["file_id"]) if row else (new_id(), new_id())
    if row is None:
        await session.raw.execute(
            "insert into source (id, code, kind, title, brake_share, settings)"
            " values ($1, $2, 'PUSH', $3, 0.1, $4)",
            source_id,
            f"push:{pusher.client_id}",
            pusher.name,
            json.dumps({"authority": str(pusher.authority_id)}),
        )
        await session.raw.execute(
            "insert into source_file (id, source_id, name, size, rows, rejected, changeset_id)"
            " values ($1, $2, $3, 0, 0, 0, $4)",
            file_id,
            source_id,
            pusher.name,
            number,
        )
    return Desk(
        source_id=source_id, source_file_id=file_id, sealer=counter.sealer, zone=counter.zone
    )


def _entry(item: Item, directory: Directory, counter: Counter) -> log.Said:
    return log.Said(
        card=item.card,
        organisation=item.organisation,
        entry=Entry(
            version=item.version,
            operation=item.operation,
            digest=_digest(counter.sealer, _said(item)),
            fields=_sealed(item.fields, counter.sealer),
            names_organisation=item.organisation is not None,
            organisation_id=_placed(item, directory, counter),
        ),
    )


def _placed(item: Item, directory: Directory, counter: Counter) -> UUID | None:
    found = directory.by_identifier.get(item.organisation) if item.organisation else None
    if found is None:
        return None
    return directory.heir(found, on=item.version.astimezone(counter.zone).date())


def _sealed(fields: Mapping[str, str | None], sealer: Sealer) -> Mapping[str, str | None]:
    snils = fields.get("snils")
    return {**fields, "snils": sealer.seal_text(snils)} if snils else fields


def _unreadable(items: Sequence[Item], counter: Counter) -> Mapping[int, Json]:
    """Refuse items whose clock or cells are wrong; each error names the field and its repair."""
    now = datetime.now(counter.zone)
    refused = {
        place: answering.refusal(
            item.card,
            [("push.from_the_future", "Версия из будущего: проверьте часы системы.", "changedAt")],
        )
        for place, item in enumerate(items)
        if item.version > now + AHEAD
    }
    cells = pd.DataFrame(
        [{n: text or "" for n, text in item.fields.items()} for item in items], dtype=object
    ).fillna("")
    if cells.empty:
        return refused
    issues = normalise(cells, today=now.date()).issues
    found: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for row, name, code, message in rows_of(issues, "row", "field", "code", "message"):
        if name in items[row].fields:  # what was left out of a card is no fault of this item
            found[row].append((code, message, answering.field_name(name)))
    return {
        **{place: answering.refusal(items[place].card, errors) for place, errors in found.items()},
        **refused,
    }


async def _foreign(
    session: WriteSession, pusher: Pusher, items: Sequence[Item], directory: Directory
) -> Mapping[int, Json]:
    """Refuse items about organisations that are not beneath the partner's own."""
    named = {
        place: directory.by_identifier.get(item.organisation)
        for place, item in enumerate(items)
        if item.organisation
    }
    rows = await session.raw.fetch(
        "select organisation_id from organisation_place where authority_id = $1"
        " and organisation_id = any($2) and starts <= current_date and ends > current_date",
        pusher.authority_id,
        [one for one in named.values() if one is not None],
    )
    ours = {row["organisation_id"] for row in rows}
    message = "Это учреждение вне вашей области: о его людях сообщает тот, кому оно подчинено."
    return {
        place: answering.refusal(
            items[place].card, [("push.foreign_organisation", message, "organisation")]
        )
        for place, found in named.items()
        if found is not None and found not in ours
    }


async def _erased(
    session: WriteSession,
    desk: Desk,
    items: Sequence[Item],
    directory: Directory,
    counter: Counter,
) -> Mapping[int, Json]:
    """Refuse cards of those who were erased; nothing of them is kept."""
    today = datetime.now(counter.zone).date()
    erased = await erased_for(session, desk.source_id, counter.sealer, today=today)
    if not erased.keys or not items:
        return {}
    rows = pd.DataFrame([dict(item.fields) for item in items], dtype=object)
    rows = rows.assign(
        kind="STAFF",
        organisation_id=column(_placed(item, directory, counter) for item in items),
        external_id=column(card_keys([item.card for item in items])),
        stated_id=column(item.card for item in items),
        stating_id=b"",
    )
    _, dropped = erased.part(rows)
    return {
        int(place): answering.refusal(items[place].card, [("push.erased", ERASED, "externalId")])
        for place in dropped.index
    }


ERASED: Final = (
    "Сведения об этом человеке уничтожены или заблокированы по требованию закона: его карточку хаб не "
    "принимает. Если появилось новое основание, обратитесь к оператору хаба."
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


def _said(item: Item) -> Json:
    return [
        item.card,
        item.version.isoformat(),
        item.operation.value,
        item.organisation,
        dict(sorted(item.fields.items())),
    ]


def _digest(sealer: Sealer, said: Json) -> bytes:
    """Hash what was said with the region's key: it may hold a state identifier."""
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return blake2b(sealer.hash(text), digest_size=16).digest()


__all__ = ["Counter", "Item", "Operation", "Pusher", "Status", "Waiting", "push_cards", "redrive"]
