"""What evidence has come since the last projection; read from the database, not remembered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg
import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What a run has to project: records with new facts, and records that only began or ended.

    `rows` are (record, current version, end, first and last day stated) as they were found: what
    lands while the run is at work stays pending for the next.
    """

    restated: Ids
    ended: Ids
    rows: Sequence[tuple[int, int | None, date | None, date, date]]

    @property
    def all(self) -> Ids:
        """Give every pending record once."""
        return np.union1d(self.restated, self.ended)

    def among(self, ids: Ids) -> "Pending":
        """Give what of it is among the records `ids`."""
        wanted = set(ids.tolist())
        return Pending(
            restated=np.intersect1d(self.restated, ids),
            ended=np.intersect1d(self.ended, ids),
            rows=[row for row in self.rows if row[0] in wanted],
        )


async def read_pending(connection: asyncpg.Connection, source_id: UUID | None = None) -> Pending:
    """Find what evidence has come since the last projection, of one source or of all."""
    rows = await connection.fetch(
        "select id, current_version_id, ended_on, first_stated, last_stated,"
        " current_version_id is distinct from projected_version_id as restated from record"
        " where (current_version_id is distinct from projected_version_id"
        " or ended_on is distinct from projected_ended_on)"
        " and ($1::uuid is null or source_id = $1) order by id",
        source_id,
    )
    ids = np.array([row["id"] for row in rows], dtype=np.int64)
    restated = np.array([row["restated"] for row in rows], dtype=bool)
    found = [tuple(row[name] for name in FOUND) for row in rows]
    return Pending(restated=ids[restated], ended=ids[~restated], rows=found)


FOUND = ("id", "current_version_id", "ended_on", "first_stated", "last_stated")


async def settle(connection: asyncpg.Connection, pending: Pending) -> None:
    """Remember what has been projected.

    A record whose days moved meanwhile stays pending even where its current version is the same:
    an older statement of the same may have been read too late to count.
    """
    if not pending.rows:
        return
    ids, versions, ends, firsts, lasts = zip(*pending.rows, strict=True)
    await connection.execute(
        SETTLE, list(ids), list(versions), list(ends), list(firsts), list(lasts)
    )


SETTLE = """
update record r
set projected_version_id = found.version_id, standing_version_id = found.version_id,
    projected_ended_on = found.ended_on
from unnest($1::bigint[], $2::bigint[], $3::date[], $4::date[], $5::date[])
    as found (id, version_id, ended_on, first_stated, last_stated)
where r.id = found.id and r.first_stated = found.first_stated and r.last_stated = found.last_stated
"""
