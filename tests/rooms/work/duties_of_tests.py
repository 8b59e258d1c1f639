"""A child that knows other jobs: started by the tests as the worker starts its own."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from connectors.client.failure import Failure, SourceTransientError
from hub.errors import ConfigError
from sync.work.child import main
from sync.work.duties import Bench, Ended


def mark(payload: Mapping[str, str], what: str) -> int:
    """Add a line to the file that the test reads; say how many lines there are."""
    with Path(payload["file"]).open("a+", encoding="utf-8") as marks:
        marks.write(f"{what}\n")
        marks.seek(0)
        return len(marks.readlines())


async def write(_: Bench, payload: Mapping[str, str]) -> Ended:
    mark(payload, "done")
    return Ended()


async def burn(_: Bench, payload: Mapping[str, str]) -> Ended:
    """Hold the interpreter for so many seconds without ever letting the loop turn."""
    mark(payload, "begun")
    ends = time.monotonic() + float(payload["seconds"])
    while time.monotonic() < ends:
        sum(range(10_000))
    mark(payload, "done")
    return Ended()


async def busy_once(_: Bench, payload: Mapping[str, str]) -> Ended:
    if mark(payload, "tried") == 1:
        raise SourceTransientError("Источник занят.", code="source.busy")
    mark(payload, "done")
    return Ended()


async def misconfigured(_: Bench, payload: Mapping[str, str]) -> Ended:
    mark(payload, "tried")
    raise ConfigError


async def broken(_: Bench, payload: Mapping[str, str]) -> Ended:
    mark(payload, "tried")
    raise ValueError("Выдумкина Анна")


async def dying(_: Bench, payload: Mapping[str, str]) -> Ended:
    mark(payload, "tried")
    os.kill(os.getpid(), signal.SIGKILL)
    return Ended(failure=Failure.SYSTEM)


async def in_pieces(bench: Bench, payload: Mapping[str, str]) -> Ended:
    """Work piece by piece until told to stop."""
    mark(payload, "begun")
    for _ in range(600):
        bench.go_on()
        await asyncio.sleep(0.05)
    mark(payload, "done")
    return Ended()


DUTIES = {
    function.__name__: function
    for function in (write, burn, busy_once, misconfigured, broken, dying, in_pieces)
}

if __name__ == "__main__":
    main(DUTIES)
