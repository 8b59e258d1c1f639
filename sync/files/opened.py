"""Files about to be taken in: what they are read with, and their rows gathered into pages."""

import asyncio
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import pandas as pd

from hub.database import Database, WriteSession
from hub.records import ChangesetId, Rejected
from hub.row_keys import FILES
from hub.seal import Sealer
from sync import changeset
from sync.directory import read_directory
from sync.erasure.keys import Erased, refused
from sync.erasure.known import erased_for
from sync.evidence.landing import landing_of
from sync.files.given import FileRead, FileReport, Given, records_of
from sync.files.known import (
    File,
    context_of,
    print_of,
    recall,
    reports_of,
)
from sync.files.profiles import read_contract, read_profiles
from sync.files.reading import FileReader
from sync.identity import new_id

SOURCE_CODE: Final = FILES
SOURCE_TITLE: Final = "Файлы образовательных организаций"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Files, or portions of them, that are landed together.

    `landing` is what is landed of their rows, None where they have none.
    """

    files: tuple[File, ...]
    reads: tuple[FileRead, ...]
    landing: pd.DataFrame | None
    erased: tuple[tuple[Rejected, UUID, UUID], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Files being taken in: who gives them, what they are read with, and which were known."""

    source_id: UUID
    changeset_id: ChangesetId
    began: datetime
    reader: FileReader
    sealer: Sealer
    erased: Erased
    files: Sequence[File]
    known: Mapping[UUID, FileReport]

    @property
    def unread(self) -> list[File]:
        """Give each file that is to be read once."""
        return list({file.id: file for file in self.files if file.id not in self.known}.values())


async def open_intake(
    database: Database,
    files: Sequence[Given],
    *,
    sealer: Sealer,
    actor: str,
    today: date,
    release: bool,
) -> Intake:
    """Open the changeset, and find which of the files are known already.

    A release is about what files end, so it reads them all.
    """
    async with database.writing() as session:
        source_id = await _source(session)
        directory = await read_directory(session.raw)
        profiles = await read_profiles(session.raw, SOURCE_CODE, directory, on=today)
        contract = await read_contract(session.raw, SOURCE_CODE)
        context = context_of(directory, profiles, contract)
        prints = await asyncio.to_thread(lambda: [print_of(given, context) for given in files])
        recalled = await recall(session.raw, source_id, prints)
        known = [] if release else [file for file in recalled if file.taken_on is not None]
        return Intake(
            source_id=source_id,
            changeset_id=await changeset.begin(session, "IMPORT", actor=actor),
            began=await session.raw.fetchval("select now()"),
            reader=FileReader(
                directory=directory,
                today=today,
                profiles=profiles,
                sealer=sealer,
                contract=contract,
            ),
            sealer=sealer,
            erased=await erased_for(session, source_id, sealer, today=today),
            files=recalled,
            known=await reports_of(session.raw, known),
        )


def pages(intake: Intake, page_rows: int) -> Generator[Page, None, None]:
    """Gather files and portions of files until they hold enough rows to be worth a commit."""
    gathered: list[tuple[File, FileRead]] = []
    for file in intake.unread:
        for read in intake.reader.portions(file.print.given, file.id, rows=page_rows):
            gathered.append((file, read))
            if sum(one.rows for _, one in gathered) >= page_rows:
                yield _page(gathered, intake)
                gathered = []
    if gathered:
        yield _page(gathered, intake)


def _page(gathered: Sequence[tuple[File, FileRead]], intake: Intake) -> Page:
    files, reads = zip(*gathered, strict=True)
    records = records_of(reads)
    if records is None:
        return Page(files=files, reads=reads, landing=None)
    kept, dropped = intake.erased.part(records)
    landing = landing_of(kept, intake.sealer) if len(kept) else None
    return Page(files=files, reads=reads, landing=landing, erased=tuple(refused(dropped)))


async def _source(session: WriteSession) -> UUID:
    """Find the source of school files, or make it."""
    await session.raw.execute(
        "insert into source (id, code, kind, title, brake_share)"
        " values ($1, $2, 'SCHOOL_FILES', $3, 0.1) on conflict (code) do nothing",
        new_id(),
        SOURCE_CODE,
        SOURCE_TITLE,
    )
    found: UUID = await session.raw.fetchval("select id from source where code = $1", SOURCE_CODE)
    return found
