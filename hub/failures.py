"""Credentials that prove nobody: each failure slows the next, too many lock who presents them.

What is locked is one credential from one address, so nobody locks out the owner of a key by
presenting its number. All failures of an address share a larger bucket besides: when it is empty
they are answered without a look, while a credential that is right still comes in.
"""

import asyncio
import time
from hashlib import sha256
from typing import Final

import asyncpg

from hub.rates import Rate, RateLimitedError, Rates

LOCK_S: Final = 15 * 60.0
OF_CREDENTIAL: Final = Rate(burst=10, per_s=10 / LOCK_S)
OF_ADDRESS: Final = Rate(burst=100, per_s=100 / LOCK_S)
FIRST_WAIT_S: Final = 0.05
LONGEST_WAIT_S: Final = 2.0
AT_ONCE: Final = 100  # who waits at once: more are refused without the wait
MOST: Final = 10_000  # locks that a process remembers


class Failures:
    """Counts failures in the buckets that all web processes share; remembers its own locks."""

    def __init__(self, notes: asyncpg.Pool) -> None:
        self._of_credential = Rates(notes, OF_CREDENTIAL, share=0)
        self._of_address = Rates(notes, OF_ADDRESS, share=0)
        self._locked: dict[str, float] = {}
        self._waiting = 0

    def refuse_locked(self, caller: str, presented: str) -> None:
        """Raise RateLimitedError while what is presented is locked; asks no database."""
        wait_s = self._locked.get(_print(caller, presented), 0.0) - time.monotonic()
        if wait_s > 0:
            raise RateLimitedError(wait_s)

    async def slow(self, caller: str, presented: str) -> None:
        """Wait, longer with each failure; raises RateLimitedError and locks after too many."""
        name = _print(caller, presented)
        try:
            left = await self._of_credential.charge(f"failed:{name}", 1)
            await self._of_address.charge(f"failed:{_print(caller, '')}", 1)
        except RateLimitedError as error:
            self._lock(name, error.retry_after_s)
            raise
        if self._waiting < AT_ONCE:
            await self._wait(OF_CREDENTIAL.burst - left.remaining)

    async def _wait(self, failures: float) -> None:
        self._waiting += 1
        try:
            await asyncio.sleep(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (failures - 1)))
        finally:
            self._waiting -= 1

    def _lock(self, name: str, wait_s: float) -> None:
        if len(self._locked) >= MOST:
            self._locked.clear()
        self._locked[name] = time.monotonic() + wait_s


def _print(caller: str, presented: str) -> str:
    # An address is personal and a secret is secret: neither rests in the table.
    return sha256(f"{caller}\n{presented}".encode()).hexdigest()[:32]
