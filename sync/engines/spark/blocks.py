"""Candidates on Spark: records that share a key, joined in its SQL.

The rules are those of `sync.matching.blocks`: blocks up to the cap all with all, larger ones by the
first of each description, or by their finer key where even descriptions are many, and where that is
too large again each record with its neighbour.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sync.matching.mixture import Counted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# Blocks of at least two records, with their sizes: all that is joined afterwards. Who leads is the
# first to say the same; who says the same has one finer key, so `said` counts by either.
BLOCKS = """
select key, finer, record, leader, size, fine_size, record = leader as leads,
       sum(int(record = leader)) over (partition by key) as said,
       sum(int(record = leader)) over (partition by key, finer) as fine_said
from (
    select key, finer, record, size, count(*) over (partition by key, finer) as fine_size,
           min(record) over (partition by key, described) as leader
    from (
        select key, finer, record, described, count(*) over (partition by key) as size
        from stored_key
    )
    where size > 1
)
"""

# How many rows stand in blocks of which size, split into finer ones of which size.
SIZES = """
select size, fine_size, said, fine_said, leads, count(*) as records
from block group by size, fine_size, said, fine_said, leads
"""

# Each pair once, whatever keys it shares.
PAIRS = """
with small as (select * from block where size <= :cap),
thinned as (select * from block where size > :cap and said <= :cap),
fine as (select * from block where size > :cap and said > :cap and fine_size <= :cap),
fine_thinned as (
    select * from block
    where size > :cap and said > :cap and fine_size > :cap and fine_said <= :cap
),
chained as (
    select record, lag(record) over (partition by key, finer order by record) as before
    from block
    where size > :cap and said > :cap and fine_size > :cap and fine_said > :cap
)
select distinct left, right from (
    select a.record as left, b.record as right
    from small a join small b on a.key = b.key where a.record < b.record
    union all
    select a.record, b.record from thinned a join thinned b on a.key = b.key
    where a.leads and b.leads and a.record < b.record
    union all
    select a.record, b.record from fine a join fine b on a.key = b.key and a.finer = b.finer
    where a.record < b.record
    union all
    select a.record, b.record
    from fine_thinned a join fine_thinned b on a.key = b.key and a.finer = b.finer
    where a.leads and b.leads and a.record < b.record
    union all
    select leader, record from thinned where not leads
    union all
    select leader, record from fine_thinned where not leads
    union all
    select before, record from chained where before is not null
)
"""

# How many of the compared pairs have each pattern: all that learning reads.
PATTERNS = "select pattern, count(*) as pairs from compared group by pattern"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many records stand in blocks of a size that split into finer blocks of a size.

    `said` and `fine_said` are how many descriptions those hold; `leads` tells whether the counted
    records are the first of theirs.
    """

    size: int
    fine_size: int
    said: int
    fine_said: int
    leads: bool
    records: int

    def is_thinned(self, cap: int) -> bool:
        """Tell whether the block is large, and descriptions few."""
        return self.size > cap >= self.said

    def is_refined(self, cap: int) -> bool:
        """Tell whether the block is split by the finer key."""
        return self.size > cap and self.said > cap

    def is_fine_thinned(self, cap: int) -> bool:
        """Tell whether the finer block is large, and descriptions few."""
        return self.is_refined(cap) and self.fine_size > cap >= self.fine_said

    def is_chained(self, cap: int) -> bool:
        """Tell whether only neighbours are compared."""
        return self.is_refined(cap) and self.fine_size > cap and self.fine_said > cap

    def ends(self, cap: int) -> int:
        """Give how many ends of pairs to count for each of the records."""
        if self.is_thinned(cap):
            return self.said - 1 if self.leads else _BOTH
        if self.is_fine_thinned(cap):
            return self.fine_said - 1 if self.leads else _BOTH
        if self.is_chained(cap):
            return _BOTH
        return (self.fine_size if self.is_refined(cap) else self.size) - 1


_BOTH = 2  # of a pair that one of its records alone counts


def blocks_of(session: "SparkSession", keys: "DataFrame") -> "DataFrame":
    """Give the keys that at least two records have: with BLOCKS' columns."""
    keys.createOrReplaceTempView("stored_key")
    return session.sql(BLOCKS)


def sizes_of(session: "SparkSession", blocks: "DataFrame") -> list[Sizes]:
    """Give the sizes of blocks; as many rows as there are different sizes."""
    blocks.createOrReplaceTempView("block")
    return [Sizes(**row) for row in session.sql(SIZES).toArrow().to_pylist()]


def pairs_of(session: "SparkSession", blocks: "DataFrame", *, cap: int) -> "DataFrame":
    """Give the candidate pairs: left < right, each once."""
    blocks.createOrReplaceTempView("block")
    return session.sql(PAIRS, args={"cap": cap})


def patterns_of(session: "SparkSession", folder: str) -> Counted:
    """Give the distinct patterns of the compared pairs in a folder, and how often each occurs."""
    session.read.parquet(folder).createOrReplaceTempView("compared")
    found = session.sql(PATTERNS).toArrow()
    pairs = found.column("pairs").to_numpy().astype(np.float64)
    return Counted(patterns=found.column("pattern").to_numpy(), pairs=pairs)


def expected_pairs(sizes: Sequence[Sizes], *, cap: int) -> int:
    """Give how many pairs blocks of these sizes lead to, as `expected_pairs` of one process does."""
    return sum(one.records * one.ends(cap) for one in sizes) // 2


def thinned(sizes: Sequence[Sizes], *, cap: int) -> int:
    """Give how many blocks over the cap hold few descriptions, whole or as their finer keys leave them."""
    whole = _blocks((one.size, one.records) for one in sizes if one.is_thinned(cap))
    return whole + _blocks(
        (one.fine_size, one.records) for one in sizes if one.is_fine_thinned(cap)
    )


def refined(sizes: Sequence[Sizes], *, cap: int) -> int:
    """Give how many blocks are split by their finer keys."""
    return _blocks((one.size, one.records) for one in sizes if one.is_refined(cap))


def chained(sizes: Sequence[Sizes], *, cap: int) -> int:
    """Give how many blocks even their finer keys leave over the cap."""
    return _blocks((one.fine_size, one.records) for one in sizes if one.is_chained(cap))


def _blocks(records: Iterable[tuple[int, int]]) -> int:
    """Count blocks of which so many records stand in those of each size."""
    of_size: Counter[int] = Counter()
    for size, standing in records:
        of_size[size] += standing
    return sum(standing // size for size, standing in of_size.items())
