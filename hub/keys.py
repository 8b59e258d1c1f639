"""The keys that were issued, for the operator who hands them out; never a secret."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from hub.database import ReadSession
from hub.errors import InputError

KEYS: Final = """
select c.id, l.name as client, l.kind, g.role, o.short_name as organisation, g.purposes,
       c.permits, c.documents_only, c.created_at, c.expires_at, c.last_used_at, c.succeeds,
       c.revoked_at
from credential c
join client l on l.id = c.client_id
left join access_grant g on g.client_id = l.id
left join organisation o on o.id = g.organisation_id
order by c.created_at, c.id, g.id
"""
# A value may be an id, or an ОГРН, an ИНН or a code by which some system knows the organisation.
ORGANISATION: Final = """
select id from organisation where id::text = $1
union
select organisation_id from organisation_identifier where value = $1
limit 2
"""
ROOT: Final = "select id from organisation where kind = 'MINISTRY' order by id limit 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedKey:
    """A key with one grant of its client: what it opens, until when and when it was last used."""

    id: str
    client: str
    kind: str
    role: str | None
    organisation: str | None
    purposes: list[str] | None
    permits: list[str]
    documents_only: bool
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    succeeds: str | None
    revoked_at: datetime | None


async def read_keys(session: ReadSession) -> list[IssuedKey]:
    """Return every key ever issued, oldest first, a row for each grant."""
    return [IssuedKey(**dict(row)) for row in await session.raw.fetch(KEYS)]


async def find_organisation(session: ReadSession, text: str) -> UUID:
    """Find an organisation by its id, ОГРН, ИНН or code; an empty text is the region's root.

    Raises InputError when there is none or more than one.
    """
    if not text:
        root: UUID | None = await session.raw.fetchval(ROOT)
        found = [] if root is None else [root]
    else:
        found = [row["id"] for row in await session.raw.fetch(ORGANISATION, text)]
    if len(found) == 1:
        return found[0]
    raise InputError(
        f"Организаций, подходящих под «{text}»: {'несколько' if found else 'нет'}. "
        "Укажите её номер в хабе, ОГРН или ИНН.",
        code="organisation.ambiguous" if found else "organisation.not_found",
    )
