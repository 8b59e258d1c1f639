"""Whom a field is taken from first: ranks that sources were given, and people to be chosen anew."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

import asyncpg

from hub.database import WriteSession
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


async def choose_anew(session: WriteSession, source_id: UUID) -> None:
    """Leave to the next projection whoever this source and another speak of.

    Expects the lock PROJECTING to be held: a projection under way has read the former ranks.
    """
    await session.raw.execute(PENDING, source_id)


PENDING: Final = """
update record r set projected_version_id = null
where r.source_id = $1 and exists (
    select from link mine
    join link other on other.person_id = mine.person_id
    join record beside on beside.id = other.record_id
    where mine.record_id = r.id and beside.source_id <> $1)
"""
