"""Two workers on one source, one of them frozen or told to stop: one run, done once."""

import asyncio
import signal
import time
from collections.abc import Sequence
from uuid import UUID

import psutil
import pytest

from hub import jobs
from hub.database import open_database
from sync.runs import run as runs
from sync.runs.run import Mode
from sync.work.duties import SYNC
from tests.faults.conftest import Figures
from tests.faults.stand import CODE, DYING_WORKER, SILENCE_S, Stand, State


async def asked_twice(url: str) -> list[UUID]:
    """Put two runs of one source into the queue, past the rule that there is one."""
    async with open_database(url, pool_size=1) as database, database.writing() as session:
        asked = [
            await runs.request(session, CODE, mode=Mode.FULL, actor="faults") for _ in range(2)
        ]
        for number in asked:
            await jobs.enqueue(session, SYNC, {"run": str(number), "source": CODE})
    return asked


def test_two_runs_of_one_source_are_done_one_after_the_other(
    stand: Stand, unharmed: State, figures: Figures
) -> None:
    asked = asyncio.run(asked_twice(stand.addresses.worker))
    begun = time.monotonic()

    for _ in range(2):
        stand.worker()
    ended = [stand.settled(number) for number in asked]

    figures.harmless(stand, unharmed, since=begun)
    first, second = sorted(ended, key=lambda run: str(run.started_at))
    assert ["SUCCEEDED"] * 2 == [run.state for run in ended]
    assert first.finished_at is not None
    assert second.started_at is not None
    assert first.finished_at <= second.started_at


def family(process_id: int) -> Sequence[psutil.Process]:
    parent = psutil.Process(process_id)
    return [parent, *parent.children(recursive=True)]


def test_a_frozen_worker_that_thaws_writes_nothing_in_anothers_run(
    stand: Stand, unharmed: State, figures: Figures
) -> None:
    run_id = stand.ask()
    frozen = stand.worker(
        *DYING_WORKER, FAULT_AT="landing:3", FAULT_ON="NOBODY", FAULT_FOLDER=str(stand.folder)
    )
    stand.happened()
    for one in family(frozen.pid):
        one.send_signal(signal.SIGSTOP)
    begun = time.monotonic()

    stand.worker()
    time.sleep(3 * SILENCE_S)
    for one in family(frozen.pid):
        one.send_signal(signal.SIGCONT)
    ended = stand.settled(run_id)

    figures.harmless(stand, unharmed, since=begun)
    assert "SUCCEEDED" == ended.state


@pytest.mark.parametrize("station", ["landing:2", "people:1"])
def test_a_worker_told_to_stop_hands_its_run_over(
    stand: Stand, unharmed: State, figures: Figures, station: str
) -> None:
    run_id = stand.ask()
    leaving = stand.worker(
        *DYING_WORKER, FAULT_AT=station, FAULT_ON="NOBODY", FAULT_FOLDER=str(stand.folder)
    )
    stand.happened()

    leaving.terminate()
    code = leaving.wait(60)
    handed = stand.run(run_id).state
    begun = time.monotonic()
    stand.worker()
    ended = stand.settled(run_id)

    figures.harmless(stand, unharmed, since=begun)
    assert (0, "QUEUED") == (code, handed)
    assert "SUCCEEDED" == ended.state
