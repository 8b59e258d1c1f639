"""Taking files in: saying what a file would give, and taking it.

`check` reads files and says what was understood; nothing is written. `accept` lands the files page
by page and projects what follows from them.
"""

import asyncio
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from uuid import UUID

import pandas as pd

from hub.access import see_as
from hub.database import Database, WriteSession
from hub.records import ChangesetId, Rejected
from hub.row_keys import FILES
from hub.seal import Sealer
from sync import changeset
from sync.ahead import ahead
from sync.brake import Passing
from sync.changeset import Difference
from sync.directory import read_directory
from sync.doubts import doubts, read_standing
from sync.files import File, begin, context_of, finish, print_of, recall, reports_of
from sync.findings import examined, read_findings, with_findings
from sync.headers import Drift
from sync.identity import new_id
from sync.lists import state_lists
from sync.pipeline import project
from sync.profiles import drifted, keep_profiles, read_profiles
from sync.reading import FileRead, FileReport, Given, read_file, records_of
from sync.returned import bind
from sync.stage import Landed, land, landing_of, reject, state_figures

__all__ = ["Accepted", "FileReport", "Given", "accept", "check"]

SOURCE_CODE = FILES
SOURCE_TITLE = "Файлы образовательных организаций"
PAGE_ROWS = 2_500
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What accepting files did; no records, versions and projections where all was known."""

    changeset_id: ChangesetId
    files: tuple[FileReport, ...]
    records: int
    versions: int
    projected: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Files that are landed together, and what is landed of their rows; None where they have none."""

    files: tuple[File, ...]
    reads: tuple[FileRead, ...]
    landing: pd.DataFrame | None


async def check(
    database: Database,
    files: Sequence[Given],
    *,
    today: date,
    sealer: Sealer | None = None,
    owner: UUID | None = None,
) -> list[FileReport]:
    """Say what each file holds, what in it cannot be taken and what is unclear; writes nothing.

    The web's role looks as the `owner` of the files and sees the people of that scope. Without a
    sealer the keys of a returned template are not looked at.
    """
    async with database.reading() as session:
        directory = await read_directory(session.raw)
        profiles = await read_profiles(session.raw, SOURCE_CODE, directory, on=today)
    reads = [
        read_file(given, directory, today=today, profiles=profiles, sealer=sealer)
        for given in files
    ]
    looked = [examined(read, directory, today=today) for read in reads]
    async with database.reading() as session:
        if owner is not None:
            await see_as(session, owner)
        found = await drifted(session.raw, SOURCE_CODE, [read.shapes for read in reads])
        standing = [await read_standing(session.raw, one.cards) for one in looked]
    return [
        replace(
            one.report,
            drift=drift,
            questions=doubts(one.cards, known, file=one.report.name),
        )
        for one, drift, known in zip(looked, found, standing, strict=True)
    ]


