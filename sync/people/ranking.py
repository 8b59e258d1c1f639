"""The order of the review queue: which counts an answer moves, and how likely it moves them."""

from datetime import date
from typing import Final

from hub.database import WriteSession

# Which figures would fall if the two were one person: both are counted now.
_BOTH: Final = {
    "MENTORS": "select from participation_fact f where f.mentor_id = {person}",
    "MENTEES": "select from participation_fact f where f.mentee_id = {person}",
    "YOUNG_SPECIALISTS": (
        "select from employment e where e.person_id = {person} and e.ends > $1::date"
        " and (e.young_specialist_flag or e.teaching_since > $1::date - interval '3 years')"
    ),
}
# One and the same partner of both.
_PAIRS: Final = """
    select from participation_fact one join participation_fact other
        on other.mentee_id = one.mentee_id
    where one.mentor_id = q.person_a and other.mentor_id = q.person_b
    union all
    select from participation_fact one join participation_fact other
        on other.mentor_id = one.mentor_id
    where one.mentee_id = q.person_a and other.mentee_id = q.person_b
"""


def _counted(query: str) -> str:
    one, other = (query.replace("{person}", f"q.{side}") for side in ("person_a", "person_b"))
    return f"exists ({one}) and exists ({other})"


_AFFECTS: Final = " || ".join(
    [
        *(
            f"case when {_counted(q)} then array['{name}'] else '{{}}' end"
            for name, q in _BOTH.items()
        ),
        f"case when exists ({_PAIRS}) then array['PAIRS'] else '{{}}' end",
    ]
)
RANKED: Final = f"""
with ranked as (
    select q.id, q.affects as before, q.priority as former, counted.affects,
           round(1000 * (1 + cardinality(counted.affects)) / (1 + power(2.0, -q.score / 100.0)))::int
               as priority
    from question q cross join lateral (select {_AFFECTS} as affects) counted
    where q.state = 'OPEN' and (q.person_a in (select id from affected_person)
                                or q.person_b in (select id from affected_person))
)
update question q set affects = ranked.affects, priority = ranked.priority
from ranked where ranked.id = q.id
    and (ranked.before, ranked.former) is distinct from (ranked.affects, ranked.priority)
"""


async def rank_questions(session: WriteSession, *, today: date) -> None:
    """Say of the open questions about affected people what an answer would change.

    The priority is the number of people and figures that the answer "one person" changes, times
    its probability, in thousandths. Expects `affected_person`.
    """
    await session.raw.execute(RANKED, today)
