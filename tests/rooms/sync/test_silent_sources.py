"""Which sources are silent: by the last day on which they told something, and how often they are to."""

from datetime import timedelta

import pytest

from hub.database import Database
from hub.freshness import SilentSource, silent_sources
from hub.seal import Sealer
from sync.runs.run import UnknownSourceError
from sync.work.sources import set_expected
from tests.rooms.sync import cards
from tests.rooms.sync.cards import BreaksOff, staff, whole
from tests.rooms.sync.pushing import counter_of, partner, push, said
from tests.rooms.sync.world import FIRST, TODAY

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)
WEEK = 7 * DAY


async def silent(hub: Database, *, in_days: int) -> dict[str, SilentSource]:
    async with hub.reading() as session:
        found = await silent_sources(session, today=TODAY + in_days * DAY)
    return {one.code: one for one in found}


async def expect(hub: Database, code: str, days: int | None) -> None:
    async with hub.writing() as session:
        await set_expected(session, code, days)


async def test_a_source_is_silent_once_its_time_has_passed_since_it_was_last_read_whole(
    hub: Database, sealer: Sealer
) -> None:
    await cards.add_source(hub)
    await expect(hub, cards.CODE, 7)
    never = await silent(hub, in_days=0)

    await cards.run(hub, whole(staff(3)), sealer=sealer)
    await cards.run(
        hub, BreaksOff(whole(staff(3), TODAY + 5 * DAY), 1), sealer=sealer, today=TODAY + 5 * DAY
    )

    assert (None, None) == (never[cards.CODE].heard_on, never[cards.CODE].silent_since)
    assert "сведений ещё не было" in never[cards.CODE].reminder
    assert {} == await silent(hub, in_days=7)
    late = (await silent(hub, in_days=8))[cards.CODE]
    assert (TODAY, 7, TODAY + WEEK) == (late.heard_on, late.every_days, late.silent_since)
    assert f"новые ожидались к {TODAY + WEEK:%d.%m.%Y}" in late.reminder

    await expect(hub, cards.CODE, None)
    assert {} == await silent(hub, in_days=99)


async def test_a_partner_is_heard_when_it_pushes(hub: Database, sealer: Sealer) -> None:
    counter, pusher = counter_of(hub, sealer), await partner(hub)
    await push(counter, pusher, [said("1", 0, at=FIRST, full_name="Мерянинов Олег Львович")])
    await expect(hub, f"push:{pusher.client_id}", 7)

    async with hub.reading() as session:
        on_time = await silent_sources(session, today=counter.today + WEEK)
        [late] = await silent_sources(session, today=counter.today + WEEK + DAY)

    assert [] == on_time
    assert (counter.today, "Портал") == (late.heard_on, late.title)


async def test_a_source_that_nobody_knows_is_not_waited_for(hub: Database) -> None:
    with pytest.raises(UnknownSourceError):
        await expect(hub, "nobody", 7)
