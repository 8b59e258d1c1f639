"""What else is held on a person, for their own report: rows that were refused and name them.

A refused row may name others too, so of its cells the person is told those that speak of them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from hub.database import ReadSession
from hub.seal import Sealer
from sync.erasure.evidence import Evidence, read_evidence
from sync.erasure.traces import mentions, refused_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """A row that was not taken in: where it stands, why, and what it says of the person."""

    file_name: str
    sheet: str
    row: int | None
    column: str | None
    code: str
    message: str
    taken_at: datetime
    cells: Mapping[str, str]


async def refused_rows(
    session: ReadSession, person_id: UUID, sealer: Sealer
) -> Sequence[RefusedRow]:
    """Read the refused rows that name a person, the oldest first.

    Opens every refused row that is kept: a few microseconds each.
    """
    evidence = await read_evidence(session.raw, person_id)
    found = await refused_of(session.raw, evidence, sealer)
    rows = await session.raw.fetch(REFUSED, found)
    return [
        RefusedRow(
            **{name: row[name] for name in PLAIN},
            taken_at=row["taken_at"],
            cells=_cells(_opened(row["payload_sealed"], sealer), row["column"], evidence),
        )
        for row in rows
    ]


def _opened(sealed: bytes, sealer: Sealer) -> str:
    return sealer.open(sealed) if sealed else ""


def _cells(text: str, column: str | None, evidence: Evidence) -> Mapping[str, str]:
    """Read a whole row, which is kept as JSON, or the one cell for which a row was refused."""
    is_row = text.startswith("{")
    cells = json.loads(text) if is_row else {column or "": text}
    return {name: str(said) for name, said in cells.items() if said and mentions(said, evidence)}


PLAIN: Final = ("file_name", "sheet", "row", "column", "code", "message")
REFUSED: Final = """
select f.name as file_name, j.sheet, j."row", j."column", j.code, j.message, f.taken_at, j.payload_sealed
from rejection j join source_file f on f.id = j.source_file_id
where j.id = any ($1) order by j.id
"""
