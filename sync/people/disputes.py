"""Disputed pairs in the review queue: two mentors named for one mentee, who may be one person."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

import asyncpg
import numpy as np
import pandas as pd

from hub.database import WriteSession
from hub.records import ChangesetId
from sync.identity import new_id
from sync.matching.levels import patterns
from sync.matching.model import Model
from sync.people.match import read_facts
from sync.people.questions import ASKED, STANDS, common_units

Connection = asyncpg.Connection
REASON = "pair.disputed"

# A row for two people; which records stand for them follows from what the records say.
DISPUTED = """
with named as (
    select one.mentor_id as person_a, other.mentor_id as person_b,
           one.mentorship_id as mentorship_a, other.mentorship_id as mentorship_b
    from participation_fact one
    join participation_fact other on other.mentee_id = one.mentee_id
        and other.mentor_id > one.mentor_id
        and other.starts < one.ends and other.ends > one.starts
    join mentorship ma on ma.id = one.mentorship_id and ma.confirmation = 'DISPUTED'
    join mentorship mb on mb.id = other.mentorship_id and mb.confirmation = 'DISPUTED'
    where one.mentor_id in (select id from affected_person)
       or other.mentor_id in (select id from affected_person)
), spoken as (
    select person_a, person_b,
           (array_agg(a.id order by a.kind, a.organisation_id, a.external_id))[1] as record_a,
           (array_agg(b.id order by b.kind, b.organisation_id, b.external_id))[1] as record_b
    from named
    join mentorship_claim ca on ca.mentorship_id = named.mentorship_a
    join link la on la.record_id = ca.mentor_record_id and la.person_id = named.person_a
    join record a on a.id = ca.mentor_record_id
    join mentorship_claim cb on cb.mentorship_id = named.mentorship_b
    join link lb on lb.record_id = cb.mentor_record_id and lb.person_id = named.person_b
    join record b on b.id = cb.mentor_record_id
    group by person_a, person_b
)
select s.record_a, s.record_b, s.person_a, s.person_b, a.organisation_id, b.organisation_id
from spoken s join record a on a.id = s.record_a join record b on b.id = s.record_b
where not exists (
    select from question q where q.state = 'OPEN' and q.kind = 'MATCH'
        and (q.person_a, q.person_b) in ((s.person_a, s.person_b), (s.person_b, s.person_a)))
  and not exists (
    select from link la
    join verdict_pair p on la.record_id in (p.record_a, p.record_b)
    join verdict v on v.id = p.verdict_id
        and v.kind = 'CANNOT_LINK' and v.retracted_at is null
    join link lb on lb.record_id in (p.record_a, p.record_b) and lb.person_id = s.person_b
    where la.person_id = s.person_a)
order by 1, 2
"""
_IDLE = """
    q.state = 'OPEN' and q.kind = 'DISPUTE'
    and (q.person_a in (select id from affected_person)
         or q.person_b in (select id from affected_person))
    and (q.record_a, q.record_b) not in (select * from unnest($1::bigint[], $2::bigint[]))
"""
KEPT_FOR_ITS_ANSWER = f"""
update question q set state = 'ANSWERED' where {_IDLE}
    and exists (select from verdict v where v.question_id = q.id)
"""
NO_LONGER_ASKED = f"delete from question q where {_IDLE}"


class _Dispute(NamedTuple):
    """A row of DISPUTED, its columns in the order in which a question is written."""

    record_a: int
    record_b: int
    person_a: UUID
    person_b: UUID
    unit_a: UUID
    unit_b: UUID

    def turned(self) -> "_Dispute":
        """Put the other record first: questions name the lesser one first."""
        return _Dispute(
            self.record_b, self.record_a, self.person_b, self.person_a, self.unit_b, self.unit_a
        )


async def ask_disputes(
    session: WriteSession, model: Model, *, today: date, changeset_id: ChangesetId
) -> None:
    """Ask about the mentors whom different bases name for one mentee, those affected.

    Whom somebody has said to be two people, or who are asked about already, is not asked again.
    Expects `affected_person` and the mentorships to be current.
    """
    connection = session.raw
    found = [_Dispute(*row) for row in await connection.fetch(DISPUTED)]
    rows = [one.turned() if one.record_a > one.record_b else one for one in found]
    sides = ([row.record_a for row in rows], [row.record_b for row in rows])
    people = ([row.person_a for row in rows], [row.person_b for row in rows])
    await connection.execute(STANDS, *sides, *people, ["DISPUTE"] * len(rows))
    await connection.execute(KEPT_FOR_ITS_ANSWER, *sides)
    await connection.execute(NO_LONGER_ASKED, *sides)
    units = await common_units(connection, [(row.unit_a, row.unit_b) for row in rows], today=today)
    scores = await _scores(connection, model, *sides, today=today)
    await connection.executemany(
        ASKED,
        [
            (new_id(), *row[:4], unit, score, [REASON], "DISPUTE", changeset_id)
            for row, unit, score in zip(rows, units, scores, strict=True)
        ],
    )


async def _scores(
    connection: Connection, model: Model, left: Sequence[int], right: Sequence[int], *, today: date
) -> list[int]:
    """Compare the two records of each dispute as the matcher compares any two."""
    ids = np.unique(np.array([*left, *right], dtype=np.int64))
    if not len(ids):
        return []
    facts = await read_facts(connection, ids, today=today)
    at = pd.Index(facts["record_id"].to_numpy(np.int64))
    one, other = (at.get_indexer(pd.Index(side)).astype(np.int64) for side in (left, right))
    return [int(score) for score in model.score(patterns(facts, one, other, model))]
