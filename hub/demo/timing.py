"""How long each station of a load took, and how much memory the processes at work held at most."""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hub.database import Database
from hub.terminal import STATIONS, say

KIB: Final = 1024
Progress = Callable[[str, int], None]


@dataclass(slots=True)
class StationTimes:
    """Seconds by station, in the order in which they began."""

    seconds: dict[str, float] = field(default_factory=dict)
    _station: str = ""
    _since: float = field(default_factory=time.monotonic)

    def watching(self, progress: Progress) -> Progress:
        """Give a progress that passes on what it is told and notes when a station begins."""

        def told(station: str, done: int) -> None:
            self.begin(station)
            progress(station, done)

        return told

    def begin(self, station: str) -> None:
        """End the station before; the same one again goes on. Without a name all have ended."""
        now = time.monotonic()
        if station == self._station:
            return
        if self._station:
            self.seconds[self._station] = self.seconds.get(self._station, 0) + now - self._since
        self._station, self._since = station, now

    def tell(self, records: int) -> None:
        """Say the seconds of each station, and how many of the records it did in one."""
        for station, took in self.seconds.items():
            pace = f", {records / took:,.0f} в секунду".replace(",", " ") if records else ""
            say(f"  {STATIONS[station]}: {took:.1f} с{pace}")


async def tell_memory(database: Database) -> None:
    """Say the peak of this process and, of a server on this machine, of its largest backend.

    A backend's figure includes the shared memory that it has touched.
    """
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with database.reading() as session:
        rows = await session.raw.fetch(
            "select pid from pg_stat_activity"
            " where datname = current_database() and inet_server_addr() is null"  # a local socket
        )
    backend = max((_peak_kib(row["pid"]) for row in rows), default=0)
    server = f", процесс базы данных {backend // KIB} МиБ" if backend else ""
    say(f"  Наибольшая память: этот процесс {own // KIB} МиБ{server}")


def _peak_kib(pid: int) -> int:
    """Read the peak of a process of this machine from Linux; nought where it is not to be had."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0
    peaks = [line for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
    return int(peaks[0].split()[1]) if peaks else 0
