"""Whose clusters a change may move: the component of the changed, and its clusters made anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np
import pandas as pd

from hub.database import ReadSession
from sync.columns import read_frame
from sync.evidence.pending import Ids
from sync.matching.cluster import Clustering, Verdicts, cluster
from sync.matching.decide import Decision
from sync.matching.edges import Edges
from sync.matching.facts import is_weak
from sync.matching.touched import Touched, large
from sync.people.match import read_facts

Connection = asyncpg.Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """The records whose clusters may have changed, with their facts and their clusters."""

    facts: pd.DataFrame
    clustering: Clustering
    large: pd.DataFrame  # people of very many records, asked about as `clustering.questions` are
    previous: list[Any]  # the person id of each record before this run, or None


async def recluster(session: ReadSession, changed: Ids, *, today: date) -> Component:
    """Cluster again everyone connected, by edges, verdicts or a common person, to the changed."""
    facts = await read_facts(session.raw, await connected(session.raw, changed), today=today)
    ids = facts["record_id"].to_numpy(np.int64)
    return await clustered(session.raw, facts, await _stored_edges(session.raw, ids))


async def clustered(connection: Connection, facts: pd.DataFrame, edges: pd.DataFrame) -> Component:
    """Cluster records by edges (record_a, record_b, score, decision) and by what people said."""
    ids = facts["record_id"].to_numpy(np.int64)
    position = pd.Series(np.arange(len(ids)), index=ids)
    verdicts = await _verdicts(connection, ids, position)
    links = await read_frame(connection, LINKED, ids, names=("record_id", "person_id"))
    persons = dict(zip(links["record_id"], links["person_id"], strict=True))
    found = Edges(
        left=position.loc[edges["record_a"]].to_numpy(np.int64),
        right=position.loc[edges["record_b"]].to_numpy(np.int64),
        score=edges["score"].to_numpy(np.int32),
        decision=edges["decision"].to_numpy(dtype="<U5"),
    )
    clustering = cluster(
        facts,
        left=found.left,
        right=found.right,
        score=found.score,
        decision=found.decision,
        verdicts=verdicts,
    )
    links_found = found.those(found.decision == Decision.LINK)
    many = large(facts, clustering.labels, links_found, verdicts.touched, ~is_weak(facts))
    previous = [persons.get(record_id) for record_id in ids.tolist()]
    return Component(facts=facts, clustering=clustering, large=many, previous=previous)


LINKED = "select record_id, person_id from link where record_id = any($1)"


async def connected(connection: Connection, changed: Ids) -> Ids:
    """Give everyone connected to the changed records by edges, verdicts or a common person."""
    found = await read_frame(connection, CONNECTED, changed, names=("id",))
    return found["id"].to_numpy(np.int64)


# ASK edges join no clusters, but a question concerns both of its sides whole.
CONNECTED = """
with recursive reached (id) as (
    select unnest($1::bigint[])
    union
    select next.id
    from reached
    cross join lateral (
        select record_b as id from edge where record_a = reached.id
        union all
        select record_a from edge where record_b = reached.id
        union all
        select p.record_b from verdict_pair p join verdict v on v.id = p.verdict_id
        where p.record_a = reached.id and v.retracted_at is null
        union all
        select p.record_a from verdict_pair p join verdict v on v.id = p.verdict_id
        where p.record_b = reached.id and v.retracted_at is null
        union all
        select other.record_id from link mine join link other on other.person_id = mine.person_id
        where mine.record_id = reached.id
    ) next
)
select id from reached order by id
"""


async def _verdicts(connection: Connection, ids: Ids, position: "pd.Series[Any]") -> Verdicts:
    """Read what people said of the records, the last word last, and whom they spoke of."""
    rows = await connection.fetch(SAID, ids.tolist())
    pairs = [row for row in rows if row["kind"] != "NOT_ENOUGH"]
    left, right = (
        np.array(position.loc[[row[side] for row in pairs]], dtype=np.int64)
        for side in ("record_a", "record_b")
    )
    return Verdicts(
        left=left,
        right=right,
        kind=[row["kind"] for row in pairs],
        touched=_touched(pairs, position),
    )


SAID = """
select v.id, v.kind, v.covers, p.record_a, p.record_b
from verdict v join verdict_pair p on p.verdict_id = v.id
where v.retracted_at is null and p.record_a = any($1) and p.record_b = any($1)
order by v.given_at, v.id, p.record_a, p.record_b
"""


def _touched(pairs: Sequence[asyncpg.Record], position: "pd.Series[Any]") -> Touched:
    """Make groups of the records that verdicts speak of: one whole person, or two sides apart."""
    groups: dict[tuple[UUID, str], set[int]] = {}
    for row in pairs:
        if row["covers"]:
            joins = row["kind"] == "MUST_LINK"
            for side in ("record_a", "record_b"):
                groups.setdefault((row["id"], "" if joins else side), set()).add(row[side])
    held = [
        (number, record, not side)
        for number, ((_, side), records) in enumerate(groups.items())
        for record in sorted(records)
    ]
    return Touched(
        group=np.array([number for number, _, _ in held], dtype=np.int64),
        position=np.array(position.loc[[record for _, record, _ in held]], dtype=np.int64),
        joined=np.array([joined for _, _, joined in held], dtype=bool),
    )


async def _stored_edges(connection: Connection, ids: Ids) -> pd.DataFrame:
    edges = await read_frame(
        connection,
        "select record_a, record_b, score, decision from edge"
        " where record_a = any($1) and record_b = any($1) order by record_a, record_b",
        ids,
        names=("record_a", "record_b", "score", "decision"),
    )
    return edges.astype({"record_a": np.int64, "record_b": np.int64, "score": np.int64})
