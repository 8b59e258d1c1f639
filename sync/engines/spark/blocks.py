"""Candidates on Spark: records that share a key, joined in its SQL.

The rules are those of `sync.matching.keys`: blocks up to the cap all with all, larger ones by their
finer key, and where even that is too large each record with its neighbour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sync.matching.mixture import Counted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# Blocks of at least two records, with their sizes: all that is joined afterwards.
BLOCKS = """
select key, finer, record, size, count(*) over (partition by key, finer) as fine_size
from (select key, finer, record, count(*) over (partition by key) as size from stored_key)
where size > 1
"""

# How many rows stand in blocks of which size, split into finer ones of which size.
SIZES = "select size, fine_size, count(*) as records from block group by size, fine_size"

# Each pair once, whatever keys it shares.
PAIRS = """
select distinct left, right from (
    select a.record as left, b.record as right
    from block a join block b on a.key = b.key
    where a.size <= :cap and b.size <= :cap and a.record < b.record
    union all
    select a.record, b.record
    from block a join block b on a.key = b.key and a.finer = b.finer
    where a.size > :cap and a.fine_size <= :cap and b.size > :cap and b.fine_size <= :cap
        and a.record < b.record
    union all
    select before, record from (
        select record, lag(record) over (partition by key, finer order by record) as before
        from block where size > :cap and fine_size > :cap
    ) where before is not null
)
"""

# How many of the compared pairs have each pattern: all that learning reads.
PATTERNS = "select pattern, count(*) as pairs from compared group by pattern"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many records stand in blocks of a size that split into finer blocks of a size."""

    size: int
    fine_size: int
    records: int


def blocks_of(session: "SparkSession", keys: "DataFrame") -> "DataFrame":
    """Give the keys that at least two records have: key, finer, record, size, fine_size."""
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
    """Give how many pairs blocks of these sizes lead to, as `keys.expected_pairs` does."""
    whole = sum(one.records * (one.size - 1) for one in sizes if one.size <= cap)
    large = [one for one in sizes if one.size > cap]
    inner = sum(one.records * (one.fine_size - 1) for one in large if one.fine_size <= cap)
    return (whole + inner) // 2 + sum(one.records for one in large if one.fine_size > cap)


def refined(sizes: Sequence[Sizes], *, cap: int) -> int:
    """Give how many blocks are over the cap."""
    of_size: dict[int, int] = {}
    for one in sizes:
        if one.size > cap:
            of_size[one.size] = of_size.get(one.size, 0) + one.records
    return sum(records // size for size, records in of_size.items())


def chained(sizes: Sequence[Sizes], *, cap: int) -> int:
    """Give how many blocks even their finer keys leave over the cap."""
    large = (one for one in sizes if one.size > cap and one.fine_size > cap)
    return sum(one.records // one.fine_size for one in large)
