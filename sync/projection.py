"""Writing a projection: compare what follows from the evidence with what stands, write the rest.

A projection is replaced owner by owner (a person's employments, a mentorship's members), and only
rows that differ are touched: an unchanged person costs no write and makes no event.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import pandas as pd

from hub.filling import copy_frame
from hub.records import ChangesetId
from sync.columns import as_json, is_few

Connection = asyncpg.Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Projected:
    """A projected table: whose rows it holds, what names a row, and what a row says."""

    table: str
    owner: str
    key: tuple[str, ...]
    values: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Name all columns that are compared."""
        return (*self.key, *self.values)


async def remember_owners(connection: Connection, name: str, ids: Iterable[UUID]) -> None:
    """Make a temporary table `name(id)` of the owners whose rows are about to be replaced."""
    await connection.execute(f"create temp table {name} (id uuid primary key) on commit drop")
    await connection.copy_records_to_table(name, records=((owner,) for owner in ids))
    await connection.execute(f"analyze {name}")


async def standing_of(
    connection: asyncpg.Connection, tables: Iterable[Projected], *, owners: str
) -> frozenset[str]:
    """Name the tables in which any row of the owners stands; one statement, of no tables none."""
    asked = {table.table: table.owner for table in tables}
    if not asked:
        return frozenset()
    held = ", ".join(
        f"exists (select from {table} where {owner} in (select id from {owners})) as {table}"
        for table, owner in asked.items()
    )
    [row] = await connection.fetch(f"select {held}")
    return frozenset(table for table in asked if row[table])


async def replace(
    connection: Connection,
    projected: Projected,
    frame: pd.DataFrame,
    *,
    owners: str,
    changeset_id: ChangesetId,
    is_new: bool = False,
) -> set[UUID]:
    """Make the owners' rows equal to `frame`; answer the owners for whom anything changed.

    `frame` has the compared columns, with no two rows of one key; `owners` names a table made by
    `remember_owners`; with `is_new` none of their rows stands yet. Costs two statements, of many
    rows a COPY besides.
    """
    if is_new and frame.empty:
        return set()
    if is_few(len(frame)):
        fresh = f"(select {_listed(projected.columns)} from"
        fresh += f" jsonb_populate_recordset(null::{projected.table}, $1))"
        return await replace_from(
            connection,
            projected,
            f"{fresh} fresh",
            as_json(frame, projected.columns),
            owners=owners,
            changeset_id=changeset_id,
            is_new=is_new,
        )
    fresh = f"fresh_{projected.table}"
    await connection.execute(
        f"create temp table {fresh} on commit drop as"
        f" select {_listed(projected.columns)} from {projected.table} with no data"
    )
    await copy_frame(connection, fresh, frame, list(projected.columns))
    await connection.execute(f"analyze {fresh}")
    changed = await replace_from(
        connection, projected, fresh, owners=owners, changeset_id=changeset_id, is_new=is_new
    )
    await connection.execute(f"drop table {fresh}")
    return changed


async def replace_from(
    connection: Connection,
    projected: Projected,
    fresh: str,
    *given: object,
    owners: str,
    changeset_id: ChangesetId,
    is_new: bool = False,
) -> set[UUID]:
    """Do as `replace` from a table, or from a query in brackets that binds `given` from $1 on."""
    columns, key = _listed(projected.columns), _listed(projected.key)
    standing = (
        f"select {columns} from {projected.table}"
        f" where {projected.owner} in (select id from {owners})"
    )
    same_key = " and ".join(f't."{name}" = gone."{name}"' for name in projected.key)
    removed = (
        []
        if is_new
        else await connection.fetch(
            f"with gone as (select distinct {key} from"
            f" ({standing} except select {columns} from {fresh}) old)"
            f", removed as (delete from {projected.table} t using gone where {same_key}"
            f" returning t.{projected.owner} as owner) select distinct owner from removed",
            *given,
        )
    )
    differing = "" if is_new else f" except {standing}"
    added = await connection.fetch(
        f"with added as (insert into {projected.table} ({columns}, changeset_id)"
        f" select {columns}, ${len(given) + 1} from"
        f" (select {columns} from {fresh}{differing}) new"
        f" order by {key} returning {projected.owner} as owner) select distinct owner from added",
        *given,
        changeset_id,
    )
    return {row["owner"] for row in (*removed, *added)}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
