"""A page of a run written: its evidence, the place behind it and the counts in one transaction."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from connectors.client.failure import SourceTransientError
from hub.database import Database, WriteSession
from hub.freshness import heard
from hub.records import ChangesetId, Completeness, FileKind
from sync.evidence.figures import state_figures
from sync.evidence.lists import ListStatement, state_lists
from sync.evidence.poison import land_sound
from sync.evidence.refusals import Refusing, forgive, reject_again
from sync.evidence.stage import Landed
from sync.files.poisoned import set_aside
from sync.mentoring.claims import academic_year
from sync.runs import log as run_log
from sync.runs import run as runs
from sync.runs.pages import Page, Reader
from sync.runs.run import Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
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
class Work:
    """A run at work: what its pages are written with."""

    database: Database
    source: Source
    claim: Claim
    changeset_id: ChangesetId
    reader: Reader
    counts: Counter[str]


async def write_page(work: Work, page: Page, reached: str | None) -> bool:
    """Write a page with the place behind it; answers whether the run is asked to end.

    Raises LostRunError where the place before it is not the one that was `reached`: another run
    wrote, or the database came back without what it had said was kept. Raises SourceTransientError
    where the source is read otherwise by now, so that no page is read by what was true before.
    """

    async def written(session: WriteSession) -> tuple[Counter[str], bool]:
        await _at(session, work, reached)
        landed, refused = Landed(records=0, versions=0), 0
        if page.is_evidence:
            await _keep_provenance(session, work, rows=page.rows, rejected=len(page.rejected))
            landed, refused = await _land(session, work, page)
        await session.raw.execute(
            "update source set cursor = coalesce($2, cursor),"
            " full_since = case when $3 then least(full_since, $4::date) end where id = $1",
            work.source.id,
            page.cursor,
            page.is_whole and not refused,
            page.earliest,
        )
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


async def _at(session: WriteSession, work: Work, reached: str | None) -> None:
    """Lock the source where this run left it, so that what follows is written once."""
    held = await session.raw.fetchrow(
        "select s.cursor, s.settings, exists (select from sync_run r where r.id = $2"
        " and r.claim = $3 and r.state = 'RUNNING') as is_ours"
        " from source s where s.id = $1 for update of s",
        work.source.id,
        work.claim.run_id,
        work.claim.number,
    )
    if held is None or not held["is_ours"]:
        raise runs.LostRunError
    if held["settings"] != work.source.settings:
        raise SourceTransientError(
            "Настройки источника изменились, пока он читался. Прочитанное до этого осталось; хаб "
            "прочтёт его по-новому сам.",
            code="source.changed",
        )
    if held["cursor"] != reached:
        raise runs.LostRunError


async def end_reading(work: Work, roll: set[UUID]) -> None:
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


async def _keep_provenance(session: WriteSession, work: Work, *, rows: int, rejected: int) -> None:
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


async def _land(session: WriteSession, work: Work, page: Page) -> tuple[Landed, int]:
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
    session: WriteSession, work: Work, page: Page
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


def _list(work: Work, organisation: UUID, since: date) -> ListStatement:
    return ListStatement(
        organisation_id=organisation,
        kind=FileKind.STAFF,
        stated_as_of=since,
        academic_year=academic_year(since),
        completeness=Completeness.FULL,
        source_file_id=work.reader.source_file_id,
    )
