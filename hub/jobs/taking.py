"""Taking jobs out of the queue: claimed, kept alive, ended; only by the worker that holds them."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain import models, types
from pgqueuer.domain.errors import RetryRequested

from hub.jobs import SCHEMA, SETTINGS
from hub.jobs.line import Line

STALE_AFTER_S: Final = 30.0  # a worker silent for so long has lost its jobs
LOOK_EVERY: Final = timedelta(seconds=1)  # a job that was put back gives no notice
HEARTBEAT: Final = (
    f"update {SCHEMA}.pgqueuer set heartbeat = now()"
    " where id = any($1::bigint[]) and queue_manager_id = $2 and status = 'picked' returning id"
)
OURS: Final = (
    f"select id from {SCHEMA}.pgqueuer"
    " where id = any($1::bigint[]) and queue_manager_id = $2 and status = 'picked'"
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job that this worker holds; `lost` is set when another worker has taken it."""

    number: int
    name: str
    payload: Mapping[str, str]
    attempts: int  # how often it was put back
    lost: asyncio.Event = field(default_factory=asyncio.Event, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The job is done and leaves the queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """The job goes back and is taken once more after the delay."""

    delay: timedelta
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The job waits until a person has repaired what is named by the code."""

    code: str


Outcome = Done | Again | Held
Perform = Callable[[Job], Awaitable[Outcome]]


class JobHeldError(Exception):
    """A job that waits for a person; its text is an error's code and nothing else."""


class Claims(Queries):
    """The queue as one worker sees it: what another has taken over is neither kept nor ended."""

    def __init__(self, line: Line) -> None:
        super().__init__(
            line,
            qbe=QueryBuilderEnvironment(SETTINGS),
            qbq=QueryQueueBuilder(SETTINGS),
            qbs=QuerySchedulerBuilder(SETTINGS),
        )
        self.holder: types.QueueManagerId | None = None
        self.held: dict[int, Job] = {}

    async def update_heartbeat(self, job_ids: list[types.JobId]) -> None:
        """Keep the claims alive and mark those that are lost."""
        kept = await self.driver.fetch(HEARTBEAT, list(set(job_ids)), self.holder)
        self._mark_lost(set(job_ids) - {row["id"] for row in kept})

    async def log_jobs(
        self,
        job_status: list[tuple[models.Job, types.JOB_STATUS, models.TracebackRecord | None]],
    ) -> None:
        """End jobs that are still ours."""
        ours = await self._ours(job.id for job, _, _ in job_status)
        if kept := [entry for entry in job_status if entry[0].id in ours]:
            await super().log_jobs(kept)

    async def retry_job(
        self,
        job: models.Job,
        delay: timedelta,
        traceback_record: models.TracebackRecord | None,
    ) -> None:
        """Put a job back that is still ours."""
        if await self._ours([job.id]):
            await super().retry_job(job, delay, traceback_record)

    async def _ours(self, numbers: Iterable[int]) -> set[object]:
        asked = list(numbers)
        rows = await self.driver.fetch(OURS, asked, self.holder)
        found = {row["id"] for row in rows}
        self._mark_lost(set(asked) - found)
        return found

    def _mark_lost(self, numbers: Iterable[object]) -> None:
        for number in numbers:
            if isinstance(number, int) and (job := self.held.get(number)):
                log.warning("job.lost", job=job.name, number=number)
                job.lost.set()


async def take(
    line: Line,
    perform: Mapping[str, Perform],
    *,
    stop: asyncio.Event,
    at_once: int,
    stale_s: float = STALE_AFTER_S,
) -> None:
    """Take jobs by the names of `perform` until told to stop, then wait for those at work.

    At most `at_once` at a time, two or more. A function must not block the loop: heartbeats run on
    it, and a job whose heartbeat is older than `stale_s` is taken by another worker.
    """
    claims = Claims(line)
    manager = QueueManager(claims)
    manager.shutdown = stop
    claims.holder = manager.queue_manager_id
    for name, function in perform.items():
        manager.entrypoint(name, on_failure="hold")(_entry(claims, function))
    await manager.run(
        dequeue_timeout=LOOK_EVERY,
        batch_size=1,
        max_concurrent_tasks=at_once,
        heartbeat_timeout=timedelta(seconds=stale_s),
    )


def _entry(claims: Claims, perform: Perform) -> Callable[[models.Job], Awaitable[None]]:
    async def entry(taken: models.Job) -> None:
        job = Job(
            number=int(taken.id),
            name=str(taken.entrypoint),
            payload=json.loads(taken.payload or b"{}"),
            attempts=taken.attempts,
        )
        claims.held[job.number] = job
        try:
            outcome = await perform(job)
        finally:
            del claims.held[job.number]
        _report(outcome)

    return entry


def _report(outcome: Outcome) -> None:
    """Say an outcome in the queue's own words; the texts hold codes, never data."""
    match outcome:
        case Done():
            return
        case Again(delay=delay, code=code):
            raise RetryRequested(delay=delay, reason=code)
        case Held(code=code):
            raise JobHeldError(code)
