"""The worker: takes jobs, does each in a process of its own, keeps the schedules, shows it lives."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

from connectors.client.failure import Failure
from hub.database import Database, open_database
from hub.jobs.line import Line
from hub.jobs.taking import Job, Outcome, Perform, take
from hub.settings import CHECKOUT, Addresses, Settings
from sync.work.duties import DATABASE_TROUBLE, DUTIES, Ended
from sync.work.outcomes import DIED, outcome_of, tell_run
from sync.work.presence import keep_present
from sync.work.schedules import keep_schedules

CHILD: Final = (sys.executable, "-m", "sync.work.child")
AT_ONCE: Final = 2
RESTART_S: Final = 2.0
GOODBYE_S: Final = 5.0  # for a child that has said its last word

log = structlog.get_logger()


async def work(
    where: Addresses,
    settings: Settings,
    *,
    stop: asyncio.Event,
    at_once: int = AT_ONCE,
    health: Path | None = None,
    child: Sequence[str] = CHILD,
    names: Collection[str] = DUTIES,
) -> None:
    """Work until `stop` is set and what is at work has come to a place to go on from.

    A database that goes away is waited for. `health` is a file that is touched while the loop
    turns; `child` is the command that does one job, and `names` are the jobs it knows.
    """
    async with open_database(where.worker, pool_size=3) as database:
        worker = Worker(where, settings, database=database, stop=stop, child=child)
        async with asyncio.TaskGroup() as group:
            beside = [
                group.create_task(keep_schedules(database, zone=settings.zone)),
                group.create_task(keep_present(database, worker.at_work, health=health)),
            ]
            await worker.take_jobs(names, at_once=at_once)
            for task in beside:
                task.cancel()


def stop_on_signals(stop: asyncio.Event) -> None:
    """Let SIGTERM and SIGINT end the work in order; a second one ends it at once."""
    loop = asyncio.get_running_loop()

    def told() -> None:
        stop.set()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told)


class Worker:
    """What one worker process holds: its place in the queue and the children at work."""

    def __init__(
        self,
        where: Addresses,
        settings: Settings,
        *,
        database: Database,
        stop: asyncio.Event,
        child: Sequence[str],
    ) -> None:
        self._where, self._settings = where, settings
        self._database, self._stop, self._child = database, stop, child
        self._children: set[int] = set()

    def at_work(self) -> int:
        """Count the jobs that are being done."""
        return len(self._children)

    async def take_jobs(self, names: Collection[str], *, at_once: int) -> None:
        """Take jobs until told to stop.

        This is the edge of the queue: what it trips over is logged by type, and it is begun anew.
        """
        perform: dict[str, Perform] = dict.fromkeys(names, self._perform)
        while not self._stop.is_set():
            line = Line(self._where.worker, stop=self._stop)
            try:
                await take(
                    line,
                    perform,
                    stop=self._stop,
                    at_once=at_once,
                    stale_s=self._settings.silence_s,
                )
            except Exception:
                log.exception("queue.failed")
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), RESTART_S)
            finally:
                await line.close()

    async def _perform(self, job: Job) -> Outcome:
        """Do a job and say what follows; what becomes of a run is written beside."""
        said = log.bind(job=job.name, number=job.number, attempt=job.attempts)
        said.info("job.taken")
        ended = await self._done_apart(job)
        outcome = outcome_of(ended, job.attempts, retry_s=self._settings.retry_s)
        said.info("job.ended", outcome=type(outcome).__name__, code=ended.code)
        if not job.lost.is_set():
            await self._tell(job, ended, outcome)
        return outcome

    async def _tell(self, job: Job, ended: Ended, outcome: Outcome) -> None:
        try:
            await tell_run(self._database, job, ended, outcome)
        except DATABASE_TROUBLE as error:
            log.warning("run.untold", exc_info=error)  # the job's own end says the same

    async def _done_apart(self, job: Job) -> Ended:
        """Let a process of its own do the job and read from it how that ended."""
        process = await asyncio.create_subprocess_exec(
            *self._child,
            stdin=PIPE,
            stdout=PIPE,
            cwd=CHECKOUT,
            env=self._environment(),
            start_new_session=True,  # an interrupt at the terminal is the worker's to pass on
        )
        self._children.add(process.pid)
        try:
            ended = await self._answer(process, job)
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), GOODBYE_S)
            return ended
        finally:
            self._children.discard(process.pid)
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def _answer(self, process: Process, job: Job) -> Ended:
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None:  # both were asked for
            return Ended(failure=Failure.TRANSIENT, code=DIED)
        order = {"name": job.name, "number": job.number, "payload": dict(job.payload)}
        stdin.write(json.dumps(order).encode() + b"\n")
        watching = [
            asyncio.create_task(_when(self._stop, process.terminate)),
            asyncio.create_task(_when(job.lost, process.kill)),
        ]
        try:
            said = await stdout.read()
        finally:
            for task in watching:
                task.cancel()
        return _ended(said)

    def _environment(self) -> Mapping[str, str]:
        return {
            **os.environ,
            "HUB_WORKER_URL": self._where.worker,
            "HUB_KEY_FILE": str(self._settings.keys),
            "HUB_DATA_DIR": str(self._settings.directory),
            "HUB_REGION_TIME_ZONE": self._settings.region_time_zone,
            "HUB_SECRETS_DIR": str(self._settings.secrets_dir),
        }


async def _when(event: asyncio.Event, act: Callable[[], None]) -> None:
    await event.wait()
    with suppress(ProcessLookupError):
        act()


def _ended(said: bytes) -> Ended:
    """Read a child's last word; one that said nothing died."""
    if not said:
        return Ended(failure=Failure.TRANSIENT, code=DIED)
    told = json.loads(said)
    failure = told["failure"] and Failure(told["failure"])
    return Ended(failure=failure or None, code=told["code"], retry_after_s=told["retry_after_s"])
