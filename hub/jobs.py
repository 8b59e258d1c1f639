"""The queue: work that is put in with the change it belongs to and done by a worker later."""

import json
from collections.abc import Mapping
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
from hub.provision import WORKER

# A schema of their own keeps the queue's tables out of `alembic check` and of the web's reach.
SCHEMA: Final = "jobs"


async def enqueue(session: WriteSession, name: str, payload: Mapping[str, str]) -> int:
    """Put a job in and return its id; it exists once the session's transaction commits."""
    body = json.dumps(payload, ensure_ascii=False).encode()
    (job_id,) = await queries(session.raw).enqueue(name, body)
    return int(job_id)


def queries(connection: asyncpg.Connection) -> Queries:
    """Address the queue's tables over one connection."""
    settings = DBSettings(db_schema=SCHEMA)
    return Queries(
        AsyncpgDriver(connection),
        qbe=QueryBuilderEnvironment(settings),
        qbq=QueryQueueBuilder(settings),
        qbs=QuerySchedulerBuilder(settings),
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
            f"alter default privileges in schema {SCHEMA} grant all on sequences to {WORKER}"
        )
