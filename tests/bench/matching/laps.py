"""Stations of a race within a process: what each took; read by the competitor's interpreter too."""

import json
import os
import resource
import time
from dataclasses import asdict, dataclass, field

BEGAN = "RACE_BEGAN"  # the variable by which the race says when it started the process


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """What a process had taken when it came here: seconds, and the peak of its memory."""

    wall: float
    processor: float
    peak_gb: float


@dataclass(slots=True)
class Laps:
    """Stations in their order, counted from the start of the process, its libraries among it."""

    stations: dict[str, Station] = field(default_factory=dict)

    def done(self, name: str) -> None:
        """Name what has just been done."""
        self.stations[name] = Station(
            wall=time.time() - float(os.environ.get(BEGAN, time.time())),
            processor=time.process_time(),
            peak_gb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
        )

    def told(self) -> str:
        """Give the stations as one line of JSON."""
        return json.dumps({name: asdict(one) for name, one in self.stations.items()})
