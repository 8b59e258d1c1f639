"""Refused rows opened: what they would have been, whose they are by now, and how they land."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any  # an opened row is JSON
from uuid import UUID

import asyncpg
import numpy as np
import pandas as pd

from hub.database import WriteSession
from hub.records import (
    Batch,
    ChangesetId,
    Completeness,
    FileKind,
    OrganisationMention,
)
from hub.seal import Sealer
from sync.directory import Directory
from sync.erasure.known import erased_for
from sync.evidence.contract import BrokenPromiseError, Contract, Mask, kept
from sync.evidence.landing import landing_of
from sync.evidence.lists import ListStatement, state_lists
from sync.evidence.poison import land_sound
from sync.evidence.refusals import reject
from sync.files.placing import Listed, listed, organisations_of, records_of_lists
from sync.files.poisoned import set_aside
from sync.mentoring.claims import academic_year
from sync.region import Region


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A refusal opened: its rows as its source wrote them, and what they would have been."""

    id: int
    file_id: UUID
    organisation_id: UUID | None
    batch: Batch
    completeness: Completeness


def opened(row: asyncpg.Record, sealer: Sealer) -> Refused:
    """Open a refusal that is kept with its rows."""
    payload: Mapping[str, str] = json.loads(sealer.open(row["payload_sealed"]))
    if "rows" in payload:
        rows: Sequence[Mapping[str, Any]] = json.loads(payload["rows"])
    else:
        rows = [{**payload, "sheet": row["sheet"], "row": row["row"] or 0}]
    return Refused(
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


def placed_rows(
    one: Refused, directory: Directory, contract: Contract
) -> tuple[Listed | None, bool]:
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


async def land_refused(
    session: WriteSession,
    source_id: UUID,
    number: ChangesetId,
    lists: Sequence[tuple[Refused, Listed]],
    region: Region,
    said_at: datetime | None,
) -> None:
    """Land rows as their source said them, with the lists that they stand in."""
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


def _statements(one: Refused, known: Listed) -> Iterable[ListStatement]:
    for owner in sorted(set(known.organisations)):
        yield ListStatement(
            organisation_id=owner,
            kind=known.kind,
            stated_as_of=known.stated_as_of,
            academic_year=academic_year(known.stated_as_of),
            completeness=one.completeness,
            source_file_id=one.file_id,
        )
