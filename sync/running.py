"""A run of a source: its pages land one by one with the place to go on from, then all is projected."""

from collections import Counter
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from connectors.catalogue import connector_of
from connectors.client.failure import SourceError
from connectors.protocol import Connector
from hub.database import Database, WriteSession
from hub.freshness import heard
from hub.records import ChangesetId, Completeness, FileKind
from hub.seal import Sealer
from hub.settings import SECRETS
from sync import changeset
from sync.brake.holding import close_waiting, count_placed
from sync.changeset import Difference
from sync.directory import read_directory
from sync.erasure.known import erased_for
from sync.evidence.ahead import ahead
from sync.evidence.contract import contract_of
from sync.evidence.figures import state_figures
from sync.evidence.lists import ListStatement, state_lists
from sync.evidence.poison import land_sound
from sync.evidence.refusals import Refusing, forgive, reject_again
from sync.evidence.stage import Landed
from sync.files.poisoned import set_aside
from sync.identity import new_id
from sync.mentoring.claims import academic_year
from sync.projecting import project
from sync.runs import log as run_log
from sync.runs import run as runs
from sync.runs.heartbeat import beating
from sync.runs.pages import PAGE_ROWS, Page, Reader
from sync.runs.run import Claim, Ending, Mode, Run, RunState
from sync.runs.secret import read_secret

