"""Drawing pairs to be labelled blind: so many of each pattern, the same for the same seed."""

from datetime import date

from hub.database import WriteSession
from sync.identity import new_id
from sync.people.questions import common_units

# Pairs that nobody has labelled or is to label, each pattern's in the order of a keyed shuffle.
DRAWN = """
with shuffled as (
    select e.record_a, e.record_b, e.pattern, e.score, e.decision,
           md5(concat_ws('/', $1::text, e.record_a, e.record_b)) as place
    from edge e
    where not exists (select from sampled_pair s
                      where s.record_a = e.record_a and s.record_b = e.record_b)
), ranked as (
    select *, row_number() over (partition by pattern order by place) as turn from shuffled
)
select r.record_a, r.record_b, r.pattern, r.score, r.decision,
       a.organisation_id as unit_a, b.organisation_id as unit_b
from ranked r join record a on a.id = r.record_a join record b on b.id = r.record_b
where r.turn <= $3
order by r.turn, r.place
limit $2
"""


async def draw(session: WriteSession, size: int, *, each: int, seed: str, today: date) -> int:
    """Draw up to `size` compared pairs, up to `each` of a pattern; gives how many were drawn.

    Links that nobody was asked about are drawn like questions, so a pattern's precision is that of
    what the hub decides by itself. Costs a pass over the compared pairs.
    """
    rows = await session.raw.fetch(DRAWN, seed, size, each)
    units = await common_units(
        session.raw, [(row["unit_a"], row["unit_b"]) for row in rows], today=today
    )
    await session.raw.executemany(
        "insert into sampled_pair (id, record_a, record_b, organisation_id, pattern, score,"
        " decision) values ($1, $2, $3, $4, $5, $6, $7)",
        [
            (new_id(), row["record_a"], row["record_b"], unit, *row[2:5])
            for row, unit in zip(rows, units, strict=True)
        ],
    )
    return len(rows)
