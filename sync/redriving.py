"""Refused rows taken after all: once the register knows whose they are, or the contract changed.

Others a person repairs. A refused row is kept sealed with what it would have been. A repair is a person's word about their
own row: it holds above what the file said of that day.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any, Final  # an opened row is JSON
from uuid import UUID

import asyncpg
import numpy as np
import pandas as pd

from connectors.mapping import told
from hub.database import Database, WriteSession
from hub.errors import InputError
from hub.records import (
    Batch,
    ChangesetId,
    Completeness,
    FileKind,
    OrganisationMention,
    RecordKind,
)
from hub.seal import Sealer
from sync import changeset
from sync.changeset import Difference
from sync.directory import Directory, read_directory
from sync.erasure.known import erased_for
from sync.evidence.contract import BROKEN, BrokenPromiseError, Contract, Mask, contract_of, kept
from sync.evidence.landing import landing_of
from sync.evidence.lists import ListStatement, state_lists
from sync.evidence.parts import SEALED_FIELDS
from sync.evidence.poison import land_sound
from sync.evidence.refusals import reject
from sync.files.placing import Listed, listed, organisations_of, records_of_lists
from sync.files.poisoned import set_aside
from sync.mentoring.claims import academic_year
from sync.projecting import project
from sync.region import Region

WAITING: Final = ("row.unknown_organisation", "file.unknown_organisation")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refused:
    """A refusal opened: its rows as its source wrote them, and what they would have been."""

    id: int
    file_id: UUID
    organisation_id: UUID | None
    batch: Batch
    completeness: Completeness


async def redrive(database: Database, region: Region) -> int:
    """Take what waited for organisations that have become known, or for another contract.

    Answers how many rows. Costs one look where neither has changed. Raises ConflictError while a
    source is read.
    """
    async with database.reading() as session:
        version = await session.raw.fetchval(
            "select version from register where version <> redriven"
        )
        sources = await session.raw.fetch(SOURCES, list(WAITING) if version else [], BROKEN)
    rows = 0
    for source in sources:
        rows += await _redrive_source(database, source, region)
    if version is not None:
        async with database.writing() as session:
            await session.raw.execute("update register set redriven = $1", version)
    return rows


SOURCES: Final = """
select s.id, s.code, s.kind, array_agg(distinct r.code) as codes from rejection r
join source_file f on f.id = r.source_file_id join source s on s.id = f.source_id
where r.kind is not null and (r.code = any($1) or r.code = $2 and s.remapped)
group by s.id, s.code, s.kind order by s.code
"""


async def _redrive_source(database: Database, source: asyncpg.Record, region: Region) -> int:
    async with database.holding(f"source:{source['code']}"):
        async with database.writing() as session:
            contract = contract_of(await session.raw.fetchval(LOOKED_AT, source["id"]))
            held = await session.raw.fetch(HELD, source["codes"], source["id"])
            directory = await read_directory(session.raw)
            refused = [_opened(row, region.sealer) for row in held]
            placed = [(one, *_placed(one, directory, contract)) for one in refused]
            lists = [(one, known) for one, known, _ in placed if known is not None]
            if not lists:
                return 0
            kind = "IMPORT" if source["kind"] == "SCHOOL_FILES" else "SYNC"
            number = await changeset.begin(session, kind, actor="redrive")
            said_at = None if kind == "IMPORT" else held[0]["taken_at"]
            await _land(session, source["id"], number, lists, region, said_at)
            await session.raw.execute(
                "delete from rejection where id = any($1)",
                [one.id for one, _, is_whole in placed if is_whole],
            )
        await project(database, number, sealer=region.sealer, today=region.today)
    return sum(len(known.frame) for _, known in lists)


LOOKED_AT: Final = "update source set remapped = false where id = $1 returning contract"
HELD: Final = """
select r.*, f.name, f.taken_at from rejection r join source_file f on f.id = r.source_file_id
where r.code = any($1) and r.kind is not null and f.source_id = $2 order by r.id
"""


def _opened(row: asyncpg.Record, sealer: Sealer) -> _Refused:
    payload: Mapping[str, str] = json.loads(sealer.open(row["payload_sealed"]))
    if "rows" in payload:
        rows: Sequence[Mapping[str, Any]] = json.loads(payload["rows"])
    else:
        rows = [{**payload, "sheet": row["sheet"], "row": row["row"] or 0}]
    return _Refused(
        id=row["id"],
        file_id=row["source_file_id"],
        organisation_id=row["organisation_id"],
        batch=Batch(
            kind=FileKind(row["kind"]),
            frame=_frame(rows),
            file=row["name"],
            organisation=OrganisationMention(**json.loads(payload.get("mention", "{}"))),
            stated_as_of=row["stated_as_of"],
        ),
        completeness=Completeness(row["completeness"] or Completeness.PARTIAL),
    )


def _frame(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), dtype=object).fillna("")
    return frame.assign(row=frame["row"].astype(int))


def _placed(one: _Refused, directory: Directory, contract: Contract) -> tuple[Listed | None, bool]:
    """Give the rows whose organisation is known and that keep the contract; whether those are all."""
    day = one.batch.stated_as_of
    if day is None:
        return None, False
    owners = organisations_of(one.batch, directory, day)
    if one.organisation_id is not None:
        owners = owners.where(owners.notna(), one.organisation_id)
    known = owners.notna().to_numpy() & _keeping(one.batch, contract, day)
    if not known.any():
        return None, False
    return listed(one.batch, owners, known, day=day, file_id=one.file_id), bool(known.all())


def _keeping(batch: Batch, contract: Contract, day: date) -> Mask:
    try:
        keeps, _ = kept(batch, contract, today=day)
    except BrokenPromiseError:
        return np.zeros(len(batch.frame), dtype=bool)
    return keeps


async def _land(
    session: WriteSession,
    source_id: UUID,
    number: ChangesetId,
    lists: Sequence[tuple[_Refused, Listed]],
    region: Region,
    said_at: datetime | None,
) -> None:
    records = records_of_lists(known for _, known in lists)
    if records is None:
        return
    erased = await erased_for(session, source_id, region.sealer, today=region.today)
    kept, _ = erased.part(records)
    if len(kept):
        landing = landing_of(kept, region.sealer)
        _, poisons = await land_sound(
            session, landing, source_id=source_id, changeset_id=number, stated_at=said_at
        )
        names = {one.file_id: one.batch.file for one, _ in lists}
        aside = set_aside(poisons, [known for _, known in lists], names)
        await reject(session, aside, changeset_id=number, sealer=region.sealer)
    if said_at is None:
        statements = [one for pair in lists for one in _statements(*pair)]
        await state_lists(session, statements, changeset_id=number)


def _statements(one: _Refused, known: Listed) -> Iterable[ListStatement]:
    for owner in sorted(set(known.organisations)):
        yield ListStatement(
            organisation_id=owner,
            kind=known.kind,
            stated_as_of=known.stated_as_of,
            academic_year=academic_year(known.stated_as_of),
            completeness=one.completeness,
            source_file_id=one.file_id,
        )


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
    refused = _opened(row, region.sealer)
    frame = refused.batch.frame.assign(**said)
    is_named = any(name in frame and frame[name].iloc[0] for name in NAMES)
    corrected = replace(refused, batch=replace(refused.batch, frame=frame))
    known, _ = _placed(corrected, await read_directory(session.raw), {})
    if known is None or not is_named:
        raise NotRepairableError
    is_file = row["source_kind"] == "SCHOOL_FILES"
    said_at = None if is_file else row["taken_at"]
    await _land(session, row["source_id"], number, [(refused, known)], region, said_at)


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
