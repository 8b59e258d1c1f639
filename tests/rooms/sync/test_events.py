"""The outbox: whoever sees a change, saw it or loses sight of it hears of it."""

from datetime import date

import pytest

from hub.database import Database
from hub.records import FileKind
from hub.seal import Sealer
from tests.rooms.sync.conftest import TakeIn
from tests.rooms.sync.world import (
    FIRST,
    MINISTRY,
    NORTH,
    SOUTH,
    THIRD,
    card,
    handed,
    merged,
    pair,
    parted,
    rows,
)

pytestmark = pytest.mark.anyio
DAY = date(2025, 9, 15)
MERYANIN, LUKOYAN, BORN = "Мерянинов Олег Львович", "Лукоянцев Олег Львович", "05.03.1979"
EVENTS = (
    "select entity, operation, entity_id, places_before, places_after from change"
    " where id > $1 order by id"
)


async def last_event(hub: Database) -> object:
    ((number,),) = await rows(hub, "select coalesce(max(id), 0) from change")
    return number


async def verdict(hub: Database, sealer: Sealer, kind: str) -> None:
    cards = await rows(
        hub,
        "select l.person_id, l.record_id from link l order by l.record_id",
    )
    (one, _), (other, record) = cards[:2]
    if kind == "MUST_LINK":
        await merged(hub, sealer, one, other)
    else:
        await parted(hub, sealer, one, record)


async def test_a_new_person_is_announced_to_all_who_see_them(
    hub: Database, take_in: TakeIn
) -> None:
    await take_in(handed(FileKind.STAFF, FIRST, DAY, [card(MERYANIN, BORN)]))

    ((person,),) = await rows(hub, "select id from person")
    (event,) = await rows(hub, EVENTS, 0)
    assert ("PERSON", "UPSERT", person, [], [MINISTRY, NORTH, FIRST]) == event


async def test_a_merger_leaves_a_tombstone_where_the_ended_person_was_seen(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    await take_in(handed(FileKind.STAFF, FIRST, DAY, [card(MERYANIN, BORN)]))
    await take_in(handed(FileKind.STAFF, THIRD, DAY, [card(LUKOYAN, BORN)]))
    north, south = (
        person
        for (person,) in await rows(
            hub,
            "select person_id from person_place where authority_id = any($1) order by authority_id",
            [NORTH, SOUTH],
        )
    )
    before = await last_event(hub)

    await verdict(hub, sealer, "MUST_LINK")

    found = {event[2]: event for event in await rows(hub, EVENTS, before)}
    everyone = [MINISTRY, NORTH, SOUTH, FIRST, THIRD]
    assert ("PERSON", "UPSERT", north, [MINISTRY, NORTH, FIRST], everyone) == found[north]
    assert ("PERSON", "MERGED", south, [MINISTRY, SOUTH, THIRD], []) == found[south]


async def test_who_loses_sight_of_a_person_hears_of_it(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    await take_in(
        handed(FileKind.STAFF, FIRST, DAY, [card(MERYANIN, BORN)]),
        handed(FileKind.STAFF, THIRD, DAY, [card(MERYANIN, BORN)]),
    )
    ((person,),) = await rows(hub, "select id from person")
    before = await last_event(hub)

    await verdict(hub, sealer, "CANNOT_LINK")

    events = await rows(hub, EVENTS, before)
    seen = {operation: (owner, was, now) for _, operation, owner, was, now in events}
    assert {"UPSERT", "SPLIT"} == set(seen)
    kept, was, now = seen["UPSERT"]
    assert person == kept
    assert [MINISTRY, NORTH, SOUTH, FIRST, THIRD] == was
    assert now in ([MINISTRY, NORTH, FIRST], [MINISTRY, SOUTH, THIRD])


async def test_a_mentorship_that_loses_its_pair_leaves_a_tombstone(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    await take_in(handed(FileKind.MENTOR_BASE, FIRST, DAY, [pair(MERYANIN, LUKOYAN)]))
    ((mentorship,),) = await rows(hub, "select id from mentorship")
    before = await last_event(hub)

    await verdict(hub, sealer, "MUST_LINK")

    found = [event for event in await rows(hub, EVENTS, before) if event[0] == "MENTORSHIP"]
    assert [("MENTORSHIP", "DELETE", mentorship, [MINISTRY, NORTH, FIRST], [])] == found


async def test_nobody_hears_of_what_did_not_change(hub: Database, take_in: TakeIn) -> None:
    file = handed(FileKind.STAFF, FIRST, DAY, [card(MERYANIN, BORN)])
    await take_in(file)
    before = await last_event(hub)

    await take_in(file, handed(FileKind.STAFF, THIRD, DAY, [card("Барсоватов Лев Фомич")]))

    assert 1 == len(await rows(hub, EVENTS, before))
