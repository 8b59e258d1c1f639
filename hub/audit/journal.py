"""Events on their way to the table: gathered in memory, written in one statement a batch.

A read waits for no write. What a process loses when it is killed is what it noted since its last
batch, a second at most; one that ends in order writes everything. When events cannot be written
they are kept and tried again, and when too many wait nobody is let in: what cannot be audited is
not shown.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

import asyncpg

from hub.audit.events import Event
from hub.errors import DatabaseError

MOST: Final = 5_000  # events that wait: as many requests, each of at most some hundred people
BATCH: Final = 500
WRITE: Final = """
    insert into audit_event (at, action, client_id, credential, role, scope_id, purposes, operation,
                             entity, entity_ids, field_classes, reason, row_count, correlation)
    select e.* from jsonb_to_recordset($1::text::jsonb) as e(
        at timestamptz, action text, client_id uuid, credential text, role text, scope_id uuid,
        purposes text[], operation text, entity text, entity_ids uuid[], field_classes text[],
        reason text, row_count bigint, correlation text)
"""
# What runs a statement: a pool of single statements, or a connection within a transaction.
Writer = asyncpg.Pool | asyncpg.Connection


class Journal:
    """The events of one process that are not written yet."""

    def __init__(self) -> None:
        self._waiting: list[Event] = []

    def note(self, event: Event) -> None:
        """Keep an event until the next batch."""
        self._waiting.append(event)

    def need_room(self) -> None:
        """Raise DatabaseError when so many events wait that no more may be made."""
        if len(self._waiting) >= MOST:
            raise DatabaseError(
                "Журнал доступа сейчас не записывается, поэтому данных хаб не показывает.",
                code="audit.kept_back",
            )

    async def flush(self, writer: Writer) -> None:
        """Write what waits, a batch at a time; what cannot be written stays in its order."""
        while batch := self._waiting[:BATCH]:
            await write(writer, batch)
            del self._waiting[: len(batch)]


async def write(writer: Writer, events: Sequence[Event]) -> None:
    """Write events now, in one statement."""
    await writer.execute(WRITE, json.dumps([asdict(event) for event in events], default=_text))


def _text(value: Any) -> str:  # noqa: ANN401 - what JSON has no form for
    return str(value)
