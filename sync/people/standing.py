"""Writing what stands about people: every table of the golden projection, only where it differs."""

from uuid import UUID

import asyncpg
import pandas as pd

from hub.filling import copy_frame
from hub.records import ChangesetId
from sync.columns import as_json, column, frame_of, is_few
from sync.directory import Directory
from sync.matching.survive import survivors
from sync.people.component import Component
from sync.people.crowded import crowded
from sync.people.golden import project
from sync.people.pins import pinned, standing_pins
from sync.people.source_ranks import read_ranks
from sync.projection import replace, standing_of

Connection = asyncpg.Connection


async def write_golden(
    connection: Connection,
    component: Component,
    person_ids: list[UUID],
    directory: Directory,
    changeset_id: ChangesetId,
) -> set[UUID]:
    """Write what stands about each person of `affected_person`; gives for whom it changed."""
    labels = component.clustering.labels
    chosen = survivors(
        component.facts,
        labels,
        source_rank=await read_ranks(connection, set(component.facts["source_id"])),
        nobodys=await crowded(connection, component.facts),
    )
    facts = await _with_details(connection, component.facts.assign(person_id=column(person_ids)))
    by_label = dict(zip(labels.tolist(), person_ids, strict=True))
    chosen = chosen.assign(person_id=chosen["label"].map(by_label))
    chosen = pinned(chosen, facts, await standing_pins(connection, facts["record_id"].tolist()))
    golden = project(facts, chosen, directory)
    changed = await _write_person(connection, golden.person, changeset_id)
    tables = [projected for projected, _ in golden.tables]
    standing = await standing_of(connection, tables, owners="affected_person")
    for projected, frame in golden.tables:
        changed |= await replace(
            connection,
            projected,
            frame,
            owners="affected_person",
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
    select {_LISTED} from person where id in (select id from affected_person)
) new
order by id
on conflict (id) do update set {_SET}, changeset_id = excluded.changeset_id, changed_at = now()
returning id
"""


async def _write_person(
    connection: Connection, people: pd.DataFrame, changeset_id: ChangesetId
) -> set[UUID]:
    frame = people.rename(columns={"person_id": "id"})
    if is_few(len(frame)):
        fresh = "jsonb_populate_recordset(null::person, $2)"
        given = as_json(frame, PEOPLE)
        rows = await connection.fetch(WRITE_PEOPLE.format(fresh=fresh), changeset_id, given)
        return {row["id"] for row in rows}
    await connection.execute(
        f"create temp table fresh_person on commit drop as select {_LISTED} from person with no data"
    )
    await copy_frame(connection, "fresh_person", frame, PEOPLE)
    rows = await connection.fetch(WRITE_PEOPLE.format(fresh="fresh_person"), changeset_id)
    return {row["id"] for row in rows}
