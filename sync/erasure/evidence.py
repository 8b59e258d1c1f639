"""The evidence of one person: read for what they are known by, and stripped to what counts.

A person is not cut out of history: their records stay, without a name, a number, a birth date, a
contact or a place in a file, under a person id that nobody has seen before. So every count of the
past is what it was, and any rebuilding of people and mentorships ends in the same.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from hub.database import WriteSession
from hub.records import ChangesetId
from sync.erasure.keys import Stated
from sync.identity import new_id
from sync.people.saying import LOWEST_UNIT, joining

Connection = asyncpg.Connection
# What counting reads of a row; whatever else it says is about the person and goes.
COUNTED: Final = (
    "employment_type",
    "dismissal_date",
    "hire_date",
    "joined_at",
    "left_at",
    "mentoring_form",
    "organization",
    "position",
    "program",
    "teaching_experience",
    "total_experience",
    "young_specialist",
)
TAKEN_OUT: Final = "ERASURE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A person's records: what each says, the words they are named by, and their cards' numbers."""

    person_id: UUID
    records: Sequence[int]
    stated: Sequence[Stated]
    names: frozenset[tuple[str, str]]  # surname and first name as written
    words: frozenset[str]  # parts of names, folded: no kept cell may hold one
    contacts: frozenset[str]
    places: Sequence[tuple[UUID, str, int]]  # file, sheet, row
    cards: Sequence[tuple[UUID, str]]  # source, the card's number in its system


async def read_evidence(connection: Connection, person_id: UUID) -> Evidence:
    """Read all that is kept of a person as evidence."""
    rows = await connection.fetch(STATED, person_id)
    ids = [row["id"] for row in rows]
    places = await connection.fetch(PLACES, ids)
    return Evidence(
        person_id=person_id,
        records=ids,
        stated=[stated(row) for row in rows],
        names=frozenset(_names(rows)),
        words=frozenset(_words(rows)),
        contacts=frozenset(one for row in rows for one in (*row["phones"], *row["emails"])),
        places=[
            (row["source_file_id"], row["sheet"], row["row"])
            for row in places
            if row["source_file_id"]
        ],
        cards=sorted({(row["source_id"], row["stated_id"]) for row in places if row["stated_id"]}),
    )


STATED = """
select r.id, r.source_id, r.kind, r.organisation_id, r.external_id, r.is_card, f.last_key,
       f.first_key, f.middle_key, f.previous_last_key, f.birth_date, f.snils_hash, f.last_name,
       f.first_name, f.middle_name, f.previous_last_name, f.phones, f.emails
from link l join record r on r.id = l.record_id join record_facts f on f.record_id = r.id
where l.person_id = $1 order by r.id
"""
PLACES = """
select distinct r.source_id, v.source_file_id, v.sheet, v.row, v.stated_id
from record_version v join record r on r.id = v.record_id where r.id = any($1)
order by 1, 2, 3, 4, 5
"""
NAMES: Final = ("last_name", "first_name", "middle_name", "previous_last_name")


def stated(row: asyncpg.Record) -> Stated:
    """Read what a row of STATED says."""
    return Stated(**{**_own(row), "name": (row["last_key"], row["first_key"], row["middle_key"])})  # type: ignore[arg-type]  # as the columns are


def _own(row: asyncpg.Record) -> dict[str, object]:
    names = ("source_id", "kind", "organisation_id", "external_id", "is_card")
    return {name: row[name] for name in (*names, "birth_date", "snils_hash")}


def _names(rows: Iterable[asyncpg.Record]) -> Iterable[tuple[str, str]]:
    lasts = ("last_name", "previous_last_name")
    return {(row[last], row["first_name"]) for row in rows for last in lasts if row[last]}


def _words(rows: Iterable[asyncpg.Record]) -> Iterable[str]:
    parts = {str(row[name] or "") for row in rows for name in NAMES}
    return {folded(part) for part in parts if len(part) > 1}


def folded(text: str) -> str:
    """Fold a text as names are compared: case and ё tell nothing apart."""
    return text.casefold().replace("ё", "е")


async def strip(
    session: WriteSession,
    evidence: Evidence,
    unit_id: UUID,
    *,
    today: date,
    changeset_id: ChangesetId,
) -> None:
    """Leave of a person's records what counting reads, and give them to the counting unit."""
    connection, ids = session.raw, list(evidence.records)
    await connection.execute(OLDER_VERSIONS, ids)
    rows = await connection.fetch(CURRENT, ids)
    await connection.execute(
        STRIPPED_VERSIONS,
        [row["id"] for row in rows],
        [json.dumps(counted(row["payload"], evidence.words)) for row in rows],
        [os.urandom(16) for _ in rows],
    )
    await connection.execute(STRIPPED_RECORDS, ids, [os.urandom(16) for _ in ids])
    await connection.execute(
        "update link set person_id = $2, changeset_id = $3 where record_id = any($1)",
        ids,
        unit_id,
        changeset_id,
    )
    await _keep_together(connection, ids, today=today, changeset_id=changeset_id)


def counted(payload: Mapping[str, str], words: Iterable[str]) -> dict[str, str]:
    """Give the cells that counting reads, none that holds a part of the person's name."""
    named = list(words)
    kept = {name: payload[name] for name in COUNTED if payload.get(name)}
    return {
        name: text for name, text in kept.items() if not any(word in folded(text) for word in named)
    }


OLDER_VERSIONS = """
delete from record_version v using record r
where r.id = any($1) and v.record_id = r.id and v.id <> r.current_version_id
"""
CURRENT = """
select v.id, v.payload from record r join record_version v on v.id = r.current_version_id
where r.id = any($1) order by v.id
"""
STRIPPED_VERSIONS = """
update record_version v
set payload = left_over.payload::jsonb, content_hash = left_over.hash, source_file_id = null,
    sheet = '', "row" = 0, stated_id = ''
from unnest($1::bigint[], $2::text[], $3::bytea[]) as left_over (id, payload, hash)
where v.id = left_over.id
"""
STRIPPED_RECORDS = """
update record r
set external_id = drawn.external_id, projected_version_id = null,
    standing_version_id = r.current_version_id
from unnest($1::bigint[], $2::bytea[]) as drawn (id, external_id)
where r.id = drawn.id
"""


async def _keep_together(
    connection: Connection, ids: list[int], *, today: date, changeset_id: ChangesetId
) -> None:
    """Say that the records are one: nothing that they still state could tell."""
    if len(ids) == 1:
        return
    verdict_id, pairs = new_id(), joining(ids[:1], ids)
    await connection.execute(
        "insert into verdict (id, kind, action, covers, organisation_id, reason, actor,"
        " changeset_id) values ($1, 'MUST_LINK', $2, false, $3, '', 'law', $4)",
        verdict_id,
        TAKEN_OUT,
        await connection.fetchval(LOWEST_UNIT, ids, today),
        changeset_id,
    )
    await connection.execute(
        "insert into verdict_pair (verdict_id, record_a, record_b)"
        " select $1, * from unnest($2::bigint[], $3::bigint[])",
        verdict_id,
        [a for a, _ in pairs],
        [b for _, b in pairs],
    )
