"""What a partner may say: its own source, organisations of its subtree, entries with their place."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from hub.database import WriteSession
from hub.freshness import heard
from hub.records import ChangesetId
from sync.directory import Directory
from sync.identity import new_id
from sync.push import answering, log
from sync.push.card import Card, Entry, fold
from sync.push.landing import Desk
from sync.push.requests import Counter, Item, Pusher, digest_of, said_of

Json = Any  # an answer, as it is kept
ERASED: Final = (
    "Сведения об этом человеке уничтожены или заблокированы по требованию закона: его карточку хаб не "
    "принимает. Если появилось новое основание, обратитесь к оператору хаба."
)


async def desk_of(
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
    await heard(session, source_id, on=counter.today)
    return Desk(
        source_id=source_id, source_file_id=file_id, sealer=counter.sealer, zone=counter.zone
    )


async def folded(session: WriteSession, desk: Desk, names: Collection[str]) -> Mapping[str, Card]:
    """Give the cards of these names as all that was said of them makes them."""
    entries = await log.entries_of(session.raw, desk.source_id, names)
    return {name: fold(said) for name, said in entries.items()}


def entry_of(
    item: Item, sealed: Mapping[str, str | None], directory: Directory, counter: Counter
) -> log.Said:
    """Make of an item what is kept of it; `sealed` are its fields as they may be kept."""
    return log.Said(
        card=item.card,
        organisation=item.organisation,
        entry=Entry(
            version=item.version,
            operation=item.operation,
            digest=digest_of(counter.sealer, said_of(item)),
            fields=sealed,
            names_organisation=item.organisation is not None,
            organisation_id=placed(item, directory, counter),
        ),
    )


def placed(item: Item, directory: Directory, counter: Counter) -> UUID | None:
    """Find whom an item names: the organisation, or its heir on the day of the version."""
    found = directory.by_identifier.get(item.organisation) if item.organisation else None
    if found is None:
        return None
    return directory.heir(found, on=item.version.astimezone(counter.zone).date())


async def foreign(
    session: WriteSession,
    pusher: Pusher,
    items: Sequence[Item],
    directory: Directory,
    *,
    today: date,
) -> Mapping[int, Json]:
    """Refuse items about organisations that are not beneath the partner's own."""
    named = {
        place: directory.by_identifier.get(item.organisation)
        for place, item in enumerate(items)
        if item.organisation
    }
    rows = await session.raw.fetch(
        "select organisation_id from organisation_place where authority_id = $1"
        " and organisation_id = any($2) and starts <= $3 and ends > $3",
        pusher.authority_id,
        [one for one in named.values() if one is not None],
        today,
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
