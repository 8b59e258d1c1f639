"""What people said and nobody has obeyed yet: verdicts and pins, given or taken back.

Read from the database, not remembered: a word waits until the change in which its consequences
were projected is written beside it.
"""

from dataclasses import dataclass
from uuid import UUID

import numpy as np

from hub.database import ReadSession, WriteSession
from hub.records import ChangesetId
from sync.evidence.pending import Ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A verdict or a pin that waits, who gave it or took it back, and the records it is about."""

    id: UUID
    actor: str
    records: Ids


WAITING = """
select v.id, coalesce(v.retracted_by, v.actor) as actor, v.given_at,
       array(select record_a from verdict_pair p where p.verdict_id = v.id
             union select record_b from verdict_pair p where p.verdict_id = v.id) as records
from verdict v
where v.changeset_id is null or (v.retracted_at is not null and v.retraction_changeset_id is null)
union all
select p.id, coalesce(p.retracted_by, p.actor), p.given_at, array[p.record_id]
from pin p
where p.changeset_id is null or (p.retracted_at is not null and p.retraction_changeset_id is null)
order by given_at, id
limit 1
"""


async def next_word(session: ReadSession) -> Word | None:
    """Give the word that has waited longest, or None."""
    row = await session.raw.fetchrow(WAITING)
    if row is None:
        return None
    return Word(id=row["id"], actor=row["actor"], records=np.array(row["records"], dtype=np.int64))


async def settle_word(session: WriteSession, word: Word, changeset_id: ChangesetId) -> None:
    """Remember in which change a word, or its retraction, was obeyed."""
    for table in ("verdict", "pin"):
        await session.raw.execute(
            f"update {table} set changeset_id = coalesce(changeset_id, $2),"
            " retraction_changeset_id = case when retracted_at is not null"
            " then coalesce(retraction_changeset_id, $2) end where id = $1",
            word.id,
            changeset_id,
        )
