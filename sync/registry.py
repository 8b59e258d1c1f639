"""The register of organisations: territories, identifiers, subordination; written by upsert.

Rows come as values whose fields are named as the columns of their table.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg

from hub.database import WriteSession
from hub.filling import refresh_statistics

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Connection = asyncpg.Connection


async def write_rows(
    session: WriteSession, table: str, rows: Sequence["DataclassInstance"], *, key: Sequence[str]
) -> None:
    """Insert rows, or update those whose key stands already; without a key only insert.

    One COPY and one statement.
    """
    if not rows:
        return
    connection = session.raw
    names = [field.name for field in fields(rows[0])]
    await connection.execute(
        f"create temp table fresh_row on commit drop as select {', '.join(names)}"
        f" from {table} with no data"
    )
    await connection.copy_records_to_table(
        "fresh_row",
        columns=names,
        records=[tuple(getattr(row, name) for name in names) for row in rows],
    )
    rest = [name for name in names if name not in key]
    update = ", ".join(f"{name} = excluded.{name}" for name in rest)
    action = f"do update set {update}" if rest else "do nothing"
    conflict = f" on conflict ({', '.join(key)}) {action}" if key else ""
    await connection.execute(
        f"insert into {table} ({', '.join(names)}) select {', '.join(names)} from fresh_row{conflict}"
    )
    await connection.execute("drop table fresh_row")


@asynccontextmanager
async def changing(session: WriteSession, *, root_id: UUID) -> AsyncIterator[None]:
    """Lend the register to be changed, then draw the consequences.

    Afterwards everybody's place is computed anew, and whoever is recorded in an organisation that
    answers to others than before is pending: the next projection moves them.
    """
    connection = session.raw
    await connection.execute(
        "create temp table former_place on commit drop as select * from organisation_place"
    )
    await connection.execute(
        "create temp table former_subordination on commit drop as"
        f" select {ANSWERS} from subordination"
    )
    yield
    await write_places(session, root_id=root_id)
    await connection.execute(PENDING)
    await connection.execute("drop table former_place; drop table former_subordination")


ANSWERS = "organisation_id, authority_id, kind, starts, ends"
PENDING = f"""
with moved as (
    select organisation_id from (
        (select * from former_place except select * from organisation_place)
        union all
        (select * from organisation_place except select * from former_place)
    ) places
    union
    select organisation_id from (
        (select * from former_subordination except select {ANSWERS} from subordination)
        union all
        (select {ANSWERS} from subordination except select * from former_subordination)
    ) answers
), concerned as (
    select id from record where organisation_id in (select organisation_id from moved)
    union
    select record_id from record_facts
    where affiliation_organisation_id in (select organisation_id from moved)
)
update record set projected_version_id = null where id in (select id from concerned)
"""


async def write_places(session: WriteSession, *, root_id: UUID) -> None:
    """Recompute who stands above each organisation, on which days.

    An organisation's own row is for ever; a branch is below its parent; each authority of every
    kind and all above it have a row; the region is above everything.
    """
    connection = session.raw
    await connection.execute("delete from organisation_place")
    await connection.execute(PLACES, root_id)
    await refresh_statistics(connection, "organisation_place")


PLACES = """
insert into organisation_place (authority_id, organisation_id, starts, ends)
with recursive above as (
    select id as organisation_id, id as authority_id,
           '-infinity'::date as starts, 'infinity'::date as ends
    from organisation
    union
    select above.organisation_id, next.authority_id,
           greatest(above.starts, next.starts), least(above.ends, next.ends)
    from above
    join (
        select organisation_id, authority_id, starts, ends from subordination
        union all
        select id, parent_id, '-infinity', 'infinity' from organisation
        where parent_id is not null
    ) next on next.organisation_id = above.authority_id
    where greatest(above.starts, next.starts) < least(above.ends, next.ends)
), spans as (
    select authority_id, organisation_id,
           unnest(range_agg(daterange(starts, ends))) as days
    from above where authority_id <> $1
    group by authority_id, organisation_id
)
select authority_id, organisation_id, lower(days), upper(days) from spans
union all
select $1, id, '-infinity', 'infinity' from organisation
"""
