"""What was not taken in: kept with its place, its reason and the repair, the row itself sealed."""

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import pandas as pd

from hub.database import Database, WriteSession
from hub.records import ChangesetId, Rejected
from hub.seal import Sealer
from sync.columns import insert_frame

# What was not taken in, its file, and the organisation where it is known.
Refusing = tuple[Rejected, UUID, UUID | None]
LONGEST_NUMBER: Final = 200  # of a row in its system: an index holds it
_UNHOLDABLE: Final = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Give a text as the database can hold it: in place of what it cannot a sign for that."""
    return _UNHOLDABLE.sub("\ufffd", text)


async def reject(
    session: WriteSession,
    rejections: list[Refusing],
    *,
    changeset_id: ChangesetId,
    sealer: Sealer,
) -> None:
    """Keep what was not taken in: place, code, repair, and the row itself sealed."""
    frame = pd.DataFrame(
        [
            {
                "source_file_id": file_id,
                "organisation_id": organisation_id,
                "sheet": storable(rejected.place.sheet),
                "row": rejected.place.row,
                "column": rejected.place.column,
                "stated_id": _number_of(rejected),
                "code": rejected.code,
                "message": rejected.message,
                "payload_sealed": sealer.seal(_as_text(rejected)),
                **_would_be(rejected),
                "changeset_id": changeset_id,
            }
            for rejected, file_id, organisation_id in rejections
        ],
        dtype=object,
    )
    if len(frame):
        await insert_frame(session.raw, "rejection", frame, list(frame.columns))


def _would_be(rejected: Rejected) -> dict[str, object]:
    said = rejected.would_be
    return {
        "kind": said and said.kind.value,
        "stated_as_of": said and said.stated_as_of,
        "completeness": said and said.completeness.value,
    }


def _as_text(rejected: Rejected) -> str:
    return storable(json.dumps(dict(rejected.payload), ensure_ascii=False, sort_keys=True))


def _number_of(rejected: Rejected) -> str:
    return storable(rejected.payload.get("external_id", ""))[:LONGEST_NUMBER]


async def reject_again(
    session: WriteSession,
    rejections: list[Refusing],
    *,
    changeset_id: ChangesetId,
    sealer: Sealer,
) -> None:
    """Keep what a system gave that was not taken in; what it gives again stands once.

    A row is known again by its number in the system, in the place and for the reason it had.
    """
    known = (
        await session.raw.fetch(
            "select distinct held.sheet, held.stated_id, held.code"
            " from unnest($1::uuid[], $2::text[], $3::text[], $4::text[])"
            " as found (file_id, sheet, stated_id, code)"
            " join source_file mine on mine.id = found.file_id"
            " join rejection held on held.stated_id = found.stated_id and held.sheet = found.sheet"
            " and held.code = found.code"
            " join source_file theirs on theirs.id = held.source_file_id"
            " and theirs.source_id = mine.source_id where found.stated_id <> ''",
            [file_id for _, file_id, _ in rejections],
            *zip(*(_known_by(rejected) for rejected, _, _ in rejections), strict=True),
        )
        if rejections
        else []
    )
    before = {tuple(row) for row in known}
    fresh = [one for one in rejections if _known_by(one[0]) not in before]
    await reject(session, fresh, changeset_id=changeset_id, sealer=sealer)


async def forgive(
    session: WriteSession, source_id: UUID, taken: Collection[str], *, but: Iterable[Refusing]
) -> None:
    """Forget what earlier reads of a system refused of rows that are taken now, by their numbers.

    Not of those of which something is refused again.
    """
    numbers = set(taken) - {_number_of(rejected) for rejected, _, _ in but}
    await session.raw.execute(FORGIVEN, source_id, [storable(one) for one in numbers])


FORGIVEN: Final = """
delete from rejection r using source_file f
where f.id = r.source_file_id and f.source_id = $1 and r.stated_id = any($2) and r.stated_id <> ''
    and r.kind is not null
"""


def _known_by(rejected: Rejected) -> tuple[str, str, str]:
    return storable(rejected.place.sheet), _number_of(rejected), rejected.code


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What was not taken in, as people see it; the row itself stays sealed."""

    id: int
    file: str
    sheet: str
    row: int | None
    column: str | None
    code: str
    message: str


async def list_refused(database: Database, *, limit: int) -> list[Refused]:
    """Give what was refused last, the newest first."""
    async with database.reading() as session:
        rows = await session.raw.fetch(
            'select r.id, f.name as file, r.sheet, r.row, r."column", r.code, r.message'
            " from rejection r join source_file f on f.id = r.source_file_id"
            " order by r.id desc limit $1",
            limit,
        )
    return [Refused(**dict(row)) for row in rows]
