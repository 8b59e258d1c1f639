"""Forgetting messages: what was taken, and what nobody took, is kept as long as the rule says."""

from datetime import date
from typing import Final

from hub.database import Database


async def forget_deliveries(database: Database, *, today: date) -> int:
    """Drop messages older than the rule DELIVERIES keeps them; answers how many.

    What waits for an endpoint that is tried is never dropped. Without a rule nothing is.
    """
    async with database.writing() as session:
        forgotten: int = await session.raw.fetchval(FORGET, today)
        return forgotten


FORGET: Final = """
with kept as (
    select make_interval(days => (parameters ->> 'delivered_days')::int) as delivered,
           make_interval(days => (parameters ->> 'given_up_days')::int) as given_up
    from indicator_rule where code = 'DELIVERIES' and starts <= $1 and ends > $1
    order by version desc limit 1
), forgotten as (
    delete from webhook_delivery d using kept k, webhook_endpoint e
    where e.id = d.endpoint_id
      and (d.state = 'DELIVERED' and d.delivered_at < now() - k.delivered
           or (d.state = 'FAILED' or d.state = 'WAITING' and e.state = 'DISABLED')
              and d.created_at < now() - k.given_up)
    returning 1
)
select count(*) from forgotten
"""
