"""Writing what stands about people: every table of the golden projection, only where it differs."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg
import numpy as np
import numpy.typing as npt
import pandas as pd

from hub.filling import copy_frame
from hub.records import ChangesetId
from sync.columns import as_json, frame_of, is_few
from sync.directory import Directory
from sync.evidence.pending import Ids
from sync.matching.hashing import Int64s
from sync.matching.survive import own_numbers, survivors
from sync.people.component import Component
from sync.people.crowded import crowded
from sync.people.golden import Golden, project
from sync.people.pins import pinned, standing_pins
from sync.people.source_ranks import Ranks, read_ranks
from sync.projection import remember_owners, replace, standing_of

Connection = asyncpg.Connection
# Of how many people what stands about them is made at a time.
PEOPLE_AT_ONCE: Final = 20_000


async def write_golden(
    connection: Connection,
    component: Component,
    person_ids: npt.NDArray[np.object_],
    directory: Directory,
    changeset_id: ChangesetId,
    *,
    known: Collection[UUID],
) -> set[UUID]:
    """Write what stands about each person, some thousands at a time; gives for whom it changed.

    `known` are those of `affected_person` about whom something may stand; what stands about those
    of whom no record is left goes with the first.
    """
    facts, labels = component.facts, component.clustering.labels
    nobodys = await crowded(connection, facts)
    parts = labels // PEOPLE_AT_ONCE
    if parts.any():  # whose a number is follows from everybody who shows it, in whatever part
        nobodys |= ~own_numbers(facts, labels)
    written = _Written(
        connection=connection,
        directory=directory,
        ranks=await read_ranks(connection, set(facts["source_id"])),
        changeset_id=changeset_id,
        is_new=not known,
    )
    rest = {*known}.difference(person_ids.tolist())
    # The first part has the rest, were it of nobody else.
    lines = [np.flatnonzero(parts == part) for part in sorted({0, *np.unique(parts).tolist()})]
    details = _details(connection, [facts["record_id"].to_numpy(np.int64)[rows] for rows in lines])
    changed: set[UUID] = set()
    for rows in lines:
        those = facts.iloc[rows].reset_index(drop=True).assign(person_id=person_ids[rows])
        async with _owners(connection, those["person_id"], parts, rest) as owners:
            detailed = those.join((await anext(details)).drop(columns="record_id"))
            changed |= await written.part(detailed, labels[rows], nobodys[rows], owners)
        rest = set()
    return changed


@asynccontextmanager
async def _owners(
    connection: Connection, ids: Iterable[UUID], parts: Int64s, rest: Collection[UUID]
) -> AsyncIterator[str]:
    """Name the table of those who are written now: everybody affected, where they are one part."""
    if not parts.any():
        yield "affected_person"
        return
    await remember_owners(connection, "written_person", {*ids, *rest})
    yield "written_person"
    await connection.execute("drop table written_person")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """What all parts are written with; with `is_new` nothing stands about anybody yet."""

    connection: Connection
    directory: Directory
    ranks: Ranks
    changeset_id: ChangesetId
    is_new: bool

    async def part(
        self,
        facts: pd.DataFrame,
        labels: Int64s,
        nobodys: npt.NDArray[np.bool_],
        owners: str,
    ) -> set[UUID]:
        """Make the rows of the owners follow from their facts; gives for whom anything changed."""
        golden = await self._golden(facts, labels, nobodys)
        changed = await _write_person(
            self.connection, golden.person, self.changeset_id, owners, is_new=self.is_new
        )
        tables = [] if self.is_new else [projected for projected, _ in golden.tables]
        standing = await standing_of(self.connection, tables, owners=owners)
        for projected, frame in golden.tables:
            changed |= await replace(
                self.connection,
                projected,
                frame,
                owners=owners,
                changeset_id=self.changeset_id,
                is_new=projected.table not in standing,
            )
        return changed

    async def _golden(
        self, facts: pd.DataFrame, labels: Int64s, nobodys: npt.NDArray[np.bool_]
    ) -> Golden:
        chosen = survivors(facts, labels, source_rank=self.ranks, nobodys=nobodys)
        people = dict(zip(labels.tolist(), facts["person_id"], strict=True))
        chosen = chosen.assign(person_id=chosen["label"].map(people))
        pins = await standing_pins(self.connection, facts["record_id"].tolist())
        return project(facts, pinned(chosen, facts, pins), self.directory)


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


OF_RECORDS = """
select f.record_id, r.is_card, r.first_stated, r.last_stated, r.ended_on, f.snils_sealed,
       f.position_code, f.position_text, f.subjects, f.hired_on,
       f.dismissed_on, f.teaching_since, f.young_specialist_flag, f.category, f.grade,
       f.letter, coalesce(v.payload ->> 'main_request', '') as main_request
from unnest($1::bigint[]) with ordinality as asked (id, place)
join record_facts f on f.record_id = asked.id join record r on r.id = f.record_id
join record_version v on v.id = r.current_version_id
order by asked.place
"""


async def _details(connection: Connection, parts: Sequence[Ids]) -> AsyncIterator[pd.DataFrame]:
    """Give what the matcher does not compare of the records of each part, in their order.

    Posts, classes, days of statements; read in one go, each part when it is asked for.
    """
    if len(parts) == 1:
        yield frame_of(await connection.fetch(OF_RECORDS, parts[0].tolist()), DETAILS)
        return
    cursor = await connection.cursor(OF_RECORDS, np.concatenate(parts).tolist())
    for ids in parts:
        yield frame_of(await cursor.fetch(len(ids)) if len(ids) else [], DETAILS)


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
select {_LISTED}, $1 from ({{said}}) new
order by id
on conflict (id) do update set {_SET}, changeset_id = excluded.changeset_id, changed_at = now()
returning id
"""
_STANDING = f"select {_LISTED} from person where id in (select id from {{owners}})"


async def _write_person(
    connection: Connection,
    people: pd.DataFrame,
    changeset_id: ChangesetId,
    owners: str,
    *,
    is_new: bool,
) -> set[UUID]:
    frame = people.rename(columns={"person_id": "id"})
    standing = "" if is_new else f" except {_STANDING.format(owners=owners)}"
    if is_few(len(frame)):
        said = f"select {_LISTED} from jsonb_populate_recordset(null::person, $2){standing}"
        given = as_json(frame, PEOPLE)
        rows = await connection.fetch(WRITE_PEOPLE.format(said=said), changeset_id, given)
        return {row["id"] for row in rows}
    await connection.execute(
        f"create temp table fresh_person on commit drop as select {_LISTED} from person with no data"
    )
    await copy_frame(connection, "fresh_person", frame, PEOPLE)
    said = f"select {_LISTED} from fresh_person{standing}"
    rows = await connection.fetch(WRITE_PEOPLE.format(said=said), changeset_id)
    await connection.execute("drop table fresh_person")
    return {row["id"] for row in rows}
