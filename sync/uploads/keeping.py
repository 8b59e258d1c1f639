"""Files given over HTTP, kept: sealed piece by piece with what the check said, and opened again."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final  # a stored report is JSON
from uuid import UUID

import asyncpg

from hub.database import Database, WriteSession
from hub.errors import InputError
from hub.records import Completeness, FileKind
from hub.seal import Sealer
from sync.files.within import organisations_within
from sync.identity import new_id
from sync.intake import Given

CHUNK_BYTES: Final = 1 << 20
UNDONE: Final = "import.undone"  # why a file that was taken in is not any more
CHECKED: Final = "CHECKED"

Json = Any  # a report as it is stored


class UnknownUploadError(InputError):
    """Такого файла нет среди загруженных в вашей области. Загрузите его снова."""

    code = "import.not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A file as it came, and on whose behalf; `client_id` is who gave it."""

    path: Path
    sha256: str
    size: int
    organisation_id: UUID
    client_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A kept file: its id and where it stands; `is_new` unless it was given before."""

    id: UUID
    state: str
    is_new: bool


async def keep(session: WriteSession, received: Received, report: Json, sealer: Sealer) -> Upload:
    """Keep a checked file sealed, a piece of it at a time; given again it is the same upload."""
    raw, name = session.raw, received.path.name
    await session.lock(f"upload:{received.organisation_id}:{received.sha256}")
    known = await raw.fetchrow(
        "select id, state, error_code from upload"
        " where organisation_id = $1 and sha256 = $2 and name = $3",
        received.organisation_id,
        received.sha256,
        name,
    )
    if known is not None:
        is_undone = known["error_code"] == UNDONE
        if known["state"] == CHECKED or is_undone:
            await raw.execute(CHECKED_AGAIN, known["id"], json.dumps(report))
        if is_undone:
            await _keep_content(session, known["id"], received.path, sealer)
        state = CHECKED if is_undone else known["state"]
        return Upload(id=known["id"], state=state, is_new=False)
    upload_id = new_id()
    await raw.execute(
        "insert into upload (id, organisation_id, client_id, name, sha256, size, state, report)"
        " values ($1, $2, $3, $4, $5, $6, 'CHECKED', $7)",
        upload_id,
        received.organisation_id,
        received.client_id,
        name,
        received.sha256,
        received.size,
        json.dumps(report),
    )
    await _keep_content(session, upload_id, received.path, sealer)
    return Upload(id=upload_id, state=CHECKED, is_new=True)


CHECKED_AGAIN: Final = (
    "update upload set report = $2, received_at = now(), state = 'CHECKED', error_code = null,"
    " error_message = null where id = $1"
)


async def _keep_content(session: WriteSession, upload_id: UUID, path: Path, sealer: Sealer) -> None:
    for number, piece in enumerate(_pieces(path)):
        await session.raw.execute(
            "insert into upload_chunk (upload_id, number, sealed) values ($1, $2, $3)",
            upload_id,
            number,
            sealer.seal_bytes(piece),
        )


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(CHUNK_BYTES):
            yield piece


@asynccontextmanager
async def opened_upload(
    database: Database, upload_id: UUID, sealer: Sealer, *, today: date
) -> AsyncIterator[Given]:
    """Lend the content of a given file as it would be taken in; raises UnknownUploadError."""
    async with database.reading() as session:
        held = await session.raw.fetchrow("select * from upload where id = $1", upload_id)
        if held is None or not await session.raw.fetchval(HAS_CONTENT, upload_id):
            raise UnknownUploadError
        within = await organisations_within(session.raw, held["organisation_id"], today=today)
    async with lent(database, held, within, sealer) as given:
        yield given


HAS_CONTENT: Final = "select exists (select from upload_chunk where upload_id = $1)"


@asynccontextmanager
async def lent(
    database: Database, held: asyncpg.Record, within: frozenset[UUID], sealer: Sealer
) -> AsyncIterator[Given]:
    """Lend a kept file, opened, as it would be taken in for the organisations `within`."""
    with TemporaryDirectory(prefix="hub-upload-") as folder:
        path = Path(folder) / held["name"]
        await _open_pieces(database, held["id"], path, sealer)
        yield _given(path, held, within)


def _given(path: Path, held: asyncpg.Record, within: frozenset[UUID]) -> Given:
    return Given(
        path=path,
        kind=FileKind(held["kind"]) if held["kind"] else None,
        period=held["period"],
        stated_as_of=held["stated_as_of"],
        completeness=Completeness(held["completeness"] or Completeness.PARTIAL),
        columns=held["columns"],
        within=within,
    )


async def _open_pieces(database: Database, upload_id: UUID, path: Path, sealer: Sealer) -> None:
    """Write the content of an upload into a file, a piece of it in memory at a time."""
    async with database.reading() as session:
        pieces = session.raw.cursor(
            "select sealed from upload_chunk where upload_id = $1 order by number",
            upload_id,
            prefetch=1,
        )
        with path.open("wb") as stream:
            async for (sealed,) in pieces:
                await asyncio.to_thread(stream.write, sealer.open_bytes(sealed))
