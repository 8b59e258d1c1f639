"""Cards into evidence: a record for each organisation of a card, with the one version it has.

What a partner said is kept in `push_entry`; versions follow from it and are replaced when a late
word changes what stood. The version that is projected stays beside until the next is: the brake
compares them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import numpy as np
import pandas as pd

from hub.database import WriteSession
from hub.records import ChangesetId, FileKind
from hub.seal import Sealer
from sync.columns import as_json, column
from sync.evidence.landing import sealed_records
from sync.evidence.lists import derive_ends_of
from sync.evidence.parts import card_keys, parts_of
from sync.evidence.retracted import FORMER_KEY, NOTHING_RETRACTED, Retracted
from sync.push.card import Card, Stretch, day_of

Connection = asyncpg.Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Whose cards are landed, how they are sealed, in which file they are said to stand."""

    source_id: UUID
    source_file_id: UUID
    sealer: Sealer
    zone: ZoneInfo


async def land_cards(
    session: WriteSession, desk: Desk, cards: Mapping[str, Card], *, changeset_id: ChangesetId
) -> Retracted:
    """Make the evidence of cards follow what was said of them."""
    connection = session.raw
    frame = _frame(desk, cards)
    if len(frame):
        await _land(session, desk.source_id, as_json(frame, list(frame.columns)), changeset_id)
    return await _retract(connection, desk, [name for name in cards if _is_void(cards[name])])


async def _land(
    session: WriteSession, source_id: UUID, pushed: str, changeset_id: ChangesetId
) -> None:
    """Write records and versions; where others stood before, those no longer count."""
    connection = session.raw
    await connection.execute(RECORDS, source_id, pushed)
    await land_versions(connection, source_id, pushed, changeset_id)
    rows = await connection.fetch(OF_CARDS, source_id, pushed)
    await derive_ends_of(session, [row["id"] for row in rows])


async def land_versions(
    connection: Connection, source_id: UUID, pushed: str, changeset_id: ChangesetId
) -> None:
    """Write the one version of each record that is pushed, as PUSHED reads it; others no longer count."""
    rows = await connection.fetch(VERSIONS, source_id, pushed, changeset_id)
    if before := [row["id"] for row in rows if row["is_restated"]]:
        await connection.execute(DEMOTE, before)
        await connection.execute(PRUNE, before)


def _is_void(card: Card) -> bool:
    return not card.stretches


def _frame(desk: Desk, cards: Mapping[str, Card]) -> pd.DataFrame:
    """Make a line for each organisation of each card, as it is landed."""
    stays = [(name, card, stay) for name, card in cards.items() for stay in card.stays]
    if not stays:
        return pd.DataFrame()
    rows = pd.DataFrame([_cells(desk, stay) for _, _, stay in stays], dtype=object).fillna("")
    rows["external_id"] = column(name for name, _, _ in stays)
    rows["organisation_id"] = column(stay.organisation_id for _, _, stay in stays)
    rows["stated_as_of"] = column(day_of(stay.last, desk.zone) for _, _, stay in stays)
    rows["source_file_id"] = column(desk.source_file_id for _ in stays)
    rows["list"] = np.arange(len(rows))
    rows["sheet"], rows["row"] = rows["external_id"], 1
    landing = sealed_records(parts_of(rows, FileKind.STAFF), desk.sealer)
    ends = [card.deleted_at(stay) for _, card, stay in stays]
    return landing.drop(columns=["part", "stating_id"]).assign(
        first_stated=column(day_of(stay.first, desk.zone) for _, _, stay in stays),
        stated_at=column(stay.last for _, _, stay in stays),
        deleted_on=column(end and day_of(end, desk.zone) for end in ends),
    )


def _cells(desk: Desk, stay: Stretch) -> Mapping[str, str]:
    sealed = stay.fields.get("snils")
    opened = {"snils": desk.sealer.open_text(sealed)} if sealed else {}
    return {**stay.fields, **opened}


# What is pushed, as rows of a JSON text.
PUSHED = """jsonb_to_recordset($2) as p(
    kind text, organisation_id uuid, external_id bytea, content_hash bytea, sheet text, row int,
    stated_id text, stated_as_of date, source_file_id uuid, payload text, first_stated date,
    stated_at timestamptz, deleted_on date)"""
