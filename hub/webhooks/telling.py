"""Telling endpoints: messages made of the feed, each endpoint served beside the others.

A message says who changed and nothing of what they are: whoever hears of it asks the API, where
today's rights decide. An endpoint walks the feed by a cursor of its own, as a reader does.
"""

import asyncio
import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from hub.database import Database, WriteSession
from hub.seal import Sealer
from hub.webhooks.sending import Answered, post
from hub.webhooks.signing import headers
from hub.webhooks.turns import MOST, Endpoint, Sent, due_endpoints, take_turn

GRANT_ENDED: Final = "webhook.grant_ended"
EXPIRED: Final = "webhook.cursor_expired"
LOOK_S: Final = 1.0  # how long new events and freed places wait to be seen


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

    Endpoints are served at once, each for a turn, so that one which answers slowly keeps no other
    waiting. `inward` lets addresses of one's own network be posted to. `go_on` is called every
    second and may raise to stop there: what is on its way then is sent again.
    """
    served = Served()
    made = 0
    async with database.writing() as session:
        await _end_without_grant(session, today)
    try:
        while True:
            go_on()
            async with database.writing() as session:
                made += await _make(session, today)
            served.begin(await due_endpoints(database, served.busy), database, sealer, inward)
            if not served.busy:
                return replace(served.told, made=made)
            await served.wait(LOOK_S)
    finally:
        await served.stop()


@dataclass(slots=True)
class Served:
    """The endpoints that are served now, and what has come of it."""

    told: Told = Told()
    _turns: dict[UUID, asyncio.Task[Sent]] = field(default_factory=dict)
    _failing: set[UUID] = field(default_factory=set)

    @property
    def busy(self) -> Collection[UUID]:
        """Name the endpoints whose turn it is."""
        return self._turns.keys()

    def begin(
        self,
        due: Iterable[Endpoint],
        database: Database,
        sealer: Sealer,
        inward: bool,  # noqa: FBT001 - passed on
    ) -> None:
        """Give a turn to as many as there is place for; those that fail take half of it at most."""
        for endpoint in due:
            failing = len(self._failing & self._turns.keys())
            if len(self._turns) >= MOST or (endpoint.is_failing and failing >= MOST // 2):
                continue
            if endpoint.is_failing:
                self._failing.add(endpoint.id)
            else:
                self._failing.discard(endpoint.id)
            turn = take_turn(database, endpoint.id, sealer, inward=inward)
            self._turns[endpoint.id] = asyncio.create_task(turn)

    async def wait(self, seconds: float) -> None:
        """Wait for a turn to end, or for so long; raises what went wrong within a turn."""
        done, _ = await asyncio.wait(
            self._turns.values(), timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
        for endpoint, turn in list(self._turns.items()):
            if turn in done:
                del self._turns[endpoint]
                sent = turn.result()
                self.told = replace(
                    self.told,
                    delivered=self.told.delivered + sent.delivered,
                    failed=self.told.failed + sent.failed,
                )

    async def stop(self) -> None:
        """Break off what is on its way."""
        for turn in self._turns.values():
            turn.cancel()
        await asyncio.gather(*self._turns.values(), return_exceptions=True)


async def _end_without_grant(session: WriteSession, today: date) -> None:
    """Disable addresses of clients who may no longer see what they would hear of."""
    await session.raw.execute(NO_GRANT, GRANT_ENDED, today)
    await session.raw.execute(NO_CURSOR, EXPIRED)


NO_GRANT: Final = """
update webhook_endpoint e set state = 'DISABLED', reason = $1
where e.state = 'ACTIVE' and not exists (
    select from access_grant g join client c on c.id = g.client_id and c.blocked_at is null
    where g.client_id = e.client_id and g.role <> 'PUBLIC'
      and g.starts <= $2 and g.ends > $2
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


async def try_out(url: str, secret: str, *, inward: bool) -> Answered:
    """Send a message that tells of nothing, so that whoever built an endpoint sees it work."""
    body = json.dumps({"type": "hub.test", "timestamp": datetime.now(UTC).isoformat(), "data": {}})
    said = headers(secret, "msg_test", body.encode(), datetime.now(UTC))
    return await post(url, said, body.encode(), inward=inward)
