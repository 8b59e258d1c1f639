"""`kill -9` at each station: the next worker ends in the same state, nothing lost, nothing doubled."""

import time

import pytest

from tests.faults.conftest import Figures
from tests.faults.stand import DYING_WORKER, Stand, State

STATIONS = (
    "landing:1",
    "landing:2",
    "landing:4",
    "facts:1",
    "comparing:1",
    "people:1",
    "mentorships:1",
    "ended:1",
)


@pytest.mark.parametrize("station", STATIONS)
def test_a_worker_killed_at_a_station_is_followed_by_another(
    stand: Stand, unharmed: State, figures: Figures, station: str
) -> None:
    run_id = stand.ask()
    doomed = stand.worker(
        *DYING_WORKER, FAULT_AT=station, FAULT_ON="WORKER", FAULT_FOLDER=str(stand.folder)
    )
    died = doomed.wait(60)
    begun = time.monotonic()

    stand.worker()
    ended = stand.settled(run_id)

    figures.harmless(stand, unharmed, since=begun)
    assert -9 == died
    assert ("SUCCEEDED", None) == (ended.state, ended.error_code)


@pytest.mark.parametrize("station", ["landing:2", "mentorships:1"])
def test_a_killed_child_is_made_up_for_by_its_own_worker(
    stand: Stand, unharmed: State, figures: Figures, station: str
) -> None:
    run_id = stand.ask()

    stand.worker(*DYING_WORKER, FAULT_AT=station, FAULT_ON="CHILD", FAULT_FOLDER=str(stand.folder))
    stand.happened()
    begun = time.monotonic()
    ended = stand.settled(run_id)

    figures.harmless(stand, unharmed, since=begun)
    assert "SUCCEEDED" == ended.state
