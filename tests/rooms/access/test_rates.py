"""The bucket of a credential: shared by processes, flowing back, and saying when to return."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import asyncpg
import pytest

from hub.pools import open_note_pool
from hub.rates import Rate, RateLimitedError, Rates
from hub.settings import Addresses

pytestmark = pytest.mark.anyio
SLOW = Rate(burst=1_000, per_s=0.001)  # flows back in days: what was taken stays taken


@pytest.fixture
async def pools(addresses: Addresses) -> AsyncIterator[list[asyncpg.Pool]]:
    async with AsyncExitStack() as stack:
        found = [await open_note_pool(addresses.web, size=2) for _ in range(3)]
        for pool in found:
            stack.push_async_callback(pool.close)
        yield found


async def spend(rates: Rates, cost: int, bucket: str = "a") -> int:
    """Ask until refused; give the cost of all that was answered."""
    spent = 0
    while True:
        try:
            await rates.charge(bucket, cost)
        except RateLimitedError:
            return spent
        spent += cost


async def test_processes_together_get_what_one_bucket_holds(pools: list[asyncpg.Pool]) -> None:
    processes = [Rates(pool, SLOW) for pool in pools]

    spent = await asyncio.gather(*(spend(rates, 7) for rates in processes for _ in range(3)))

    assert sum(spent) <= 1_000
    assert sum(spent) > 1_000 - len(processes) * 7 * 4


async def test_a_full_bucket_is_spent_to_the_last_request(pools: list[asyncpg.Pool]) -> None:
    assert 1_000 == await spend(Rates(pools[0], SLOW), 100)


async def test_requests_at_once_do_not_take_the_bucket_from_each_other(
    pools: list[asyncpg.Pool],
) -> None:
    rates = Rates(pools[0], SLOW)

    answered = await asyncio.gather(*(rates.charge("a", 10) for _ in range(100)))

    assert [10] * 100 == [one.cost for one in answered]


async def test_each_credential_has_a_bucket_of_its_own(pools: list[asyncpg.Pool]) -> None:
    rates = Rates(pools[0], SLOW)
    await spend(rates, 100, "a")

    allowance = await rates.charge("b", 100)

    assert (1_000, 100, 900) == (allowance.limit, allowance.cost, allowance.remaining)


async def test_who_is_refused_is_told_when_to_return_and_is_right_to_return_then(
    pools: list[asyncpg.Pool],
) -> None:
    rates = Rates(pools[0], Rate(burst=100, per_s=50))
    await spend(rates, 50)
    with pytest.raises(RateLimitedError) as caught:
        await rates.charge("a", 50)

    await asyncio.sleep(caught.value.retry_after_s)
    allowance = await rates.charge("a", 50)

    assert 1 == caught.value.retry_after_s
    assert "access.rate_limited" == caught.value.reason
    assert 50 == allowance.cost


async def test_a_request_larger_than_the_bucket_takes_all_of_it(
    pools: list[asyncpg.Pool],
) -> None:
    rates = Rates(pools[0], SLOW)

    allowance = await rates.charge("a", 5_000)

    assert (5_000, 0) == (allowance.cost, allowance.remaining)
    assert 0 == await spend(rates, 1)


async def test_many_small_requests_are_few_statements(pools: list[asyncpg.Pool]) -> None:
    rates = Rates(pools[0], Rate(burst=100_000, per_s=0.001))
    for _ in range(2_000):
        await rates.charge("a", 10)

    statements = await pools[0].fetchval("select (100000 - tokens) / taken from rate_bucket")

    assert statements <= 5
