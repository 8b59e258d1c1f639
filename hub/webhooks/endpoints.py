"""Endpoints: registered for a client's own scope, disabled when they fail, driven again."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

from hub import jobs
from hub.database import WriteSession
from hub.errors import AccessError, InputError
from hub.seal import Sealer
from hub.webhooks.sending import refuse_bad_address
from hub.webhooks.signing import new_secret

TYPES: Final = ("MENTORSHIP", "PERSON")
KEY: Final = jobs.WEBHOOK


class UnknownEndpointError(InputError):
    """Такого адреса уведомлений нет."""

    code = "webhook.unknown"


async def add_endpoint(
    session: WriteSession,
    client_id: UUID,
    url: str,
    *,
    types: Sequence[str],
    sealer: Sealer,
    today: date,
    inward: bool = False,
) -> tuple[UUID, str]:
    """Register an address from now on; gives its id and the secret, which is shown once.

    It hears what the client's widest grant in force lets it see. Raises InputError for an address
    that cannot be, InwardError, and AccessError for a client without a grant.
    """
    refuse_bad_address(url, inward=inward)
    authority = await session.raw.fetchval(AUTHORITY, client_id, today)
    if authority is None:
        raise AccessError("У клиента нет действующих прав.", code="access.no_grant")
    endpoint_id, secret = uuid7(), new_secret()
    await session.raw.execute(
        ADD, endpoint_id, client_id, authority, url, sealer.seal(secret), sorted(types or TYPES)
    )
    return endpoint_id, secret


# As a key without a chosen scope reads: the widest of what holds today.
AUTHORITY: Final = """
select case when g.role in ('OPERATOR', 'REGIONAL_CENTRE', 'STEWARD', 'AUDITOR')
            then (select id from organisation where kind = 'MINISTRY' order by id limit 1)
            else g.organisation_id end
from access_grant g join client c on c.id = g.client_id and c.blocked_at is null
where g.client_id = $1 and g.role <> 'PUBLIC' and g.starts <= $2 and g.ends > $2
order by g.role in ('OPERATOR', 'REGIONAL_CENTRE', 'STEWARD', 'AUDITOR') desc, g.id limit 1
"""
ADD: Final = """
insert into webhook_endpoint (id, client_id, authority_id, url, secret_sealed, types, state, epoch,
                              xid, change_id)
values ($1, $2, $3, $4, $5, $6, 'ACTIVE', feed_epoch(), pg_snapshot_xmin(pg_current_snapshot()), 0)
"""


async def remove_endpoint(session: WriteSession, endpoint_id: UUID) -> None:
    """Forget an address and what waits for it; raises UnknownEndpointError."""
    done = await session.raw.execute("delete from webhook_endpoint where id = $1", endpoint_id)
    if done == "DELETE 0":
        raise UnknownEndpointError


async def redrive(session: WriteSession, endpoint_id: UUID) -> int:
    """Let an address be tried again from the first message that it did not take; gives how many wait.

    Raises UnknownEndpointError.
    """
    found = await session.raw.fetchval(
        "update webhook_endpoint set state = 'ACTIVE', reason = '', failing_since = null"
        " where id = $1 returning id",
        endpoint_id,
    )
    if found is None:
        raise UnknownEndpointError
    waiting: int = await session.raw.fetchval(AGAIN, endpoint_id)
    await call_worker(session)
    return waiting


AGAIN: Final = """
with again as (
    update webhook_delivery set state = 'WAITING', attempts = 0, due_at = now()
    where endpoint_id = $1 and state <> 'DELIVERED' returning 1)
select count(*) from again
"""


async def call_worker(session: WriteSession) -> None:
    """Put in the job that sends what is due, once."""
    await jobs.enqueue_once(session, jobs.WEBHOOK, {}, key=KEY)


async def call_if_due(session: WriteSession) -> None:
    """Put the job in where an address has something to hear or to be sent."""
    if await session.raw.fetchval(IS_DUE):
        await call_worker(session)


IS_DUE: Final = """
select exists (
    select from webhook_endpoint e where e.state = 'ACTIVE' and (
        exists (select from webhook_delivery d
                where d.endpoint_id = e.id and d.state = 'WAITING' and d.due_at <= now())
        or exists (select from change c where c.epoch = feed_epoch()
                   and (c.xid, c.id) > (e.xid, e.change_id)
                   and c.xid < pg_snapshot_xmin(pg_current_snapshot()))))
"""
