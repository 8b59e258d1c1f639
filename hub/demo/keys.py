"""API keys of the demo's two viewers: the regional centre and one department."""

from dataclasses import dataclass
from uuid import UUID

from hub.access import ClientKind, Purpose, Role
from hub.credentials import issue_key
from hub.database import Database
from hub.demo.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What each viewer presents, and whose the department's key is."""

    centre: str
    department: str
    department_id: UUID


async def issue_keys(database: Database, registry: Registry) -> Keys:
    """Issue a key to the regional centre and one to the first department."""
    department_id = registry.department_ids[0]
    async with database.writing() as session:
        return Keys(
            centre=await issue_key(
                session,
                client_name="Региональный центр (демо)",
                kind=ClientKind.SYSTEM,
                role=Role.REGIONAL_CENTRE,
                organisation_id=registry.ministry_id,
                purposes=frozenset(Purpose),
                env="demo",
            ),
            department=await issue_key(
                session,
                client_name="Территориальное управление (демо)",
                kind=ClientKind.SYSTEM,
                role=Role.TERRITORY,
                organisation_id=department_id,
                env="demo",
            ),
            department_id=department_id,
        )
