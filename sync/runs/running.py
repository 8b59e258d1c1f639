"""A run of a source: its pages land one by one with the place to go on from, then all is projected."""

from collections import Counter
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

from connectors.catalogue import connector_of
from connectors.client.failure import SourceError
from connectors.protocol import Connector
from hub.database import Database, WriteSession
from hub.seal import Sealer
from hub.settings import SECRETS
from sync import changeset
from sync.brake.holding import close_waiting, count_placed
from sync.changeset import Difference
from sync.directory import read_directory
from sync.erasure.known import erased_for
from sync.evidence.ahead import ahead
from sync.evidence.contract import contract_of
from sync.identity import new_id
from sync.projecting import project
from sync.runs import log as run_log
from sync.runs import run as runs
from sync.runs.heartbeat import beating
from sync.runs.pages import PAGE_ROWS, Reader
from sync.runs.run import Claim, Ending, Mode, Run, RunState
from sync.runs.secret import read_secret
from sync.runs.written import Source, Work, end_reading, write_page

Progress = Callable[[str, int], None]  # is told the station and how many rows have landed
HELD = (
    "Тормоз: организаций, где сразу закончилось бы слишком много записей: {0}. Остальное применено; "
    "проверьте источник и отпустите их или дождитесь полного списка."
)


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
                work = Work(
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


async def _begin_reading(session: WriteSession, code: str, mode: Mode, today: date) -> Source:
    """Lock the source's row and say from where it is read; a read from the beginning is full."""
    row = await session.raw.fetchrow(
        SOURCE,
        code,
    )
    if row is None:
        raise runs.UnknownSourceError
    source = Source(**dict(row))
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


def _connector(source: Source, secrets: Path | None) -> Connector:
    name = source.secret_name
    secret = "" if name is None else read_secret(secrets or SECRETS, name)
    return connector_of(source.kind, source.settings, secret)


async def _read(work: Work, progress: Progress) -> Ending:
    """Write the pages of the read; raises SourceError where the source breaks off."""
    roll: set[UUID] = set()
    reached = work.source.cursor
    progress("landing", 0)
    async with aclosing(ahead(work.reader.pages(work.source.cursor))) as pages:
        async for page in pages:
            roll |= page.roll
            if await write_page(work, page, reached):
                return Ending(state=RunState.CANCELLED)
            reached = page.cursor or reached
            progress("landing", work.counts["rows"])
    await end_reading(work, roll)
    return Ending(
        state=RunState.PARTIAL if work.counts["rejected"] else RunState.SUCCEEDED,
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
