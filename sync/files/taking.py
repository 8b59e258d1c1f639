"""Files being taken in: read ahead in portions, each page written as evidence in one transaction."""

import asyncio
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

import pandas as pd

from hub.database import Database, WriteSession
from hub.records import ChangesetId, Completeness, Rejected, WouldBe
from hub.row_keys import FILES
from hub.seal import Sealer
from sync import changeset
from sync.directory import read_directory
from sync.erasure.keys import Erased, refused
from sync.erasure.known import erased_for
from sync.evidence.contract import is_aside
from sync.evidence.figures import state_figures
from sync.evidence.landing import landing_of
from sync.evidence.lists import ListStatement, state_lists
from sync.evidence.poison import land_sound
from sync.evidence.refusals import Refusing, reject
from sync.evidence.stage import Landed
from sync.files.findings import read_findings, with_findings
from sync.files.headers import Drift
from sync.files.known import (
    File,
    Refusal,
    begin,
    context_of,
    count_refused,
    finish,
    forget_refusals,
    print_of,
    recall,
    refusal_of,
    refused_before,
    reports_of,
)
from sync.files.poisoned import set_aside
from sync.files.profiles import drifted, keep_profiles, read_contract, read_profiles
from sync.files.reading import FileRead, FileReader, FileReport, Given, joined, records_of
from sync.files.returned import bind
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


@dataclass(slots=True, kw_only=True)
class Taken:
    """What has landed so far; reports by file, one for each portion.

    Of an `unsound` file a row was kept aside: its lists leave nobody out.
    """

    records: int = 0
    versions: int = 0
    listed: set[UUID] = field(default_factory=set)
    reports: dict[UUID, list[FileReport]] = field(default_factory=dict)
    unsound: set[UUID] = field(default_factory=set)


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


async def take(database: Database, intake: Intake, page: Page, taken: Taken) -> None:
    """Write a page and add to what has been taken."""

    async def written(
        session: WriteSession,
    ) -> tuple[Landed, list[Refusing], dict[UUID, list[FileReport]]]:
        before = await refused_before(session.raw, page.files)
        landed, poisoned = await _land(session, intake, page, taken.unsound, before)
        drift = await _keep_shapes(session, page, intake.source_id, intake.began)
        reports: dict[UUID, list[FileReport]] = {}
        for read, changed in zip(page.reads, drift, strict=True):
            earlier = taken.reports.get(read.file_id, ())
            reports.setdefault(read.file_id, [*earlier]).append(_report(read, changed, poisoned))
        await forget_refusals(session.raw, _forgiven(page, reports, before))
        return landed, poisoned, reports

    landed, poisoned, reports = await database.lasting(written)
    taken.records += landed.records
    taken.versions += landed.versions
    taken.listed |= {one.organisation_id for read in page.reads for one in read.lists}
    taken.unsound |= {*(file_id for _, file_id, _ in poisoned), *_not_as_promised(page.reads)}
    taken.reports |= reports


def _not_as_promised(reads: Iterable[FileRead]) -> set[UUID]:
    """Name the files of which a row was kept aside: they broke what was promised."""
    return {read.file_id for read in reads if any(map(is_aside, read.rejected))}


def _report(read: FileRead, drift: tuple[Drift, ...], poisoned: Sequence[Refusing]) -> FileReport:
    report = read.report()
    aside = [one for one, file_id, _ in poisoned if file_id == read.file_id]
    return replace(report, drift=drift, rejected=(*report.rejected, *aside))


def _forgiven(
    page: Page, reports: Mapping[UUID, Sequence[FileReport]], before: set[Refusal]
) -> set[Refusal]:
    """Give what earlier readings refused and this one, now at its end, does not."""
    whole = [read.file_id for read in page.reads if read.is_last]
    refused = {
        refusal_of(file_id, rejected)
        for file_id in whole
        for report in reports[file_id]
        for rejected in report.rejected
    }
    return {one for one in before - refused if one[0] in whole}


