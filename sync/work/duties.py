"""The job table: which name in the queue is which function, and how its end is told."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final
from uuid import UUID

import asyncpg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from connectors.client.failure import Failure, SourceError, SourceTransientError
from hub import jobs
from hub.clock import today_in
from hub.coverage.rollup import JOB, refresh_rollup
from hub.database import Database
from hub.errors import ConflictError, DatabaseError, HubError
from hub.records import ChangesetId
from hub.seal import Sealer
from hub.settings import Settings
from sync.region import Region

if TYPE_CHECKING:
    from sync.runs.run import Mode, Run

SYNC: Final = "sync.run"
ROLLUP: Final = JOB
FEED: Final = "feed.keep"
REDRIVE: Final = "push.redrive"
RANKS: Final = "ranks.obey"
DESCRIBED: Final = "source add"  # the command that changes ranks
IN_LINE_S: Final = 600.0  # how long an accepted file waits for those before it
LOOK_AGAIN_S: Final = 0.5
INTERNAL: Final = "internal"
# What a statement raises when the database is away, and what else a database may say.
DATABASE_TROUBLE: Final = (
    DatabaseError,
    OSError,
    SQLAlchemyError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
)
# Classes of SQLSTATE: connection, rollback (deadlocks), resources, locks, operator's intervention.
OF_THE_MOMENT: Final = ("08", "40", "53", "55", "57")


class StoppedError(HubError):
    """Работника остановили: работа вернётся в очередь и пойдёт с последнего записанного места."""

    code = "worker.stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a duty works with. `stop` is set when the worker was told to stop."""

    database: Database
    settings: Settings
    stop: asyncio.Event

    @property
    def sealer(self) -> Sealer:
        """Give the region's keys; raises ConfigError when they are missing."""
        return Sealer.from_file(self.settings.keys)

    @property
    def today(self) -> date:
        """Give the day by the region's clock."""
        return today_in(self.settings.zone)

    def go_on(self, _station: str = "", _done: int = 0) -> None:
        """Raise StoppedError between two pieces of work once the worker was told to stop."""
        if self.stop.is_set():
            raise StoppedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a duty ended: with no failure it is done, else who repairs it and by what code."""

    failure: Failure | None = None
    code: str = ""
    retry_after_s: float = 0.0


Duty = Callable[[Bench, Mapping[str, str]], Awaitable[Ended]]


async def sync_run(bench: Bench, payload: Mapping[str, str]) -> Ended:
    """Read the source whose run was asked for; a run that has ended is left alone.

    A job may be given twice, since a worker that died may have done it: its work is done once.
    """
    from sync.runs.run import RunState, read_run

    run = await read_run(bench.database, UUID(payload["run"]))
    if run is None or run.state not in {RunState.QUEUED, RunState.RUNNING, RunState.FAILED}:
        return Ended()
    run = await read_source_here(bench, run.source_code, mode=run.mode, run=run)
    return Ended(failure=run.failure, code=run.error_code or "")


async def read_source_here(
    bench: Bench, code: str, *, mode: "Mode", run: "Run | None" = None, actor: str = ""
) -> "Run":
    """Read a source in this process, for the run that was asked for or a new one."""
    from sync.runs.running import run_source

    return await run_source(
        bench.database,
        code,
        sealer=bench.sealer,
        today=bench.today,
        actor=run.actor if run else actor,
        mode=mode,
        run_id=run.id if run else None,
        secrets=bench.settings.secrets_dir,
        page_rows=bench.settings.page_rows,
        progress=bench.go_on,
    )


async def rollup_refresh(bench: Bench, payload: Mapping[str, str]) -> Ended:
    """Count anew what changes have made old; stops between the answers of two authorities."""
    del payload  # the database says what is to be done
    while (await refresh_rollup(bench.database, today=bench.today, go_on=bench.go_on)).authorities:
        bench.go_on()  # changes that landed meanwhile found this job in the queue and put in none
    return Ended()


async def feed_keep(bench: Bench, payload: Mapping[str, str]) -> Ended:
    """Announce who came into sight or out of it by date; drop events and messages too old to keep."""
    from hub.webhooks.forgetting import forget_deliveries
    from sync.feed.keeping import announce_turn, forget_events

    del payload
    await announce_turn(bench.database, today=bench.today)
    await forget_events(bench.database, days=bench.settings.feed_days)
    await forget_deliveries(bench.database, today=bench.today)
    return Ended()


async def push_redrive(bench: Bench, payload: Mapping[str, str]) -> Ended:
    """Take further what waited for an organisation which is known by now: cards, refused rows."""
    from sync.push.cards import Counter, redrive
    from sync.refused import redriving

    del payload
    settings = bench.settings
    counter = Counter(database=bench.database, sealer=bench.sealer, zone=settings.zone)
    await redrive(counter)
    await redriving.redrive(bench.database, Region.now(bench.sealer, settings.zone))
    return Ended()


async def import_accept(bench: Bench, payload: Mapping[str, str]) -> Ended:
    """Take in the file that was accepted; one that is taken in already is left alone.

    Files are taken in one after another: who comes while another is at work waits here, since to
    come again later would be to come last.
    """
    from sync.uploads.accepting import accept_upload

    deadline = asyncio.get_running_loop().time() + IN_LINE_S
    while True:
        try:
            await accept_upload(
                bench.database,
                UUID(payload["upload"]),
                sealer=bench.sealer,
                today=bench.today,
                progress=bench.go_on,
            )
        except ConflictError:
            bench.go_on()
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(LOOK_AGAIN_S)
        else:
            return Ended()


async def review_obey(bench: Bench, payload: Mapping[str, str]) -> Ended:
    """Project what people said of who is whom; nothing is done where it was obeyed already."""
    from sync.projecting import obey_waiting

    del payload  # the database says what waits
    await obey_waiting(bench.database, sealer=bench.sealer, today=bench.today)
    return Ended()


async def ranks_obey(bench: Bench, payload: Mapping[str, str]) -> Ended:
    """Choose anew whom changed ranks concern; nothing is done where a run has done it already."""
    from sync.projecting import obey_ranks

    del payload  # the records say that they wait
    await obey_ranks(bench.database, sealer=bench.sealer, today=bench.today, actor=DESCRIBED)
    return Ended()


async def law_due(bench: Bench, payload: Mapping[str, str]) -> Ended:
    """Block what is demanded to go, destroy what is due, tell partners whom they see no longer."""
    from sync.erasure.erasing import Keeper, do_due
    from sync.feed.transfers import announce_transfers

    del payload  # the register says what is due
    keeper = Keeper(
        database=bench.database, sealer=bench.sealer, today=bench.today, actor="schedule"
    )
    await announce_transfers(bench.database, today=bench.today)
    await do_due(keeper, go_on=bench.go_on)
    return Ended()


async def change_simulate(bench: Bench, payload: Mapping[str, str]) -> Ended:
    """Work out what a change would do, and keep that; one that is worked out is left alone."""
    from sync.changes.trials import simulate_kept

    await simulate_kept(
        bench.database,
        UUID(payload["simulation"]),
        Region.now(bench.sealer, bench.settings.zone),
        secrets=bench.settings.secrets_dir,
    )
    return Ended()


async def change_undo(bench: Bench, payload: Mapping[str, str]) -> Ended:
    """Take a change back; one that cannot be is closed with the reason."""
    from sync.changes.undoing import undo_opened

    region = Region.now(bench.sealer, bench.settings.zone)
    await undo_opened(bench.database, ChangesetId(int(payload["changeset"])), region)
    return Ended()


async def hold_release(bench: Bench, payload: Mapping[str, str]) -> Ended:
    """Let a held unit pass; one that is let go already is left alone."""
    from sync.changes.releasing import release

    await release(
        bench.database,
        [UUID(payload["hold"])],
        sealer=bench.sealer,
        today=bench.today,
        actor=payload["actor"],
    )
    return Ended()


async def webhook_tell(bench: Bench, payload: Mapping[str, str]) -> Ended:
    """Tell endpoints what changed within their scope; stops between two messages."""
    from hub.webhooks.telling import tell

    del payload  # the feed and the table of messages say what is due
    inward = bench.settings.webhook_inward
    await tell(bench.database, bench.sealer, today=bench.today, inward=inward, go_on=bench.go_on)
    return Ended()


DUTIES: Final[Mapping[str, Duty]] = {
    SYNC: sync_run,
    ROLLUP: rollup_refresh,
    FEED: feed_keep,
    REDRIVE: push_redrive,
    jobs.IMPORT: import_accept,
    jobs.REVIEW: review_obey,
    RANKS: ranks_obey,
    jobs.LAW: law_due,
    jobs.WEBHOOK: webhook_tell,
    jobs.SIMULATE: change_simulate,
    jobs.UNDO: change_undo,
    jobs.RELEASE: hold_release,
}


def ended_by(error: BaseException) -> Ended:
    """Say who repairs an error: time alone, a person, or the hub's makers."""
    match error:
        case SourceTransientError(retry_after_s=seconds):
            return Ended(failure=error.failure, code=error.reason, retry_after_s=seconds or 0.0)
        case SourceError():
            return Ended(failure=error.failure, code=error.reason)
        case DatabaseError() | ConflictError() | StoppedError():
            return Ended(failure=Failure.TRANSIENT, code=error.reason)
        case HubError():
            return Ended(failure=Failure.CONFIG, code=error.reason)
        case _ if is_of_the_moment(error):
            return Ended(failure=Failure.TRANSIENT, code=DatabaseError.code)
        case _:
            return Ended(failure=Failure.SYSTEM, code=INTERNAL)


def is_of_the_moment(error: BaseException) -> bool:
    """Tell an error that time repairs from one of ours: a lost connection, a deadlock, a full disk."""
    match error:
        case asyncpg.PostgresError(sqlstate=str(state)):
            return state.startswith(OF_THE_MOMENT)
        case DBAPIError(driver_exception=BaseException() as inner):
            return error.connection_invalidated or is_of_the_moment(inner)
        case _:
            return isinstance(error, (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError))
