"""Who asks and what they may see: the one door to people.

A client proves itself with a credential (`hub/credentials.py`); a grant gives it a role over an
organisation's subtree for purposes. The viewer that follows from them decides the row scope (one
authority, an equality) and the masked fields of every read; PostgreSQL's row security enforces
the same scope once more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import asyncpg

from hub.database import ReadSession
from hub.errors import AccessError


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


class Permit(StrEnum):
    """What a credential may be used for, within what its client's grants open."""

    READ = "READ"
    EXPORT = "EXPORT"
    SUBMIT = "SUBMIT"
    MANAGE = "MANAGE"


class ClientKind(StrEnum):
    """Whether a person or a system calls."""

    PERSON = "PERSON"
    SYSTEM = "SYSTEM"


REGION_WIDE: Final = frozenset({Role.OPERATOR, Role.REGIONAL_CENTRE, Role.STEWARD, Role.AUDITOR})
# PUBLIC reads published tables only (`schema/compiler/opened.py`). Its authority is nobody's, not even the
# region's in kept answers, so that a statement which forgot who asks would find no row.
NOBODYS: Final = UUID(int=1)
EVERY_PERMIT: Final = frozenset(Permit)


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
    """Who asks, with which credential, through which of their grants.

    With `documents_only` the credential asks trusted documents and no text of its own.
    """

    client_id: UUID
    client_name: str
    kind: ClientKind
    grant: Grant
    grants: tuple[Grant, ...]
    credential: str = ""
    permits: frozenset[Permit] = EVERY_PERMIT
    documents_only: bool = False

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
    def is_public(self) -> bool:
        """Whether the viewer reads only what is published for everybody."""
        return self.role is Role.PUBLIC

    @property
    def is_partner(self) -> bool:
        """Whether what the viewer sees is transferred to somebody else: consents decide of whom."""
        return self.role is Role.PARTNER_SYSTEM

    @property
    def is_region_wide(self) -> bool:
        """Whether the viewer sees every row and reads through the region's own role."""
        return self.role in REGION_WIDE

    def need(self, permit: Permit) -> None:
        """Raise AccessError unless the credential may be used for this."""
        if permit not in self.permits:
            raise AccessError(
                f"Этому ключу не разрешено {_ALLOWED[permit]}. Попросите ключ с таким разрешением.",
                code="access.not_permitted",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a viewer's rights rest on: no access has changed since, and the moment is not past.

    A statement that binds it (`STANDS`) checks in its own snapshot what the look-up would.
    """

    version: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A viewer, and while what their rights need not be read again."""

    viewer: Viewer
    standing: Standing


# The version is counted up by triggers in the transaction that changes a client, a key or a grant.
STANDS: Final = (
    "({version} is null or ({until} > now()"
    " and {version} = (select v.version from access_version v)))"
)
_PERMITTED: Final = {Role.PUBLIC: frozenset({Permit.READ})}
_ALLOWED: Final = {
    Permit.READ: "читать",
    Permit.EXPORT: "выгружать файлы",
    Permit.SUBMIT: "подавать файлы и записи",
    Permit.MANAGE: "управлять доступом",
}


async def see_as(session: ReadSession, authority_id: UUID, today: date) -> None:
    """Let the rest of a transaction of the web's role see, and write, an authority's rows.

    `today` is the region's date, by which a place holds or does not.
    """
    await session.raw.execute(
        "select set_config('hub.scope', $1, true), set_config('hub.today', $2, true)",
        str(authority_id),
        today.isoformat(),
    )


def viewer_from(
    rows: Sequence[asyncpg.Record],
    scope: UUID | None,
    *,
    credential: str,
    permits: Iterable[Permit] = EVERY_PERMIT,
) -> Viewer:
    """Make the viewer of a client's rows, one for each grant in force.

    `scope` chooses among several grants by organisation; without it the widest is taken. Raises
    AccessError where no grant fits.
    """
    grants = tuple(_grant(row) for row in rows if row["role"] is not None)
    chosen = _chosen(grants, scope)
    return Viewer(
        client_id=rows[0]["client_id"],
        client_name=rows[0]["name"],
        kind=ClientKind(rows[0]["kind"]),
        grant=chosen,
        grants=grants,
        credential=credential,
        permits=frozenset(permits) & _PERMITTED.get(chosen.role, EVERY_PERMIT),
        documents_only=rows[0]["documents_only"],
    )


def _grant(row: asyncpg.Record) -> Grant:
    role = Role(row["role"])
    return Grant(
        role=role,
        organisation_id=row["organisation_id"],
        authority_id=_authority(role, row),
        purposes=frozenset(
            Purpose(purpose) for purpose in row["purposes"] if role is not Role.PUBLIC
        ),
    )


def _authority(role: Role, row: asyncpg.Record) -> UUID:
    if role is Role.PUBLIC:
        return NOBODYS
    own: UUID = row["organisation_id"]
    return row["root_id"] or own if role in REGION_WIDE else own


def _chosen(grants: Sequence[Grant], scope: UUID | None) -> Grant:
    if scope is not None:
        grants = [grant for grant in grants if grant.organisation_id == scope]
    if not grants:
        raise AccessError(
            "У этого ключа нет прав на чтение здесь. Права выдаёт оператор хаба.",
            code="access.no_grant",
        )
    return max(grants, key=_width)


def _width(grant: Grant) -> tuple[bool, bool, int]:
    return grant.role in REGION_WIDE, grant.role is not Role.PUBLIC, len(grant.purposes)
