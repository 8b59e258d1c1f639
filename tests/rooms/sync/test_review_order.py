"""Words of people in between change nothing of the laws: one full re-match ends in the same."""

from pathlib import Path
from random import Random
from uuid import UUID

import asyncpg
import pytest

from hub.database import Database
from hub.errors import HubError
from hub.seal import Sealer
from sync import changeset
from sync.projecting import obey_waiting, project
from sync.review.verdicts import Answer, answer, merge, retract, split
from tests.rooms.sync.canonical import canonical, differences
from tests.rooms.sync.drawn import draw_files
from tests.rooms.sync.fresh import fresh_hub
from tests.rooms.sync.test_order import split as cut
from tests.rooms.sync.world import BY, TODAY, rows, take

pytestmark = pytest.mark.anyio
IDS = "select record_id, person_id from link order by 1"


async def say_something(hub: Database, random: Random) -> bool:
    """Say some word as a steward might who looks at the hub just now."""
    async with hub.writing() as session:
        raw, act = session.raw, random.choice(("answer", "answer", "split", "merge", "retract"))
        people = [
            row["id"] for row in await raw.fetch("select id from person order by sort_key, id")
        ]
        try:
            match act:
                case "answer":
                    found = await ids(
                        raw, "select id from question where state = 'OPEN' order by id"
                    )
                    if found:
                        said = random.choice(list(Answer))
                        await answer(session, random.choice(found), said, by=BY, reason="видел")
                case "split":
                    person = random.choice(people)
                    held = await raw.fetch(
                        "select record_id from link where person_id = $1", person
                    )
                    await split(session, person, [min(row[0] for row in held)], by=BY)
                case "merge":
                    one, other = random.sample(people, 2)
                    await merge(session, one, other, by=BY, reason="видел")
                case _:
                    if found := await ids(raw, "select id from verdict order by id"):
                        await retract(session, random.choice(found), by=BY)
        except HubError:
            return False
        return True


async def ids(raw: asyncpg.Connection, query: str) -> list[UUID]:
    return [row["id"] for row in await raw.fetch(query)]


async def match_all_again(hub: Database, sealer: Sealer) -> None:
    """Project every record anew, as if all evidence had come at once."""
    async with hub.writing() as session:
        await session.raw.execute("update record set projected_version_id = null")
        number = await changeset.begin(session, "IMPORT", actor="test")
    await project(hub, number, sealer=sealer, today=TODAY)


@pytest.mark.parametrize("seed", range(3))
async def test_words_between_runs_end_as_one_full_match_and_change_no_id(
    seed: int, admin_url: str, sealer: Sealer, tmp_path: Path
) -> None:
    random, said = Random(seed), 0  # noqa: S311 - an order needs no secrecy
    files = draw_files(seed)
    async with fresh_hub(admin_url) as hub:
        for run in cut(random.sample(files, len(files)), random):
            await take(hub, run, sealer=sealer, folder=tmp_path)
            said += await say_something(hub, random)
            if random.random() < 0.7:  # else the next run comes before the word is obeyed
                await obey_waiting(hub, sealer=sealer, today=TODAY)
        await obey_waiting(hub, sealer=sealer, today=TODAY)
        before, people = await canonical(hub), await rows(hub, IDS)

        await match_all_again(hub, sealer)

        assert said > 1
        assert [] == differences(before, await canonical(hub))
        assert people == await rows(hub, IDS)


@pytest.mark.parametrize("seed", range(2))
async def test_every_word_taken_back_leaves_what_the_evidence_alone_says(
    seed: int, admin_url: str, sealer: Sealer, tmp_path: Path
) -> None:
    random = Random(seed)  # noqa: S311 - an order needs no secrecy
    files = draw_files(seed)
    async with fresh_hub(admin_url) as hub:
        await take(hub, files, sealer=sealer, folder=tmp_path)
        untouched = await canonical(hub)
        said = [await say_something(hub, random) for _ in range(8)]
        await obey_waiting(hub, sealer=sealer, today=TODAY)
        changed = differences(untouched, await canonical(hub))

        for (verdict,) in await rows(hub, "select id from verdict order by id desc"):
            async with hub.writing() as session:
                await retract(session, UUID(str(verdict)), by=BY)
        await obey_waiting(hub, sealer=sealer, today=TODAY)

        assert any(said)
        assert changed
        assert [] == differences(untouched, await canonical(hub))
