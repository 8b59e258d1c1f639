"""One endpoint's turn: what is due to it, sent in the order of each person, and what follows."""

import json
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final
from uuid import UUID

import asyncpg

from hub.database import Database, WriteSession
from hub.seal import Sealer
from hub.webhooks.sending import Answered, post
from hub.webhooks.signing import headers

# The waits after each attempt, three days in all, as Standard Webhooks proposes.
WAITS_S: Final = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
AT_ONCE: Final = 500
MOST: Final = 16  # endpoints that are served at once
TURN_S: Final = 20.0  # after which no further message of a turn is begun
EXHAUSTED: Final = "webhook.exhausted"
GONE: Final = "webhook.gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An endpoint to which something is due, and whether it failed last."""

    id: UUID
    is_failing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came of a turn."""

    delivered: int = 0
    failed: int = 0


async def due_endpoints(database: Database, busy: Collection[UUID]) -> Sequence[Endpoint]:
    """Give the endpoints to which something is due, but for those that are busy."""
    async with database.reading() as session:
        rows = await session.raw.fetch(ENDPOINTS, list(busy))
    return [Endpoint(**dict(row)) for row in rows]


async def take_turn(database: Database, endpoint_id: UUID, sealer: Sealer, *, inward: bool) -> Sent:
    """Send an endpoint what is due to it, one after another, for as long as a turn lasts."""
    ends = time.monotonic() + TURN_S
    delivered = failed = 0
    for row in await _due(database, endpoint_id):
        if time.monotonic() > ends:
            break
        answered = await _send(row, sealer, inward=inward)
        async with database.writing() as session:
            await _settle(session, row, answered)
        delivered += answered.is_taken
        failed += not answered.is_taken
        if answered.status == HTTPStatus.GONE:
            break
    return Sent(delivered=delivered, failed=failed)


async def _due(database: Database, endpoint_id: UUID) -> list[asyncpg.Record]:
    async with database.reading() as session:
        found: list[asyncpg.Record] = await session.raw.fetch(DUE, endpoint_id, AT_ONCE)
        return found


# Of one person the earliest message that was not taken goes first, and the next waits for it.
IS_DUE: Final = """d.state = 'WAITING' and d.due_at <= now() and not exists (
    select from webhook_delivery earlier where earlier.endpoint_id = d.endpoint_id
      and earlier.entity_id = d.entity_id and earlier.id < d.id and earlier.state <> 'DELIVERED')"""
DUE: Final = f"""
select d.id, d.endpoint_id, d.payload, d.attempts, e.url, e.secret_sealed
from webhook_delivery d join webhook_endpoint e on e.id = d.endpoint_id and e.state = 'ACTIVE'
where d.endpoint_id = $1 and {IS_DUE}
order by d.id limit $2
"""
# Whose messages have waited longest come first.
ENDPOINTS: Final = f"""
select e.id, e.failing_since is not null as is_failing from webhook_endpoint e
cross join lateral (select min(d.due_at) as since from webhook_delivery d
                    where d.endpoint_id = e.id and {IS_DUE}) w
where e.state = 'ACTIVE' and w.since is not null and e.id <> all ($1)
order by w.since, e.id
"""


async def _send(row: asyncpg.Record, sealer: Sealer, *, inward: bool) -> Answered:
    body = json.dumps(row["payload"], ensure_ascii=False, separators=(",", ":")).encode()
    secret = sealer.open(row["secret_sealed"])
    said = headers(secret, f"msg_{row['id']}", body, datetime.now(UTC))
    return await post(row["url"], said, body, inward=inward)


async def _settle(session: WriteSession, row: asyncpg.Record, answered: Answered) -> None:
    """Write what became of a message, and what follows for its endpoint."""
    raw = session.raw
    if answered.is_taken:
        await raw.execute(TAKEN, row["id"], answered.status)
        await raw.execute(
            "update webhook_endpoint set failing_since = null where id = $1", row["endpoint_id"]
        )
        return
    attempts = row["attempts"] + 1
    is_over = attempts > len(WAITS_S)
    wait = timedelta(seconds=0 if is_over else WAITS_S[attempts - 1])
    state = "FAILED" if is_over else "WAITING"
    await raw.execute(
        MISSED, row["id"], state, attempts, wait, answered.status, answered.error or None
    )
    await raw.execute(
        "update webhook_endpoint set failing_since = coalesce(failing_since, now()) where id = $1",
        row["endpoint_id"],
    )
    if is_over or answered.status == HTTPStatus.GONE:
        reason = EXHAUSTED if is_over else GONE
        await raw.execute(
            "update webhook_endpoint set state = 'DISABLED', reason = $2 where id = $1",
            row["endpoint_id"],
            reason,
        )


TAKEN: Final = """
update webhook_delivery set state = 'DELIVERED', attempts = attempts + 1, status = $2, error = null,
    delivered_at = now() where id = $1
"""
MISSED: Final = """
update webhook_delivery set state = $2, attempts = $3, due_at = now() + $4::interval, status = $5,
    error = $6 where id = $1
"""
