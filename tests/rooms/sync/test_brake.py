"""The brake: what would end or change too much at once waits for a person's word."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest

from hub.database import Database
from hub.records import Completeness, FileKind
from hub.seal import Sealer
from sync.changes import releasing
from sync.changes.releasing import NothingHeldError, placed_holds
from sync.intake import Accepted, accept
from sync.runs.run import Mode, Run, RunState, list_runs
from tests.rooms.sync import cards
from tests.rooms.sync.canonical import checksums
from tests.rooms.sync.cards import staff, whole
from tests.rooms.sync.world import FIRST, SECOND, THIRD, TODAY, card, given, handed, rows

pytestmark = pytest.mark.anyio
TOMORROW = TODAY + timedelta(days=1)
LATER = TODAY + timedelta(days=2)
STANDING = "select count(*) from employment where ends = 'infinity'"
HOLDS = "select organisation_id, kind, state, live, ending, changing from hold order by 1, 2, 3"
Reads = Callable[..., Awaitable[Run]]


@pytest.fixture
async def reads(hub: Database, sealer: Sealer) -> Reads:
    """Lend a system that has stated twenty cards of the first school and five of the second."""
    await cards.add_source(hub)
    await cards.run(hub, whole(everyone()), sealer=sealer)

    async def read(stated: list[cards.Card], day: date = TOMORROW) -> Run:
        return await cards.run(hub, whole(stated, day), sealer=sealer, today=day)

    return read


def everyone() -> list[cards.Card]:
    return staff(20) + staff(5, SECOND, first=60)


async def test_a_source_that_answers_empty_ends_nobody(hub: Database, reads: Reads) -> None:
    run = await reads([])

    assert RunState.WAITING == run.state
    assert [(25,)] == await rows(hub, STANDING)
    assert [(FIRST, "STAFF", "PLACED", 20, 20, 0)] == (await rows(hub, HOLDS))[:1]
    assert [(0,)] == await rows(hub, "select count(*) from record where ended_on is not null")


async def test_a_source_that_lost_half_its_staff_ends_nobody_and_the_rest_applies(
    hub: Database, reads: Reads
) -> None:
    newcomers = staff(2, THIRD, first=80)

    run = await reads(everyone()[10:] + newcomers)

    assert (RunState.WAITING, 1) == (run.state, run.counts["held"])
    assert [(27,)] == await rows(hub, STANDING)
    assert [(FIRST, "STAFF", "PLACED", 20, 10, 0)] == await rows(hub, HOLDS)


async def test_what_is_released_ends_and_the_run_waits_no_longer(
    hub: Database, reads: Reads, sealer: Sealer
) -> None:
    await reads(everyone()[10:])

    done = await releasing.release(
        hub, await placed_holds(hub, cards.CODE), sealer=sealer, today=TOMORROW, actor="head"
    )

    assert 10 == done.people
    assert [(15,)] == await rows(hub, STANDING)
    said = await rows(hub, "select state, released_by from hold")
    assert [("RELEASED", "head")] == said
    assert RunState.SUCCEEDED == (await list_runs(hub, cards.CODE))[0].state
    assert [] == await placed_holds(hub)


async def test_a_later_good_list_makes_a_hold_moot(hub: Database, reads: Reads) -> None:
    await reads([])

    run = await reads(everyone()[1:], LATER)

    assert (RunState.SUCCEEDED, 0) == (run.state, run.counts["held"])
    assert {("MOOT",)} == set(await rows(hub, "select state from hold"))
    assert [(24,)] == await rows(hub, STANDING)
    assert [(TOMORROW,)] == await rows(
        hub, "select ended_on from record where ended_on is not null"
    )
    assert {RunState.SUCCEEDED} == {one.state for one in await list_runs(hub, cards.CODE)}


async def test_a_hold_stands_until_it_is_released_whatever_else_comes(
    hub: Database, reads: Reads, sealer: Sealer
) -> None:
    await reads(everyone()[10:])
    before = await checksums(hub)

    run = await cards.run(hub, cards.System([]), sealer=sealer, mode=Mode.CHANGES, today=LATER)

    after = await checksums(hub)
    assert (RunState.WAITING, [(25,)]) == (run.state, await rows(hub, STANDING))
    assert [] == [name for name in after if after[name] != before[name]]


async def test_half_of_every_small_school_is_half_of_the_source(
    hub: Database, sealer: Sealer
) -> None:
    small = staff(4) + staff(4, SECOND, first=20) + staff(4, THIRD, first=40)
    await cards.add_source(hub)
    await cards.run(hub, whole(small), sealer=sealer)

    run = await cards.run(hub, whole(small[::2], TOMORROW), sealer=sealer, today=TOMORROW)

    assert (RunState.WAITING, 3) == (run.state, run.counts["held"])
    assert [(12,)] == await rows(hub, STANDING)
    again = await cards.run(
        hub,
        cards.changes(replace(small[0], position="методист"), day=LATER),
        sealer=sealer,
        mode=Mode.CHANGES,
        today=LATER,
    )
    assert (RunState.WAITING, 3) == (again.state, again.counts["held"])
    assert [(12,)] == await rows(hub, STANDING)


async def test_a_few_that_leave_need_nobodys_word(hub: Database, reads: Reads) -> None:
    run = await reads(everyone()[2:-3])

    assert RunState.SUCCEEDED == run.state
    assert [(20,)] == await rows(hub, STANDING)


async def test_numbers_given_to_other_people_do_not_become_them(
    hub: Database, reads: Reads, sealer: Sealer
) -> None:
    strangers = staff(20, first=30)
    reused = [
        replace(one, full_name=other.full_name, birth_date=other.birth_date)
        for one, other in zip(everyone()[:20], strangers, strict=True)
    ]
    names = "select last_name from person order by 1"
    before = await rows(hub, names)

    run = await reads(reused + everyone()[20:])

    assert RunState.WAITING == run.state
    assert [(FIRST, "STAFF", "PLACED", 20, 0, 20)] == await rows(hub, HOLDS)
    assert before == await rows(hub, names)
    await releasing.release(
        hub, await placed_holds(hub), sealer=sealer, today=TOMORROW, actor="head"
    )
    assert before != await rows(hub, names)


async def test_people_written_in_another_way_are_not_gone(hub: Database, sealer: Sealer) -> None:
    await cards.add_source(hub)
    names = [card(one.full_name, one.birth_date) for one in staff(12)]
    again = [
        card(one.full_name.upper(), "-".join(reversed(one.birth_date.split("."))))
        for one in staff(12)
    ]
    await take(hub, names, TODAY, sealer)

    accepted = await take(hub, again, TOMORROW, sealer)

    assert 0 == accepted.projected.held
    assert [(12,)] == await rows(hub, STANDING)


async def test_a_file_that_leaves_out_half_is_held_and_with_a_persons_word_passes(
    hub: Database, sealer: Sealer
) -> None:
    listed = [card(one.full_name, one.birth_date) for one in staff(12)]
    await take(hub, listed, TODAY, sealer)

    held = await take(hub, listed[6:], TOMORROW, sealer)

    assert (1, [(12,)]) == (held.projected.held, await rows(hub, STANDING))
    passed = await take(hub, listed[6:], TOMORROW, sealer, release=True)
    assert (0, [(6,)]) == (passed.projected.held, await rows(hub, STANDING))
    assert [("RELEASED", "test")] == await rows(hub, "select state, released_by from hold")


async def take(
    hub: Database, listed: list[dict[str, str]], day: date, sealer: Sealer, *, release: bool = False
) -> Accepted:
    file = handed(FileKind.STAFF, FIRST, day, listed, completeness=Completeness.FULL)
    with TemporaryDirectory() as folder:
        return await accept(
            hub,
            [given(file, Path(folder))],
            sealer=sealer,
            actor="test",
            today=LATER,
            release=release,
        )


async def test_in_summer_more_may_leave(hub: Database, sealer: Sealer) -> None:
    await cards.add_source(hub)
    spring, summer = date(2026, 5, 20), date(2026, 8, 20)
    await cards.run(hub, whole(staff(40), spring), sealer=sealer, today=spring)

    run = await cards.run(hub, whole(staff(32), summer), sealer=sealer, today=summer)

    assert RunState.SUCCEEDED == run.state
    assert [(32,)] == await rows(hub, STANDING)


async def test_a_hold_that_nobody_placed_cannot_be_released(hub: Database, sealer: Sealer) -> None:
    with pytest.raises(NothingHeldError):
        await releasing.release(hub, [UUID(int=7)], sealer=sealer, today=TODAY, actor="head")
