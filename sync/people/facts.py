"""Facts of what is pending: payloads normalised, keys computed, cell findings kept as rejections.

Pending is read from the database: a record whose current version is not the projected one, or
whose end moved. So a run that died is finished by the next one.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import asyncpg
import numpy as np
import pandas as pd

from hub.database import WriteSession
from hub.filling import refresh_statistics
from hub.records import ChangesetId, RecordKind
from hub.seal import Sealer
from sync.columns import column, insert_frame, rows_about
from sync.directory import Directory
from sync.evidence.pending import Ids, Pending
from sync.matching.keys import blocking_keys
from sync.matching.normalise import normalise
from sync.people.match import Moved, facts_by_parts

Connection = asyncpg.Connection

MUCH = 1_000  # records that change what the planner knows of a table
STORED = (
    "record_id",
    "last_name",
    "first_name",
    "middle_name",
    "previous_last_name",
    "last_key",
    "first_key",
    "middle_key",
    "previous_last_key",
    "birth_date",
    "birth_year",
    "sex",
    "snils_hash",
    "snils_sealed",
    "phones",
    "emails",
    "contact_owner",
    "organisation_id",
    "affiliation_organisation_id",
    "affiliation_text",
    "role",
    "position_code",
    "position_text",
    "subjects",
    "employment_kind",
    "hired_on",
    "dismissed_on",
    "teaching_since",
    "young_specialist_flag",
    "category",
    "grade",
    "letter",
)
ROLES = {RecordKind.STAFF.value: "STAFF", RecordKind.PUPIL.value: "PUPIL"}
REJECTED_PLACE = ("source_file_id", "sheet", "row", "column", "code")
# Whose phone stands on a child's card: a parent's.
REPRESENTED = (RecordKind.PUPIL.value, RecordKind.MENTEE.value)


async def refresh_facts(
    session: WriteSession,
    pending: Pending,
    *,
    directory: Directory,
    sealer: Sealer,
    today: date,
    changeset_id: ChangesetId,
) -> Moved:
    """Normalise the pending records' current versions and store their facts and keys.

    Gives the keys that they bore and bear.
    """
    connection = session.raw
    async for rows in rows_about(connection, PAYLOADS, pending.restated):
        payloads = _payloads(rows, sealer)
        ids = payloads["_id"].tolist()
        normalised = normalise(payloads, today=today)
        held = await _held_seals(connection, ids) if normalised.frame["snils"].any() else {}
        facts = _facts(payloads, normalised.frame, directory, sealer, held)
        await connection.execute("delete from record_facts where record_id = any($1)", ids)
        await insert_frame(connection, "record_facts", facts, STORED)
        await _reject_cells(session, payloads, normalised.issues, sealer, changeset_id)
    is_much = len(pending.restated) > MUCH
    if is_much:
        await refresh_statistics(connection, "record_facts")
    moved = await _replace_all_keys(connection, pending.restated, today)
    if is_much:
        await refresh_statistics(connection, "record_key")
    return moved


async def _replace_all_keys(connection: Connection, restated: Ids, today: date) -> Moved:
    """Store the keys of the records; what moved is summed before it outgrows its own sum."""
    summed, fresh = Moved(), 0
    parts: list[Moved] = []
    async for facts in facts_by_parts(connection, restated, today=today):
        parts.append(await _replace_keys(connection, facts))
        fresh += len(parts[-1].key)
        if fresh > len(summed.key):
            summed, fresh = Moved.together([summed, *parts]).settled(), 0
            parts.clear()
    return Moved.together([summed, *parts])


PAYLOADS = """
select r.id, r.kind, r.organisation_id, v.stated_as_of, v.payload,
       v.source_file_id, v.sheet, v.row, v.stated_id
