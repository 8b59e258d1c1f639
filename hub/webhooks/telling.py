"""Telling endpoints: messages made of the feed, sent in order of each person, tried for days.

A message says who changed and nothing of what they are: whoever hears of it asks the API, where
today's rights decide. An endpoint walks the feed by a cursor of its own, as a reader does.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Final

import asyncpg

from hub.database import Database, WriteSession
from hub.seal import Sealer
from hub.webhooks.sending import Answered, post
from hub.webhooks.signing import headers

# The waits after each attempt, three days in all, as Standard Webhooks proposes.
WAITS_S: Final = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
AT_ONCE: Final = 500
GRANT_ENDED: Final = "webhook.grant_ended"
EXPIRED: Final = "webhook.cursor_expired"
EXHAUSTED: Final = "webhook.exhausted"
GONE: Final = "webhook.gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one pass did."""

    made: int = 0
    delivered: int = 0
    failed: int = 0


async def tell(
    database: Database,
    sealer: Sealer,
    *,
    today: date,
    inward: bool = False,
    go_on: Callable[[], None] = lambda: None,
) -> Told:
    """Make the messages of new events and send what is due, until nothing is.

    `inward` lets addresses of one's own network be posted to. `go_on` is called between messages.
    """
    made = delivered = failed = 0
    async with database.writing() as session:
        await _end_without_grant(session)
        made = await _make(session, today)
    while due := await _due(database):
        for row in due:
            go_on()
            answered = await _send(row, sealer, inward=inward)
            async with database.writing() as session:
                await _settle(session, row, answered)
            delivered += answered.is_taken
            failed += not answered.is_taken
    return Told(made=made, delivered=delivered, failed=failed)


async def _end_without_grant(session: WriteSession) -> None:
    """Disable addresses of clients who may no longer see what they would hear of."""
    await session.raw.execute(NO_GRANT, GRANT_ENDED)
    await session.raw.execute(NO_CURSOR, EXPIRED)


NO_GRANT: Final = """
update webhook_endpoint e set state = 'DISABLED', reason = $1
where e.state = 'ACTIVE' and not exists (
    select from access_grant g join client c on c.id = g.client_id and c.blocked_at is null
    where g.client_id = e.client_id and g.role <> 'PUBLIC'
      and g.starts <= current_date and g.ends > current_date
      and (g.organisation_id = e.authority_id
           or g.role in ('OPERATOR', 'REGIONAL_CENTRE', 'STEWARD', 'AUDITOR')))
"""
# After a restore, or after events were forgotten, whoever listens has to begin with a snapshot.
NO_CURSOR: Final = """
update webhook_endpoint e set state = 'DISABLED', reason = $1, epoch = feed_epoch(),
    xid = pg_snapshot_xmin(pg_current_snapshot()), change_id = 0
where e.state = 'ACTIVE' and (e.epoch <> feed_epoch() or exists (
    select from feed_horizon h where h.epoch = e.epoch and (h.xid, h.id) > (e.xid, e.change_id)))
"""


async def _make(session: WriteSession, today: date) -> int:
    """Turn the events that each address has not heard of into messages, and move its cursor.

    One statement, so one snapshot: what it does not see it does not pass by either.
    """
    made: int = await session.raw.fetchval(MAKE, today)
    return made


MAKE: Final = """
with last as (
    select xid, id from change where epoch = feed_epoch()
      and xid < pg_snapshot_xmin(pg_current_snapshot()) order by xid desc, id desc limit 1
), heard as (
    insert into webhook_delivery (endpoint_id, change_id, entity_id, payload, state)
    select e.id, c.id, c.entity_id, jsonb_build_object(
        'type', lower(c.entity) || '.' || lower(case when c.operation in ('UPSERT', 'SPLIT')
            and (not e.authority_id = any(c.places_after) or e.is_partner and not case c.entity
                 when 'PERSON' then may_be_transferred(c.entity_id, $1)
                 else pair_may_be_transferred(c.entity_id, $1) end)
            then 'LEFT' else c.operation end),
        'timestamp', to_char(c.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'data', jsonb_strip_nulls(jsonb_build_object(
            'id', lower(c.entity) || '-' || c.entity_id,
            'otherId', lower(c.entity) || '-' || c.other_id))), 'WAITING'
    from (select t.*, not exists (
              select from access_grant g where g.client_id = t.client_id
                and g.role not in ('PARTNER_SYSTEM', 'PUBLIC') and g.starts <= $1 and g.ends > $1
                and (g.organisation_id = t.authority_id or g.role in
                     ('OPERATOR', 'REGIONAL_CENTRE', 'STEWARD', 'AUDITOR'))) as is_partner
          from webhook_endpoint t) e cross join last join change c on c.epoch = e.epoch
        and (c.xid, c.id) > (e.xid, e.change_id) and (c.xid, c.id) <= (last.xid, last.id)
        and c.entity = any(e.types) and e.authority_id = any(c.places_before || c.places_after)
    where e.state = 'ACTIVE'
    order by c.xid, c.id
    on conflict do nothing returning 1
), moved as (
    update webhook_endpoint e set xid = last.xid, change_id = last.id from last
    where e.state = 'ACTIVE' and (last.xid, last.id) > (e.xid, e.change_id)
)
select count(*) from heard
"""


async def _due(database: Database) -> list[asyncpg.Record]:
    async with database.reading() as session:
        found: list[asyncpg.Record] = await session.raw.fetch(DUE, AT_ONCE)
        return found


# Of one person the earliest message that was not taken goes first, and the next waits for it.
DUE: Final = """
select d.id, d.endpoint_id, d.payload, d.attempts, e.url, e.secret_sealed
from webhook_delivery d join webhook_endpoint e on e.id = d.endpoint_id and e.state = 'ACTIVE'
where d.state = 'WAITING' and d.due_at <= now() and not exists (
    select from webhook_delivery earlier where earlier.endpoint_id = d.endpoint_id
      and earlier.entity_id = d.entity_id and earlier.id < d.id and earlier.state <> 'DELIVERED')
order by d.id limit $1
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


async def try_out(url: str, secret: str, *, inward: bool) -> Answered:
    """Send a message that tells of nothing, so that whoever built an endpoint sees it work."""
    body = json.dumps({"type": "hub.test", "timestamp": datetime.now(UTC).isoformat(), "data": {}})
    said = headers(secret, "msg_test", body.encode(), datetime.now(UTC))
    return await post(url, said, body.encode(), inward=inward)
