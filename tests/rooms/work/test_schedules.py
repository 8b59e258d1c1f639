"""What is due is put into the queue once, by the region's clock, whoever looks and whenever."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.database import Database
from hub.errors import ConfigError
from sync.work import schedules
from sync.work.schedules import next_time, put_due, require_expression
from sync.work.sources import SourceManifest, keep_source, set_paused

SAMARA = ZoneInfo("Europe/Samara")
EVENING = datetime(2026, 3, 1, 18, 0, tzinfo=UTC)
DAILY = set(schedules.DAILY)


async def a_source(database: Database, *, schedule: str | None = "30 3 * * *") -> str:
    manifest = SourceManifest(
        code="kadry", kind="KADRY", title="Кадры", schedule=schedule, settings={}
    )
    async with database.writing() as session:
        await keep_source(session, manifest)
    return "source:kadry"


async def due(database: Database, now: datetime) -> list[str]:
    return [name for name in await put_due(database, now=now, zone=SAMARA) if name not in DAILY]


async def asked(database: Database) -> int:
    async with database.reading() as session:
        count: int = await session.raw.fetchval(
            "select count(*) from sync_run r join jobs.pgqueuer j"
            " on convert_from(j.payload, 'UTF8')::jsonb ->> 'run' = r.id::text"
        )
        return count


def test_a_time_is_the_regions_own() -> None:
    assert datetime(2026, 3, 1, 23, 30, tzinfo=UTC) == next_time("30 3 * * *", EVENING, SAMARA)


@pytest.mark.parametrize("wrong", ["", "daily", "61 * * * *", "* * * *", "0 0 * * * *"])
def test_what_is_no_schedule_is_refused(wrong: str) -> None:
    with pytest.raises(ConfigError) as caught:
        require_expression(wrong)

    assert "config.schedule" == caught.value.reason


async def test_a_source_is_read_at_its_hour_and_once(database: Database) -> None:
    name = await a_source(database)

    before = await due(database, EVENING)
    at_its_hour = await due(database, EVENING + timedelta(hours=6))
    again = await due(database, EVENING + timedelta(hours=6))

    assert ([], [name], []) == (before, at_its_hour, again)
    assert 1 == await asked(database)


async def test_hours_that_passed_while_nobody_worked_are_made_up_for_once(
    database: Database,
) -> None:
    name = await a_source(database)
    await due(database, EVENING)

    assert [name] == await due(database, EVENING + timedelta(days=9))
    assert [] == await due(database, EVENING + timedelta(days=9, hours=1))


async def test_of_many_who_look_one_takes_it(database: Database) -> None:
    name = await a_source(database)
    await due(database, EVENING)

    found = await asyncio.gather(*(due(database, EVENING + timedelta(days=1)) for _ in range(4)))

    assert [[name]] == [names for names in found if names]
    assert 1 == await asked(database)


async def test_a_paused_source_is_passed_over_and_not_made_up_for(database: Database) -> None:
    name = await a_source(database)
    await due(database, EVENING)
    async with database.writing() as session:
        await set_paused(session, "kadry", paused=True)

    while_paused = await due(database, EVENING + timedelta(days=1))
    async with database.writing() as session:
        await set_paused(session, "kadry", paused=False)

    assert [] == while_paused
    assert [] == await due(database, EVENING + timedelta(days=1, minutes=1))
    assert [name] == await due(database, EVENING + timedelta(days=2))


async def test_another_schedule_counts_from_when_it_was_given(database: Database) -> None:
    name = await a_source(database)
    await due(database, EVENING)
    await a_source(database, schedule="0 * * * *")

    assert [] == await due(database, EVENING + timedelta(minutes=1))
    assert [name] == await due(database, EVENING + timedelta(hours=1))


async def test_a_source_that_a_person_must_repair_waits_for_that_person(
    database: Database,
) -> None:
    await a_source(database)
    await due(database, EVENING)
    async with database.writing() as session:
        await session.raw.execute(
            "insert into sync_run (id, source_id, mode, state, actor, failure)"
            " select gen_random_uuid(), id, 'CHANGES', 'FAILED', 'schedule', 'CONFIG' from source"
        )

    assert [] == await due(database, EVENING + timedelta(days=1))


async def test_a_run_at_work_is_not_asked_for_again(database: Database) -> None:
    await a_source(database, schedule="* * * * *")
    await due(database, EVENING)

    for minutes in range(1, 4):
        await due(database, EVENING + timedelta(minutes=minutes))

    assert 1 == await asked(database)


async def test_a_source_that_fails_again_and_again_is_left_in_peace_for_a_while(
    database: Database,
) -> None:
    name = await a_source(database)
    await due(database, EVENING)
    async with database.writing() as session:
        await session.raw.execute(
            "insert into sync_run (id, source_id, mode, state, actor, failure, finished_at)"
            " select gen_random_uuid(), id, 'CHANGES', 'FAILED', 'schedule', 'TRANSIENT', now()"
            " from source, generate_series(1, 3)"
        )
    resting = await due(database, EVENING + timedelta(days=1))
    async with database.writing() as session:
        await session.raw.execute("update sync_run set finished_at = now() - interval '7 hours'")
    await due(database, EVENING + timedelta(days=1))

    assert [] == resting
    assert [name] == await due(database, EVENING + timedelta(days=2))
