"""The status counts what is stored and names nobody."""

from dataclasses import asdict

import pytest

from hub import jobs
from hub.database import Database
from hub.status import read_readings, read_status


@pytest.mark.anyio
async def test_an_empty_hub_has_nothing_stored_and_nothing_waiting(database: Database) -> None:
    async with database.reading() as session:
        status = await read_status(session)

    assert {0, None} == set(asdict(status).values())


@pytest.mark.anyio
async def test_workers_and_what_waits_for_them_or_for_a_person_are_counted(
    database: Database,
) -> None:
    async with database.writing() as session:
        await session.raw.execute(
            "insert into worker (id, heartbeat_at, jobs) values (gen_random_uuid(), now(), 1),"
            " (gen_random_uuid(), now() - interval '1 hour', 1);"
            "insert into source (id, code, kind, title, brake_share)"
            " select gen_random_uuid(), code, 'KADRY', code, 0.1 from unnest(array['a', 'b']) code;"
            "insert into sync_run (id, source_id, mode, actor, state, requested_at)"
            " select gen_random_uuid(), id, 'FULL', 'test', state, now() - age * interval '1 hour'"
            " from source, lateral (values ('FAILED', 2), (case code when 'a' then 'FAILED'"
            " else 'SUCCEEDED' end, 1), ('RUNNING', 0)) said (state, age)"
        )
        waiting = await jobs.enqueue(session, "sync.run", {})
        held = await jobs.enqueue(session, "sync.run", {})
        await session.raw.execute("update jobs.pgqueuer set status = 'failed' where id = $1", held)

    async with database.reading() as session:
        status = await read_status(session)

    assert waiting != held
    assert (1, 1, 1) == (status.workers, status.waiting_jobs, status.held_jobs)
    assert (2, 1) == (status.running_syncs, status.failed_sources)


@pytest.mark.anyio
async def test_the_last_finished_run_of_a_source_stands_apart_from_the_one_at_work(
    database: Database,
) -> None:
    async with database.writing() as session:
        await session.raw.execute(
            "insert into source (id, code, kind, title, brake_share)"
            " select gen_random_uuid(), code, 'KADRY', code, 0.1"
            " from unnest(array['idle', 'new', 'read']) code;"
            "insert into sync_run (id, source_id, mode, actor, state, counts, requested_at)"
            " select gen_random_uuid(), id, 'FULL', 'test', state, '{\"rows\": 7}',"
            " now() - age * interval '1 hour'"
            " from source, lateral (values ('FAILED', 2, true), ('PARTIAL', 1, true),"
            " ('RUNNING', 0, false)) said (state, age, ended)"
            " where code = 'read' or code = 'new' and not ended"
        )

    async with database.reading() as session:
        found = await read_readings(session)

    assert [("new", None, "RUNNING", 7), ("read", "PARTIAL", "RUNNING", 7)] == [
        (one.code, one.last_state, one.running_state, one.running_rows) for one in found
    ]
