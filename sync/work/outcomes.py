"""What follows from how a job ended: done, once more after a while, or held for a person."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from connectors.client.failure import Failure
from hub import jobs
from hub.database import Database, WriteSession
from hub.jobs.taking import Again, Done, Held, Job, Outcome
from sync.runs.log import Level, note
from sync.work.duties import SYNC, Ended, StoppedError

MOST_ATTEMPTS: Final = 10
LONGEST_DELAY_S: Final = 900.0
DIED: Final = "worker.child_died"
LOCKED: Final = "conflict.locked"  # another process reads the source: its run is left alone
LONGEST_QUEUE_S: Final = 60.0
DEATHS: Final = 3  # a job that ends its process so often is held: it would do so for ever
PUT_BACK: Final = """
update sync_run set state = 'QUEUED', finished_at = null
where id = $1 and (state = 'RUNNING' or state = 'FAILED' and failure = 'TRANSIENT') returning id
"""
# A run that said itself how it failed keeps its words.
FAILED: Final = """
update sync_run set state = 'FAILED', failure = $2, error_code = $3, finished_at = now()
where id = $1 and state in ('QUEUED', 'RUNNING') returning id
"""


def outcome_of(ended: Ended, attempts: int, *, retry_s: float) -> Outcome:
    """Decide by who repairs a failure; each wait is twice the one before, or what was asked for."""
    if ended.failure is None:
        return Done()
    if ended.code == StoppedError.code:
        return Again(delay=timedelta(), code=ended.code)
    if ended.code == LOCKED:
        return Again(delay=_wait(attempts, retry_s, LONGEST_QUEUE_S), code=ended.code)
    most = DEATHS if ended.code == DIED else MOST_ATTEMPTS
    if ended.failure is Failure.TRANSIENT and attempts < most:
        wait = _wait(attempts, retry_s, LONGEST_DELAY_S)
        return Again(delay=max(wait, timedelta(seconds=ended.retry_after_s)), code=ended.code)
    return Held(code=ended.code)


def _wait(attempts: int, retry_s: float, longest_s: float) -> timedelta:
    return timedelta(seconds=min(retry_s * 2 ** min(attempts, 20), longest_s))


async def tell_run(database: Database, job: Job, ended: Ended, outcome: Outcome) -> None:
    """Write into the run of a source, or the given file, of the job what becomes of it."""
    if job.name == jobs.IMPORT and isinstance(outcome, Held):
        from sync.uploads.accepting import fail_upload

        async with database.writing() as session:
            await fail_upload(session, UUID(job.payload["upload"]), outcome.code)
    if job.name != SYNC or ended.code == LOCKED:
        return
    run_id = UUID(job.payload["run"])
    async with database.writing() as session:
        match outcome:
            case Again(delay=delay, code=code):
                await _put_back(session, run_id, code, delay)
            case Held(code=code):
                await _fail(session, run_id, code, ended.failure or Failure.SYSTEM)
            case Done():
                return


async def _put_back(session: WriteSession, run_id: UUID, code: str, delay: timedelta) -> None:
    if not await session.raw.fetchval(PUT_BACK, run_id):
        return
    seconds = round(delay.total_seconds())
    await note(
        session,
        run_id,
        "run.put_back",
        f"Чтение прервано ({code}) и продолжится с записанного места через {seconds} с.",
        level=Level.WARNING,
        counts={"delay_s": seconds},
    )


async def _fail(session: WriteSession, run_id: UUID, code: str, failure: Failure) -> None:
    await session.raw.fetchval(FAILED, run_id, failure, code)
    await note(
        session,
        run_id,
        "run.held",
        f"Повторов не будет ({code}): после исправления запустите чтение снова.",
        level=Level.ERROR,
    )
