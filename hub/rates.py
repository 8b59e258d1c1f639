"""How much a credential may ask: a bucket of cost that flows back with time.

The bucket is a row that all web processes share. A process takes a lease out of it, enough for
some requests, and spends that in memory: one statement for many requests, and no row that every
request updates. What an idle process has not spent is lost after `LEASE_S`; the bucket has long
flowed back by then.
"""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final

import asyncpg

from hub.errors import AccessError

LEASE_S: Final = 5.0
SHARE: Final = 0.05  # of a full bucket, taken at once
# $1 bucket, $2 what it holds when full, $3 the least that is needed, $4 what would be welcome,
# $5 what flows back in a second. Gives what was taken, nothing where the need is not met, and
# what is left.
TAKE: Final = """
    insert into rate_bucket as b (id, tokens, taken, at)
    values ($1, $2::float8 - least($2::float8, $4::float8), least($2::float8, $4::float8),
            clock_timestamp())
    on conflict (id) do update set (tokens, taken, at) = (
        select g.found - g.given, g.given, clock_timestamp()
        from (
            select f.found,
                   case when f.found >= $3::float8 then least(f.found, $4::float8) else 0 end as given
            from (
                select least($2::float8, b.tokens + $5::float8
                       * greatest(0, extract(epoch from clock_timestamp() - b.at))) as found
            ) f
        ) g
    )
    returning taken, tokens
"""


class RateLimitedError(AccessError):
    """Запросов слишком много. Повторите позже."""

    code = "access.rate_limited"

    def __init__(self, wait_s: float) -> None:
        self.retry_after_s = max(1, ceil(wait_s))
        super().__init__(
            f"Этим ключом просят слишком много. Повторите через {self.retry_after_s} с "
            "или уменьшите страницы."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How large a credential's bucket is, and how fast it fills: in cost, and cost a second."""

    burst: float
    per_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a request cost and what is left after it; the bucket is full again in `full_in_s`."""

    limit: int
    cost: int
    remaining: int
    full_in_s: float

    @property
    def reset_at(self) -> datetime:
        """When the bucket is full again, if nobody asks any more."""
        return datetime.now(UTC) + timedelta(seconds=self.full_in_s)


@dataclass(slots=True, kw_only=True)
class _Lease:
    tokens: float  # left of what this process took
    beyond: float  # left in the bucket when it did
    until: float
    renewing: asyncio.Lock = field(default_factory=asyncio.Lock)  # one request at a time


class Rates:
    """Charges requests to buckets; one a process, `share` of a full bucket a lease."""

    def __init__(self, pool: asyncpg.Pool, rate: Rate, *, share: float = SHARE) -> None:
        self._pool = pool
        self._rate = rate
        self._lease = rate.burst * share
        self._leases: dict[str, _Lease] = {}

    async def charge(self, bucket: str, cost: int) -> Allowance:
        """Take a cost out of a bucket; raises RateLimitedError, which says when to return.

        A cost above what a full bucket holds takes all of it.
        """
        due = min(float(max(cost, 1)), self._rate.burst)
        lease = self._leases.get(bucket)
        if lease is None or lease.until < time.monotonic():
            until = time.monotonic() + LEASE_S
            lease = self._leases[bucket] = _Lease(tokens=0.0, beyond=0.0, until=until)
        if lease.tokens < due:
            async with lease.renewing:
                if lease.tokens < due:  # whoever renewed it before us may have left enough
                    await self._renew(bucket, lease, due)
        lease.tokens -= due
        return self._allowance(lease, cost)

    async def _renew(self, bucket: str, lease: _Lease, due: float) -> None:
        # What is left is ours while we wait: nobody beside us counts on it as well.
        held, lease.tokens = lease.tokens, 0.0
        need = due - held
        wish = need + self._lease
        [row] = await self._pool.fetch(TAKE, bucket, self._rate.burst, need, wish, self._rate.per_s)
        lease.tokens += held + row["taken"]
        lease.beyond = row["tokens"]
        if not row["taken"]:
            raise RateLimitedError((need - row["tokens"]) / self._rate.per_s)
        lease.until = time.monotonic() + LEASE_S

    def _allowance(self, lease: _Lease, cost: int) -> Allowance:
        left = max(0.0, lease.tokens + lease.beyond)
        return Allowance(
            limit=int(self._rate.burst),
            cost=cost,
            remaining=int(left),
            full_in_s=(self._rate.burst - left) / self._rate.per_s,
        )
