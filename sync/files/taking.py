"""Pages of files being taken in, each written as evidence in one transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from hub.database import Database, WriteSession
from hub.records import Completeness, Rejected, WouldBe
from sync.evidence.contract import is_aside
from sync.evidence.figures import state_figures
from sync.evidence.lists import ListStatement, state_lists
from sync.evidence.poison import land_sound
from sync.evidence.refusals import Refusing, reject
from sync.evidence.stage import Landed
from sync.files.findings import read_findings, with_findings
from sync.files.given import FileRead, FileReport, joined
from sync.files.headers import Drift
from sync.files.known import (
    Refusal,
    begin,
    count_refused,
    finish,
    forget_refusals,
    refusal_of,
    refused_before,
)
from sync.files.opened import SOURCE_CODE, Intake, Page
from sync.files.poisoned import set_aside
from sync.files.profiles import drifted, keep_profiles
from sync.files.returned import bind


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
