"""What changed, compared anew: edges replaced, and whoever they may move.

A few records are compared one by one, more in columns; both give the same.
"""

from datetime import date

import asyncpg
import numpy as np
import pandas as pd

from hub.database import WriteSession
from hub.records import ChangesetId
from sync.columns import insert_frame
from sync.evidence.pending import Ids, Pending
from sync.matching.model import Model
from sync.people import match
from sync.people.match import DESCRIPTION, Moved, edges_of
from sync.people.singly import edges_singly

Connection = asyncpg.Connection
ASKED_AT_ONCE = 200_000  # keys


async def recompare(
    session: WriteSession,
    pending: Pending,
    moved: Moved,
    model: Model,
    *,
    again: Ids,
    today: date,
    changeset_id: ChangesetId,
) -> Ids:
    """Replace the edges of the restated records and of those to be compared `again`.

    Answers everyone whose cluster may have changed.

    Expects `record_facts` and `record_key` to be current; `moved` are the keys that the restated
    records bore and bear.
    """
    connection = session.raw
    touched = np.union1d(pending.restated, await _beyond_cap(connection, moved))
    touched = np.union1d(touched, again)
    neighbours = await connection.fetch(DROPPED_EDGES, touched.tolist())
    edges = await _edges(connection, touched, model, today=today)
    await insert_frame(
        connection,
        "edge",
        edges.assign(changeset_id=changeset_id),
        [*edges.columns, "changeset_id"],
    )
    former = np.array([row["id"] for row in neighbours], dtype=np.int64)
    return np.union1d(np.union1d(touched, former), pending.ended)


async def _edges(
    connection: Connection, touched: Ids, model: Model, *, today: date
) -> pd.DataFrame:
    few = await edges_singly(connection, touched, model, cap=match.BLOCK_CAP, today=today)
    return await edges_of(connection, touched, model, today=today) if few is None else few


async def _beyond_cap(connection: Connection, moved: Moved) -> Ids:
    """Find the records of blocks that are compared otherwise from now on."""
    found = [np.empty(0, dtype=np.int64)]
    for piece in moved.settled().pieces(ASKED_AT_ONCE):
        rows = await connection.fetch(
            BEYOND_CAP,
            match.BLOCK_CAP,
            piece.key.tolist(),
            piece.finer.tolist(),
            piece.step.tolist(),
            piece.lines.tolist(),
        )
        found.append(np.array([row["record_id"] for row in rows], dtype=np.int64))
    return np.unique(np.concatenate(found))


# Whole blocks that cross the cap, in records or perhaps in descriptions: a record more or less is
# one description more or less at most. And of blocks over it the finer ones whose first of a
# description or whose neighbours may be others now.
BEYOND_CAP = f"""
with moved as (
    select * from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
        as moved (key, finer, step, lines)
), sized as materialized (
    select stepped.key, stepped.lines, now_at.size, now_at.size - stepped.step as former_size
    from (select key, sum(step) as step, sum(lines) as lines from moved group by key) stepped
    cross join lateral (select count(*) as size from record_key k where k.key = stepped.key) now_at
), large as materialized (
    select sized.key, sized.lines, said.descriptions
    from sized
    cross join lateral (
        select count(distinct {DESCRIPTION}) as descriptions
        from record_key k
        join record_facts f on f.record_id = k.record_id
        join record r on r.id = k.record_id
        where k.key = sized.key
    ) said
    where sized.size > $1 and sized.former_size > $1
), crossing as (
    select key from sized where (size > $1) <> (former_size > $1)
    union
    select key from large where descriptions - lines <= $1 and descriptions + lines > $1
), led as (
    select moved.key, moved.finer
    from moved
    join large using (key)
    cross join lateral (
        select count(*) as size from record_key same
        where same.key = moved.key and same.finer = moved.finer
    ) now_at
    where large.descriptions <= $1 or greatest(now_at.size, now_at.size - moved.step) > $1
)
select k.record_id from record_key k where k.key in (select key from crossing)
union
select k.record_id from led join record_key k using (key, finer)
"""

DROPPED_EDGES = """
with gone as (
    delete from edge where record_a = any($1) or record_b = any($1)
    returning record_a, record_b
)
select record_a as id from gone union select record_b from gone
"""
