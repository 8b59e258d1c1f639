"""The feed over GraphQL: who hears of what, how it is walked, and when a cursor has expired."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from hub.database import Database, open_connection
from hub.settings import Addresses
from schema.errors import ErrorCode, RequestRefused
from schema.faults import faults_refused
from sync.feed.keeping import announce_turn, forget_events
from tests.door.asking import Door, opened
from tests.door.feed import EVENTS, Follower, announce, settle
from tests.door.rows import NORTH, ROOT, SOUTH, uid

pytestmark = pytest.mark.anyio
Json = Any  # a decoded answer
APPEARED = """
insert into change (entity, entity_id, operation, places_before, places_after, changeset_id)
select 'PERSON', $1, 'UPSERT', '{}', array[$2::uuid], min(id) from changeset"""
PERSON, OTHER, PAIR = uid("person", 1), uid("person", 2), uid("mentorship", 1)


@pytest.fixture
async def door(addresses: Addresses, database: Database) -> AsyncIterator[Door]:
    async with opened(addresses, database) as door:
        yield door


async def read(door: Door, who: str, **variables: Json) -> list[Json]:
    answer = await door.ask(who, EVENTS, variables)
    return [edge["node"] for edge in answer["changes"]["edges"]]


async def told(door: Door, who: str, **variables: Json) -> list[tuple[str, str]]:
    found = await read(door, who, **variables)
    return [(node["operation"], node["entityId"]) for node in found]


async def test_who_loses_sight_is_told_to_forget_and_who_gains_it_to_take(
    door: Door, database: Database
) -> None:
    await announce(database, PERSON, "UPSERT", before=[NORTH, ROOT], after=[SOUTH, ROOT])

    person = f"person-{PERSON}"
    assert [("LEFT", person)] == await told(door, "north")
    assert [("UPSERT", person)] == await told(door, "south")
    assert [("UPSERT", person)] == await told(door, "centre")
    assert [] == await told(door, "partner")


async def test_a_merger_and_a_split_name_the_other(door: Door, database: Database) -> None:
    await announce(database, OTHER, "MERGED", before=[NORTH, ROOT], other=PERSON)
    await announce(database, OTHER, "SPLIT", after=[NORTH, ROOT], other=PERSON)

    found = await read(door, "north")
    assert [("MERGED", f"person-{PERSON}"), ("SPLIT", f"person-{PERSON}")] == [
        (node["operation"], node["otherId"]) for node in found
    ]


async def test_only_what_is_asked_for_comes(door: Door, database: Database) -> None:
    await announce(database, PERSON, "UPSERT", after=[ROOT])
    await announce(database, PAIR, "UPSERT", after=[ROOT], entity="MENTORSHIP")

    [pair] = await read(door, "centre", types=["MENTORSHIP"])
    assert {"id": f"mentorship-{PAIR}"} == pair["mentorship"]
    assert pair["person"] is None
    assert [] == await read(door, "centre", types=[])


async def test_a_page_holds_a_thousand_events(door: Door, database: Database) -> None:
    async with database.writing() as session:
        await session.raw.execute(
            "insert into change (entity, entity_id, operation, places_before, places_after,"
            " changeset_id) select 'PERSON', $1, 'UPSERT', '{}', array[$2::uuid], min(c.id)"
            " from changeset c, generate_series(1, 1001) n group by n",
            PERSON,
            ROOT,
        )

    await settle(database)
    answer = await door.ask("centre", EVENTS, {"first": 1000})
    assert 1000 == len(answer["changes"]["edges"])
    assert answer["changes"]["pageInfo"]["hasNextPage"]
    with pytest.raises(RequestRefused):
        await door.ask("centre", EVENTS, {"first": 1001})


async def test_the_position_stands_behind_what_was_read(door: Door, database: Database) -> None:
    await announce(database, PERSON, "UPSERT", after=[ROOT])
    behind = (await door.ask("centre", EVENTS))["feed"]["position"]
    await announce(database, OTHER, "UPSERT", after=[ROOT])

    assert [("UPSERT", f"person-{OTHER}")] == await told(door, "centre", after=behind)


async def test_what_a_running_transaction_may_precede_waits_for_it(
    door: Door, addresses: Addresses, database: Database
) -> None:
    slow = await open_connection(addresses.worker)
    running = slow.transaction()
    await running.start()
    await slow.execute(APPEARED, PERSON, ROOT)
    async with database.writing() as session:
        await session.raw.execute(APPEARED, OTHER, ROOT)
    follower = Follower(door, "centre")

    await follower.catch_up()
    meanwhile = dict(follower.replica)
    await running.commit()
    await slow.close()
    await settle(database)
    await follower.catch_up()

    assert {} == meanwhile
    assert {f"person-{PERSON}", f"person-{OTHER}"} == set(follower.replica)
    assert 2 == len(set(follower.cursors)) == len(follower.cursors)


async def refused(door: Door, after: str) -> list[str]:
    with pytest.raises(RequestRefused) as caught, faults_refused():
        await door.ask("centre", EVENTS, {"after": after})
    return [str((error.extensions or {})["code"]) for error in caught.value.errors]


async def test_a_cursor_before_what_is_kept_has_expired(door: Door, database: Database) -> None:
    await announce(database, PERSON, "UPSERT", after=[ROOT])
    await announce(database, PERSON, "UPSERT", after=[ROOT])
    edges = (await door.ask("centre", EVENTS))["changes"]["edges"]

    assert 2 == await forget_events(database, days=-1)

    assert [ErrorCode.CURSOR_EXPIRED] == await refused(door, edges[0]["cursor"])
    assert [] == await told(door, "centre", after=edges[1]["cursor"])


async def test_young_events_are_kept(door: Door, database: Database) -> None:
    await announce(database, PERSON, "UPSERT", after=[ROOT])

    assert 0 == await forget_events(database, days=1)
    assert 1 == len(await told(door, "centre"))


async def test_a_cursor_of_another_epoch_has_expired(
    door: Door, addresses: Addresses, database: Database
) -> None:
    await announce(database, PERSON, "UPSERT", after=[ROOT])
    before = (await door.ask("centre", EVENTS))["feed"]

    # What a restore does: the table is made anew, and its rows keep what was written elsewhere.
    owner = await open_connection(addresses.owner)
    await owner.execute(
        "alter table change rename to former;"
        "create table change (like former including all);"
        "insert into change select * from former; drop table former;"
        "grant select on change to hub_web_region"
    )
    await owner.close()

    after = (await door.ask("centre", EVENTS))["feed"]
    assert before["epoch"] != after["epoch"]
    assert [] == await told(door, "centre")
    assert [ErrorCode.CURSOR_EXPIRED] == await refused(door, before["position"])


async def test_foreign_and_broken_cursors_are_refused(door: Door) -> None:
    position = (await door.ask("north", EVENTS))["feed"]["position"]

    assert [ErrorCode.BAD_USER_INPUT] == await refused(door, position)
    assert [ErrorCode.BAD_USER_INPUT] == await refused(door, "")


async def test_a_place_that_ends_by_date_is_announced_on_its_day(
    door: Door, addresses: Addresses, database: Database
) -> None:
    owner = await open_connection(addresses.owner)
    await owner.execute("alter table changeset alter id restart with 1000")
    await owner.close()
    today = door.world("centre").today
    async with database.writing() as session:
        await session.raw.execute(
            "insert into feed_turn (day) values ($1)", today - timedelta(days=2)
        )
        moved = await session.raw.fetchval(
            "update person_place set ends = $1 where authority_id = $2 and person_id in"
            " (select person_id from person_place where authority_id = $2 and starts < $1"
            "  and ends > $1 limit 1) returning person_id",
            today,
            NORTH,
        )

    assert 1 == await announce_turn(database, today=today)
    assert 0 == await announce_turn(database, today=today)
    await settle(database)

    assert [("LEFT", f"person-{moved}")] == await told(door, "north")
