"""A blocked person's evidence as one sealed text: nobody reads it, and it can be given back."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final  # rows are JSON
from uuid import UUID

import asyncpg

from hub.database import WriteSession
from hub.records import ChangesetId
from hub.seal import Sealer
from sync.erasure.evidence import TAKEN_OUT, Evidence

Connection = asyncpg.Connection
Json = Any  # a row as JSON
# What is kept of a blocked person, in the order in which it is given back.
KEPT: Final[Mapping[str, str]] = {
    "record": "select to_jsonb(t) from record t where t.id = any($1) order by t.id",
    "record_version": "select to_jsonb(t) from record_version t where t.record_id = any($1) order by t.id",
    "pin": "select to_jsonb(t) from pin t where t.record_id = any($1) order by t.id",
    "push_entry": (
        "select to_jsonb(t) from push_entry t where (t.source_id, t.card) in ("
        " select r.source_id, v.stated_id from record r join record_version v on v.record_id = r.id"
        " where r.id = any($1) and v.stated_id <> '') order by t.id"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """What was withheld of a person, and the hashes by which they are not taken in meanwhile."""

    person_id: UUID
    records: Sequence[int]
    rows: Mapping[str, Sequence[Json]]
    keys: Sequence[str]
    counts: Mapping[str, int]


async def read_rows(connection: Connection, evidence: Evidence) -> Mapping[str, Sequence[Json]]:
    """Read the person's evidence as rows that can be written again."""
    return {
        table: [row[0] for row in await connection.fetch(query, list(evidence.records))]
        for table, query in KEPT.items()
    }


async def withhold(
    session: WriteSession, request_id: UUID, withheld: Withheld, sealer: Sealer
) -> None:
    """Keep it sealed beside the request by which it was withheld."""
    said = {
        "person": str(withheld.person_id),
        "records": list(withheld.records),
        "rows": withheld.rows,
        "keys": list(withheld.keys),
        "counts": withheld.counts,
    }
    await session.raw.execute(
        "insert into withheld (request_id, person_id, sealed) values ($1, $2, $3)",
        request_id,
        withheld.person_id,
        sealer.seal(json.dumps(said, ensure_ascii=False)),
    )


async def read_withheld(session: WriteSession, request_id: UUID, sealer: Sealer) -> Withheld | None:
    """Open what was withheld for a request, if anything was."""
    sealed = await session.raw.fetchval(
        "select sealed from withheld where request_id = $1 for update", request_id
    )
    if sealed is None:
        return None
    said = json.loads(sealer.open(sealed))
    return Withheld(
        person_id=UUID(said["person"]),
        records=said["records"],
        rows=said["rows"],
        keys=said["keys"],
        counts=said["counts"],
    )


async def give_back(
    session: WriteSession, withheld: Withheld, *, changeset_id: ChangesetId
) -> UUID | None:
    """Put the evidence back under the person's own id; gives the unit that counted for them."""
    connection, ids = session.raw, list(withheld.records)
    unit: UUID | None = await connection.fetchval(
        "select person_id from link where record_id = any($1) limit 1", ids
    )
    await connection.execute(UNTIED, ids, TAKEN_OUT)
    await connection.execute("delete from record_version where record_id = any($1)", ids)
    for table in ("record_version", "pin", "push_entry"):
        await _write(connection, table, withheld.rows.get(table, ()))
    await connection.execute(RESTORED, json.dumps(withheld.rows["record"]))
    await connection.execute(
        "update link set person_id = $2, changeset_id = $3 where record_id = any($1)",
        ids,
        withheld.person_id,
        changeset_id,
    )
    await connection.execute(
        "delete from erased_key where hash = any($1)", [bytes.fromhex(key) for key in withheld.keys]
    )
    return unit


UNTIED = """
delete from verdict v using verdict_pair p
where p.verdict_id = v.id and p.record_a = any($1) and v.action = $2
"""
RESTORED = """
update record r
set external_id = was.external_id, current_version_id = was.current_version_id,
    projected_version_id = null, standing_version_id = null
from jsonb_populate_recordset(null::public.record, $1::text::jsonb) was where r.id = was.id
"""


async def _write(connection: Connection, table: str, rows: Iterable[Json]) -> None:
    listed = list(rows)
    if listed:
        await connection.execute(
            f"insert into {table} overriding system value select * from"
            f" jsonb_populate_recordset(null::public.{table}, $1::text::jsonb) on conflict do nothing",
            json.dumps(listed, ensure_ascii=False),
        )
