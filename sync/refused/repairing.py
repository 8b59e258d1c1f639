"""Refused rows repaired, the front room: a person's word about their own row, or a cell of it.

It holds above what the file said of that day.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Final

import asyncpg

from connectors.mapping import told
from hub.database import Database, WriteSession
from hub.errors import InputError
from hub.records import (
    ChangesetId,
    RecordKind,
)
from sync import changeset
from sync.changeset import Difference
from sync.directory import read_directory
from sync.evidence.parts import SEALED_FIELDS
from sync.projecting import project
from sync.refused.rows import land_refused, opened, placed_rows
from sync.region import Region

NAMES: Final = ("full_name", "last_name", "mentor_full_name", "mentee_full_name")


class UnknownRejectionError(InputError):
    """Такой отклонённой строки нет: обновите список, её могли уже исправить."""

    code = "rejection.unknown"


class NotRepairableError(InputError):
    """Здесь исправить нельзя: не хватает ФИО или не ясно, чья это строка. Загрузите файл снова."""

    code = "rejection.not_repairable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """What came of taking refused rows: the change, what it did, and what is still wrong."""

    changeset_id: ChangesetId
    difference: Difference
    still_wrong: tuple[str, ...]


async def repair(
    database: Database,
    rejection_id: int,
    corrections: Mapping[str, str],
    region: Region,
    *,
    actor: str,
) -> Repaired:
    """Correct fields of a refused row, or a cell of a taken one, and take it.

    Raises UnknownRejectionError, NotRepairableError, InputError for a field that nobody knows, and
    ConflictError while its source is read.
    """
    fields = told({name: name for name in corrections})
    said = {fields[name]: value.strip() for name, value in corrections.items()}
    async with database.reading() as session:
        row = await session.raw.fetchrow(REFUSED, rejection_id)
    if row is None:
        raise UnknownRejectionError
    async with database.holding(f"source:{row['source_code']}"):
        async with database.writing() as session:
            number = await changeset.begin(session, "IMPORT", actor=actor)
            if row["kind"] is None:
                await _correct_cell(session, row, said, number, region)
            else:
                await _take_row(session, row, said, number, region)
            await session.raw.execute("delete from rejection where id = $1", rejection_id)
        difference = await project(database, number, sealer=region.sealer, today=region.today)
    async with database.reading() as session:
        left = await session.raw.fetch(
            "select message from rejection where changeset_id = $1 order by id", number
        )
    return Repaired(
        changeset_id=number,
        difference=difference,
        still_wrong=tuple(one["message"] for one in left),
    )


REFUSED: Final = """
select r.*, f.name, f.taken_at, s.id as source_id, s.code as source_code, s.kind as source_kind
from rejection r join source_file f on f.id = r.source_file_id join source s on s.id = f.source_id
where r.id = $1
"""


async def _take_row(
    session: WriteSession,
    row: asyncpg.Record,
    said: Mapping[str, str],
    number: ChangesetId,
    region: Region,
) -> None:
    """Land a row that was refused whole, with its corrected fields."""
    refused = opened(row, region.sealer)
    frame = refused.batch.frame.assign(**said)
    is_named = any(name in frame and frame[name].iloc[0] for name in NAMES)
    corrected = replace(refused, batch=replace(refused.batch, frame=frame))
    known, _ = placed_rows(corrected, await read_directory(session.raw), {})
    if known is None or not is_named:
        raise NotRepairableError
    is_file = row["source_kind"] == "SCHOOL_FILES"
    said_at = None if is_file else row["taken_at"]
    await land_refused(session, row["source_id"], number, [(refused, known)], region, said_at)


async def _correct_cell(
    session: WriteSession,
    row: asyncpg.Record,
    said: Mapping[str, str],
    number: ChangesetId,
    region: Region,
) -> None:
    """Let the record of a taken row say what a person corrected; the instant makes it the last."""
    if row["row"] is None:
        raise NotRepairableError
    held = await session.raw.fetch(
        VERSIONS, row["source_file_id"], row["sheet"], row["row"], [*RecordKind]
    )
    if not held:
        raise NotRepairableError
    sealed = {
        name: region.sealer.seal_text(value) if name in SEALED_FIELDS and value else value
        for name, value in said.items()
    }
    for version in held:
        if not set(said) & {*version["payload"], row["column"]}:
            continue
        payload = {**version["payload"], **sealed}
        text = json.dumps(sorted(said.items()), ensure_ascii=False)
        digest = blake2b(
            version["content_hash"] + region.sealer.hash(text), digest_size=16
        ).digest()
        await session.raw.execute(
            CORRECTED,
            version["id"],
            digest,
            json.dumps(payload, ensure_ascii=False),
            datetime.now(UTC),
            number,
        )


VERSIONS: Final = """
select v.* from record r join record_version v on v.id = r.current_version_id
where v.source_file_id = $1 and v.sheet = $2 and v.row = $3 and r.kind = any($4)
order by v.part
"""
CORRECTED: Final = """
with added as (
    insert into record_version (record_id, content_hash, stated_as_of, payload, source_file_id,
        sheet, row, part, stated_id, stated_at, changeset_id)
    select record_id, $2, stated_as_of, $3, source_file_id, sheet, row, part, stated_id, $4, $5
    from record_version where id = $1
    returning id, record_id
)
update record r set current_version_id = added.id, projected_version_id = null
from added where r.id = added.record_id
"""
