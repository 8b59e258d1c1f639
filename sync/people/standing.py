"""Writing what stands about people: every table of the golden projection, only where it differs."""

from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

import asyncpg
import numpy as np
import pandas as pd

from hub.filling import copy_frame
from hub.records import ChangesetId
from sync.columns import as_json, column, frame_of, is_few
from sync.directory import Directory
from sync.evidence.pending import Ids
from sync.matching.survive import survivors
from sync.people.component import Component
from sync.people.crowded import crowded
from sync.people.golden import project
from sync.people.pins import pinned, standing_pins
from sync.people.source_ranks import read_ranks
from sync.projection import remember_owners, replace, standing_of

Connection = asyncpg.Connection
# What is made of people to write them is made of so many at a time.
PEOPLE_AT_ONCE: Final = 50_000


async def write_golden(
    connection: Connection,
    component: Component,
    person_ids: list[UUID],
    directory: Directory,
    changeset_id: ChangesetId,
    *,
    rest: Collection[UUID],
) -> set[UUID]:
    """Write what stands about each person, some thousands at a time; gives for whom it changed.

    `rest` are people of whom no record is left: what stands about them goes with the first.
    """
    facts, labels = component.facts, component.clustering.labels
    ranks = await read_ranks(connection, set(facts["source_id"]))
    crowd = await crowded(connection, facts)
    chosen = survivors(facts, labels, source_rank=ranks, nobodys=crowd)
    by_label = dict(zip(labels.tolist(), person_ids, strict=True))
    chosen = chosen.assign(person_id=chosen["label"].map(by_label))
    facts = facts.assign(person_id=column(person_ids))
    changed: set[UUID] = set()
    parts = np.unique(labels) // PEOPLE_AT_ONCE
    for part in sorted({0, *parts.tolist()}):  # the first has `rest`, were it of nobody else
        rows = np.flatnonzero(labels // PEOPLE_AT_ONCE == part)
        said = chosen[chosen["label"] // PEOPLE_AT_ONCE == part].reset_index(drop=True)
        said = said.assign(position=np.searchsorted(rows, said["position"]))
        those = facts.iloc[rows].reset_index(drop=True)
        async with _owners(connection, those["person_id"], parts, rest) as owners:
            changed |= await _write_part(connection, those, said, directory, changeset_id, owners)
        rest = ()
    return changed


@asynccontextmanager
async def _owners(
    connection: Connection, ids: Iterable[UUID], parts: Ids, rest: Collection[UUID]
) -> AsyncIterator[str]:
    """Name the table of those who are written now: everybody affected, where they are one part."""
    if not parts.any():
        yield "affected_person"
        return
    await remember_owners(connection, "written_person", {*ids, *rest})
    yield "written_person"
    await connection.execute("drop table written_person")


async def _write_part(
    connection: Connection,
    facts: pd.DataFrame,
    chosen: pd.DataFrame,
    directory: Directory,
    changeset_id: ChangesetId,
    owners: str,
) -> set[UUID]:
    facts = await _with_details(connection, facts)
    chosen = pinned(chosen, facts, await standing_pins(connection, facts["record_id"].tolist()))
    golden = project(facts, chosen, directory)
    changed = await _write_person(connection, golden.person, changeset_id, owners)
    tables = [projected for projected, _ in golden.tables]
    standing = await standing_of(connection, tables, owners=owners)
    for projected, frame in golden.tables:
        changed |= await replace(
            connection,
            projected,
            frame,
            owners=owners,
            changeset_id=changeset_id,
            is_new=projected.table not in standing,
        )
    return changed


DETAILS = (
    "record_id",
    "is_card",
    "first_stated",
    "last_stated",
    "ended_on",
    "snils_sealed",
    "position_code",
    "position_text",
    "subjects",
    "hired_on",
    "dismissed_on",
    "teaching_since",
    "young_specialist_flag",
    "category",
    "grade",
    "letter",
    "main_request",
)


async def _with_details(connection: Connection, facts: pd.DataFrame) -> pd.DataFrame:
    """Join what the matcher does not compare: posts, classes, days of statements."""
    rows = await connection.fetch(
        "select f.record_id, r.is_card, r.first_stated, r.last_stated, r.ended_on, f.snils_sealed,"
        " f.position_code, f.position_text, f.subjects, f.hired_on,"
        " f.dismissed_on, f.teaching_since, f.young_specialist_flag, f.category, f.grade,"
        " f.letter, coalesce(v.payload ->> 'main_request', '') as main_request"
        " from record_facts f join record r on r.id = f.record_id"
        " join record_version v on v.id = r.current_version_id"
        " where f.record_id = any($1) order by f.record_id",
        facts["record_id"].tolist(),
    )
    details = frame_of(rows, DETAILS)
    return facts.reset_index(drop=True).join(details.drop(columns="record_id"))


PEOPLE = (
    "id",
    "last_name",
    "first_name",
    "middle_name",
    "sort_key",
    "birth_date",
    "birth_year",
    "sex",
    "record_count",
)
_LISTED = ", ".join(PEOPLE)
_SET = ", ".join(f"{name} = excluded.{name}" for name in PEOPLE[1:])
WRITE_PEOPLE = f"""
insert into person ({_LISTED}, changeset_id)
select {_LISTED}, $1 from (
    select {_LISTED} from {{fresh}}
    except
    select {_LISTED} from person where id in (select id from {{owners}})
) new
order by id
on conflict (id) do update set {_SET}, changeset_id = excluded.changeset_id, changed_at = now()
returning id
"""


async def _write_person(
    connection: Connection, people: pd.DataFrame, changeset_id: ChangesetId, owners: str
) -> set[UUID]:
    frame = people.rename(columns={"person_id": "id"})
    if is_few(len(frame)):
        fresh = "jsonb_populate_recordset(null::person, $2)"
        given = as_json(frame, PEOPLE)
        write = WRITE_PEOPLE.format(fresh=fresh, owners=owners)
        rows = await connection.fetch(write, changeset_id, given)
        return {row["id"] for row in rows}
    await connection.execute(
        f"create temp table fresh_person on commit drop as select {_LISTED} from person with no data"
    )
    await copy_frame(connection, "fresh_person", frame, PEOPLE)
    write = WRITE_PEOPLE.format(fresh="fresh_person", owners=owners)
    rows = await connection.fetch(write, changeset_id)
    await connection.execute("drop table fresh_person")
    return {row["id"] for row in rows}
