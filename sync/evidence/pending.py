"""What evidence has come since the last projection; read from the database, not remembered."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg
import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.columns import stream_frame

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What a run has to project: records with new facts, and records that only began or ended.

    `found` has a row for each as it was found (FOUND, in the order of ids): what lands while the
    run is at work stays pending for the next.
    """

    restated: Ids
    ended: Ids
    found: pd.DataFrame

    @property
    def all(self) -> Ids:
        """Give every pending record once."""
        return np.union1d(self.restated, self.ended)

    def among(self, ids: Ids) -> "Pending":
        """Give what of it is among the records `ids`."""
        return Pending(
            restated=np.intersect1d(self.restated, ids),
            ended=np.intersect1d(self.ended, ids),
            found=self.found[np.isin(self.found["id"].to_numpy(np.int64), ids)],
        )


async def read_pending(connection: asyncpg.Connection, source_id: UUID | None = None) -> Pending:
    """Find what evidence has come since the last projection, of one source or of all."""
    rows = await stream_frame(
        connection,
        "select id, current_version_id, ended_on, first_stated, last_stated,"
        " current_version_id is distinct from projected_version_id as restated from record"
        " where (current_version_id is distinct from projected_version_id"
        " or ended_on is distinct from projected_ended_on)"
        " and ($1::uuid is null or source_id = $1) order by id",
        source_id,
        names=(*FOUND, "restated"),
    )
    ids = rows["id"].to_numpy(np.int64)
    restated = rows["restated"].to_numpy(dtype=bool)
    return Pending(restated=ids[restated], ended=ids[~restated], found=rows[[*FOUND]])


FOUND = ("id", "current_version_id", "ended_on", "first_stated", "last_stated")
SETTLED_AT_ONCE = 50_000


async def settle(connection: asyncpg.Connection, pending: Pending) -> None:
    """Remember what has been projected.

    A record whose days moved meanwhile stays pending even where its current version is the same:
    an older statement of the same may have been read too late to count.
    """
    for start in range(0, len(pending.found), SETTLED_AT_ONCE):
        some = pending.found[start : start + SETTLED_AT_ONCE]
        await connection.execute(SETTLE, *(some[name].tolist() for name in FOUND))


SETTLE = """
update record r
set projected_version_id = found.version_id, standing_version_id = found.version_id,
    projected_ended_on = found.ended_on
from unnest($1::bigint[], $2::bigint[], $3::date[], $4::date[], $5::date[])
    as found (id, version_id, ended_on, first_stated, last_stated)
where r.id = found.id and r.first_stated = found.first_stated and r.last_stated = found.last_stated
"""
