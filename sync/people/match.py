"""The matcher at the database: candidates and scores of what changed, clusters of what it touches.

A block of records that share a key is compared whole or, over the cap, by finer keys. When a
block crosses the cap all its records count as changed, and so do those of a block too large even
by its finer keys, where neighbours by content are compared: any split of the same records into
runs compares the same pairs as one run over all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np
import pandas as pd

from hub.database import WriteSession
from hub.records import ChangesetId
from sync.columns import insert_frame
from sync.evidence.pending import Ids, Pending
from sync.matching.cluster import Clustering, Verdicts, cluster
from sync.matching.decide import Decision, decide
from sync.matching.edges import Edges
from sync.matching.facts import content_order, is_weak
from sync.matching.keys import Keys, candidates
from sync.matching.levels import patterns
from sync.matching.model import Model
from sync.matching.touched import Touched, large

Connection = asyncpg.Connection
BLOCK_CAP = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """The records whose clusters may have changed, with their facts and their clusters."""

    facts: pd.DataFrame
    clustering: Clustering
    large: pd.DataFrame  # people of very many records, asked about as `clustering.questions` are
    previous: list[Any]  # the person id of each record before this run, or None


async def recompare(
    session: WriteSession, pending: Pending, model: Model, *, changeset_id: ChangesetId
) -> Ids:
    """Replace the edges of the restated records; answer everyone whose cluster may have changed.

    Expects `record_facts` and `record_key` to be current, and the keys that the touched records
    had before in the temporary table `former_key`.
    """
    connection = session.raw
    touched = pending.restated
    await _remember(connection, "touched", touched)
    crossing = await connection.fetch(f"{CROSSING} union {CHAINED}", BLOCK_CAP)
    if crossing:
        ids = np.array([row["record_id"] for row in crossing], dtype=np.int64)
        touched = np.union1d(touched, ids)
        await connection.execute("drop table touched")
        await _remember(connection, "touched", touched)
    neighbours = await connection.fetch(DROPPED_EDGES)
    edges = await _edges(connection, touched, model)
    await insert_frame(
        connection,
        "edge",
        edges.assign(changeset_id=changeset_id),
        [*edges.columns, "changeset_id"],
    )
    former = np.array([row["id"] for row in neighbours], dtype=np.int64)
    return np.union1d(np.union1d(touched, former), pending.ended)


async def _remember(connection: Connection, name: str, ids: Ids) -> None:
    await connection.execute(f"create temp table {name} (id bigint primary key) on commit drop")
    await connection.copy_records_to_table(name, records=[(int(i),) for i in ids])
    await connection.execute(f"analyze {name}")


CROSSING = """
with moved as (
    select key, sum(step) as step from (
        select key, -1 as step from former_key
        union all
        select key, 1 from record_key where record_id in (select id from touched)
    ) steps group by key having sum(step) <> 0
), sized as (
    select moved.key, count(*) as size, count(*) - min(moved.step) as size_before
    from moved join record_key using (key) group by moved.key
)
select k.record_id from record_key k join sized using (key)
where (sized.size > $1) <> (sized.size_before > $1)
"""

# Whoever comes into a chain or leaves it makes others neighbours.
CHAINED = """
select k.record_id from record_key k
join (
    select key, finer, sum(step) as step from (
        select key, finer, -1 as step from former_key
        union all
        select key, finer, 1 from record_key where record_id in (select id from touched)
    ) steps group by key, finer
) moved using (key, finer)
join lateral (
    select count(*) as size from record_key same
    where same.key = moved.key and same.finer = moved.finer
) now_at on greatest(now_at.size, now_at.size - moved.step) > $1
"""

DROPPED_EDGES = """
with gone as (
    delete from edge where record_a in (select id from touched)
        or record_b in (select id from touched)
    returning record_a, record_b
)
select record_a as id from gone union select record_b from gone
"""


async def _edges(connection: Connection, touched: Ids, model: Model) -> pd.DataFrame:
    """Compare the touched records with everyone they share a key with; keep what is not apart."""
    rows = await connection.fetch(
        "select k.key, k.record_id, k.finer from record_key k where k.key in"
        " (select key from record_key where record_id in (select id from touched))"
        " order by k.key, k.record_id"
    )
    key, record, finer = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, 3).T
    facts = await read_facts(connection, np.union1d(record, touched))
    facts = facts.iloc[np.argsort(content_order(facts))].reset_index(drop=True)
    ids = facts["record_id"].to_numpy(np.int64)
    position = pd.Index(ids).get_indexer(pd.Index(record)).astype(np.int64)
    keys = Keys(key=key, position=position, finer=finer)
    found = candidates(keys, cap=BLOCK_CAP)
    is_touched = np.isin(ids, touched)
    concerned = is_touched[found.left] | is_touched[found.right]
    left, right = found.left[concerned], found.right[concerned]
    pattern = patterns(facts, left, right, model)
    score = model.score(pattern)
    decision = decide(pattern, score, model)
    edges = pd.DataFrame(
        {
            "record_a": np.minimum(ids[left], ids[right]),
            "record_b": np.maximum(ids[left], ids[right]),
            "pattern": pattern,
            "score": score,
            "decision": decision,
        }
    )
    return edges[edges["decision"] != Decision.APART].reset_index(drop=True)


async def read_facts(connection: Connection, ids: Ids) -> pd.DataFrame:
    """Read the facts of records in the order of their ids, as the matcher takes them."""
    rows = await connection.fetch(FACTS, ids.tolist())
    return pd.DataFrame([tuple(row) for row in rows], columns=FACT_COLUMNS, dtype=object)


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
       r.ended_on is null and coalesce(f.dismissed_on > current_date, true) as active,
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


async def recluster(session: WriteSession, changed: Ids) -> Component:
    """Cluster again everyone connected, by edges, verdicts or a common person, to the changed."""
    connection = session.raw
    ids = await connected(connection, changed)
    facts = await read_facts(connection, ids)
    ids = facts["record_id"].to_numpy(np.int64)
    position = pd.Series(np.arange(len(ids)), index=ids)
    edges = await _stored_edges(connection, ids)
    verdicts = await _verdicts(connection, ids, position)
    links = await connection.fetch(
        "select record_id, person_id from link where record_id = any($1)", ids.tolist()
    )
    persons = {row["record_id"]: row["person_id"] for row in links}
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


async def connected(connection: Connection, changed: Ids) -> Ids:
    """Give everyone connected to the changed records by edges, verdicts or a common person."""
    await _remember(connection, "changed_record", changed)
    rows = await connection.fetch(CONNECTED)
    await connection.execute("drop table changed_record")
    return np.array([row["id"] for row in rows], dtype=np.int64)


# ASK edges join no clusters, but a question concerns both of its sides whole.
CONNECTED = """
with recursive reached (id) as (
    select id from changed_record
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
    rows = await connection.fetch(
        "select record_a, record_b, score, decision from edge"
        " where record_a = any($1) and record_b = any($1) order by record_a, record_b",
        ids.tolist(),
    )
    columns = ["record_a", "record_b", "score", "decision"]
    return pd.DataFrame([tuple(row) for row in rows], columns=columns)
