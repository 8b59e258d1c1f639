"""The front room of corrections: a file looked at, given back with what is wrong in it marked."""

import asyncio
from datetime import date
from pathlib import Path
from uuid import UUID

from hub.database import Database
from hub.seal import Sealer
from sync.directory import read_directory
from sync.files.findings import examined
from sync.files.given import FileReport, Given
from sync.files.marked import marks_of, write_marked
from sync.files.opened import SOURCE_CODE
from sync.files.profiles import read_contract, read_profiles
from sync.files.reading import FileReader
from sync.uploads.keeping import opened_upload


async def mark(
    database: Database, given: Given, to: Path, *, sealer: Sealer, today: date
) -> FileReport:
    """Write a file's marked workbook and say what was found; nothing else is written.

    Raises UnreadableTableError for a file that is no table, and for an archive of tables.
    """
    async with database.reading() as session:
        directory = await read_directory(session.raw)
        profiles = await read_profiles(session.raw, SOURCE_CODE, directory, on=today)
        contract = await read_contract(session.raw, SOURCE_CODE)
    reader = FileReader(
        directory=directory, today=today, profiles=profiles, sealer=sealer, contract=contract
    )
    return await asyncio.to_thread(_write, reader, given, to, sealer)


async def mark_upload(
    database: Database, upload_id: UUID, to: Path, *, sealer: Sealer, today: date
) -> FileReport:
    """Do as `mark` for a file that was given over HTTP and is not accepted yet.

    Raises UnknownUploadError where it is not kept.
    """
    async with opened_upload(database, upload_id, sealer, today=today) as given:
        return await mark(database, given, to, sealer=sealer, today=today)


def _write(reader: FileReader, given: Given, to: Path, sealer: Sealer) -> FileReport:
    read = reader.read(given)
    report = examined(read, reader.directory, today=reader.today).report
    write_marked(given.path, to, marks_of(read, report, sealer))
    return report
