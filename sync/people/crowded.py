"""Numbers that more records show than can be compared all with all: nobody's own.

Whose a number is follows from everybody who shows it, so all of them have to be looked at together.
They are, since each is compared with some other and an equal number is a link or a question; but for
a block that is split by finer keys, where a part of them would be taken for the whole.
"""

from typing import Final

import asyncpg
import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.matching.keys import number_keys
from sync.people import match
from sync.people.match import DESCRIPTION


async def crowded(connection: asyncpg.Connection, facts: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Mark the records whose СНИЛС stands in a block that is split; one statement."""
    keys, positions = number_keys(facts)
    found = np.zeros(len(facts), dtype=bool)
    if len(keys):
        rows = await connection.fetch(SPLIT, np.unique(keys).tolist(), match.BLOCK_CAP)
        split = np.array([row["key"] for row in rows], dtype=np.int64)
        found[positions[np.isin(keys, split)]] = True
    return found


SPLIT: Final = f"""
with large as materialized (
    select key from record_key where key = any($1) group by key having count(*) > $2
)
select k.key
from large
join record_key k on k.key = large.key
join record_facts f on f.record_id = k.record_id
join record r on r.id = k.record_id
group by k.key having count(distinct {DESCRIPTION}) > $2
"""