from record r join record_version v on v.id = r.current_version_id
where r.id = any($1) order by r.id
"""


def _payloads(rows: Sequence[asyncpg.Record], sealer: Sealer) -> pd.DataFrame:
    """Give what the records say, a column a field, with the СНИЛС opened for the normaliser."""
    payloads = pd.DataFrame([row["payload"] for row in rows], dtype=object)
    payloads = payloads.reindex(columns=sorted({*payloads.columns, "snils", "organization"}))
    payloads = payloads.astype(object).fillna("")
    payloads["stated_as_of"] = [row["stated_as_of"] for row in rows]
    for name in ("id", "kind", "organisation_id", "source_file_id", "sheet", "row", "stated_id"):
        payloads[f"_{name}"] = [row[name] for row in rows]
    payloads["snils"] = [sealer.open_text(text) if text else "" for text in payloads["snils"]]
    return payloads


async def _held_seals(connection: Connection, ids: Sequence[int]) -> dict[bytes, bytes]:
    """Read how each СНИЛС of the records is sealed already: sealed anew it would look changed."""
    rows = await connection.fetch(
        "select snils_hash, snils_sealed from record_facts"
        " where record_id = any($1) and snils_hash is not null order by record_id",
        ids,
    )
    return {row["snils_hash"]: row["snils_sealed"] for row in rows}


def _facts(
    payloads: pd.DataFrame,
    frame: pd.DataFrame,
    directory: Directory,
    sealer: Sealer,
    held: Mapping[bytes, bytes],
) -> pd.DataFrame:
    """Add what the normaliser does not know: hashes, organisations, roles."""
    digits = [value or None for value in frame["snils"]]
    hashes = sealer.hash_many(digits)
    fresh = sealer.seal_many(digits)
    seals = (
        held.get(known, new) if known else None for known, new in zip(hashes, fresh, strict=True)
    )
    return frame.assign(
        record_id=payloads["_id"],
        snils_hash=column(hashes),
        snils_sealed=column(seals),
        contact_owner=np.where(payloads["_kind"].isin(REPRESENTED), "REPRESENTATIVE", "SELF"),
        organisation_id=payloads["_organisation_id"],
        affiliation_organisation_id=column(_affiliations(payloads, directory)),
        affiliation_text=payloads["organization"],
        role=payloads["_kind"].map(ROLES).fillna("OTHER"),
    )


def _affiliations(payloads: pd.DataFrame, directory: Directory) -> list[object]:
    """Resolve each distinct (workplace, day) once; a workplace not known stays a text."""
    stated = list(zip(payloads["organization"], payloads["stated_as_of"], strict=True))
    known = {
        (name, day): directory.resolve_name(name, on=day) if name else None
        for name, day in set(stated)
    }
    return [known[pair] for pair in stated]


async def _reject_cells(
    session: WriteSession,
    payloads: pd.DataFrame,
    issues: pd.DataFrame,
    sealer: Sealer,
    changeset_id: ChangesetId,
) -> None:
    """Keep each cell that could not be understood, once; its row has landed without it.

    What stands in no file, since its person was taken out, has nobody to repair it.
    """
    if issues.empty:
        return
    issues = issues[payloads.loc[issues["row"], "_source_file_id"].notna().to_numpy()]
    places = payloads.loc[issues["row"]]
    said = [
        str(place.get(field, ""))
        for field, place in zip(issues["field"], places.to_dict("records"), strict=True)
    ]
    rejections = pd.DataFrame(
        {
            "source_file_id": places["_source_file_id"].to_numpy(),
            "organisation_id": places["_organisation_id"].to_numpy(),
            "sheet": places["_sheet"].to_numpy(),
            "row": places["_row"].to_numpy(),
            "column": issues["field"].to_numpy(),
            "stated_id": places["_stated_id"].to_numpy(),
            "code": issues["code"].to_numpy(),
            "message": issues["message"].to_numpy(),
            "payload_sealed": [sealer.seal(text) for text in said],
            "changeset_id": changeset_id,
        }
    )
    await session.raw.execute(
        "delete from rejection held using unnest($1::uuid[], $2::text[], $3::int[], $4::text[],"
        " $5::text[]) as found (file_id, sheet, row, col, code)"
        " where held.source_file_id = found.file_id and held.sheet = found.sheet"
        ' and held."row" = found.row and held."column" = found.col and held.code = found.code',
        *(rejections[name].tolist() for name in REJECTED_PLACE),
    )
    await insert_frame(session.raw, "rejection", rejections, list(rejections.columns))


async def _replace_keys(connection: Connection, facts: pd.DataFrame) -> Moved:
    """Store the keys of the records where they differ; gives those they bore and bear."""
    keys = blocking_keys(facts)
    ids = facts["record_id"].to_numpy(np.int64)
    record = ids[keys.position]
    fresh = set(zip(keys.key.tolist(), record.tolist(), keys.finer.tolist(), strict=True))
    rows = await connection.fetch(HELD_KEYS, ids.tolist())
    held = {(row["key"], row["record_id"], row["finer"]) for row in rows}
    gone = list(held - fresh)
    if gone:
        await connection.execute(DROP_KEYS, *map(list, zip(*gone, strict=True)))
    added = pd.DataFrame(sorted(fresh - held), columns=KEYS)
    await insert_frame(connection, "record_key", added, KEYS)
    return moved_by(held, -1) + moved_by(fresh, 1)


KEYS = ("key", "record_id", "finer")
HELD_KEYS = "select key, record_id, finer from record_key where record_id = any($1)"
DROP_KEYS = """
delete from record_key k using unnest($1::bigint[], $2::bigint[], $3::bigint[])
    as gone (key, record_id, finer)
where k.key = gone.key and k.record_id = gone.record_id
"""


def moved_by(keys: Collection[tuple[int, int, int]], step: int) -> Moved:
    """Count keys (key, record, finer) that records bear (`step` 1) or bore (-1)."""
    rows = np.array([(key, finer) for key, _, finer in keys], dtype=np.int64).reshape(-1, 2)
    return Moved.each(rows, step)
