"""Runs of a source: page by page, broken off and resumed, full and incomplete, moved cards."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from connectors.client.failure import Failure
from hub.database import Database, open_connection
from hub.errors import ConflictError
from hub.records import (
    Figure,
    FigureMetric,
    FileKind,
    OrganisationMention,
    Place,
    RecordKind,
    Rejected,
)
from hub.seal import Sealer
from hub.settings import Addresses
from sync.intake import card_identities
from sync.runs.run import (
    LostRunError,
    Mode,
    Run,
    RunState,
    UnknownSourceError,
    ask_to_cancel,
    list_runs,
)
from sync.runs.running import run_source
from tests.conftest import superuser
from tests.rooms.sync import cards
from tests.rooms.sync.canonical import canonical, checksums, differences
from tests.rooms.sync.cards import BreaksOff, page, staff, whole
from tests.rooms.sync.fresh import fresh_hub
from tests.rooms.sync.world import FIRST, SECOND, THIRD, TODAY, card, handed, rows

pytestmark = pytest.mark.anyio
Reads = Callable[..., Coroutine[None, None, Run]]
DAY = timedelta(days=1)
ENDED = "select external_id from record where ended_on is not null"


@pytest.fixture
async def reads(hub: Database, sealer: Sealer) -> Reads:
    """Lend a source and a way to read it."""
    await cards.add_source(hub)

    return partial(cards.run, hub, sealer=sealer)


async def test_a_full_read_states_everyone_and_lists_every_school(
    hub: Database, reads: Reads
) -> None:
    run = await reads(whole(staff(9) + staff(3, SECOND, first=20)))

    assert (RunState.SUCCEEDED, None) == (run.state, run.error_code)
    assert {"rows": 12, "records": 12, "versions": 12, "lists": 3, "people": 12} == {
        name: run.counts[name] for name in ("rows", "records", "versions", "lists", "people")
    }
    assert [(12,)] == await rows(hub, "select count(*) from employment where ends = 'infinity'")
    listed = await rows(hub, "select organisation_id, completeness from stated_list order by 1")
    assert [(FIRST, "FULL"), (SECOND, "FULL"), (THIRD, "FULL")] == listed


async def test_a_card_is_found_by_its_number(hub: Database, reads: Reads) -> None:
    await reads(whole([*staff(9), *staff(2, SECOND, first=20)]))

    cards_ = await rows(
        hub,
        "select r.external_id, v.stated_id from record r"
        " join record_version v on v.id = r.current_version_id where r.is_card",
    )
    identities = card_identities([str(number) for _, number in cards_], RecordKind.STAFF)
    assert 11 == len(cards_)
    assert [identity for identity, _ in cards_] == identities


async def test_the_same_read_again_changes_nothing(hub: Database, reads: Reads) -> None:
    source = whole([*staff(9), *staff(1, THIRD, first=40)])
    await reads(source)
    before = await checksums(hub)

    run = await reads(source)

    after = await checksums(hub)
    assert ["source_file"] == [name for name in after if after[name] != before[name]]
    assert (RunState.SUCCEEDED, 0) == (run.state, run.counts["versions"])


@pytest.mark.parametrize("after", range(1, 9))
async def test_a_read_that_breaks_off_anywhere_goes_on_from_its_last_page(
    after: int, hub: Database, admin_url: str, reads: Reads, sealer: Sealer
) -> None:
    source = whole(staff(13))

    first = await reads(BreaksOff(source, after))
    second = await reads(source)

    assert (RunState.FAILED, Failure.TRANSIENT, "source.timed_out") == (
        first.state,
        first.failure,
        first.error_code,
    )
    assert RunState.SUCCEEDED == second.state
    assert 13 + 4 >= first.counts["rows"] + second.counts["rows"] >= 13
    async with fresh_hub(admin_url) as other:
        await cards.add_source(other)
        await cards.run(other, source, sealer=sealer)
        assert [] == differences(await canonical(other), await canonical(hub))


async def test_what_landed_before_a_source_broke_off_is_projected(
    hub: Database, reads: Reads
) -> None:
    await reads(BreaksOff(whole(staff(9)), 3))

    assert [(4,)] == await rows(hub, "select count(*) from person")
    assert [] == await rows(hub, ENDED)


async def test_whoever_a_complete_full_read_leaves_out_is_gone(hub: Database, reads: Reads) -> None:
    await reads(whole(staff(12)))

    run = await reads(whole(staff(11), TODAY + DAY), today=TODAY + DAY)

    assert RunState.SUCCEEDED == run.state
    assert [(TODAY + DAY,)] == await rows(
        hub, "select ended_on from record where ended_on is not null"
    )
    assert [(1,)] == await rows(hub, "select count(*) from employment where ends < 'infinity'")


async def test_a_read_of_changes_ends_nobody(hub: Database, reads: Reads) -> None:
    await reads(whole(staff(12)))
    later = page(staff(1), TODAY + DAY)

    run = await reads(cards.System([later]), mode=Mode.CHANGES, today=TODAY + DAY)

    assert (RunState.SUCCEEDED, 1) == (run.state, run.counts["rows"])
    assert [] == await rows(hub, ENDED)
    assert [(12,)] == await rows(hub, "select count(*) from employment where ends = 'infinity'")


async def test_a_read_that_did_not_get_all_it_was_promised_ends_nobody(
    hub: Database, reads: Reads
) -> None:
    await reads(whole(staff(12)))
    short = Rejected(place=Place(file="Система"), code="source.incomplete", message="Мало.")

    run = await reads(
        cards.System([page(staff(11), TODAY + DAY), short], cards.EVERYWHERE), today=TODAY + DAY
    )

    assert (RunState.PARTIAL, 1) == (run.state, run.counts["rejected"])
    assert [] == await rows(hub, ENDED)


async def test_a_list_of_one_source_ends_nothing_of_another(
    hub: Database, reads: Reads, take_in: Callable[..., Awaitable[object]]
) -> None:
    await take_in(handed(FileKind.STAFF, FIRST, TODAY - DAY, [card("Одинцев Пётр Ильич")]))

    await reads(whole(staff(8)))

    assert [] == await rows(hub, ENDED)


@pytest.mark.parametrize("days", [0, 1])
async def test_a_card_that_moves_ends_at_its_former_school_from_that_day(
    days: int, hub: Database, reads: Reads
) -> None:
    one, day = staff(1)[0], TODAY + days * DAY
    await reads(whole([one, *staff(6, first=10)]))

    await reads(
        cards.changes(cards.moved(one, SECOND), day=day),
        mode=Mode.CHANGES,
        today=day,
    )

    ended = "select organisation_id, ended_on from record where external_id in"
    ended += " (select external_id from record where organisation_id = $1) order by 1"
    assert [(FIRST, day), (SECOND, None)] == await rows(hub, ended, SECOND)
    open_posts = "select organisation_id from employment e join person p on p.id = e.person_id"
    open_posts += " where p.last_name = $1 and e.ends = 'infinity'"
    assert [(SECOND,)] == await rows(hub, open_posts, one.full_name.split()[0])


async def test_a_card_that_moves_there_and_back_stands_where_it_is_now(
    hub: Database, reads: Reads
) -> None:
    one = staff(1)[0]
    for school in (FIRST, SECOND, FIRST):
        await reads(cards.changes(cards.moved(one, school)))

    found = await rows(hub, "select organisation_id, ended_on from record order by 1")
    assert [(FIRST, None), (SECOND, TODAY)] == found


async def test_of_two_answers_of_one_day_the_later_holds(hub: Database, reads: Reads) -> None:
    one = staff(1)[0]
    for position in ("методист", "учитель", "методист", "директор", "учитель"):
        await reads(cards.changes(replace(one, position=position)))

    assert [("учитель",)] == await rows(hub, "select position_text from employment")


async def test_a_card_that_is_not_repeated_stands_beside_one_that_is(
    hub: Database, reads: Reads
) -> None:
    one = staff(1)[0]
    second = replace(one, number=77, position="методист")
    await reads(whole([one, second]))

    await reads(
        cards.changes(second, day=TODAY + DAY),
        mode=Mode.CHANGES,
        today=TODAY + DAY,
    )

    found = await rows(hub, "select position_code from employment where ends = 'infinity'")
    assert {("TEACHER",), ("METHODIST",)} == set(found)


async def test_rows_of_unknown_organisations_and_unreadable_ones_are_kept_once(
    hub: Database, reads: Reads
) -> None:
    stranger = replace(staff(1)[0], school=UUID(int=999))
    listed = page([*staff(3), replace(stranger, number=50)])
    source = cards.System([listed, cards.unreadable(51)])

    await reads(source)
    run = await reads(source)

    assert (RunState.PARTIAL, 2) == (run.state, run.counts["rejected"])
    kept = "select f.name, r.sheet, r.stated_id, r.code from rejection r"
    kept += " join source_file f on f.id = r.source_file_id order by r.stated_id"
    assert [
        ("Система", "staff", "50", "row.unknown_organisation"),
        ("Система", "staff", "51", "row.no_name"),
    ] == await rows(hub, kept)


async def test_numbers_without_names_are_stated_of_their_school(
    hub: Database, reads: Reads
) -> None:
    said = Figure(metric=FigureMetric.PAIRS, value=12, place=Place(file="Система"))
    known, unknown = (
        replace(page([], TODAY - DAY), organisation=OrganisationMention(code=code), figures=(said,))
        for code in ("101", "999")
    )

    run = await reads(cards.System([page(staff(1)), known, unknown], cards.EVERYWHERE))

    assert (1, 1) == (run.counts["figures"], run.counts["rejected"])
    figures = await rows(hub, "select organisation_id, value::int, stated_as_of from stated_figure")
    assert [(FIRST, 12, TODAY - DAY)] == figures
    assert [(TODAY,)] == await rows(hub, "select distinct stated_as_of from stated_list")


async def test_a_day_that_has_not_come_is_today(hub: Database, reads: Reads) -> None:
    await reads(whole(staff(2), TODAY + 400 * DAY))

    assert [(TODAY,)] == await rows(hub, "select distinct last_stated from record")
    assert [(TODAY,)] == await rows(hub, "select distinct stated_as_of from stated_list")


async def test_a_run_that_is_asked_to_end_keeps_what_landed(hub: Database, reads: Reads) -> None:
    system = whole(staff(30))
    source = cards.Waits(system, before=6)
    reading = asyncio.create_task(reads(source))
    await asyncio.to_thread(source.reached.wait)
    (asked,) = await list_runs(hub, cards.CODE)
    async with hub.writing() as session:
        await ask_to_cancel(session, asked.id)
    source.go_on.set()

    run = await reading

    assert RunState.CANCELLED == run.state
    assert 4 <= run.counts["rows"] < 30
    assert [(run.counts["rows"],)] == await rows(hub, "select count(*) from person")
    finished = await reads(system, mode=Mode.CHANGES)
    assert (RunState.SUCCEEDED, 30 - run.counts["rows"]) == (
        finished.state,
        finished.counts["rows"],
    )


@pytest.mark.parametrize("before", [0, 6])
async def test_a_source_whose_settings_change_while_it_is_read_is_read_by_the_new_ones(
    before: int, hub: Database, reads: Reads
) -> None:
    system = whole(staff(13))
    source = cards.Waits(system, before=before)
    reading = asyncio.create_task(reads(source))
    await asyncio.to_thread(source.reached.wait)
    async with hub.writing() as session:
        await session.raw.execute("update source set settings = '{\"fields\": {}}', cursor = null")
    source.go_on.set()

    run = await reading

    assert (RunState.FAILED, Failure.TRANSIENT, "source.changed") == (
        run.state,
        run.failure,
        run.error_code,
    )
    assert run.counts.get("rows", 0) < 13
    again = await reads(system, mode=Mode.CHANGES)
    assert (RunState.SUCCEEDED, 13) == (again.state, again.counts["rows"])


async def test_a_run_that_the_database_has_forgotten_writes_nothing(
    hub: Database, reads: Reads, admin_url: str, addresses: Addresses
) -> None:
    source = cards.Waits(whole(staff(13)), before=0)
    reading = asyncio.create_task(reads(source))
    await asyncio.to_thread(source.reached.wait)
    came_back = await open_connection(superuser(admin_url, addresses))
    await came_back.execute(
        "with asked as (update sync_run set state = 'QUEUED', started_at = null, changeset_id = null)"
        " delete from changeset using sync_run where changeset.id = sync_run.changeset_id"
    )
    await came_back.close()
    source.go_on.set()

    with pytest.raises(LostRunError):
        await reading

    assert [(0, 0)] == await rows(
        hub, "select (select count(*) from record), (select count(*) from source_file)"
    )


async def test_of_two_runs_of_a_source_the_second_is_refused(hub: Database, reads: Reads) -> None:
    async with hub.holding(f"source:{cards.CODE}"):
        with pytest.raises(ConflictError):
            await reads(whole(staff(1)))

    assert [] == await list_runs(hub, cards.CODE)


async def test_a_source_that_nobody_registered_is_refused(hub: Database, sealer: Sealer) -> None:
    with pytest.raises(UnknownSourceError):
        await cards.run(hub, whole([]), sealer=sealer)


async def test_settings_that_are_wrong_are_the_owners_to_repair(
    hub: Database, sealer: Sealer
) -> None:
    await cards.add_source(hub)

    run = await run_source(hub, cards.CODE, sealer=sealer, today=TODAY, actor="test")

    assert (RunState.FAILED, Failure.CONFIG, "source.config") == (
        run.state,
        run.failure,
        run.error_code,
    )
