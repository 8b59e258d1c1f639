"""A worker does what is in the queue, once, and what fails is told by who repairs it."""

import time
from pathlib import Path

from tests.rooms.work.conftest import Crew, until


async def test_a_job_is_done_and_leaves_the_queue(crew: Crew) -> None:
    await crew.put("write")

    async with crew.worker():
        await until(lambda: is_empty(crew))

    assert ["done"] == crew.marks


async def test_a_passing_failure_is_tried_again(crew: Crew) -> None:
    await crew.put("busy_once")

    async with crew.worker():
        await until(lambda: is_empty(crew))

    assert ["tried", "tried", "done"] == crew.marks


async def test_what_a_person_must_repair_is_held_and_not_repeated(crew: Crew) -> None:
    await crew.put("misconfigured")

    async with crew.worker():
        await until(lambda: is_held(crew))

    assert ["tried"] == crew.marks
    assert [("misconfigured", "failed", 0)] == await crew.states()


async def test_an_error_of_ours_is_held_and_its_text_is_kept_nowhere(crew: Crew) -> None:
    await crew.put("broken")

    async with crew.worker():
        await until(lambda: is_held(crew))

    async with crew.database.reading() as session:
        logged = await session.raw.fetchval(
            "select string_agg(l::text, ' ') from jobs.pgqueuer_log l"
        )
    assert "Выдумкина" not in logged
    assert "internal" in logged


async def test_a_job_that_kills_its_process_is_held_after_its_third_repetition(crew: Crew) -> None:
    await crew.put("dying")
    await crew.put("write")

    async with crew.worker():
        await until(lambda: is_held(crew))

    assert ["tried"] * 4 == [mark for mark in crew.marks if mark == "tried"]
    assert 1 == crew.marks.count("done")


async def test_a_stopped_worker_puts_back_what_is_at_work(crew: Crew) -> None:
    await crew.put("in_pieces")

    async with crew.worker() as stop:
        await until(lambda: has_begun(crew))
        stop.set()

    assert ["begun"] == crew.marks
    assert [("in_pieces", "queued", 1)] == await crew.states()


async def test_heartbeats_go_on_while_a_job_holds_the_interpreter(crew: Crew) -> None:
    """The job is silent for three times as long as a worker may be; two workers look for work."""
    await crew.put("burn", seconds="6")
    started = time.monotonic()

    async with crew.worker(), crew.worker():
        await until(lambda: is_empty(crew))

    assert 6 < time.monotonic() - started < 20
    assert ["begun", "done"] == crew.marks


async def test_a_worker_shows_that_it_lives_and_takes_its_name_back(
    crew: Crew, tmp_path: Path
) -> None:
    async with crew.worker(health=tmp_path / "health"):
        await until(lambda: is_present(crew))
        was_there = (tmp_path / "health").exists()

    assert was_there
    assert not (tmp_path / "health").exists()
    assert not await is_present(crew)


async def is_empty(crew: Crew) -> bool:
    return not await crew.states()


async def is_held(crew: Crew) -> bool:
    return [state for _, state, _ in await crew.states()] == ["failed"]


async def has_begun(crew: Crew) -> bool:
    return "begun" in crew.marks


async def is_present(crew: Crew) -> bool:
    async with crew.database.reading() as session:
        return bool(await session.raw.fetchval("select count(*) from worker"))
