"""The status counts what is stored and names nobody."""

from dataclasses import asdict

import pytest

from hub.database import Database
from hub.status import read_status


@pytest.mark.anyio
async def test_an_empty_hub_has_nothing_stored_and_nothing_waiting(database: Database) -> None:
    async with database.reading() as session:
        status = await read_status(session)

    assert {0, None} == set(asdict(status).values())


@pytest.mark.anyio
async def test_a_changeset_stopped_by_the_brake_is_counted_as_waiting(database: Database) -> None:
    async with database.writing() as session:
        await session.raw.execute(
            "insert into changeset (kind, state, actor, summary) values"
            " ('IMPORT', 'WAITING', 'test', '{}'), ('IMPORT', 'STAGED', 'test', '{}')"
        )

    async with database.reading() as session:
        status = await read_status(session)

    assert 1 == status.waiting_changesets
