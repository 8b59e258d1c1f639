"""Pushed mentorships into evidence: for each a record of the mentor and one of the mentee it names.

They are the two parts of a row of a base of mentors, known by the mentorship's number and not by
what is written: a name that is corrected leaves both records, and so both people, what they are.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

import asyncpg
import numpy as np
import pandas as pd

from hub.database import WriteSession
from hub.records import ChangesetId, FileKind, RecordKind
from sync.columns import as_json, column
from sync.evidence.landing import sealed_records
from sync.evidence.parts import card_identities, parts_of
from sync.evidence.retracted import FORMER_KEY, NOTHING_RETRACTED, Retracted
from sync.push.card import Card, Stretch, day_of
from sync.push.landing import (
    NEIGHBOURS,
    PUSHED,
    Desk,
    land_versions,
)

Connection = asyncpg.Connection
PREFIX: Final = "mentorship/"  # tells a mentorship's number from a card's
MENTEE: Final = ("mentee_last_name", "mentee_first_name", "mentee_middle_name")
SEALED: Final = ("mentor_snils", "mentee_snils")


def pair_rows(desk: Desk, pairs: Mapping[str, Card]) -> pd.DataFrame:
    """Make the records that pairs state: two for each, by the organisation it stands in now."""
    standing = [(name, card.stretches[-1], card) for name, card in pairs.items() if card.stretches]
    if not standing:
        return pd.DataFrame()
    rows = pd.DataFrame([_cells(desk, stay, card) for _, stay, card in standing], dtype=object)
    rows = rows.fillna("")
    rows["external_id"] = column(name for name, _, _ in standing)
    rows["organisation_id"] = column(stay.organisation_id for _, stay, _ in standing)
    rows["stated_as_of"] = column(day_of(stay.last, desk.zone) for _, stay, _ in standing)
    rows["source_file_id"] = column(desk.source_file_id for _ in standing)
    rows["list"] = np.arange(len(rows))
    rows["sheet"], rows["row"] = rows["external_id"], 1
    days = {name: day_of(stay.first, desk.zone) for name, stay, _ in standing}
    said = {name: stay.last for name, stay, _ in standing}
    records = parts_of(rows, FileKind.MENTOR_BASE)
    mention = (records["part"] > 0).to_numpy()
    records["external_id"] = column(
        _mention_key(stating) if is_mention else own
        for own, stating, is_mention in zip(
            records["external_id"], records["stating_id"], mention, strict=True
        )
    )
    return records.assign(
        first_stated=column(days[name] for name in records["stated_id"]),
        stated_at=column(said[name] for name in records["stated_id"]),
    )


def _mention_key(stating: bytes) -> bytes:
    """Name the mentee of a pair by the pair alone."""
    return bytes(byte ^ 0xFF for byte in stating)


async def renumber_pair(session: WriteSession, source_id: UUID, *, card: str, now: str) -> None:
    """Let both records of a pair go under another number where none stands under it yet."""
    former, following = card_identities([card, now], RecordKind.MENTOR)
    for kind, key, new in (
        (RecordKind.MENTOR, former, following),
        (RecordKind.MENTION, _mention_key(former), _mention_key(following)),
    ):
        await session.raw.execute(RENUMBER, source_id, kind, key, new)


RENUMBER: Final = """
update record r set external_id = $4 where source_id = $1 and kind = $2 and external_id = $3
  and not exists (select from record o where o.source_id = $1 and o.kind = $2
                  and o.organisation_id = r.organisation_id and o.external_id = $4)
"""


def _cells(desk: Desk, stay: Stretch, card: Card) -> Mapping[str, str]:
    opened = {
        name: desk.sealer.open_text(stay.fields[name]) for name in SEALED if stay.fields.get(name)
    }
    ended = card.deleted
    left = {"left_at": day_of(ended, desk.zone).isoformat()} if ended else {}
    said = {**left, **stay.fields, **opened}
    # A row mentions the other side by a full name in one cell.
    names = [said.pop(name, "") for name in MENTEE]
    return {**said, "mentee_full_name": " ".join(name for name in names if name)}


async def land_pairs(
    session: WriteSession,
    desk: Desk,
    pairs: Mapping[str, Card],
    records: pd.DataFrame,
    *,
    changeset_id: ChangesetId,
) -> Retracted:
    """Make the evidence of pairs follow what was said of them; `records` are their `pair_rows`."""
    connection = session.raw
    pushed = "[]"
    if len(records):
        extra = records[["external_id", "part", "stating_id", "first_stated", "stated_at"]]
        landing = sealed_records(records.drop(columns=["first_stated", "stated_at"]), desk.sealer)
        landing = landing.drop(columns=["part", "stating_id"]).assign(
            first_stated=extra["first_stated"], stated_at=extra["stated_at"], deleted_on=None
        )
        pushed = as_json(landing, list(landing.columns))
        await connection.execute(RECORDS, desk.source_id, pushed)
        await connection.execute(MENTIONS, desk.source_id, pushed)
        await land_versions(connection, desk.source_id, pushed, changeset_id)
    return await _retract(connection, desk, list(pairs), pushed)


RECORDS = f"""
insert into record as held (source_id, kind, organisation_id, external_id, first_stated, last_stated)
select $1, kind, organisation_id, external_id, first_stated, stated_as_of from {PUSHED}
order by kind, external_id
on conflict (source_id, kind, organisation_id, external_id) do update
    set first_stated = excluded.first_stated, last_stated = excluded.last_stated
    where (held.first_stated, held.last_stated)
        is distinct from (excluded.first_stated, excluded.last_stated)
