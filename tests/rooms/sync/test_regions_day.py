"""Around midnight the worker goes by the region's day: the server's own is still yesterday's."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.clock import today_in
from hub.database import Database
from hub.records import FileKind
from hub.seal import Sealer
from sync.files.within import organisations_within
from sync.intake import accept
from sync.people.questions import common_units
from tests.rooms.sync.world import (
    FIRST,
    MINISTRY,
    NORTH,
    SECOND,
    SOUTH,
    THIRD,
    given,
    handed,
    pair,
    rows,
)

pytestmark = pytest.mark.anyio
SAMARA = ZoneInfo("Europe/Samara")
# The second school leaves the north for the south at this midnight, four hours before UTC's.
EVE = datetime(2025, 12, 31, 19, 59, tzinfo=UTC)
MIDNIGHT = datetime(2025, 12, 31, 20, 0, tzinfo=UTC)


def test_the_day_turns_by_the_clock_of_the_region() -> None:
    assert date(2025, 12, 31) == today_in(SAMARA, EVE)
    assert date(2026, 1, 1) == today_in(SAMARA, MIDNIGHT)


@pytest.mark.parametrize(
    ("at", "north", "south"),
    [
        (EVE, {NORTH, FIRST, SECOND}, {SOUTH, THIRD}),
        (MIDNIGHT, {NORTH, FIRST}, {SOUTH, SECOND, THIRD}),
    ],
)
async def test_lists_are_handed_in_for_the_schools_of_the_day(
    hub: Database, at: datetime, north: set[object], south: set[object]
) -> None:
    today = today_in(SAMARA, at)

    async with hub.reading() as session:
        found = [
            await organisations_within(session.raw, one, today=today) for one in (NORTH, SOUTH)
        ]

    assert [north, south] == [one & {NORTH, SOUTH, FIRST, SECOND, THIRD} for one in found]


@pytest.mark.parametrize(("at", "unit"), [(EVE, NORTH), (MIDNIGHT, MINISTRY)])
async def test_a_question_belongs_to_the_unit_of_the_day(
    hub: Database, at: datetime, unit: object
) -> None:
    async with hub.reading() as session:
        found = await common_units(session.raw, [(FIRST, SECOND)], today=today_in(SAMARA, at))

    assert [unit] == found


@pytest.mark.parametrize(("at", "unit", "other"), [(EVE, NORTH, SOUTH), (MIDNIGHT, SOUTH, NORTH)])
async def test_a_mentorship_is_seen_by_the_department_of_the_day(
    hub: Database, sealer: Sealer, tmp_path: Path, at: datetime, unit: object, other: object
) -> None:
    base = handed(
        FileKind.MENTOR_BASE,
        SECOND,
        date(2025, 12, 1),
        [pair("Мерянинов Олег Львович", "Барсоватов Лев Фомич")],
    )

    await accept(
        hub, [given(base, tmp_path)], sealer=sealer, actor="test", today=today_in(SAMARA, at)
    )

    seen = {row[0] for row in await rows(hub, "select authority_id from mentorship_place")}
    assert unit in seen
    assert other not in seen
