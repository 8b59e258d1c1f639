"""Open questions of the matcher, each in the lowest unit that holds both records."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

import asyncpg
import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from hub.database import WriteSession
from hub.records import ChangesetId
from sync.columns import rows_of
from sync.identity import new_id
from sync.people.component import Component

Connection = asyncpg.Connection


async def write_questions(
    session: WriteSession,
    component: Component,
    person_ids: list[UUID],
    *,
    is_asked: bool,
    today: date,
    changeset_id: ChangesetId,
) -> bool:
    """Replace the open questions between the component's records; keep the ids of standing ones.

    Where nothing is asked now and nothing stood (`is_asked`) there is nothing to do. Tells whether
    there was anything.
    """
    connection = session.raw
    asked = _asked(component, person_ids)
    if asked.empty and not is_asked:
        return False
    units = await common_units(connection, list(rows_of(asked, "unit_a", "unit_b")), today=today)
    sides = (asked["record_a"].tolist(), asked["record_b"].tolist())
    records = component.facts["record_id"].tolist()
    people = (asked["person_a"].tolist(), asked["person_b"].tolist())
    await connection.execute(STANDS, *sides, *people, asked["kind"].tolist())
    await connection.execute(KEPT_FOR_ITS_ANSWER, records, *sides)
    await connection.execute(NO_LONGER_ASKED, records, *sides)
    await connection.executemany(
        ASKED,
        [
            (new_id(), *ids, unit, int(score), list(reasons), kind, changeset_id)
            for unit, (*ids, score, reasons, kind) in zip(
                units, rows_of(asked, *ASKED_COLUMNS), strict=True
            )
        ],
    )
    await _write_possible_twins(connection)
    return True


ASKED_COLUMNS = ("record_a", "record_b", "person_a", "person_b", "score", "reasons", "kind")
# Of the questions between these records those that are asked no more; disputes are not ours.
_IDLE = """
    q.state = 'OPEN' and q.kind <> 'DISPUTE' and q.record_a = any($1) and q.record_b = any($1)
    and (q.record_a, q.record_b) not in (select * from unnest($2::bigint[], $3::bigint[]))
"""
KEPT_FOR_ITS_ANSWER = f"""
update question q set state = 'ANSWERED' where {_IDLE}
    and exists (select from verdict v where v.question_id = q.id)
"""
NO_LONGER_ASKED = f"delete from question q where {_IDLE}"
# A question of these kinds is about people: it stays the same though other records stand for them.
STANDS = """
update question q set record_a = said.a, record_b = said.b
from unnest($1::bigint[], $2::bigint[], $3::uuid[], $4::uuid[], $5::text[])
    as said (a, b, person_a, person_b, kind)
where q.state = 'OPEN' and q.kind = said.kind and said.kind <> 'MATCH'
    and least(q.person_a, q.person_b) = least(said.person_a, said.person_b)
    and greatest(q.person_a, q.person_b) = greatest(said.person_a, said.person_b)
    and (q.record_a, q.record_b) <> (said.a, said.b)
    and not exists (select from question o where (o.record_a, o.record_b) = (said.a, said.b))
"""
ASKED = """
insert into question as held (id, record_a, record_b, person_a, person_b,
    organisation_id, score, reasons, kind, state, changeset_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'OPEN', $10)
on conflict (record_a, record_b) do update set person_a = excluded.person_a,
    person_b = excluded.person_b, organisation_id = excluded.organisation_id,
    score = excluded.score, reasons = excluded.reasons, kind = excluded.kind, state = 'OPEN',
    version = held.version + 1, changeset_id = excluded.changeset_id
where (held.person_a, held.person_b, held.organisation_id, held.score, held.reasons, held.kind,
       held.state)
    is distinct from (excluded.person_a, excluded.person_b, excluded.organisation_id,
                      excluded.score, excluded.reasons, excluded.kind, 'OPEN')
