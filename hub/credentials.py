"""How a client proves who it is: API keys, made, checked, rotated and revoked.

A key reads `hub_<env>_<id>_<secret>`; of the secret only its SHA-256 is stored. A key may permit
less than its client's grants open, ends on a day, and is replaced by another that is alive beside
it until every place where it stands has taken the new one.
"""

import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

import asyncpg

from hub.access import (
    EVERY_PERMIT,
    Admitted,
    ClientKind,
    Permit,
    Purpose,
    Role,
    Standing,
    Viewer,
    viewer_from,
)
from hub.clients import add_client, add_grant
from hub.database import WriteSession
from hub.errors import AccessError

KEY: Final = re.compile(r"hub_([a-z0-9]{1,16})_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
BESIDE: Final = timedelta(days=7)  # how long a replaced key lives beside its successor
# A row for each grant in force on the region's day, and one without a grant where there is none.
CREDENTIAL: Final = """
    select c.secret_sha256, c.expires_at, c.revoked_at, c.env, c.permits, c.documents_only,
           now() as asked_at,
           coalesce((select version from access_version), -1) as version,
           least(c.expires_at, now() + interval '1 minute') as until,
           c.client_id, l.name, l.kind, l.blocked_at, g.role, g.organisation_id, g.purposes,
           (select id from organisation where kind = 'MINISTRY' order by id limit 1) as root_id
    from credential c
    join client l on l.id = c.client_id
    left join access_grant g on g.client_id = c.client_id
        and g.starts <= $2 and g.ends > $2
    where c.id = $1
    order by g.id
"""
REPLACE: Final = """
    update credential set expires_at = least(expires_at, $2)
    where id = $1 and revoked_at is null and (expires_at is null or expires_at > now())
    returning client_id, env, permits, documents_only
"""


async def authenticate(
    raw: asyncpg.Connection | asyncpg.Pool,
    presented_key: str,
    scope: UUID | None = None,
    *,
    today: date,
) -> Viewer:
    """Return the viewer behind a key, in one short query; see `admit`."""
    return (await admit(raw, presented_key, scope, today=today)).viewer


async def admit(
    raw: asyncpg.Connection | asyncpg.Pool,
    presented_key: str,
    scope: UUID | None = None,
    *,
    today: date,
) -> Admitted:
    """Return the viewer behind a key and what their rights rest on, in one short query.

    `scope` chooses among several grants by organisation; without it the widest is taken. `today`
    is the region's date, on which a grant holds or does not. Raises AccessError whose reason says
    what is wrong; an unknown id and a wrong secret read the same, and neither the key nor any part
    of it stands in a message.
    """
    env, key_id, secret = _split(presented_key)
    rows = await raw.fetch(CREDENTIAL, key_id, today)
    expected = rows[0]["secret_sha256"] if rows else b"\0" * 32
    if not hmac.compare_digest(expected, _digest(secret)) or not rows:
        raise _unknown()
    found = rows[0]
    if found["env"] not in {None, env}:
        raise _unknown()
    _refuse_spent(found["revoked_at"], found["expires_at"], found["asked_at"])
    refuse_blocked(found["blocked_at"])
    permits = {Permit(one) for one in found["permits"]}
    return Admitted(
        viewer=viewer_from(rows, scope, credential=key_id, permits=permits),
        standing=Standing(version=found["version"], until=found["until"]),
    )


def refuse_blocked(blocked_at: datetime | None) -> None:
    """Raise AccessError for a client that the operator has blocked."""
    if blocked_at is not None:
        raise AccessError(
            "Доступ этого клиента приостановлен оператором хаба. Обратитесь к нему.",
            code="access.client_blocked",
        )


async def issue_key(  # noqa: PLR0913 - the terms of a key
    session: WriteSession,
    *,
    client_name: str,
    kind: ClientKind,
    role: Role,
    organisation_id: UUID,
    purposes: frozenset[Purpose] = frozenset(),
    expires_at: datetime | None = None,
    env: str,
    permits: Iterable[Permit] = EVERY_PERMIT,
    documents_only: bool = False,
) -> str:
    """Create a client with one grant and return its key, which is never shown again."""
    client_id = await add_client(session, name=client_name, kind=kind)
    await add_grant(session, client_id, role, organisation_id, purposes)
    return await add_key(
        session,
        client_id,
        env=env,
        expires_at=expires_at,
        permits=permits,
        documents_only=documents_only,
    )


async def add_key(
    session: WriteSession,
    client_id: UUID,
    *,
    env: str,
    expires_at: datetime | None = None,
    permits: Iterable[Permit] = EVERY_PERMIT,
    succeeds: str | None = None,
    documents_only: bool = False,
) -> str:
    """Give a client one more key and return it; raises AccessError if there is no such client."""
    key_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    made = await session.raw.execute(
        "insert into credential (id, client_id, secret_sha256, expires_at, env, permits, succeeds,"
        " documents_only) select $1, id, $3, $4, $5, $6, $7, $8 from client where id = $2",
        key_id,
        client_id,
        _digest(secret),
        expires_at,
        env,
        sorted(permits),
        succeeds,
        documents_only,
    )
    if made == "INSERT 0 0":
        raise AccessError("Такого клиента нет.", code="access.client_unknown")
    return f"hub_{env}_{key_id}_{secret}"


async def rotate_key(
    session: WriteSession,
    key_id: str,
    *,
    beside: timedelta = BESIDE,
    expires_at: datetime | None = None,
) -> str:
    """Return a new key for the same client with the same permits; the old one lives on for a while.

    Raises AccessError for a key that is not alive or already has a successor: then two are alive.
    """
    until = datetime.now(UTC) + beside
    succeeded = await session.raw.fetchval("select id from credential where succeeds = $1", key_id)
    if succeeded is not None:
        raise AccessError(
            f"Этот ключ уже заменён ключом {succeeded}: меняйте его.", code="access.key_rotated"
        )
    old = await session.raw.fetchrow(REPLACE, key_id, until)
    if old is None:
        raise _no_such_key()
    return await add_key(
        session,
        old["client_id"],
        env=old["env"] or "live",
        expires_at=expires_at,
        permits={Permit(one) for one in old["permits"]},
        succeeds=key_id,
        documents_only=old["documents_only"],
    )


async def revoke_key(session: WriteSession, key_id: str) -> None:
    """Make a key useless from now on; raises AccessError if there is no such key."""
    done = await session.raw.fetchval(
        "update credential set revoked_at = coalesce(revoked_at, now()) where id = $1 returning id",
        key_id,
    )
    if done is None:
        raise _no_such_key()


async def bind_key(session: WriteSession, key_id: str, *, documents_only: bool) -> None:
    """Let a key ask trusted documents only, or texts of its own again."""
    done = await session.raw.fetchval(
        "update credential set documents_only = $2 where id = $1 returning id",
        key_id,
        documents_only,
    )
    if done is None:
        raise _no_such_key()


def key_id_of(presented_key: str) -> str:
    """Return the public part of a key; raises AccessError if it is no key of the hub."""
    return _split(presented_key)[1]


def _split(presented_key: str) -> tuple[str, str, str]:
    match = KEY.fullmatch(presented_key)
    if match is None:
        raise AccessError(
            "Это не ключ хаба: он выглядит как hub_<среда>_<номер>_<секрет>.",
            code="access.key_malformed",
        )
    return match[1], match[2], match[3]


def _digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _refuse_spent(
    revoked_at: datetime | None, expires_at: datetime | None, asked_at: datetime
) -> None:
    if revoked_at is not None:
        raise AccessError("Ключ отозван. Попросите новый.", code="access.key_revoked")
    if expires_at is not None and expires_at <= asked_at:
        raise AccessError("Срок ключа истёк. Попросите новый.", code="access.key_expired")


def _unknown() -> AccessError:
    return AccessError(
        "Такого ключа нет. Проверьте, что он скопирован целиком, или попросите новый.",
        code="access.key_unknown",
    )


def _no_such_key() -> AccessError:
    return AccessError(
        "Действующего ключа с таким номером нет. Номер — третья часть ключа.",
        code="access.key_unknown",
    )
