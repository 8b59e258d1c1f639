"""A change as a whole: begun when evidence lands, applied when its consequences are written."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

import asyncpg

from hub.database import Database, WriteSession
from hub.errors import InputError
from hub.origins import ORIGIN
from hub.records import ChangesetId


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a changeset changes, by kind; all nought where the evidence was known already."""

    records: int = 0
    people_added: int = 0
    people_changed: int = 0
    people_split: int = 0
    people_merged: int = 0
    people_removed: int = 0
    mentorships_added: int = 0
    mentorships_changed: int = 0
    mentorships_removed: int = 0
    events: int = 0
    held: int = 0  # units that the brake keeps as they stand
    set_aside: int = 0  # rows that cannot be projected

    @property
    def people(self) -> int:
        """Count people about whom anything changed, those who are no more included."""
        added = self.people_added + self.people_split
        return added + self.people_changed + self.people_merged + self.people_removed

    @property
    def mentorships(self) -> int:
        """Count mentorships about which anything changed, ended ids included."""
        return self.mentorships_added + self.mentorships_changed + self.mentorships_removed


def summed(parts: Sequence[Difference]) -> Difference:
    """Give what changes made one after another change together."""
    counts: Counter[str] = Counter()
    for part in parts:
        counts.update(asdict(part))
    return Difference(**counts)


async def begin(session: WriteSession, kind: str, *, actor: str) -> ChangesetId:
    """Open a changeset; evidence written under it waits until a run applies it."""
    number = await session.raw.fetchval(
        "insert into changeset (kind, state, actor, summary) values ($1, 'STAGED', $2, '{}')"
        " returning id",
        kind,
        actor,
    )
    return ChangesetId(number)


async def apply(session: WriteSession, changeset_id: ChangesetId, difference: Difference) -> None:
    """Mark one changeset applied with its difference."""
    await session.raw.execute(
        "update changeset set state = 'APPLIED', applied_at = now(), summary = $2 where id = $1",
        changeset_id,
        json.dumps(asdict(difference)),
    )


async def finish(session: WriteSession, changeset_id: ChangesetId, difference: Difference) -> None:
    """Mark the changeset applied with its difference, and with it those of its kind that died.

    A run projects all pending evidence. An older changeset that is still staged belongs to a run
    that died after landing, unless it is that of another source's run which is at work now.
    """
    await session.raw.execute(
        "update changeset c set state = 'APPLIED', applied_at = now(),"
        " summary = case when c.id = $1 then $2::jsonb else c.summary end"
        " from changeset mine where mine.id = $1 and c.id <= $1 and c.kind = mine.kind"
        " and (c.id = $1 or c.state = 'STAGED' and not exists"
        " (select from sync_run r where r.changeset_id = c.id and r.state = 'RUNNING'))",
        changeset_id,
        json.dumps(asdict(difference)),
    )


class UnknownChangesetError(InputError):
    """Такого изменения нет. Посмотрите номера: python -m hub changeset list."""

    code = "changeset.unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change as its row says; `origin` is as `ORIGIN` says."""

    id: ChangesetId
    kind: str
    state: str
    actor: str
    origin: str | None
    summary: Mapping[str, int]
    created_at: datetime
    applied_at: datetime | None
    undoes: int | None
    reason: str
    people: int
    mentorships: int


async def list_changes(
    database: Database, *, kind: str | None = None, limit: int = 20
) -> list[Change]:
    """Give the last changes, of one kind or of all, the newest first."""
    async with database.reading() as session:
        rows = await session.raw.fetch(
            f"{CHANGES} where $1::text is null or c.kind = $1 order by c.id desc limit $2",
            kind,
            limit,
        )
    return [_change(row) for row in rows]


async def read_change(database: Database, number: int) -> Change:
    """Give a change; raises UnknownChangesetError."""
    async with database.reading() as session:
        row = await session.raw.fetchrow(f"{CHANGES} where c.id = $1", number)
    if row is None:
        raise UnknownChangesetError
    return _change(row)


CHANGES: Final = f"select c.*, {ORIGIN.format(t='c')} as origin from changeset c"


def _change(row: asyncpg.Record) -> Change:
    difference = Difference(**row["summary"])
    return Change(
        **{name: row[name] for name in Change.__slots__ if name not in COUNTED},
        people=difference.people,
        mentorships=difference.mentorships,
    )


COUNTED: Final = ("people", "mentorships")