async def accept(  # noqa: PLR0913 - who gives what and how, each by name
    database: Database,
    files: Sequence[Given],
    *,
    sealer: Sealer,
    actor: str,
    today: date,
    page_rows: int = PAGE_ROWS,
    release: bool = False,
    progress: Progress = lambda _station, _done: None,
) -> Accepted:
    """Take files in as one changeset and write what follows from them.

    Evidence is committed in pages of whole files that hold about `page_rows` rows. One run of the
    source at a time: raises ConflictError while another is at work. The same files again change
    nothing and are not read again. With `release` the person who gives the files answers for what
    they end: the brake lets their organisations pass.
    """
    async with database.holding(f"source:{SOURCE_CODE}"):
        async with database.writing() as session:
            source_id = await _source(session)
            directory = await read_directory(session.raw)
            profiles = await read_profiles(session.raw, SOURCE_CODE, directory, on=today)
            changeset_id = await changeset.begin(session, "IMPORT", actor=actor)
            began = await session.raw.fetchval("select now()")
            context = context_of(directory, profiles)
            prints = await asyncio.to_thread(lambda: [print_of(given, context) for given in files])
            recalled = await recall(session.raw, source_id, prints)
            known = [] if release else [file for file in recalled if file.taken_on is not None]
            reports = await reports_of(session.raw, known)
        listed: set[UUID] = set()
        records = versions = 0
        read = partial(
            read_file, directory=directory, today=today, profiles=profiles, sealer=sealer
        )
        unread = {file.id: file for file in recalled if file.id not in reports}.values()
        pages = _pages(
            ((file, read(file.print.given, file_id=file.id)) for file in unread),
            sealer,
            page_rows=page_rows,
        )
        async with aclosing(ahead(pages)) as ready:
            async for page in ready:
                async with database.writing() as session:
                    landed = await _land(session, page, source_id, changeset_id, sealer, today)
                    drift = await _keep_shapes(session, page, source_id, began)
                records, versions = records + landed.records, versions + landed.versions
                listed |= {one.organisation_id for read in page.reads for one in read.lists}
                reports |= {
                    read.file_id: replace(read.report(), drift=changed)
                    for read, changed in zip(page.reads, drift, strict=True)
                }
                progress("landing", len(reports))
        projected = await project(
            database,
            changeset_id,
            sealer=sealer,
            today=today,
            passing=Passing(
                actor=actor,
                units=frozenset((source_id, unit) for unit in listed if release),
            ),
            progress=lambda station: progress(station, len(reports)),
        )
    async with database.reading() as reading:
        found = await read_findings(reading, [file.id for file in unread])
    return Accepted(
        changeset_id=changeset_id,
        files=tuple(with_findings(reports[file.id], found.get(file.id, [])) for file in recalled),
        records=records,
        versions=versions,
        projected=projected,
    )


def _pages(
    reads: Iterable[tuple[File, FileRead]], sealer: Sealer, *, page_rows: int
) -> Generator[Page, None, None]:
    """Group files so that a page holds enough rows to be worth a commit."""
    gathered: list[tuple[File, FileRead]] = []
    for one in reads:
        gathered.append(one)
        if sum(read.rows for _, read in gathered) >= page_rows:
            yield _page(gathered, sealer)
            gathered = []
    if gathered:
        yield _page(gathered, sealer)


def _page(gathered: Sequence[tuple[File, FileRead]], sealer: Sealer) -> Page:
    files, reads = zip(*gathered, strict=True)
    records = records_of(reads)
    landing = None if records is None else landing_of(records, sealer)
    return Page(files=files, reads=reads, landing=landing)


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


async def _land(
    session: WriteSession,
    page: Page,
    source_id: UUID,
    changeset_id: ChangesetId,
    sealer: Sealer,
    today: date,
) -> Landed:
    """Write a page of files as evidence: who gave what, the records, the lists, the refusals."""
    reads = page.reads
    await begin(session.raw, source_id, page.files, changeset_id=changeset_id)
    landed = Landed(records=0, versions=0)
    if page.landing is not None:
        landed = await land(session, page.landing, source_id=source_id, changeset_id=changeset_id)
        bindings = [binding for read in reads for binding in read.bindings]
        await bind(session, bindings, source_id=source_id, changeset_id=changeset_id)
    lists = [given for read in reads for given in read.lists]
    await state_lists(session, lists, changeset_id=changeset_id)
    figures = [figure for read in reads for figure in read.figures]
    await state_figures(session, figures, changeset_id=changeset_id)
    refused: list[tuple[Rejected, UUID, UUID | None]] = [
        (rejected, read.file_id, None) for read in reads for rejected in read.rejected
    ]
    await reject(session, refused, changeset_id=changeset_id, sealer=sealer)
    await finish(session.raw, zip(page.files, reads, strict=True), today=today)
    return landed


async def _keep_shapes(
    session: WriteSession, page: Page, source_id: UUID, began: datetime
) -> list[tuple[Drift, ...]]:
    """Remember the page's headers, and say for each file what changed since before this run."""
    files = [read.shapes for read in page.reads]
    changed = await drifted(session.raw, SOURCE_CODE, files, before=began)
    await keep_profiles(session.raw, source_id, (shape for file in files for shape in file))
    return changed
