"""The queue: work that is put in with the change it belongs to and done by a worker later."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.settings import DBSettings

from hub.database import WriteSession
from hub.provision import WEB, WORKER

# A schema of their own keeps the queue's tables out of `alembic check` and of the web's reach.
SCHEMA: Final = "jobs"
IMPORT: Final = "import.accept"  # known to whoever asks and to the worker, who do not meet
REVIEW: Final = "review.obey"  # likewise
LAW: Final = "law.due"  # likewise
WEBHOOK: Final = "webhook.tell"  # likewise
SIMULATE: Final = "change.simulate"
UNDO: Final = "change.undo"
RELEASE: Final = "hold.release"
SETTINGS: Final = DBSettings(db_schema=SCHEMA)


async def enqueue(
    session: WriteSession,
    name: str,
    payload: Mapping[str, str],
    *,
    delay: timedelta | None = None,
) -> int:
    """Put a job in and return its id; it exists once the session's transaction commits.

    `delay` is how long a worker leaves it alone. A payload names ids, never people.
    """
    (job_id,) = await queries(session.raw).enqueue(name, body(payload), execute_after=delay)
    return int(job_id)


async def enqueue_once(
    session: WriteSession,
    name: str,
    payload: Mapping[str, str],
    *,
    key: str,
    delay: timedelta | None = None,
) -> int | None:
    """Put a job in unless one of this key waits or is at work; return its id, or None.

    A job of this key that is held for a person gives way to the new one.
    """
    await session.raw.execute(
        f"delete from {SCHEMA}.pgqueuer where dedupe_key = $1 and status = 'failed'", key
    )
    (job_id,) = await queries(session.raw).enqueue(
        name, body(payload), execute_after=delay, dedupe_key=key, on_conflict="skip"
    )
    return None if job_id is None else int(job_id)


async def withdraw(session: WriteSession, key: str) -> bool:
    """Take out the job of a key that waits or is held; say whether there was one."""
    found = await session.raw.fetch(
        f"delete from {SCHEMA}.pgqueuer where dedupe_key = $1 and status in ('queued', 'failed')"
        " returning id",
        key,
    )
    return bool(found)


def body(payload: Mapping[str, str]) -> bytes:
    """Write a job's payload as it is stored."""
    return json.dumps(payload, ensure_ascii=False).encode()


def queries(connection: asyncpg.Connection) -> Queries:
    """Address the queue's tables over one connection."""
    return Queries(
        AsyncpgDriver(connection),
        qbe=QueryBuilderEnvironment(SETTINGS),
        qbq=QueryQueueBuilder(SETTINGS),
        qbs=QuerySchedulerBuilder(SETTINGS),
    )


async def install(connection: asyncpg.Connection) -> None:
    """Bring the queue's tables to what the installed pgqueuer needs; the caller holds a lock."""
    queue = queries(connection)
    if await queue.schema_is_installed():
        await queue.apply_upgrade()
        return
    async with connection.transaction():
        await queue.install()
        await connection.execute(
            f"grant usage on schema {SCHEMA} to {WORKER};"
            f"grant select, insert, update, delete, truncate, trigger"
            f" on all tables in schema {SCHEMA} to {WORKER};"
            f"grant usage on all sequences in schema {SCHEMA} to {WORKER};"
            f"alter default privileges in schema {SCHEMA} grant all on tables to {WORKER};"
            f"alter default privileges in schema {SCHEMA} grant all on sequences to {WORKER};"
            # The web puts work in; what is put in only the worker reads.
            f"grant usage on schema {SCHEMA} to {WEB};"
            f"grant usage on all sequences in schema {SCHEMA} to {WEB};"
            f"grant insert, select (id, entrypoint, priority, dedupe_key, status)"
            f" on {SCHEMA}.pgqueuer to {WEB};"
            f"grant insert on {SCHEMA}.pgqueuer_log to {WEB}"
        )
