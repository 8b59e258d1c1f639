"""What else a change of people concerns: stations with nothing to do are passed by."""

from dataclasses import dataclass

from hub.database import WriteSession
from sync.people.component import Component

BASES = frozenset({"MENTOR", "MENTEE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """Whether any affected person is named in a pair, and whether any was asked about before."""

    is_named: bool
    is_asked: bool


CONCERNED = """
select exists (
           select from affected_person a
           join link l on l.person_id = a.id
           join mentorship_claim c on c.mentor_record_id = l.record_id
       ) or exists (
           select from affected_person a
           join link l on l.person_id = a.id
           join mentorship_claim c on c.mentee_record_id = l.record_id
       ) as is_named,
       exists (select from question q where q.person_a in (select id from affected_person))
       or exists (select from question q where q.person_b in (select id from affected_person))
       or exists (select from question q where q.record_a = any($1)) as is_asked
"""


async def concern_of(session: WriteSession, component: Component) -> Concern:
    """Look whether anybody affected has to do with pairs or questions; one statement.

    Expects `affected_person`. Whose records no claim names was in no pair before either: claims
    follow records, and all records of whoever a person was parted from or joined with are here.
    """
    [row] = await session.raw.fetch(CONCERNED, component.facts["record_id"].tolist())
    return Concern(is_named=row["is_named"], is_asked=row["is_asked"])


def states_pairs(component: Component) -> bool:
    """Tell whether any record of the component is a row of a base."""
    return not BASES.isdisjoint(component.facts["kind"].tolist())
