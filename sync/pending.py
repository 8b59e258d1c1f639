"""What evidence has come since the last projection; read from the database, not remembered."""

from dataclasses import dataclass

import asyncpg
import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What a run has to project: records with new facts, and records that only began or ended."""

    restated: Ids
    ended: Ids

    @property
    def all(self) -> Ids:
        """Give every pending record once."""
        return np.union1d(self.restated, self.ended)


async def read_pending(connection: asyncpg.Connection) -> Pending:
    """Find what evidence has come since the last projection."""
    rows = await connection.fetch(
        "select id, current_version_id is distinct from projected_version_id as restated"
        " from record where current_version_id is distinct from projected_version_id"
        " or ended_on is distinct from projected_ended_on order by id"
    )
    ids = np.array([row["id"] for row in rows], dtype=np.int64)
    restated = np.array([row["restated"] for row in rows], dtype=bool)
    return Pending(restated=ids[restated], ended=ids[~restated])
