"""A large file lands in portions and means what it would mean whole."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from connectors.memory import Memory
from connectors.protocol import Item
from hub.database import Database
from hub.records import Batch, Completeness, FileKind
from hub.seal import Sealer
from sync.intake import Given, accept
from tests.rooms.sync.canonical import canonical, differences
from tests.rooms.sync.fresh import fresh_hub
from tests.rooms.sync.world import FIRST, SECOND, TODAY, Handed, card, given, handed, rows, take

pytestmark = pytest.mark.anyio

STAFF = [
    card("Мерянинов Олег Львович", "05.03.1979", position="учитель"),
    card("Лукоянцев Пётр Ильич", "09.04.1981", position="методист"),
    card("Ишутинов Лев Ильич", "11.05.1983", position="учитель"),
    card("Ардатовцева Анна Львовна", "12.06.1985", position="учитель"),
]
ENDED = "select count(*) from record where ended_on is not null"
FILES = "select rows, reading is not null from source_file order by rows"


class Broken(Memory):
    """Breaks off within its second batch, as a process does that is killed."""

    def fetch(self, cursor: str | None = None) -> Iterator[Item]:
        yield from list(super().fetch(cursor))[:2]
        raise InterruptedError


def batches(day: date, *listed: dict[str, str]) -> Handed:
    """List people of one school, each in a batch of their own, in one full list."""
    said = [handed(FileKind.STAFF, FIRST, day, [one]) for one in listed]
    items = [
        replace(item, frame=item.frame.assign(row=5 + at))
        for at, one in enumerate(said)
        for item in one.items
        if isinstance(item, Batch)
    ]
    return replace(said[0], items=tuple(items), completeness=Completeness.FULL)


async def test_portions_end_in_the_state_of_the_whole(
    hub: Database, admin_url: str, sealer: Sealer, tmp_path: Path
) -> None:
    files = [
        batches(date(2025, 9, 1), *STAFF),
        batches(date(2026, 9, 1), *STAFF[1:]),
        handed(FileKind.STAFF, SECOND, date(2026, 9, 1), STAFF[:1]),
    ]

    accepted = await take(hub, files, sealer=sealer, folder=tmp_path, page_rows=1)

    assert [4, 3, 1] == [report.rows for report in accepted.files]
    assert [(1, True), (3, True), (4, True)] == await rows(hub, FILES)
    async with fresh_hub(admin_url) as other:
        await take(other, files, sealer=sealer, folder=tmp_path)
        assert [] == differences(await canonical(other), await canonical(hub))


async def test_a_full_list_that_broke_off_ends_nobody(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    await take(hub, [batches(date(2025, 9, 1), *STAFF)], sealer=sealer, folder=tmp_path)
    list_of_today = batches(date(2026, 9, 1), *STAFF[:3])
    broken = replace(given(list_of_today, tmp_path), connector=Broken(list_of_today.items))

    with pytest.raises(InterruptedError):
        await accept_one(hub, sealer, broken)
    left = await rows(hub, ENDED)
    landed = await rows(hub, FILES)
    await take(hub, [list_of_today], sealer=sealer, folder=tmp_path)

    assert [(0,)] == left
    assert [(1, False), (4, True)] == landed
    assert [(1,)] == await rows(hub, ENDED)
    assert [(3, True), (4, True)] == await rows(hub, FILES)


async def accept_one(hub: Database, sealer: Sealer, one: Given) -> None:
    await accept(hub, [one], sealer=sealer, actor="test", today=TODAY, page_rows=1)
