"""Where else a person is named: refused rows, files, questions, words, answers. All of it goes."""

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Final
from uuid import UUID

import asyncpg

from hub.database import WriteSession
from hub.seal import Sealer
from sync.erasure.evidence import Evidence, folded
from sync.evidence.parts import card_keys

Connection = asyncpg.Connection
AT_ONCE: Final = 1_000
LETTERS: Final = re.compile(r"\w+")
DIGITS: Final = re.compile(r"\D+")
NATIONAL: Final = 10  # digits of a subscriber's number, however its code is written
RENAMED: Final = "файл"

# Rows by the name under which an act counts them; $1 are the records, $2 the person.
OF_RECORDS: Final[Mapping[str, str]] = {
    "question_lease": (
        "delete from question_lease where question_id in (select id from question"
        " where record_a = any($1) or record_b = any($1))"
    ),
    "question": "delete from question where record_a = any($1) or record_b = any($1)",
    "sampled_pair": "delete from sampled_pair where record_a = any($1) or record_b = any($1)",
    # What was taken out may name anybody and is sealed: nothing of it may come back.
    "undone_evidence": (
        "delete from undone_evidence where record_id = any($1)"
        " or relation in ('rejection', 'push_entry')"
    ),
    # Trials name files; whoever needs one asks anew.
    "simulation": "delete from simulation where difference <> '{}' and cardinality($1::bigint[]) > 0",
    "restatement": (
        "delete from restatement where version_id in"
        " (select id from record_version where record_id = any($1))"
    ),
    "pin": "delete from pin where record_id = any($1)",
    "verdict": (
        "with parted as (delete from verdict_pair where record_a = any($1) or record_b = any($1)"
        " returning verdict_id, record_a, record_b)"
        " delete from verdict v where v.id in (select verdict_id from parted)"
        " and not exists (select from verdict_pair p where p.verdict_id = v.id"
        " and not (p.record_a = any($1) or p.record_b = any($1)))"
    ),
}
OF_PERSON: Final[Mapping[str, str]] = {
    "person_alias": "delete from person_alias where person_id = $1",
    "person_lineage": "delete from person_lineage where person_id = $1 or other_id = $1",
    # Whoever repeats the request is answered anew.
    "push_request": "delete from push_request where strpos(answer::text, $1::uuid::text) > 0",
}
# A file that nobody has accepted is given again; one that is being taken in waits for no erasure.
UPLOADS: Final = """
delete from upload where state in ('CHECKED', 'FAILED') and organisation_id in (
    select p.authority_id from organisation_place p
    where p.organisation_id in (select organisation_id from record where id = any($1)))
"""
# Of a file that was taken in a table may wait for a mapping: it is given again, like the others.
CONTENT: Final = """
delete from upload_chunk c using upload u
where u.id = c.upload_id and u.state = 'ACCEPTED' and u.organisation_id in (
    select p.authority_id from organisation_place p
    where p.organisation_id in (select organisation_id from record where id = any($1)))
"""


async def remove(session: WriteSession, evidence: Evidence, sealer: Sealer) -> dict[str, int]:
    """Delete every trace beside the evidence itself; gives how many rows of which table."""
    connection, ids = session.raw, list(evidence.records)
    counts = {name: _count(await connection.execute(q, ids)) for name, q in OF_RECORDS.items()}
    for name, query in OF_PERSON.items():
        counts[name] = _count(await connection.execute(query, evidence.person_id))
    counts["rejection"] = await _rejections(connection, evidence, sealer)
    counts["undone_evidence"] = await _undone(connection, evidence, sealer)
    counts["upload"] = _count(await connection.execute(UPLOADS, ids))
    counts["upload_chunk"] = _count(await connection.execute(CONTENT, ids))
    counts["push_entry"] = await _push_entries(connection, evidence)
    for table in ("source_file", "upload"):
        counts[f"{table}.name"] = await _renamed(connection, table, evidence)
    return {name: count for name, count in counts.items() if count}


async def _renamed(connection: Connection, table: str, evidence: Evidence) -> int:
    """Take the person's surname out of the names of files."""
    surnames = {folded(last) for last, _ in evidence.names}
    rows = await connection.fetch(f"select id, name from {table} order by id")
    named = [row for row in rows if any(last in folded(row["name"]) for last in surnames)]
    await connection.executemany(
        f"update {table} set name = $2 where id = $1",
        [(row["id"], f"{RENAMED}{PurePath(row['name']).suffix[:6]}") for row in named],
    )
    return len(named)


def _count(said: str) -> int:
    return int(said.rpartition(" ")[2])


async def _rejections(connection: Connection, evidence: Evidence, sealer: Sealer) -> int:
    """Delete what was refused of the person's rows, and whatever else names them."""
    found = await refused_of(connection, evidence, sealer)
    return _count(await connection.execute("delete from rejection where id = any($1)", found))


