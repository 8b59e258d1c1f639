"""Who asks and what they may see: the one door to people.

A client proves itself with a key `hub_<env>_<id>_<secret>`; of the secret only its SHA-256 is
stored. A grant gives a role over an organisation's subtree for purposes. The viewer that follows
from them decides the row scope (one authority, an equality) and the masked fields of every read;
PostgreSQL's row security enforces the same scope once more.
"""

import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from hub.database import ReadSession, WriteSession
from hub.errors import AccessError

KEY: Final = re.compile(r"hub_([a-z0-9]{1,16})_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")


class Role(StrEnum):
    """What a client is for."""

    OPERATOR = "OPERATOR"
    REGIONAL_CENTRE = "REGIONAL_CENTRE"
    TERRITORY = "TERRITORY"
    SCHOOL = "SCHOOL"
    PARTNER_SYSTEM = "PARTNER_SYSTEM"
    STEWARD = "STEWARD"
    AUDITOR = "AUDITOR"
    PUBLIC = "PUBLIC"


class Purpose(StrEnum):
    """Why a client may see personal fields unmasked."""

    BIRTH_DATES = "BIRTH_DATES"
    CONTACTS = "CONTACTS"
    IDENTIFIERS = "IDENTIFIERS"


class ClientKind(StrEnum):
    """Whether a person or a system calls."""

    PERSON = "PERSON"
    SYSTEM = "SYSTEM"


REGION_WIDE: Final = frozenset({Role.OPERATOR, Role.REGIONAL_CENTRE, Role.STEWARD, Role.AUDITOR})
# PUBLIC reads frozen tables only, and there are none yet: such a grant opens nothing.
READERS: Final = REGION_WIDE | {Role.TERRITORY, Role.SCHOOL, Role.PARTNER_SYSTEM}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role over an organisation's subtree; `authority_id` is whose rows it opens.

    For a region-wide role that is the region's root, else the organisation itself.
    """

    role: Role
    organisation_id: UUID
    authority_id: UUID
    purposes: frozenset[Purpose]


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who asks, through which of their grants."""

    client_id: UUID
    client_name: str
    kind: ClientKind
    grant: Grant
    grants: tuple[Grant, ...]

    @property
    def role(self) -> Role:
        """The role in which the viewer reads."""
        return self.grant.role

    @property
    def purposes(self) -> frozenset[Purpose]:
        """What the viewer may see unmasked."""
        return self.grant.purposes

    @property
    def authority_id(self) -> UUID:
        """The authority whose rows the viewer sees; bound into every statement."""
        return self.grant.authority_id

    @property
    def is_region_wide(self) -> bool:
        """Whether the viewer sees every row and reads through the region's own role."""
        return self.role in REGION_WIDE


# A row for each grant in force, and one without a grant where there is none.
CREDENTIAL = """
    select c.secret_sha256, c.expires_at, c.revoked_at, now() as asked_at,
           c.client_id, l.name, l.kind, g.role, g.organisation_id, g.purposes,
           (select id from organisation where kind = 'MINISTRY' order by id limit 1) as root_id
    from credential c
    join client l on l.id = c.client_id
    left join access_grant g
        on g.client_id = c.client_id and g.starts <= current_date and g.ends > current_date
    where c.id = $1
    order by g.id
"""


async def authenticate(
    raw: asyncpg.Connection | asyncpg.Pool, presented_key: str, scope: UUID | None = None
) -> Viewer:
    """Return the viewer behind a key, in one short query.

    `scope` chooses among several grants by organisation; without it the widest is taken.
    Raises AccessError whose reason says what is wrong; an unknown id and a wrong secret read
    the same, and neither the key nor any part of it stands in a message.
    """
    key_id, secret = _split(presented_key)
    rows = await raw.fetch(CREDENTIAL, key_id)
    expected = rows[0]["secret_sha256"] if rows else b"\0" * 32
    if not hmac.compare_digest(expected, _digest(secret)) or not rows:
        raise AccessError(
            "Такого ключа нет. Проверьте, что он скопирован целиком, или попросите новый.",
            code="access.key_unknown",
        )
    found = rows[0]
    _refuse_spent(found["revoked_at"], found["expires_at"], found["asked_at"])
    grants = _readable(rows)
    return Viewer(
        client_id=found["client_id"],
        client_name=found["name"],
        kind=ClientKind(found["kind"]),
        grant=_chosen(grants, scope),
        grants=grants,
    )


