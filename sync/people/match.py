"""The matcher at the database: candidates and scores of what changed.

A block of records that share a key is compared whole; over the cap, by the first of each
description; with descriptions over the cap too, by finer keys. When a block crosses the cap, in
records or in descriptions, all its records count as changed; and where the first of a description
or neighbours by content are compared, those of the finer block that somebody joins or leaves: any
split of the same records into runs compares the same pairs as one run over all of them.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any  # an array of numbers or of decisions

import asyncpg
import numpy as np
import numpy.typing as npt
import pandas as pd

from sync.columns import frame_of, read_frame, rows_about
from sync.evidence.pending import Ids
from sync.matching.alike import LISTS, TEXTS, compared_facts, describing
from sync.matching.decide import Decision, decide
from sync.matching.facts import content_order
from sync.matching.keys import Keys
from sync.matching.levels import patterns
from sync.matching.model import Model
from sync.matching.ranges import Meeting, candidates_of

Connection = asyncpg.Connection
BLOCK_CAP = 200
KEYS_AT_ONCE = 20_000  # as rows; as numbers they take a tenth
PAIRS_AT_ONCE = 1_000_000


def _none() -> Ids:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The keys of records that change: a line for each that they bear now (1) or bore (-1).

    `lines` tells of how many such lines one is the sum.
    """

    key: Ids = field(default_factory=_none)
    finer: Ids = field(default_factory=_none)
    step: Ids = field(default_factory=_none)
    lines: Ids = field(default_factory=_none)

    @classmethod
    def each(cls, keys: Ids, step: int) -> "Moved":
        """Give a line for each row (key, finer)."""
        ones = np.ones(len(keys), dtype=np.int64)
        return cls(key=keys[:, 0], finer=keys[:, 1], step=step * ones, lines=ones)

    @classmethod
    def together(cls, parts: "Sequence[Moved]") -> "Moved":
        """Give the lines of all parts."""
        return cls(
            key=np.concatenate([part.key for part in parts]),
            finer=np.concatenate([part.finer for part in parts]),
            step=np.concatenate([part.step for part in parts]),
            lines=np.concatenate([part.lines for part in parts]),
        )

    def __add__(self, other: "Moved") -> "Moved":
        return Moved.together([self, other])

    def settled(self) -> "Moved":
        """Give by how much each (key, finer) grows or shrinks, in the order of keys."""
        if not len(self.key):
            return self
        order = np.lexsort((self.finer, self.key))
        key, finer = self.key[order], self.finer[order]
        fresh = np.ones(len(order), dtype=bool)
        fresh[1:] = (key[1:] != key[:-1]) | (finer[1:] != finer[:-1])
        at = np.flatnonzero(fresh)
        step, lines = (np.add.reduceat(of[order], at) for of in (self.step, self.lines))
        return Moved(key=key[at], finer=finer[at], step=step, lines=lines)

    def pieces(self, most: int) -> "Iterator[Moved]":
        """Cut what is settled into pieces of about `most` lines; a key stands in one of them."""
        start = 0
        while start < len(self.key):
            last = self.key[min(start + most, len(self.key)) - 1]
            end = int(np.searchsorted(self.key, last, side="right"))
            yield Moved(
                key=self.key[start:end],
                finer=self.finer[start:end],
                step=self.step[start:end],
                lines=self.lines[start:end],
            )
            start = end


async def left_keys(connection: Connection) -> Moved:
    """Give the keys of records that were taken out in this transaction, as `former_key` holds them."""
    if await connection.fetchval("select to_regclass('pg_temp.former_key')") is None:
        return Moved()
    rows = await connection.fetch("select key, finer from former_key")
    keys = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, 2)
    return Moved.each(keys, -1)


async def edges_of(
    connection: Connection, touched: Ids, model: Model, *, today: date
) -> pd.DataFrame:
    """Compare the touched records with everyone they share a key with; give what is not apart.

    Columns record_a, record_b, pattern, score, decision. Memory is that of the records, their keys
    and PAIRS_AT_ONCE pairs, however many there are.
    """
    key, record, finer = (await _blocks_of(connection, touched)).T
    facts = await read_facts(connection, np.union1d(record, touched), today=today)
    facts = facts.iloc[np.argsort(content_order(facts))]
    ids = facts["record_id"].to_numpy(np.int64)
    facts = compared_facts(facts)
    position = pd.Index(ids).get_indexer(pd.Index(record)).astype(np.int64)
    keys = Keys(key=key, position=position, finer=finer)
    meeting = Meeting.of(keys, cap=BLOCK_CAP, describe=describing(facts))
    del key, record, finer, position, keys
    is_touched = np.isin(ids, touched)
    found = [
        _compared(facts, *candidates_of(meeting, those), is_touched, model)
        for those in meeting.ranges(PAIRS_AT_ONCE)
    ]
    left, right, pattern, score, decision = map(np.concatenate, zip(*found, strict=True))
    one, other = ids[left], ids[right]
    return pd.DataFrame(
        {
            "record_a": np.minimum(one, other),
            "record_b": np.maximum(one, other),
            "pattern": pattern,
            "score": score,
            "decision": decision,
        }
    )


