"""A register of three organisations, for tests of clients and credentials."""

from uuid import UUID

from hub.database import WriteSession

ROOT, DEPARTMENT, SCHOOL = (UUID(int=number) for number in (1, 2, 3))
KINDS = {ROOT: "MINISTRY", DEPARTMENT: "AUTHORITY", SCHOOL: "SCHOOL"}


async def put(session: WriteSession) -> None:
    """Write the organisations."""
    await session.raw.executemany(
        "insert into organisation (id, kind, full_name, short_name, legal_entity_id, status,"
        " sort_key) values ($1, $2, $2, $2, $1, 'ACTIVE', $2)",
        list(KINDS.items()),
    )
