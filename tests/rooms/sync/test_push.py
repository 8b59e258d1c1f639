"""Pushed cards: what becomes of each word, in whatever order, however often, and for whom."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any  # an answer is JSON

import pytest

from hub.database import Database, open_database
from hub.demo.registry import IdentifierRow
from hub.errors import ConflictError, InputError
from hub.seal import Sealer
from hub.settings import Addresses
from sync.push.cards import Counter, Item, Operation, Pusher, redrive, rekey_card, try_cards
from sync.registry import write_rows
from tests.rooms.sync.pushing import counter_of, partner, push, said
from tests.rooms.sync.world import FIRST, NORTH, SECOND, THIRD, load_register, rows

pytestmark = pytest.mark.anyio
NAME = {"last_name": "Журавин", "first_name": "Лев", "middle_name": "Ильич"}
POSTS = (
    "select o.short_name, e.position_text, e.starts, e.ends = 'infinity' from employment e"
    " join organisation o on o.id = e.organisation_id order by e.starts, 1"
)


def answered(answer: Mapping[str, Any]) -> tuple[object, ...]:
    return answer["externalId"], answer["status"], answer["changed"]


@pytest.fixture
def counter(hub: Database, sealer: Sealer) -> Counter:
    return counter_of(hub, sealer)


@pytest.fixture
async def pusher(hub: Database) -> Pusher:
    return await partner(hub)


async def test_a_new_card_is_a_person_and_is_answered_with_their_id(
    hub: Database, counter: Counter, pusher: Pusher
) -> None:
    [answer] = await push(
        counter,
        pusher,
        [said("7", 0, at=FIRST, who=NAME, birth_date="1979-03-05", position="учитель")],
    )

    ((person,),) = await rows(hub, "select id from person")
    assert ("APPLIED", str(person)) == (answer["status"], answer["personId"])
    assert ["birthDate", "firstName", "lastName", "middleName", "position", "organisation"] == (
        answer["changed"]
    )
    assert [("МБОУ СОШ № 1", "учитель", date(2026, 9, 7), True)] == await rows(hub, POSTS)


async def test_absent_is_unchanged_and_null_is_cleared(
    hub: Database, counter: Counter, pusher: Pusher
) -> None:
    await push(counter, pusher, [said("7", 0, at=FIRST, who=NAME, phone="+79271234567")])

    [kept] = await push(counter, pusher, [said("7", 1, position="учитель")])
    [cleared] = await push(counter, pusher, [said("7", 2, phone=None)])

    assert (["position"], ["phone"]) == (kept["changed"], cleared["changed"])
    assert [] == await rows(hub, "select value from contact")


async def test_an_older_word_never_overwrites_a_newer_one(
    hub: Database, counter: Counter, pusher: Pusher
) -> None:
    await push(counter, pusher, [said("7", 5, at=FIRST, who=NAME, position="учитель")])

    [late] = await push(
        counter, pusher, [said("7", 1, position="воспитатель", phone="+79271234567")]
    )

    assert ["phone"] == late["changed"]
    assert [("учитель",)] == await rows(hub, "select position_text from employment")


async def test_dismissal_deletion_and_withdrawal_are_three_things(
    hub: Database, counter: Counter, pusher: Pusher
) -> None:
    people = [
        said(card, 0, at=FIRST, who=NAME | {"last_name": name}, position="учитель")
        for card, name in (("1", "Журавин"), ("2", "Перепелов"), ("3", "Козодоев"))
    ]
    await push(counter, pusher, people)

    await push(
        counter,
        pusher,
        [
            said("1", 5, dismissal_date="2026-09-10"),
            said("2", 5, Operation.DELETE),
            said("3", 5, Operation.WITHDRAW),
        ],
    )

    ends = await rows(hub, "select ends::text from employment order by ends")
    assert [("2026-09-10",), ("2026-09-12",)] == ends
    assert [(2,)] == await rows(hub, "select count(*) from person")
    assert [("DELETE",)] == await rows(
        hub, "select operation from change where places_after = '{}'"
    )


async def test_a_move_ends_the_former_post_on_its_day(
    hub: Database, counter: Counter, pusher: Pusher
) -> None:
    await push(counter, pusher, [said("7", 0, at=FIRST, who=NAME, position="учитель")])

    await push(counter, pusher, [said("7", 9, at=THIRD)])

    places = [(name, is_open) for name, _, _, is_open in await rows(hub, POSTS)]
    assert [("МБОУ СОШ № 1", False), ("МБОУ СОШ № 3", True)] == places


async def test_an_unknown_organisation_waits_and_goes_on_when_it_becomes_known(
    hub: Database, counter: Counter, pusher: Pusher
) -> None:
    [held] = await push(counter, pusher, [said("7", 0, number="555", who=NAME)])
    before = await rows(hub, "select count(*) from person")

    async with hub.writing() as session:
        found = [IdentifierRow(organisation_id=SECOND, system="AIS_KADRY", value="555")]
        await write_rows(session, "organisation_identifier", found, key=("system", "value"))
    driven = await redrive(counter)

    assert ("HELD", None) == (held["status"], held["personId"])
    assert held["review"]
    assert [(0,)] == before
    assert 1 == driven
    assert [(1,)] == await rows(hub, "select count(*) from person")
    assert 0 == await redrive(counter)


async def test_a_partner_writes_of_its_own_organisations_only(
    hub: Database, counter: Counter
) -> None:
    northern = await partner(hub, authority=NORTH)

    ours, theirs = await push(
        counter,
        northern,
        [said("1", 0, at=FIRST, who=NAME), said("2", 0, at=THIRD, who=NAME)],
    )

    assert "APPLIED" == ours["status"]
    assert ["push.foreign_organisation"] == [error["code"] for error in theirs["errors"]]
    assert [(1,)] == await rows(hub, "select count(*) from push_entry")


async def test_partners_have_cards_of_their_own(hub: Database, counter: Counter) -> None:
    one, other = await partner(hub), await partner(hub)
    await push(counter, one, [said("7", 0, at=FIRST, who=NAME, position="учитель")])

    await push(counter, other, [said("7", 1, Operation.WITHDRAW)])

    assert [("учитель",)] == await rows(hub, "select position_text from employment")


async def test_a_wrong_item_is_named_and_the_others_are_taken(
    hub: Database, counter: Counter, pusher: Pusher
) -> None:
    ahead = Item(card="3", version=datetime.now(UTC) + timedelta(days=1), fields=NAME)

    good, snils, clock = await push(
        counter,
        pusher,
        [
            said("1", 0, at=FIRST, who=NAME),
            said("2", 0, at=FIRST, who=NAME, snils="112-233-445 96"),
            ahead,
        ],
    )

    assert "APPLIED" == good["status"]
    assert [["snils"]] == [error["path"] for error in snils["errors"]]
    assert [["changedAt"]] == [error["path"] for error in clock["errors"]]
    assert [(1,)] == await rows(hub, "select count(*) from person")


async def test_the_same_request_is_one_effect_and_a_hundred_equal_answers(
    hub: Database, counter: Counter, pusher: Pusher
) -> None:
    items = [said("7", 0, at=FIRST, who=NAME)]

    answers = await asyncio.gather(*(push(counter, pusher, items, key="one") for _ in range(100)))

    assert [answers[0]] * 100 == answers
    assert [(1, 1, 1)] == await rows(
        hub,
        "select (select count(*) from person), (select count(*) from push_entry),"
        " (select count(*) from changeset where kind = 'PUSH')",
    )
    with pytest.raises(ConflictError) as caught:
        await push(counter, pusher, [said("8", 0, at=FIRST, who=NAME)], key="one")
    assert "push.key_reused" == caught.value.reason


async def test_a_trial_answers_and_writes_nothing(
    hub: Database, counter: Counter, pusher: Pusher
) -> None:
    trial = await try_cards(counter, pusher, [said("7", 0, at=FIRST, who=NAME)])

    assert ["APPLIED"] == [one["status"] for one in trial.answers]
    assert 1 == trial.effects.difference.people_added
    assert [(0, 0)] == await rows(
        hub, "select (select count(*) from person), (select count(*) from push_entry)"
    )


async def test_a_trial_beside_pushes_waits_for_no_second_connection(
    addresses: Addresses, sealer: Sealer
) -> None:
    async with open_database(addresses.worker, pool_size=1) as hub:
        await load_register(hub)
        counter, pusher = counter_of(hub, sealer), await partner(hub)
        items = [said("7", 0, at=FIRST, who=NAME)]

        async with asyncio.timeout(20):
            trial, answers = await asyncio.gather(
                try_cards(counter, pusher, items), push(counter, pusher, items)
            )

    assert ["APPLIED"] == [one["status"] for one in trial.answers] == [answers[0]["status"]]
    assert 1 == trial.effects.difference.people_added


async def test_a_card_keeps_its_person_under_another_number(
    hub: Database, counter: Counter, pusher: Pusher
) -> None:
    [before] = await push(counter, pusher, [said("7", 0, at=FIRST, who=NAME)])

    [after] = await rekey_card(counter, pusher, card="7", now="А-7", key="rekey")
    [later] = await push(counter, pusher, [said("7", 3, position="учитель")])

    assert before["personId"] == after["personId"] == later["personId"]
    assert ("А-7", "APPLIED", ["externalId"]) == answered(after)
    assert [("А-7",)] == await rows(
        hub, "select stated_id from record_version where stated_at > '-infinity'"
    )
    with pytest.raises(InputError):
        await rekey_card(counter, pusher, card="А-7", now="7", key="back")


async def test_a_new_number_says_which_fields_it_brings(counter: Counter, pusher: Pusher) -> None:
    await push(counter, pusher, [said("7", 0, at=FIRST, who=NAME, position="учитель")])
    await push(counter, pusher, [said("А-7", 2, position="методист")])
    await push(counter, pusher, [said("А-8", 2, at=SECOND, who=NAME)])

    [later] = await rekey_card(counter, pusher, card="7", now="А-7", key="rekey")
    [unknown] = await rekey_card(counter, pusher, card="8", now="А-8", key="of nothing")

    assert ("А-7", "APPLIED", ["externalId", "position"]) == answered(later)
    assert ("А-8", "APPLIED", ["externalId"]) == answered(unknown)


async def test_a_number_given_twice_leaves_the_card_where_it_is(
    hub: Database, counter: Counter, pusher: Pusher
) -> None:
    [before] = await push(counter, pusher, [said("7", 0, at=FIRST, who=NAME)])
    await rekey_card(counter, pusher, card="7", now="А-7", key="rekey")
    posts = await rows(hub, POSTS)

    [after] = await rekey_card(counter, pusher, card="7", now="А-7", key="said again")

    assert ("А-7", "UNCHANGED", []) == answered(after)
    assert before["personId"] == after["personId"]
    assert posts == await rows(hub, POSTS)