async def refused_of(connection: Connection, evidence: Evidence, sealer: Sealer) -> list[int]:
    """Find what was refused of the person's rows, and whatever else refused names them.

    Refused rows are sealed, so each is opened: a few microseconds a row.
    """
    found: list[int] = []
    places = set(evidence.places)
    last = 0
    while rows := await connection.fetch(REFUSED, last, AT_ONCE):
        last = rows[-1]["id"]
        found += [row["id"] for row in rows if _names(row, places, evidence, sealer)]
    return found


REFUSED = """
select id, source_file_id, sheet, "row", payload_sealed from rejection
where id > $1 order by id limit $2
"""


async def _undone(connection: Connection, evidence: Evidence, sealer: Sealer) -> int:
    """Delete what an undoing keeps of the person: by their records, and whatever names them."""
    found: list[int] = []
    last = 0
    while rows := await connection.fetch(UNDONE, last, AT_ONCE):
        last = rows[-1]["id"]
        found += [row["id"] for row in rows if speaks_of(_undone_text(row, sealer), evidence)]
    deleted = await connection.execute(
        "delete from undone_evidence where id = any($1) or record_id = any($2)",
        found,
        list(evidence.records),
    )
    return _count(deleted)


UNDONE = """
select id, said::text as said, said ->> 'payload_sealed' as sealed from undone_evidence
where id > $1 and relation in ('record_version', 'rejection', 'push_entry') order by id limit $2
"""


def _undone_text(row: asyncpg.Record, sealer: Sealer) -> str:
    """Give what a kept row says, a sealed one opened."""
    sealed = bytes.fromhex((row["sealed"] or "").removeprefix("\\x"))
    return sealer.open(sealed) if sealed else row["said"]


def _names(
    row: asyncpg.Record,
    places: set[tuple[UUID, str, int]],
    evidence: Evidence,
    sealer: Sealer,
) -> bool:
    if (row["source_file_id"], row["sheet"], row["row"]) in places:
        return True
    sealed = row["payload_sealed"]
    return bool(sealed) and isinstance(sealed, bytes) and speaks_of(sealer.open(sealed), evidence)


def speaks_of(text: str, evidence: Evidence) -> bool:
    """Tell whether a text names the person: surname and first name, or a contact of theirs."""
    words = _parts(text)
    named = any(
        _parts(last) <= words and _parts(first) <= words
        for last, first in evidence.names
        if len(first) > 1
    )
    return named or any(_holds(text, contact) for contact in evidence.contacts)


def mentions(text: object, evidence: Evidence) -> bool:
    """Tell whether a single cell holds a part of the person's name, or a contact of theirs."""
    said = str(text)
    parted = not evidence.words.isdisjoint(_parts(said))
    return parted or any(_holds(said, contact) for contact in evidence.contacts)


def _parts(text: str) -> set[str]:
    return {folded(word) for word in LETTERS.findall(text)}


def _holds(text: str, contact: str) -> bool:
    if "@" in contact:
        return contact in text.casefold()
    return DIGITS.sub("", contact)[-NATIONAL:] in DIGITS.sub("", text)


async def _push_entries(connection: Connection, evidence: Evidence) -> int:
    """Delete what was pushed of the person: of their cards, and of cards that never landed."""
    cards = {*evidence.cards, *await _waiting(connection, evidence)}
    deleted = 0
    for source_id, card in cards:
        entries = await connection.execute(
            "delete from push_entry where source_id = $1 and (card = $2 or said_card = $2)",
            source_id,
            card,
        )
        await connection.execute(
            "delete from push_rekey where source_id = $1 and (card = $2 or now = $2)",
            source_id,
            card,
        )
        deleted += _count(entries)
    return deleted


async def _waiting(connection: Connection, evidence: Evidence) -> list[tuple[UUID, str]]:
    """Find cards without a record that bear the person's name."""
    rows = await connection.fetch(NAMED_CARDS, sorted(_spellings(evidence)))
    found = [(row["source_id"], row["card"]) for row in rows if speaks_of(row["said"], evidence)]
    return [
        (source_id, card)
        for source_id, card in found
        if not await _has_record(connection, source_id, card_keys([card])[0])
    ]


def _spellings(evidence: Evidence) -> set[str]:
    """Give a surname in every case: the database folds no Russian letter."""
    lasts = {last for last, _ in evidence.names}
    lasts |= {last.replace("ё", "е") for last in lasts}
    return {one for last in lasts for one in (last, last.lower(), last.upper(), last.title())}


NAMED_CARDS = """
select source_id, card, string_agg(fields::text, ' ') as said from push_entry
where (source_id, card) in (
    select source_id, card from push_entry where fields ->> 'last_name' = any($1))
group by source_id, card order by source_id, card
"""


async def _has_record(connection: Connection, source_id: UUID, key: bytes) -> bool:
    found: bool = await connection.fetchval(
        "select exists (select from record where source_id = $1 and is_card and external_id = $2)",
        source_id,
        key,
    )
    return found