"""
# Which mentor's row makes a mention: both are of one mentorship.
MENTIONS = f"""
with pushed as (select * from {PUSHED})
update record m set stated_by = r.id
from pushed p
join pushed q on q.sheet = p.sheet and q.kind = 'MENTOR'
join record r on r.source_id = $1 and r.kind = 'MENTOR' and r.organisation_id = q.organisation_id
    and r.external_id = q.external_id
where p.kind = 'MENTION' and m.source_id = $1 and m.kind = 'MENTION'
  and m.organisation_id = p.organisation_id and m.external_id = p.external_id
  and m.stated_by is distinct from r.id
"""


async def _retract(connection: Connection, desk: Desk, names: list[str], pushed: str) -> Retracted:
    """Take out what the pairs state no more: where they stood before, and those given in error."""
    own = card_identities(names, RecordKind.MENTOR)
    rows = await connection.fetch(
        NO_LONGER, desk.source_id, pushed, [*own, *(_mention_key(key) for key in own)]
    )
    ids = [row["id"] for row in rows]
    if not ids:
        return NOTHING_RETRACTED
    people = await connection.fetch(
        "select distinct person_id from link where record_id = any($1)", ids
    )
    mentorships = await connection.fetch(OF_CLAIMS, ids)
    neighbours = await connection.fetch(NEIGHBOURS, ids)
    await connection.execute(FORMER_KEY)
    await connection.execute(FORMER_KEYS, ids)
    await connection.execute("delete from record where id = any($1)", ids)
    return Retracted(
        people=frozenset(row["person_id"] for row in people),
        neighbours=np.array([row["id"] for row in neighbours], dtype=np.int64),
        mentorships=frozenset(row["mentorship_id"] for row in mentorships),
    )


OF_CLAIMS = """
select distinct mentorship_id from mentorship_claim
where mentorship_id is not null and (record_id = any($1) or mentee_record_id = any($1))
"""
NO_LONGER = f"""
select r.id from record r
where r.source_id = $1 and r.external_id = any($3) and r.kind in ('MENTOR', 'MENTION')
  and not exists (select from {PUSHED} where p.kind = r.kind
      and p.organisation_id = r.organisation_id and p.external_id = r.external_id)
"""
FORMER_KEYS = """
insert into former_key
select key, record_id, finer from record_key where record_id = any($1)
"""
MENTORSHIPS = """
select asked.name, c.mentorship_id, lm.person_id as mentor_id, le.person_id as mentee_id,
       m.confirmation,
       array(select distinct reason from question q, unnest(q.reasons) reason
             where q.state = 'OPEN' and (q.record_a in (c.mentor_record_id, c.mentee_record_id)
                 or q.record_b in (c.mentor_record_id, c.mentee_record_id)) order by 1) as reasons
from unnest($2::text[], $3::bytea[]) as asked (name, external_id)
join record r on r.source_id = $1 and r.kind = 'MENTOR' and r.external_id = asked.external_id
join mentorship_claim c on c.record_id = r.id
join link lm on lm.record_id = c.mentor_record_id
join link le on le.record_id = c.mentee_record_id
left join mentorship m on m.id = c.mentorship_id
"""


async def standing(
    connection: Connection, source_id: UUID, names: list[str]
) -> Mapping[str, Mapping[str, object]]:
    """Give what each pair is by now: its mentorship, both people, and what is asked of them."""
    keys = card_identities(names, RecordKind.MENTOR)
    rows = await connection.fetch(MENTORSHIPS, source_id, names, keys)
    return {row["name"]: dict(row) for row in rows}


async def land_apart(
    session: WriteSession, desk: Desk, said: Mapping[str, Card], *, changeset_id: ChangesetId
) -> tuple[Mapping[str, Card], Retracted]:
    """Land what is said of mentorships; gives the cards that are left, and whom that touched."""
    pairs = {name: card for name, card in said.items() if name.startswith(PREFIX)}
    cards = {name: card for name, card in said.items() if name not in pairs}
    if not pairs:
        return cards, NOTHING_RETRACTED
    records = pair_rows(desk, pairs)
    return cards, await land_pairs(session, desk, pairs, records, changeset_id=changeset_id)
