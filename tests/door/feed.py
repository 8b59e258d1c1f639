"""Whoever follows the feed in the tests of the door: pages of events, and a replica made of them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hub.database import Database
from tests.door.asking import Door

Json = Any  # a decoded answer
EVENTS = """query ($after: String, $first: Int, $types: [ChangeType!]) {
  changes(after: $after, first: $first, types: $types) {
    edges { cursor node { type operation entityId otherId person { id lastName } mentorship { id } } }
    pageInfo { hasNextPage endCursor } }
  feed { epoch position } }"""


@dataclass
class Follower:
    """A system that keeps a copy of whom it sees by following the feed."""

    door: Door
    who: str
    after: str | None = None
    replica: dict[str, str] = field(default_factory=dict)
    cursors: list[str] = field(default_factory=list)

    async def pages(self, *, first: int) -> AsyncIterator[Sequence[Json]]:
        """Read on until nothing is left for now."""
        more = True
        while more:
            variables = {"after": self.after, "first": first}
            page = (await self.door.ask(self.who, EVENTS, variables))["changes"]
            self.after = page["pageInfo"]["endCursor"] or self.after
            more = page["pageInfo"]["hasNextPage"]
            yield page["edges"]

    async def catch_up(self, *, first: int = 7) -> None:
        """Apply what has come: take the state of who changed, drop who is gone."""
        async for edges in self.pages(first=first):
            for edge in edges:
                self.cursors.append(edge["cursor"])
                node = edge["node"]
                if node["person"] is None:
                    self.replica.pop(node["entityId"], None)
                else:
                    self.replica[node["entityId"]] = node["person"]["lastName"]


async def settle(database: Database) -> None:
    """Wait until the feed shows what is committed.

    It holds back what a running transaction of the whole server may precede, and other databases
    of the server have transactions of their own.
    """
    held = "select exists (select from change where xid >= pg_snapshot_xmin(pg_current_snapshot()))"
    waiting = True
    while waiting:
        async with database.reading() as session:
            waiting = await session.raw.fetchval(held)
        await asyncio.sleep(0.01)


async def announce(
    database: Database,
    entity_id: UUID,
    operation: str,
    *,
    before: Sequence[UUID] = (),
    after: Sequence[UUID] = (),
    entity: str = "PERSON",
    other: UUID | None = None,
) -> None:
    """Write an event as the projection does, and wait until the feed shows it."""
    async with database.writing() as session:
        await session.raw.execute(
            "insert into change (entity, entity_id, operation, other_id, places_before,"
            " places_after, changeset_id) select $1, $2, $3, $4, $5, $6, min(id) from changeset",
            entity,
            entity_id,
            operation,
            other,
            list(before),
            list(after),
        )
    await settle(database)
