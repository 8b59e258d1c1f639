"""All 720 orders of six words about two cards end in one state (F15): each order a pair of its own."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from itertools import permutations

import pytest

from hub.database import Database
from hub.seal import Sealer
from sync.push.cards import Item, Operation
from tests.rooms.sync.pushing import counter_of, partner, push, said
from tests.rooms.sync.world import FIRST, THIRD, rows

pytestmark = pytest.mark.anyio
ORDERS = list(permutations(range(6)))
STATE = """
select v.stated_id, o.short_name, r.first_stated, r.last_stated, r.ended_on, f.position_text,
       f.phones, f.teaching_since, e.position_text, e.starts, e.ends,
       (select count(*) from link same where same.person_id = l.person_id)
from record r
join record_version v on v.id = r.current_version_id
join organisation o on o.id = r.organisation_id
join record_facts f on f.record_id = r.id
join link l on l.record_id = r.id
left join employment e on e.record_id = r.id
where v.stated_id ~ '-'
order by v.stated_id, o.short_name
"""


def surname(text: str) -> str:
    """Make a surname unlike any other: these are told apart by names alone."""
    drawn = sha256(text.encode()).hexdigest()[:9]
    return drawn.translate(str.maketrans("0123456789abcdef", "абвгдежзиклмнопр")).capitalize()


def words(number: int) -> Sequence[Item]:
    """Say six things: four of a card that moves and is deleted, two of one that is withdrawn."""
    moving, mistaken = f"{number}-А", f"{number}-Б"
    born = f"{date(1950, 1, 1) + timedelta(days=23 * number):%Y-%m-%d}"
    return (
        said(
            moving, 1, at=FIRST, last_name=surname(moving), first_name="Лев",
            middle_name="Ильич", birth_date=born, phone="+79271234567",
        ),
        said(moving, 2, position="учитель", phone=None),
        said(moving, 3, at=THIRD, position="методист"),
        said(moving, 6, Operation.DELETE),
        said(mistaken, 2, at=FIRST, last_name=surname(mistaken), first_name="Ян"),
        said(mistaken, 4, Operation.WITHDRAW),
    )  # fmt: skip


async def test_every_order_of_six_words_ends_in_one_state(hub: Database, sealer: Sealer) -> None:
    counter, pusher = counter_of(hub, sealer), await partner(hub)
    anchors = [
        said("якорь 1", 0, at=FIRST, last_name="Якорев", first_name="Пётр"),
        said("якорь 2", 0, at=THIRD, last_name="Швартов", first_name="Иван"),
    ]
    await push(counter, pusher, anchors)
    async with hub.writing() as session:  # what is asked here is no mass change
        await session.raw.execute("update source set brake_share = 1 where kind = 'PUSH'")

    for step in range(6):
        items = [words(number)[order[step]] for number, order in enumerate(ORDERS)]
        await push(counter, pusher, items)

    states: Mapping[str, list[object]] = defaultdict(list)
    for card, *state in await rows(hub, STATE):
        states[str(card)].append(tuple(map(str, state)))
    assert {f"{number}-А" for number in range(720)} == set(states)
    assert 1 == len({tuple(map(str, state)) for state in states.values()})
    assert [(722,)] == await rows(hub, "select count(*) from person")
