"""A stopwatch on the stations of the pipeline: each second belongs to the innermost one."""

import functools
import inspect
import threading
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

Function = Callable[..., Any]  # a station takes and gives what it likes

# Where a station's name is looked up when it is called, and what its time is told as.
STATIONS: Mapping[tuple[str, str], str] = {
    ("sync.files.placing", "parts_of"): "rows into records",
    ("sync.files.opened", "print_of"): "files: tell known ones",
    ("sync.files.opened", "landing_of"): "land: rows made ready",
    ("sync.files.taking", "_land"): "land, besides",
    ("sync.evidence.landing", "seal_fields"): "land: seal",
    ("sync.evidence.poison", "land"): "land: records and versions",
    ("sync.files.taking", "state_lists"): "land: lists and ends",
    ("sync.files.taking", "reject"): "land: refusals",
    ("sync.projecting", "brake"): "brake",
    ("sync.projecting", "read_pending"): "pending",
    ("sync.pipeline", "refresh_facts"): "facts: read and write",
    ("sync.people.facts", "normalise"): "facts: normalise",
    ("sync.people.facts", "blocking_keys"): "keys: compute",
    ("sync.people.facts", "_replace_keys"): "keys: read and write",
    ("sync.people.facts", "_reject_cells"): "facts: refused cells",
    ("sync.pipeline", "recompare"): "compare: read and write",
    ("sync.people.match", "candidates_of"): "compare: candidates",
    ("sync.people.match", "patterns"): "compare: patterns",
    ("sync.pipeline", "recluster"): "cluster: read",
    ("sync.people.component", "cluster"): "cluster: compute",
    ("sync.pipeline", "write_people"): "golden: read and write",
    ("sync.people.standing", "survivors"): "golden: survivors",
    ("sync.people.standing", "project"): "golden: project",
    ("sync.pipeline", "write_questions"): "questions",
    ("sync.pipeline", "write_claims"): "claims",
    ("sync.pipeline", "write_mentorships"): "mentorships",
    ("sync.pipeline", "write_places"): "places",
    ("sync.pipeline", "places_of"): "events: who saw",
    ("sync.outbox", "announce"): "events: write",
    ("sync.pipeline", "settle"): "settle",
}


class Stopwatch:
    """Seconds by station; a station inside another takes its time out of the outer one's."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._thread = threading.local()  # files are read while pages are written

    @contextmanager
    def station(self, name: str) -> Iterator[None]:
        """Count the block's own time."""
        inner: list[float] = self._thread.__dict__.setdefault("inner", [])
        begun = time.perf_counter()
        inner.append(0.0)
        try:
            yield
        finally:
            took = time.perf_counter() - begun
            self.seconds[name] += took - inner.pop()
            if inner:
                inner[-1] += took

    def attach(self) -> None:
        """Wrap every station where it is looked up; for the life of this process."""
        for (module, name), told in STATIONS.items():
            room = import_module(module)
            setattr(room, name, self._wrapped(getattr(room, name), told))

    def _wrapped(self, station: Function, name: str) -> Function:
        if inspect.iscoroutinefunction(station):
            return self._awaited(station, name)

        @functools.wraps(station)
        def timed(*args: object, **named: object) -> object:
            with self.station(name):
                return station(*args, **named)

        return timed

    def _awaited(self, station: Callable[..., Awaitable[object]], name: str) -> Function:
        @functools.wraps(station)
        async def timed(*args: object, **named: object) -> object:
            with self.station(name):
                return await station(*args, **named)

        return timed
