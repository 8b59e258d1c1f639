"""When each credential was last used: noted in memory, written at most once a minute for each."""

import time
from typing import Final

import asyncpg

APART_S: Final = 60.0
LOGIN: Final = "login:"
# Another process may have written within the minute: then there is nothing to write.
WRITE_KEYS: Final = """
    update credential set last_used_at = now()
    where id = any ($1) and coalesce(last_used_at, '-infinity') < now() - interval '1 minute'
"""
WRITE_LOGINS: Final = """
    update client_login set last_used_at = now()
    where id = any ($1) and coalesce(last_used_at, '-infinity') < now() - interval '1 minute'
"""


class Uses:
    """The credentials that this process has seen."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._noted: dict[str, float] = {}
        self._due: set[str] = set()

    def note(self, credential: str) -> None:
        """Remember that a valid credential was used; costs no query."""
        now = time.monotonic()
        if now - self._noted.get(credential, -APART_S) >= APART_S:
            self._noted[credential] = now
            self._due.add(credential)

    async def flush(self) -> None:
        """Write what is due; what cannot be written stays due."""
        due = frozenset(self._due)
        keys = [one for one in due if not one.startswith(LOGIN)]
        logins = [int(one.removeprefix(LOGIN)) for one in due if one.startswith(LOGIN)]
        if keys:
            await self._pool.execute(WRITE_KEYS, keys)
        if logins:
            await self._pool.execute(WRITE_LOGINS, logins)
        self._due -= due
