"""Stations of a race within a process: what each took; read by the competitor's interpreter too."""

import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

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
            peak_gb=_peak_gb(),
        )

    def told(self) -> str:
        """Give the stations as one line of JSON."""
        return json.dumps({name: asdict(one) for name, one in self.stations.items()})


def _peak_gb() -> float:
    """Give the peak of this program alone; getrusage tells that of who started it, where it is more."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e9