Progress = Callable[[str, int], None]  # is told the station and how many rows have landed
HELD = (
    "Тормоз: организаций, где сразу закончилось бы слишком много записей: {0}. Остальное применено; "
    "проверьте источник и отпустите их или дождитесь полного списка."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """A source as its row says when a run begins."""

    id: UUID
    code: str
    kind: str
    title: str
    settings: dict[str, object]
    contract: dict[str, dict[str, object]]
    secret_name: str | None
    cursor: str | None
    full_since: date | None
    has_refused: bool  # whether an earlier read kept rows aside


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """A run at work: what its pages are written with."""

    database: Database
    source: _Source
    claim: Claim
    changeset_id: ChangesetId
    reader: Reader
    counts: Counter[str]


async def run_source(  # noqa: PLR0913 - a run needs all of it, each by name
    database: Database,
    code: str,
    *,
    sealer: Sealer,
    today: date,
    actor: str,
    mode: Mode = Mode.CHANGES,
    run_id: UUID | None = None,
    connector: Connector | None = None,
    secrets: Path | None = None,
    page_rows: int = PAGE_ROWS,
    progress: Progress = lambda _station, _rows: None,
) -> Run:
    """Read a source and write what follows from it; answers the run as it ended.

    A read that broke off goes on from the last page written; FULL begins anew unless a full read
    broke off. What lands before a source breaks off stays and is projected, and the run says who
    repairs the rest. `run_id` names a run that was asked for; `connector` reads instead of what
    the source's settings say. One run of a source at a time: raises ConflictError while another
    is at work.
    """
    async with database.holding(f"source:{code}"):
        async with database.writing() as session:
            run_id = run_id or await runs.request(session, code, mode=mode, actor=actor)
            source = await _begin_reading(session, code, mode, today)
            directory = await read_directory(session.raw)
            erased = await erased_for(session, source.id, sealer, today=today)
            changeset_id = await changeset.begin(session, "SYNC", actor=actor)
            claim = await runs.begin(session, run_id, changeset_id=changeset_id)
            await run_log.begun(session, run_id, is_resumed=source.cursor is not None)
        async with beating(database, claim):
            counts: Counter[str] = Counter()
            try:
                reader = Reader(
                    connector=connector or _connector(source, secrets),
                    directory=directory,
                    sealer=sealer,
                    source_file_id=new_id(),
                    today=today,
                    page_rows=page_rows,
                    erased=erased,
                    contract=contract_of(source.contract),
                )
                work = _Work(
                    database=database,
                    source=source,
                    claim=claim,
                    changeset_id=changeset_id,
                    reader=reader,
                    counts=counts,
                )
                ending = await _read(work, progress)
            except SourceError as error:
                ending = Ending(
                    state=RunState.FAILED,
                    failure=error.failure,
                    error_code=error.reason,
                    message=error.message,
                )
            difference = await project(
                database,
                changeset_id,
                sealer=sealer,
                today=today,
                progress=lambda station: progress(station, counts["rows"]),
            )
        return await _finish(database, source.id, claim, ending, counts, difference)


async def _begin_reading(session: WriteSession, code: str, mode: Mode, today: date) -> _Source:
    """Lock the source's row and say from where it is read; a read from the beginning is full."""
    row = await session.raw.fetchrow(
        SOURCE,
        code,
    )
    if row is None:
        raise runs.UnknownSourceError
    source = _Source(**dict(row))
    if source.cursor is None or (mode is Mode.FULL and source.full_since is None):
        source = replace(source, cursor=None, full_since=today)
        await session.raw.execute(
            "update source set cursor = null, full_since = $2 where id = $1", source.id, today
        )
    return source


SOURCE = """
select id, code, kind, title, settings, contract, secret_name, cursor, full_since, exists (
    select from rejection r join source_file f on f.id = r.source_file_id
    where f.source_id = source.id and r.kind is not null) as has_refused
from source where code = $1 for update
"""


def _connector(source: _Source, secrets: Path | None) -> Connector:
    name = source.secret_name
    secret = "" if name is None else read_secret(secrets or SECRETS, name)
    return connector_of(source.kind, source.settings, secret)


async def _read(work: _Work, progress: Progress) -> Ending:
    """Write the pages of the read; raises SourceError where the source breaks off."""
    roll: set[UUID] = set()
    reached = work.source.cursor
    progress("landing", 0)
    async with aclosing(ahead(work.reader.pages(work.source.cursor))) as pages:
        async for page in pages:
            roll |= page.roll
            if await _write(work, page, reached):
                return Ending(state=RunState.CANCELLED)
            reached = page.cursor or reached
            progress("landing", work.counts["rows"])
    await _end_reading(work, roll)
    return Ending(
        state=RunState.PARTIAL if work.counts["rejected"] else RunState.SUCCEEDED,
    )


async def _write(work: _Work, page: Page, reached: str | None) -> bool:
    """Write a page with the place behind it; answers whether the run is asked to end.

    Raises LostRunError where the place before it is not the one that was `reached`: another run
    wrote, or the database came back without what it had said was kept.
    """

    async def written(session: WriteSession) -> tuple[Counter[str], bool]:
        landed, refused = Landed(records=0, versions=0), 0
        if page.is_evidence:
            await _keep_provenance(session, work, rows=page.rows, rejected=len(page.rejected))
            landed, refused = await _land(session, work, page)
        if not await session.raw.fetchval(
            "update source set cursor = coalesce($2, cursor),"
            " full_since = case when $3 then least(full_since, $4::date) end"
            " where id = $1 and cursor is not distinct from $5 returning true",
            work.source.id,
            page.cursor,
            page.is_whole and not refused,
            page.earliest,
            reached,
        ):
            raise runs.LostRunError
        counts = Counter(work.counts)
        counts.update(
            rows=page.rows,
            records=landed.records,
            versions=landed.versions,
            figures=len(page.figures),
            rejected=len(page.rejected) + refused,
            pages=1,
        )
        await run_log.landed(session, work.claim.run_id, counts)
        return counts, await runs.beat(session, work.claim, counts)

    counts, is_asked = await work.database.lasting(written)
    work.counts.clear()
    work.counts.update(counts)
    return is_asked


async def _keep_provenance(session: WriteSession, work: _Work, *, rows: int, rejected: int) -> None:
    """Name what the run read, once and only if it read anything."""
    await session.raw.execute(
        "insert into source_file (id, source_id, name, size, rows, rejected, changeset_id)"
        " values ($1, $2, $3, 0, $4, $5, $6) on conflict (id) do update"
        " set rows = source_file.rows + excluded.rows,"
        " rejected = source_file.rejected + excluded.rejected",
        work.reader.source_file_id,
        work.source.id,
        work.source.title,
        rows,
        rejected,
        work.changeset_id,
    )


async def _land(session: WriteSession, work: _Work, page: Page) -> tuple[Landed, int]:
    """Write a page's evidence; gives how many of its rows the database refused as well."""
    file_id = work.reader.source_file_id
    landed, refused = await _land_rows(session, work, page)
    if refused:
        await _keep_provenance(session, work, rows=0, rejected=len(refused))
    await state_lists(session, page.lists, changeset_id=work.changeset_id)
    await state_figures(session, list(page.figures), changeset_id=work.changeset_id)
    aside = [(rejected, file_id, organisation) for rejected, organisation in page.rejected]
    if work.source.has_refused:
        await forgive(session, work.source.id, _numbers(page), but=aside + refused)
    await reject_again(
        session, aside + refused, changeset_id=work.changeset_id, sealer=work.reader.sealer
    )
    return landed, len(refused)


def _numbers(page: Page) -> set[str]:
    """Give the numbers that the rows of a page bear in their system."""
    frames = (one.frame for one in page.listed if "external_id" in one.frame)
    return {str(number) for frame in frames for number in frame["external_id"] if number}


async def _land_rows(
    session: WriteSession, work: _Work, page: Page
) -> tuple[Landed, list[Refusing]]:
    if page.landing is None:
        return Landed(records=0, versions=0), []
    landed, poisons = await land_sound(
        session,
        page.landing,
        source_id=work.source.id,
        changeset_id=work.changeset_id,
        stated_at=datetime.now(UTC),
    )
    names = {work.reader.source_file_id: work.source.title}
    return landed, set_aside(poisons, page.listed, names)


async def _end_reading(work: _Work, roll: set[UUID]) -> None:
    """Close the read; one that was full and whole says of each organisation who is there."""
    async with work.database.writing() as session:
        since = await session.raw.fetchval(
            "select full_since from source where id = $1 for update", work.source.id
        )
        await runs.beat(session, work.claim)
        await heard(session, work.source.id, on=work.reader.today)
        if since is None:
            return
        await session.raw.execute(
            "update source set full_since = null where id = $1", work.source.id
        )
        if roll:
            work.counts["lists"] = len(roll)
            await _keep_provenance(session, work, rows=0, rejected=0)
            lists = [_list(work, organisation, since) for organisation in sorted(roll)]
            await state_lists(session, lists, changeset_id=work.changeset_id)


def _list(work: _Work, organisation: UUID, since: date) -> ListStatement:
    return ListStatement(
        organisation_id=organisation,
        kind=FileKind.STAFF,
        stated_as_of=since,
        academic_year=academic_year(since),
        completeness=Completeness.FULL,
        source_file_id=work.reader.source_file_id,
    )


async def _finish(
    database: Database,
    source_id: UUID,
    claim: Claim,
    ending: Ending,
    counts: Counter[str],
    difference: Difference,
) -> Run:
    """Write how the run ended; while the brake holds a unit of the source it waits."""
    aside = difference.set_aside
    counts.update(people=difference.people, mentorships=difference.mentorships, rejected=aside)
    if aside and ending.state is RunState.SUCCEEDED:
        ending = replace(ending, state=RunState.PARTIAL)
    async with database.writing() as session:
        held = await count_placed(session, source_id)
        counts["held"] = held
        if held and ending.state in (RunState.SUCCEEDED, RunState.PARTIAL):
            ending = Ending(state=RunState.WAITING, message=HELD.format(held))
        await runs.finish(session, claim, ending, counts)
        await run_log.ended(
            session, claim.run_id, ending.state, ending.error_code, ending.message, counts
        )
        await close_waiting(session)
    run = await runs.read_run(database, claim.run_id)
    if run is None:
        raise runs.LostRunError
    return run
