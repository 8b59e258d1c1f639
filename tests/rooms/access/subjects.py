"""Two people with a record each, written as rows: an adult and a child."""

from datetime import date
from typing import Any  # a cell is of any type
from uuid import UUID

from hub.database import Database

SCHOOL, SOURCE = UUID(int=11), UUID(int=91)
ADULT, CHILD = UUID(int=31), UUID(int=32)
BORN = {ADULT: date(1980, 2, 29), CHILD: date(2016, 2, 29)}
ROWS = (
    (
        "insert into organisation (id, kind, full_name, short_name, legal_entity_id, status, sort_key)"
        f" values ('{SCHOOL}', 'SCHOOL', 'Школа', 'Школа', '{SCHOOL}', 'ACTIVE', 'школа')"
    ),
    (
        "insert into source (id, code, kind, title, brake_share)"
        f" values ('{SOURCE}', 'files', 'SCHOOL_FILES', 'Файлы', 0.1)"
    ),
    "insert into changeset (id, kind, state, actor, summary) values (1, 'IMPORT', 'APPLIED', 't', '{}')",
)


async def add_subjects(database: Database) -> None:
    """Write them and what they hang on."""
    async with database.writing() as session:
        for statement in ROWS:
            await session.raw.execute(statement)
        for number, (person, born) in enumerate(BORN.items(), 1):
            await session.raw.execute(
                "insert into person (id, last_name, first_name, middle_name, sort_key, birth_date,"
                " record_count, changeset_id) values ($1, '', '', '', '', $2, 1, 1)",
                person,
                born,
            )
            await session.raw.execute(
                "insert into record (id, source_id, kind, organisation_id, external_id,"
                " first_stated, last_stated) values ($1, $2, 'STAFF', $3, $4, $5, $5)",
                number,
                SOURCE,
                SCHOOL,
                bytes([number]),
                date(2025, 9, 1),
            )
            await session.raw.execute(
                "insert into link (record_id, person_id, model_version, changeset_id)"
                " values ($1, $2, 't', 1)",
                number,
                person,
            )


async def one(database: Database, query: str, *arguments: object) -> tuple[Any, ...]:
    """Read a query's only line."""
    async with database.reading() as session:
        [row] = await session.raw.fetch(query, *arguments)
        return tuple(row)
