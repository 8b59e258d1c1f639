"""A run of a source: its pages land one by one with the place to go on from, then all is projected."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from connectors.protocol import Connector
from hub.database import Database
from hub.seal import Sealer
from sync.runs import Mode, Run

Progress = Callable[[str, int], None]  # is told the station and how many rows have landed


async def run_source(
    database: Database,
    code: str,
    *,
    sealer: Sealer,
    today: date,
    actor: str,
    mode: Mode = Mode.CHANGES,
    run_id: UUID | None = None,
    connector: Connector | None = None,
    progress: Progress = lambda _station, _rows: None,
) -> Run:
    """Read a source and write what follows from it; answers the run as it ended."""
    raise NotImplementedError