"""


def _asked(component: Component, person_ids: list[UUID]) -> pd.DataFrame:
    ids = component.facts["record_id"].to_numpy(np.int64)
    units = component.facts["organisation_id"].to_numpy(object)
    people = np.array(person_ids, dtype=object)
    found = component.clustering.questions.assign(kind="MATCH")
    asked = pd.concat([found, component.large.assign(kind="CLUSTER")], ignore_index=True)
    left, right = asked["left"].to_numpy(np.int64), asked["right"].to_numpy(np.int64)
    return pd.DataFrame(
        {
            "record_a": ids[left],
            "record_b": ids[right],
            "person_a": people[left],
            "person_b": people[right],
            "unit_a": units[left],
            "unit_b": units[right],
            "score": asked["score"].to_numpy(),
            "reasons": asked["reasons"].to_numpy(object),
            "kind": asked["kind"].to_numpy(object),
        }
    )


# The lowest common authority: the one above both that has the fewest organisations below it.
COMMON_UNIT = """
select pair.a, pair.b, coalesce((
    select mine.authority_id
    from organisation_place mine
    join organisation_place theirs on theirs.authority_id = mine.authority_id
    where mine.organisation_id = pair.a and theirs.organisation_id = pair.b
      and mine.starts <= $3 and mine.ends > $3
      and theirs.starts <= $3 and theirs.ends > $3
    order by (select count(*) from organisation_place below
              where below.authority_id = mine.authority_id), mine.authority_id
    limit 1
), (select id from organisation where kind = 'MINISTRY' order by id limit 1)) as unit
from unnest($1::uuid[], $2::uuid[]) as pair (a, b)
"""


async def common_units(
    connection: Connection, pairs: Sequence[tuple[UUID, UUID]], *, today: date
) -> list[UUID]:
    """Give for each pair of organisations the lowest unit that holds both today, else the region."""
    apart = sorted({pair for pair in pairs if pair[0] != pair[1]})
    rows = await connection.fetch(COMMON_UNIT, [a for a, _ in apart], [b for _, b in apart], today)
    common = {(row["a"], row["b"]): row["unit"] for row in rows}
    return [pair[0] if pair[0] == pair[1] else common[pair] for pair in pairs]


async def _write_possible_twins(connection: Connection) -> None:
    """Group people who would be one if every open question were answered "same"."""
    rows = await connection.fetch(
        "select person_a, person_b from question where state = 'OPEN' and kind = 'MATCH'"
        " order by person_a, person_b"
    )
    people = sorted({row[side] for row in rows for side in ("person_a", "person_b")})
    place = {person: number for number, person in enumerate(people)}
    ends = [[place[row[side]] for row in rows] for side in ("person_a", "person_b")]
    graph = coo_array((np.ones(len(rows)), tuple(ends)), shape=(len(people), len(people)))
    groups = connected_components(graph, directed=False)[1] if people else np.empty(0, dtype=int)
    first = {group: people[number] for number, group in reversed(list(enumerate(groups.tolist())))}
    twins = {person: first[group] for person, group in zip(people, groups.tolist(), strict=True)}
    held = await connection.fetch("select person_id, group_id from possible_twin")
    standing = {row["person_id"]: row["group_id"] for row in held}
    await _replace_twins(
        connection, dict(twins.items() - standing.items()), standing.keys() - twins
    )


async def _replace_twins(
    connection: Connection, fresh: Mapping[UUID, UUID], gone: Collection[UUID]
) -> None:
    """Write the groups that differ from those that stand."""
    if gone:
        await connection.execute("delete from possible_twin where person_id = any($1)", list(gone))
    if fresh:
        await connection.execute(
            "insert into possible_twin (person_id, group_id)"
            " select * from unnest($1::uuid[], $2::uuid[])"
            " on conflict (person_id) do update set group_id = excluded.group_id",
            list(fresh.keys()),
            list(fresh.values()),
        )
