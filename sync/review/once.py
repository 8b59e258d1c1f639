"""Doing what a client asks once: its key of a request, remembered with what was asked and done."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from hub.database import WriteSession
from hub.errors import ConflictError
from sync.people.saying import WORDS, By


class KeyReusedError(ConflictError):
    """С этим ключом уже был другой запрос. Для нового запроса возьмите новый idempotencyKey."""

    code = "conflict.idempotency_key"


async def done_once(
    session: WriteSession,
    by: By,
    key: str | None,
    asked: Mapping[str, object],
    act: Callable[[], Awaitable[UUID]],
) -> UUID:
    """Do what is asked, or give what it gave when the same key asked the same before.

    Without a key it is simply done. Raises KeyReusedError for another request of a known key, and
    what `act` raises; a refused request may be repeated with its key.
    """
    if key is None or by.client_id is None:
        return await act()
    await session.lock(WORDS)
    content = hashlib.sha256(
        json.dumps(asked, ensure_ascii=False, sort_keys=True, default=str).encode()
    ).digest()
    known = await session.raw.fetchrow(
        "select content_sha256, word_id from review_request where client_id = $1 and key = $2",
        by.client_id,
        key,
    )
    if known is None:
        word = await act()
        await session.raw.execute(
            "insert into review_request (client_id, key, content_sha256, word_id)"
            " values ($1, $2, $3, $4)",
            by.client_id,
            key,
            content,
            word,
        )
        return word
    if known["content_sha256"] != content:
        raise KeyReusedError
    found: UUID = known["word_id"]
    return found
