"""The web's pools of plain connections, each statement a transaction: to read, and to note."""

import asyncpg

from hub.database import UNREACHABLE
from hub.errors import DatabaseError


class BytesConnection(asyncpg.Connection):
    """A connection that keeps no state between requests, so nothing has to be reset."""

    def get_reset_query(self) -> str:
        """Save the round trip on release: the row scope ends with its statement."""
        return ""


async def open_read_pool(url: str, *, size: int = 4, statement_s: float) -> asyncpg.Pool:
    """Open the web's pool for compiled statements: `json` arrives as bytes, writes are refused.

    A statement that takes longer than `statement_s` seconds ends as QueryCanceledError.
    """
    try:
        return await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=size,
            init=_take_json_as_bytes,
            connection_class=BytesConnection,
            statement_cache_size=512,
            max_cached_statement_lifetime=0,
            max_cacheable_statement_size=256 * 1024,  # a compiled statement is long
            timeout=10,
            server_settings={
                "timezone": "UTC",
                "statement_timeout": f"{statement_s * 1000:.0f}",
                "default_transaction_read_only": "on",
                "jit": "off",
            },
        )
    except (OSError, asyncpg.PostgresError) as error:
        raise DatabaseError(UNREACHABLE) from error


async def open_note_pool(url: str, *, size: int = 2) -> asyncpg.Pool:
    """Open the web's pool for what it notes of itself: single statements, each a transaction."""
    try:
        return await asyncpg.create_pool(
            url,
            min_size=0,
            max_size=size,
            timeout=10,
            server_settings={"timezone": "UTC", "statement_timeout": "5000"},
        )
    except (OSError, asyncpg.PostgresError) as error:
        raise DatabaseError(UNREACHABLE) from error


async def _take_json_as_bytes(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "json", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary"
    )
