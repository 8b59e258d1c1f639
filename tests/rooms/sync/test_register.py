"""A register that changes moves whom it concerns at the next projection, and nobody else."""

from datetime import date

import pytest

from hub.database import Database
from hub.records import FileKind
from hub.seal import Sealer
from sync import changeset
from sync.changeset import Difference
from sync.projecting import project
from sync.registry import changing
from tests.rooms.sync.conftest import TakeIn
from tests.rooms.sync.world import (
    FIRST,
    MINISTRY,
    NORTH,
    SOUTH,
    THIRD,
    TODAY,
    card,
    handed,
    pair,
    rows,
)

pytestmark = pytest.mark.anyio
DAY = date(2025, 9, 1)
HERE, THERE = (
    card("Мерянинов Олег Львович", "05.03.1979"),
    card("Юдоль Яна Ильинична", "01.02.1999"),
)
FILES = (
    handed(FileKind.STAFF, FIRST, DAY, [HERE, THERE]),
    handed(
        FileKind.MENTOR_BASE,
        FIRST,
        DAY,
        [pair(HERE["full_name"], THERE["full_name"], mentoring_form="учитель – учитель")],
    ),
    handed(FileKind.STAFF, THIRD, DAY, [card("Лукоянцев Пётр Ильич", "09.04.1981")]),
)
SEEN = (
    "select distinct p.last_name from person_place l join person p on p.id = l.person_id"
    " where l.authority_id = $1 order by 1"
)


async def projected(hub: Database, sealer: Sealer) -> Difference:
    async with hub.writing() as session:
        number = await changeset.begin(session, "REGISTRY", actor="test")
    return await project(hub, number, sealer=sealer, today=TODAY)


async def test_a_school_that_moves_takes_its_people_and_its_counts_along(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    await take_in(*FILES)
    async with hub.writing() as session, changing(session, root_id=MINISTRY):
        await session.raw.execute(
            "update subordination set authority_id = $1 where organisation_id = $2", SOUTH, FIRST
        )

    difference = await projected(hub, sealer)

    assert (2, 1) == (difference.people, difference.mentorships)
    assert [] == await rows(hub, SEEN, NORTH)
    assert 3 == len(await rows(hub, SEEN, SOUTH))
    assert [(SOUTH,)] == await rows(hub, "select host_department_id from participation_fact")


async def test_a_register_written_again_unchanged_moves_nobody(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    await take_in(*FILES)
    async with hub.writing() as session, changing(session, root_id=MINISTRY):
        await session.raw.execute("update subordination set kind = kind")

    difference = await projected(hub, sealer)

    assert Difference() == difference
