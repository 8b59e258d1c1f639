"""A few records compared without a data frame: what a push costs is what it touches.

The same candidates, patterns, scores and decisions as the columns of `match` give; a test holds
that none differs. Where a block over the cap is compared by the first of each description, or is too
large even by its finer keys and neighbours are compared, content decides, which only columns know.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import asyncpg
import pandas as pd

from sync.evidence.pending import Ids
from sync.matching.decide import Decision
from sync.matching.model import Model
from sync.matching.pairing import Judge
from sync.matching.single import Single
from sync.people.match import BLOCKS_OF, DESCRIPTION, EDGE_COLUMNS, FACTS

Connection = asyncpg.Connection
MOST_RECORDS: Final = 200  # touched at once: more are sooner compared in columns
MOST_PAIRS: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Whom each touched record is compared with; `is_ordered` where their content decides that."""

    beside: dict[int, list[int]]
    is_ordered: bool

    @property
    def pairs(self) -> int:
        """Count the pairs."""
        return sum(map(len, self.beside.values()))


async def edges_singly(
    connection: Connection, touched: Ids, model: Model, *, cap: int, today: date
) -> pd.DataFrame | None:
    """Give what `match.edges_of` gives for a few records; None where columns are to do it."""
    if len(touched) > MOST_RECORDS:
        return None
    near = await _near(connection, touched, cap)
    if near.is_ordered or near.pairs > MOST_PAIRS:
        return None
    ids = {*near.beside, *(other for others in near.beside.values() for other in others)}
    rows = await connection.fetch(FACTS, sorted(ids), today) if near.pairs else []
    singles = {row["record_id"]: Single.of(dict(row)) for row in rows}
    return pd.DataFrame(list(_compared(near, singles, Judge(model))), columns=[*EDGE_COLUMNS])


async def _near(connection: Connection, touched: Ids, cap: int) -> Near:
    rows = await connection.fetch(NEAR, touched.tolist(), cap)
    beside: defaultdict[int, list[int]] = defaultdict(list)
    for row in rows:
        if row["record_a"] is not None:
            beside[row["record_a"]].append(row["record_b"])
    return Near(beside=dict(beside), is_ordered=any(row["is_ordered"] for row in rows))


# A pair of two touched records is compared once. A row without records tells of a block over the cap
# in which few descriptions stand.
NEAR: Final = f"""
with sized as (
    select key, record_id, finer, count(*) over (partition by key) as size,
           count(*) over (partition by key, finer) as finer_size
    from ({BLOCKS_OF}) block
)
select null as record_a, null as record_b, true as is_ordered
where exists (
    select from sized
    join record_facts f using (record_id)
    join record r on r.id = f.record_id
    where size > $2
    group by key having count(distinct {DESCRIPTION}) <= $2
)
union all
select mine.record_id as record_a, other.record_id as record_b,
       bool_or(other.size > $2 and other.finer_size > $2) as is_ordered
from sized mine join sized other using (key)
where mine.record_id = any($1) and other.record_id <> mine.record_id
  and (other.size <= $2 or other.finer = mine.finer)
  and not (other.record_id = any($1) and other.record_id < mine.record_id)
group by 1, 2 order by 1, 2
"""
Edge = tuple[int, int, int, int, str]


def _compared(near: Near, singles: dict[int, Single], judge: Judge) -> Iterator[Edge]:
    """Give the pairs that are not apart, the lesser record first."""
    for one, others in near.beside.items():
        found = judge.compare(singles[one], [singles[other] for other in others])
        for other, pair in zip(others, found, strict=True):
            if pair.decision != Decision.APART:
                sides = (min(one, other), max(one, other))
                yield (*sides, pair.pattern, pair.score, pair.decision.value)