async def see_as(session: ReadSession, authority_id: UUID, today: date) -> None:
    """Let the rest of a transaction of the web's role see, and write, an authority's rows.

    `today` is the region's date, by which a place holds or does not.
    """
    await session.raw.execute(
        "select set_config('hub.scope', $1, true), set_config('hub.today', $2, true)",
        str(authority_id),
        today.isoformat(),
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
) -> str:
    """Create a client with one grant and return its key, which is never shown again."""
    client_id, key_id, secret = uuid7(), secrets.token_hex(8), secrets.token_urlsafe(32)
    await session.raw.execute(
        "insert into client (id, kind, name) values ($1, $2, $3)", client_id, kind, client_name
    )
    await session.raw.execute(
        "insert into access_grant (client_id, role, organisation_id, purposes)"
        " values ($1, $2, $3, $4)",
        client_id,
        role,
        organisation_id,
        sorted(purposes),
    )
    await session.raw.execute(
        "insert into credential (id, client_id, secret_sha256, expires_at) values ($1, $2, $3, $4)",
        key_id,
        client_id,
        _digest(secret),
        expires_at,
    )
    return f"hub_{env}_{key_id}_{secret}"


async def revoke_key(session: WriteSession, key_id: str) -> None:
    """Make a key useless from now on; raises AccessError if there is no such key."""
    done = await session.raw.fetchval(
        "update credential set revoked_at = coalesce(revoked_at, now()) where id = $1 returning id",
        key_id,
    )
    if done is None:
        raise AccessError(
            "Ключа с таким номером нет. Номер — третья часть ключа.", code="access.key_unknown"
        )


def key_id_of(presented_key: str) -> str:
    """Return the public part of a key; raises AccessError if it is no key of the hub."""
    return _split(presented_key)[0]


def _split(presented_key: str) -> tuple[str, str]:
    match = KEY.fullmatch(presented_key)
    if match is None:
        raise AccessError(
            "Это не ключ хаба: он выглядит как hub_<среда>_<номер>_<секрет>.",
            code="access.key_malformed",
        )
    return match[2], match[3]


def _digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _refuse_spent(
    revoked_at: datetime | None, expires_at: datetime | None, asked_at: datetime
) -> None:
    if revoked_at is not None:
        raise AccessError("Ключ отозван. Попросите новый.", code="access.key_revoked")
    if expires_at is not None and expires_at <= asked_at:
        raise AccessError("Срок ключа истёк. Попросите новый.", code="access.key_expired")


def _readable(rows: Sequence[asyncpg.Record]) -> tuple[Grant, ...]:
    return tuple(_grant(row) for row in rows if row["role"] in READERS)


def _grant(row: asyncpg.Record) -> Grant:
    role = Role(row["role"])
    return Grant(
        role=role,
        organisation_id=row["organisation_id"],
        authority_id=(
            row["root_id"] or row["organisation_id"]
            if role in REGION_WIDE
            else row["organisation_id"]
        ),
        purposes=frozenset(Purpose(purpose) for purpose in row["purposes"]),
    )


def _chosen(grants: Sequence[Grant], scope: UUID | None) -> Grant:
    if scope is not None:
        grants = [grant for grant in grants if grant.organisation_id == scope]
    if not grants:
        raise AccessError(
            "У этого ключа нет прав на чтение здесь. Права выдаёт оператор хаба.",
            code="access.no_grant",
        )
    return max(grants, key=lambda grant: (grant.role in REGION_WIDE, len(grant.purposes)))
