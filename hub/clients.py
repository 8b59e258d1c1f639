"""People and systems that ask, and their grants: made, ended, blocked and listed by the operator."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

from hub.access import REGION_WIDE, ClientKind, Purpose, Role
from hub.database import ALWAYS, FOREVER, ReadSession, WriteSession
from hub.errors import AccessError, ConflictError

ROOT: Final = "select id from organisation where kind = 'MINISTRY' order by id limit 1"
CLIENTS: Final = """
    select l.id, l.name, l.kind, l.created_at, l.blocked_at, g.id as grant_id, g.role,
           o.short_name as organisation, g.purposes,
           nullif(g.starts, '-infinity') as starts, nullif(g.ends, 'infinity') as ends,
           (select string_agg(w.issuer || ' ' || w.subject, ', ' order by w.id)
            from client_login w where w.client_id = l.id) as logins
    from client l
    left join access_grant g on g.client_id = l.id
    left join organisation o on o.id = g.organisation_id
    order by l.created_at, l.id, g.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedClient:
    """A client with one of its grants: what it opens, from which day and until which."""

    id: UUID
    name: str
    kind: str
    created_at: datetime
    blocked_at: datetime | None
    grant_id: int | None
    role: str | None
    organisation: str | None
    purposes: list[str] | None
    starts: date | None
    ends: date | None
    logins: str | None


async def namesakes_of(session: ReadSession, name: str) -> Sequence[UUID]:
    """Give the clients that already go by a name, the oldest first."""
    rows = await session.raw.fetch("select id from client where name = $1 order by id", name)
    return [row["id"] for row in rows]


async def add_client(session: WriteSession, *, name: str, kind: ClientKind) -> UUID:
    """Make a client that may nothing yet; return its id."""
    client_id = uuid7()
    await session.raw.execute(
        "insert into client (id, kind, name) values ($1, $2, $3)", client_id, kind, name
    )
    return client_id


async def add_grant(
    session: WriteSession,
    client_id: UUID,
    role: Role,
    organisation_id: UUID,
    purposes: Iterable[Purpose] = (),
    *,
    starts: date | None = None,
    ends: date | None = None,
) -> int:
    """Give a client a role from a day to a day; return the grant's number.

    A region-wide role is given over the region's root alone: anywhere else it would read as a
    narrower right than it is.
    """
    if role in REGION_WIDE and organisation_id != await session.raw.fetchval(ROOT):
        raise AccessError(
            "Эта роль видит весь регион: выдайте её без организации.", code="access.role_region"
        )
    number: int | None = await session.raw.fetchval(
        "insert into access_grant (client_id, role, organisation_id, purposes, starts, ends)"
        " select id, $2, $3, $4, $5, $6 from client where id = $1 returning id",
        client_id,
        role,
        organisation_id,
        sorted(purposes),
        starts or ALWAYS,
        ends or FOREVER,
    )
    if number is None:
        raise _no_such_client()
    return number


async def end_grant(session: WriteSession, number: int, *, on: date) -> None:
    """End a grant on a day, not including it; raises AccessError if there is no such grant."""
    done = await session.raw.fetchval(
        "update access_grant set ends = least(ends, greatest(starts, $2)) where id = $1"
        " returning id",
        number,
        on,
    )
    if done is None:
        raise AccessError(
            "Права с таким номером нет: номера показывает user list.", code="access.grant_unknown"
        )


async def add_login(
    session: WriteSession,
    client_id: UUID,
    *,
    issuer: str,
    subject: str,
    documents_only: bool = False,
) -> None:
    """Let an issuer's subject be this client; raises ConflictError if it is another already.

    Said again it says anew whether only trusted documents may be asked.
    """
    owner = await session.raw.fetchval(
        "insert into client_login (client_id, issuer, subject, documents_only)"
        " select id, $2, $3, $4 from client where id = $1"
        " on conflict (issuer, subject) do update set documents_only ="
        " case when client_login.client_id = excluded.client_id then excluded.documents_only"
        " else client_login.documents_only end returning client_id",
        client_id,
        issuer,
        subject,
        documents_only,
    )
    if owner is None:
        raise _no_such_client()
    if owner != client_id:
        raise ConflictError(
            "Этим входом уже пользуется другой клиент.", code="conflict.login_taken"
        )


async def remove_login(session: WriteSession, *, issuer: str, subject: str) -> None:
    """Take an issuer's subject away from whoever it was; raises AccessError if it was nobody."""
    done = await session.raw.execute(
        "delete from client_login where issuer = $1 and subject = $2", issuer, subject
    )
    if done == "DELETE 0":
        raise AccessError("Такого входа нет.", code="access.login_unknown")


async def block_client(session: WriteSession, client_id: UUID) -> None:
    """Refuse every credential of a client from now on, until it is let in again."""
    await _set_blocked(session, client_id, "coalesce(blocked_at, now())")


async def unblock_client(session: WriteSession, client_id: UUID) -> None:
    """Let a blocked client in again."""
    await _set_blocked(session, client_id, "null")


async def read_clients(session: ReadSession) -> list[ListedClient]:
    """Return every client, oldest first, a row for each of its grants."""
    return [ListedClient(**dict(row)) for row in await session.raw.fetch(CLIENTS)]


async def _set_blocked(session: WriteSession, client_id: UUID, value: str) -> None:
    done = await session.raw.fetchval(
        f"update client set blocked_at = {value} where id = $1 returning id", client_id
    )
    if done is None:
        raise _no_such_client()


def _no_such_client() -> AccessError:
    return AccessError(
        "Такого клиента нет: номера показывает user list.", code="access.client_unknown"
    )