def _compared(
    facts: pd.DataFrame,
    left: Ids,
    right: Ids,
    is_touched: npt.NDArray[np.bool_],
    model: Model,
) -> tuple[npt.NDArray[Any], ...]:
    """Compare the pairs of which a side is touched; gives those that are not apart."""
    concerned = is_touched[left] | is_touched[right]
    if not concerned.all():
        left, right = left[concerned], right[concerned]
    pattern = patterns(facts, left, right, model)
    score = model.score(pattern)
    decision = decide(pattern, score, model)
    kept = np.flatnonzero(decision != Decision.APART)  # few of very many: only they become rows
    return left[kept], right[kept], pattern[kept], score[kept], decision[kept]


async def _blocks_of(connection: Connection, touched: Ids) -> Ids:
    """Give (key, record, finer) of all that stands in the blocks of the touched, key by key."""
    cursor = await connection.cursor(BLOCKS, touched.tolist())
    parts = [np.empty((0, 3), dtype=np.int64)]
    while rows := await cursor.fetch(KEYS_AT_ONCE):
        parts.append(np.array([tuple(row) for row in rows], dtype=np.int64))
    return np.concatenate(parts)


EDGE_COLUMNS = ("record_a", "record_b", "pattern", "score", "decision")
# The blocks in which the touched stand.
BLOCKS_OF = """
select k.key, k.record_id, k.finer from record_key k
where k.key in (select key from record_key where record_id = any($1))
"""
BLOCKS = f"{BLOCKS_OF} order by k.key, k.record_id"
# What a record says, of `record_facts` f and `record` r: as `sync.matching.alike` takes it.
_OF_RECORD = ("kind", "source_id")
_STATED = [f"{'r' if name in _OF_RECORD else 'f'}.{name}" for name in (*TEXTS, *LISTS)]
_BORN = "f.birth_date, coalesce(extract(year from f.birth_date)::int, f.birth_year)"
DESCRIPTION = f"({', '.join(_STATED)}, {_BORN})"


async def read_facts(connection: Connection, ids: Ids, *, today: date) -> pd.DataFrame:
    """Read the facts of records in the order of their ids, as the matcher takes them today."""
    return await read_frame(connection, FACTS, ids, today, names=FACT_COLUMNS)


async def facts_by_parts(
    connection: Connection, ids: Ids, *, today: date
) -> AsyncIterator[pd.DataFrame]:
    """Give what `read_facts` gives, some thousands of records at a time."""
    async for rows in rows_about(connection, FACTS, ids, today):
        yield frame_of(rows, FACT_COLUMNS)


FACT_COLUMNS = (
    "record_id",
    "source_id",
    "kind",
    "active",
    "stated_as_of",
    "record_version_id",
    "content_hash",
    "external_id",
    "last_name",
    "first_name",
    "middle_name",
    "previous_last_name",
    "last_key",
    "first_key",
    "middle_key",
    "previous_last_key",
    "birth_date",
    "birth_year",
    "sex",
    "snils_hash",
    "phones",
    "emails",
    "contact_owner",
    "organisation_id",
    "affiliation_organisation_id",
    "affiliation_text",
    "role",
    "employment_kind",
    "source_rank",
)

FACTS = """
select f.record_id, r.source_id, r.kind,
       r.ended_on is null and coalesce(f.dismissed_on > $2, true) as active,
       v.stated_as_of, v.id as record_version_id, v.content_hash,
       r.external_id,
       f.last_name, f.first_name, f.middle_name, f.previous_last_name,
       f.last_key, f.first_key, f.middle_key, f.previous_last_key, f.birth_date, f.birth_year,
       f.sex, f.snils_hash, f.phones, f.emails, f.contact_owner, f.organisation_id,
       f.affiliation_organisation_id, f.affiliation_text, f.role, f.employment_kind,
       case r.kind when 'STAFF' then 1 when 'PUPIL' then 2 when 'MENTION' then 9 else 5 end
           as source_rank
from record_facts f
join record r on r.id = f.record_id
join record_version v on v.id = r.current_version_id
where f.record_id = any($1)
order by f.record_id
"""
