"""Whom a field is taken from first: ranks that sources were given, and people to be chosen anew."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

import asyncpg
import numpy as np

from hub.database import ReadSession, WriteSession
from sync.evidence.pending import Ids
from sync.matching.survive import FIELDS

Ranks = Mapping[str, Mapping[UUID, int]]  # field -> source -> rank, the least is believed first
Stated = Mapping[str, int]  # what is said of one source, field by field
# A year stands beside its date: whoever is believed about the one is about the other.
_ALONG: Final = {"birth_year": "birth_date"}


async def read_ranks(connection: asyncpg.Connection, sources: Collection[UUID]) -> Ranks:
    """Read in one statement which of the sources a field is taken from first.

    A source alone goes before nobody: nothing is asked.
    """
    if len(sources) <= 1:
        return {}
    rows = await connection.fetch(
        "select id, ranks from source where id = any($1) and ranks <> '{}'", list(sources)
    )
    return by_field({row["id"]: row["ranks"] for row in rows})


def by_field(stated: Mapping[UUID, Stated]) -> Ranks:
    """Give the sources that have a rank for each field; one of a birth date serves its year too."""
    found: dict[str, dict[UUID, int]] = defaultdict(dict)
    for source, ranks in stated.items():
        for field in FIELDS:
            rank = ranks.get(field, ranks.get(_ALONG.get(field, field)))
            if rank is not None:
                found[field][source] = rank
    return found


async def choose_anew(session: WriteSession, source_id: UUID) -> bool:
    """Leave to the next projection whoever this source and another speak of; say whether anybody.

    Expects the lock PROJECTING to be held: a projection under way has read the former ranks.
    """
    done = await session.raw.execute(MARK, source_id)
    return done != "UPDATE 0"


async def to_choose_anew(session: ReadSession) -> Ids:
    """Give the records that `choose_anew` left and no projection has taken yet.

    Read before the brake: it puts back what it holds, and that takes the mark away.
    """
    rows = await session.raw.fetch(MARKED)
    return np.array([row["id"] for row in rows], dtype=np.int64)


MARK: Final = """
update record r set projected_version_id = null
where r.source_id = $1 and exists (
    select from link mine
    join link other on other.person_id = mine.person_id
    join record beside on beside.id = other.record_id
    where mine.record_id = r.id and beside.source_id <> $1)
"""
# What stands and is to be projected all the same. Of whom there is news as well waits for the run
# that brought it: part of a run alone would be weighed by the brake as if it were all.
MARKED: Final = """
select id from record where current_version_id is distinct from projected_version_id
    and projected_version_id is null and current_version_id = standing_version_id order by id
"""
