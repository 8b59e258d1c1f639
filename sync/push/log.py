"""The log of what partners said: entries added once, cards renumbered, organisations found later."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg

from hub.database import WriteSession
from hub.errors import InputError
from hub.records import ChangesetId
from sync.push.card import Entry, Operation

Connection = asyncpg.Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something said of a card under a number, and how it names an organisation."""

    card: str
    entry: Entry
    organisation: tuple[str, str] | None


async def canonical(
    connection: Connection, source_id: UUID, cards: Iterable[str]
) -> Mapping[str, str]:
    """Say under which number each card goes now."""
    asked = sorted(set(cards))
    rows = await connection.fetch(FOLLOWED, source_id, asked)
    return {**{card: card for card in asked}, **{row["asked"]: row["now"] for row in rows}}


FOLLOWED = """
with recursive followed as (
    select r.card as asked, r.now, 1 as step from push_rekey r
    where r.source_id = $1 and r.card = any($2)
    union all
    select f.asked, r.now, f.step + 1 from followed f
    join push_rekey r on r.source_id = $1 and r.card = f.now
)
select distinct on (asked) asked, now from followed order by asked, step desc
"""


async def add(
    session: WriteSession, source_id: UUID, said: Sequence[Said], *, changeset_id: ChangesetId
) -> None:
    """Add what was said; what was said already is not added again."""
    now = await canonical(session.raw, source_id, (one.card for one in said))
    await session.raw.executemany(
        ADD,
        [
            (
                source_id,
                now[one.card],
                one.card,
                one.entry.version,
                one.entry.operation.value,
                one.entry.digest,
                json.dumps(dict(one.entry.fields), ensure_ascii=False),
                *(one.organisation or (None, None)),
                one.entry.organisation_id,
                changeset_id,
            )
            for one in said
        ],
    )


ADD = """
insert into push_entry (source_id, card, said_card, version, operation, digest, fields,
    organisation_system, organisation_value, organisation_id, changeset_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (source_id, said_card, version, digest) do nothing
"""


async def entries_of(
    connection: Connection, source_id: UUID, cards: Iterable[str]
) -> Mapping[str, list[Entry]]:
    """Read all that was said of the cards, by the number that each bears now."""
    rows = await connection.fetch(
        "select card, version, operation, digest, fields, organisation_id,"
        " organisation_value is not null as names_organisation from push_entry"
        " where source_id = $1 and card = any($2)",
        source_id,
        sorted(set(cards)),
    )
    found: dict[str, list[Entry]] = defaultdict(list)
    for row in rows:
        found[row["card"]].append(_entry(row))
    return found


def _entry(row: asyncpg.Record) -> Entry:
    return Entry(
        version=row["version"],
        operation=Operation(row["operation"]),
        digest=row["digest"],
        fields=row["fields"],
        names_organisation=row["names_organisation"],
        organisation_id=row["organisation_id"],
    )


async def rekey(
    session: WriteSession,
    source_id: UUID,
    *,
    card: str,
    now: str,
    changeset_id: ChangesetId,
) -> tuple[str, str]:
    """Let a card go under another number; answers the number it bore last and the one it bears.

    The same again changes nothing. Raises InputError where the number leads back to the card, or
    was given to another already.
    """
    followed = await canonical(session.raw, source_id, [card, now])
    if followed[card] == followed[now]:
        if card == now or await _leads(session.raw, source_id, now, card):
            raise InputError(
                "Новый номер ведёт обратно к прежнему: проверьте, какой из них нынешний.",
                code="push.rekey_cycle",
            )
        return followed[card], followed[now]
    if followed[card] != card:
        raise InputError(
            "Этой карточке уже дан другой новый номер. Смените тот номер, под которым она теперь.",
            code="push.rekeyed",
        )
    await session.raw.execute(
        "insert into push_rekey (source_id, card, now, changeset_id) values ($1, $2, $3, $4)",
        source_id,
        card,
        now,
        changeset_id,
    )
    await session.raw.execute(
        "update push_entry set card = $3 where source_id = $1 and card = $2",
        source_id,
        card,
        followed[now],
    )
    return card, followed[now]


async def _leads(connection: Connection, source_id: UUID, start: str, end: str) -> bool:
    found: bool = await connection.fetchval(
        "with recursive followed as (select $2::text as card union select r.now from followed f"
        " join push_rekey r on r.source_id = $1 and r.card = f.card)"
        " select exists (select from followed where card = $3)",
        source_id,
        start,
        end,
    )
    return found


async def placed_since(connection: Connection, *, today: date) -> Mapping[UUID, set[str]]:
    """Give the organisations that became known to what was said of them; answers whose cards."""
    rows = await connection.fetch(PLACED, today)
    found: dict[UUID, set[str]] = defaultdict(set)
    for row in rows:
        found[row["source_id"]].add(row["card"])
    return found


PLACED = """
update push_entry e set organisation_id = i.organisation_id
from organisation_identifier i, source s, organisation_place p
where e.organisation_id is null and e.organisation_value is not null
  and i.system = e.organisation_system and i.value = e.organisation_value
  and s.id = e.source_id and p.organisation_id = i.organisation_id
  and p.authority_id = (s.settings ->> 'authority')::uuid
  and p.starts <= $1 and p.ends > $1
returning e.source_id, e.card
"""