async def reported(database: Database, intake: Intake, taken: Taken) -> tuple[FileReport, ...]:
    """Report each given file, with what the stations found in its cells."""
    async with database.reading() as session:
        found = await read_findings(session, list(taken.reports))
    reports = {
        file_id: with_findings(joined(portions), found.get(file_id, []))
        for file_id, portions in taken.reports.items()
    }
    return tuple(intake.known.get(file.id) or reports[file.id] for file in intake.files)


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
    intake: Intake,
    page: Page,
    unsound: Collection[UUID],
    before: Collection[Refusal],
) -> tuple[Landed, list[Refusing]]:
    """Write a page as evidence: who gave what, the records, the lists, the new refusals.

    Gives as well the rows that the database refused; those of `unsound` files it did before.
    """
    reads, changeset_id = page.reads, intake.changeset_id
    whole = list(zip(page.files, reads, strict=True))
    fresh = [file for file, read in whole if read.is_first]
    await begin(session.raw, intake.source_id, fresh, changeset_id=changeset_id)
    landed, poisoned = await _land_rows(session, intake, page)
    unsound = {*unsound, *(file_id for _, file_id, _ in poisoned), *_not_as_promised(reads)}
    lists = [given for read in reads if read.is_last for given in read.lists]
    lists = [_softened(given) if given.source_file_id in unsound else given for given in lists]
    await state_lists(session, lists, changeset_id=changeset_id)
    figures = [figure for read in reads for figure in read.figures]
    await state_figures(session, figures, changeset_id=changeset_id)
    not_taken: list[Refusing] = [
        _placed(rejected, read)
        for read in reads
        for rejected in read.rejected
        if refusal_of(read.file_id, rejected) not in before
    ]
    not_taken += page.erased
    not_taken += [one for one in poisoned if refusal_of(one[1], one[0]) not in before]
    await reject(session, not_taken, changeset_id=changeset_id, sealer=intake.sealer)
    await finish(session.raw, whole, today=intake.reader.today)
    await count_refused(session.raw, [file_id for _, file_id, _ in poisoned])
    return landed, poisoned


async def _land_rows(
    session: WriteSession, intake: Intake, page: Page
) -> tuple[Landed, list[Refusing]]:
    """Write the page's records; gives those that the database refused as well."""
    if page.landing is None:
        return Landed(records=0, versions=0), []
    source_id, changeset_id = intake.source_id, intake.changeset_id
    landed, poisons = await land_sound(
        session, page.landing, source_id=source_id, changeset_id=changeset_id
    )
    bindings = [binding for read in page.reads for binding in read.bindings]
    await bind(session, bindings, source_id=source_id, changeset_id=changeset_id)
    names = {file.id: file.print.given.path.name for file in page.files}
    return landed, set_aside(poisons, [one for read in page.reads for one in read.listed], names)


def _softened(given: ListStatement) -> ListStatement:
    return replace(given, completeness=Completeness.PARTIAL)


async def _keep_shapes(
    session: WriteSession, page: Page, source_id: UUID, began: datetime
) -> list[tuple[Drift, ...]]:
    """Remember the page's headers, and say for each file what changed since before this run."""
    files = [read.shapes for read in page.reads]
    changed = await drifted(session.raw, SOURCE_CODE, files, before=began)
    await keep_profiles(session.raw, source_id, (shape for file in files for shape in file))
    return changed


def _placed(rejected: Rejected, read: FileRead) -> Refusing:
    """Say whose a refused row is and what it would have been, where its table leaves no doubt."""
    beside = [one for one in read.listed if rejected.place.sheet in set(one.frame["sheet"])]
    owners = {owner for one in beside for owner in one.organisations}
    owner = next(iter(owners)) if len(owners) == 1 else None
    if rejected.would_be is None and rejected.place.row and rejected.payload and beside:
        would_be = WouldBe(
            kind=beside[0].kind,
            stated_as_of=beside[0].stated_as_of,
            completeness=read.given.completeness,
        )
        rejected = replace(rejected, would_be=would_be)
    is_stranger = rejected.code == "row.unknown_organisation"
    return rejected, read.file_id, None if is_stranger else owner
