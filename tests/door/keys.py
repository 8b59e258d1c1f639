"""Keys of those who ask in the tests of the door."""

from dataclasses import dataclass
from uuid import UUID

from hub.access import ClientKind, Purpose, Role
from hub.credentials import issue_key
from hub.database import Database
from tests.door.rows import NORTH, PARTNER, ROOT, SOUTH


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The credentials of those who ask in the tests of the door."""

    centre: str
    north: str
    south: str
    partner: str
    steward: str


async def issue(database: Database) -> Keys:
    """Issue a key for each kind of viewer."""
    async with database.writing() as session:

        async def key(role: Role, organisation: UUID, *purposes: Purpose) -> str:
            return await issue_key(
                session, client_name="Проверка", kind=ClientKind.SYSTEM, role=role,
                organisation_id=organisation, purposes=frozenset(purposes), env="test",
            )  # fmt: skip

        return Keys(
            centre=await key(Role.REGIONAL_CENTRE, ROOT, *Purpose),
            north=await key(Role.TERRITORY, NORTH),
            south=await key(Role.TERRITORY, SOUTH, Purpose.BIRTH_DATES),
            partner=await key(Role.PARTNER_SYSTEM, PARTNER, Purpose.CONTACTS),
            steward=await key(Role.STEWARD, ROOT),
        )
