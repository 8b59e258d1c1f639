"""A worker that is killed, or whose child is, at a named station of a run.

Started without a job it is the worker, started with `--child` the process of one job. FAULT_AT
names the station as `station:time`, FAULT_ON who is killed: WORKER or CHILD, or NOBODY where the
test does something to others while the child stands still. Once: a file in FAULT_FOLDER remembers
that it happened.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from hub import addresses, log
from hub.settings import Settings
from sync.work.child import main as child
from sync.work.duties import SYNC, Bench, Ended, sync_run
from sync.work.worker import stop_on_signals, work

STILL_S = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DyingBench(Bench):
    """A bench at which somebody dies when a station is reached for the given time."""

    seen: dict[str, int] = field(default_factory=dict)

    def go_on(self, station: str = "", done: int = 0) -> None:
        self.seen[station] = self.seen.get(station, 0) + 1
        if f"{station}:{self.seen[station]}" == os.environ["FAULT_AT"]:
            die()
        Bench.go_on(self, station, done)


def die() -> None:
    """Kill once whom the environment names; a child whose worker is gone ends by itself."""
    once = Path(os.environ["FAULT_FOLDER"]) / "happened"
    if once.exists():
        return
    once.touch()
    if os.environ["FAULT_ON"] == "NOBODY":
        time.sleep(STILL_S)
        return
    whom = os.getppid() if os.environ["FAULT_ON"] == "WORKER" else os.getpid()
    os.kill(whom, signal.SIGKILL)
    signal.pause()


async def dying_sync(bench: Bench, payload: Mapping[str, str]) -> Ended:
    """Read the source as ever, but for the fault."""
    values = {one.name: getattr(bench, one.name) for one in fields(Bench)}
    dying = DyingBench(**values)
    ended = await sync_run(dying, payload)
    dying.go_on("ended")
    return ended


async def run() -> None:
    """Work as the command does, with children that may die."""
    settings, stop = Settings(), asyncio.Event()
    stop_on_signals(stop)
    command = (sys.executable, __file__, "--child")
    await work(addresses.find(settings), settings, stop=stop, child=command)


if __name__ == "__main__":
    if "--child" in sys.argv:
        child({SYNC: dying_sync})
    else:
        log.configure(as_json=True)
        asyncio.run(run())