RECORDS = f"""
insert into record as held (source_id, kind, organisation_id, external_id, first_stated,
    last_stated, is_card, deleted_on)
select $1, kind, organisation_id, external_id, first_stated, stated_as_of, true, deleted_on
from {PUSHED}
on conflict (source_id, kind, organisation_id, external_id) do update
    set first_stated = excluded.first_stated, last_stated = excluded.last_stated,
        deleted_on = excluded.deleted_on
    where (held.first_stated, held.last_stated, held.deleted_on)
        is distinct from (excluded.first_stated, excluded.last_stated, excluded.deleted_on)
"""
VERSIONS = f"""
with said as (
    select r.id as record_id, r.current_version_id is not null as is_restated, p.*
    from {PUSHED}
    join record r on r.source_id = $1 and r.kind = p.kind
        and r.organisation_id = p.organisation_id and r.external_id = p.external_id
    left join record_version held on held.id = r.current_version_id
    where held.id is null or (held.content_hash, held.stated_as_of, held.stated_at)
        is distinct from (p.content_hash, p.stated_as_of, p.stated_at)
), added as (
    insert into record_version (record_id, content_hash, stated_as_of, payload, source_file_id,
        sheet, row, part, stated_id, stated_at, changeset_id)
    select record_id, content_hash, stated_as_of, payload::jsonb, source_file_id, sheet, row, 0,
           stated_id, stated_at, $3
    from said order by record_id
    on conflict (record_id, stated_as_of, content_hash) do update
        set stated_at = excluded.stated_at, payload = excluded.payload,
            stated_id = excluded.stated_id
    returning id, record_id
)
update record r set current_version_id = added.id, projected_version_id = null
from added join said using (record_id) where r.id = added.record_id
returning r.id, said.is_restated
"""
# What stood before is evidence of nothing more, but the brake tells by it who becomes another.
DEMOTE = """
update record_version v set stated_as_of = '-infinity', stated_at = '-infinity'
from record r
where r.id = any($1) and v.id = r.standing_version_id and v.id <> r.current_version_id
"""
PRUNE = """
delete from record_version v using record r
where r.id = any($1) and v.record_id = r.id and v.id <> r.current_version_id
  and v.id is distinct from r.standing_version_id
"""
OF_CARDS = f"""
select r.id from record r
where r.source_id = $1 and r.is_card
  and r.external_id in (select p.external_id from {PUSHED})
"""


async def renumber(session: WriteSession, source_id: UUID, *, card: str, now: str) -> None:
    """Let the records of a card go under another number where none stands under it yet."""
    former, following = card_keys([card, now])
    await session.raw.execute(
        "update record r set external_id = $3 where source_id = $1 and is_card and external_id = $2"
        " and not exists (select from record o where o.source_id = $1 and o.kind = r.kind"
        " and o.organisation_id = r.organisation_id and o.external_id = $3)",
        source_id,
        former,
        following,
    )


async def _retract(connection: Connection, desk: Desk, cards: Sequence[str]) -> Retracted:
    """Take the records of cards out as if they had never been."""
    if not cards:
        return NOTHING_RETRACTED
    rows = await connection.fetch(
        "select id from record where source_id = $1 and is_card and external_id = any($2)",
        desk.source_id,
        card_keys(cards),
    )
    return await _take_out(connection, [row["id"] for row in rows])


async def retract_left(session: WriteSession, desk: Desk, cards: Mapping[str, Card]) -> Retracted:
    """Take out the records of cards in organisations where nothing places them any more.

    Only taking back what was said leaves such records.
    """
    named = [name for name, card in cards.items() if not _is_void(card)]
    if not named:
        return NOTHING_RETRACTED
    stays = [
        (key, stay)
        for key, name in zip(card_keys(named), named, strict=True)
        for stay in cards[name].stays
    ]
    rows = await session.raw.fetch(
        LEFT,
        desk.source_id,
        card_keys(named),
        [key for key, _ in stays],
        [stay.organisation_id for _, stay in stays],
    )
    return await _take_out(session.raw, [row["id"] for row in rows])


LEFT = """
select id from record
where source_id = $1 and is_card and external_id = any($2)
  and (external_id, organisation_id) not in (select * from unnest($3::bytea[], $4::uuid[]))
"""


async def _take_out(connection: Connection, ids: Sequence[int]) -> Retracted:
    if not ids:
        return NOTHING_RETRACTED
    people = await connection.fetch(
        "select distinct person_id from link where record_id = any($1)", ids
    )
    neighbours = await connection.fetch(NEIGHBOURS, ids)
    await connection.execute(FORMER_KEY)
    await connection.execute(FORMER_KEYS, ids)
    await connection.execute("delete from record where id = any($1)", ids)
    return Retracted(
        people=frozenset(row["person_id"] for row in people),
        neighbours=np.array([row["id"] for row in neighbours], dtype=np.int64),
    )


NEIGHBOURS = """
select id from (
    select record_b as id from edge where record_a = any($1)
    union select record_a from edge where record_b = any($1)
    union select other.record_id from link mine join link other using (person_id)
    where mine.record_id = any($1)
) beside where id <> all($1)
"""
# Blocks that these records leave may be compared otherwise from now on.
FORMER_KEYS = """
insert into former_key
select key, record_id, finer from record_key where record_id = any($1)
"""
