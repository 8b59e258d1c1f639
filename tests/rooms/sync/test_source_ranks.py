"""A source's own rank for a field decides whose value stands, whoever came first or last."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from hub.database import Database
from hub.errors import ConfigError
from hub.records import ChangesetId
from hub.row_keys import FILES
from hub.seal import Sealer
from sync import changeset
from sync.changes.undoing import Desired, undo
from sync.changeset import Difference
from sync.people.models import active_model
from sync.people.source_ranks import by_field
from sync.projecting import PROJECTING, project, rematch
from sync.region import Region
from tests.rooms.sync import cards
from tests.rooms.sync.canonical import canonical, differences
from tests.rooms.sync.pushing import counter_of, partner, push, said
from tests.rooms.sync.ranked import (
    APART,
    NEWEST,
    NUMBER,
    both_state,
    of_whom,
    rank,
    school_states,
    stands,
    system_states,
)
from tests.rooms.sync.world import SECOND, TODAY, rows

pytestmark = pytest.mark.anyio
WAITING: Final = """
select count(*) from record where current_version_id is distinct from projected_version_id
"""


async def projected(hub: Database, sealer: Sealer) -> Difference:
    async with hub.writing() as session:
        number = await changeset.begin(session, "SYNC", actor="test")
    return await project(hub, number, sealer=sealer, today=TODAY)


async def test_each_field_is_taken_from_the_source_that_is_ranked_first_for_it(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    await both_state(hub, sealer, tmp_path)
    before = await stands(hub)

    await rank(hub, cards.CODE, last_name=1, birth_date=2)
    await rank(hub, FILES, birth_date=1, last_name=2)
    await projected(hub, sealer)

    assert NEWEST == before
    assert APART == await stands(hub)
    assert [(1979,)] == await rows(hub, "select birth_year from person where last_name = 'Вербина'")


async def test_a_source_without_a_rank_goes_after_one_that_has_any(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    await both_state(hub, sealer, tmp_path)

    await rank(hub, FILES, last_name=99, birth_date=99)
    await projected(hub, sealer)

    assert of_whom(FILES, FILES) == await stands(hub)


async def test_other_ranks_change_what_stands_at_the_next_projection_and_once(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    await both_state(hub, sealer, tmp_path)
    await rank(hub, FILES, birth_date=1)
    first = await projected(hub, sealer)

    await rank(hub, FILES, last_name=1)
    waiting = await rows(hub, WAITING)
    second = await projected(hub, sealer)
    after = await canonical(hub)
    await rank(hub, FILES, last_name=1)
    third = await projected(hub, sealer)

    assert [(1,)] == waiting  # whom the school alone states is passed by
    assert (1, 1, 1) == (first.people, second.people, second.events)
    assert of_whom(FILES, cards.CODE) | {
        field: [*value, "RECENCY", cards.CODE]
        for field, value in {"birth_date": ["1980-03-05"], "birth_year": ["1980"]}.items()
    } == await stands(hub)
    assert Difference() == third
    assert [] == differences(after, await canonical(hub))


async def test_ranks_taken_back_leave_what_stood_before_them(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    await both_state(hub, sealer, tmp_path)
    before = await canonical(hub)
    await rank(hub, FILES, last_name=1, birth_date=1)
    await projected(hub, sealer)
    changed = await stands(hub)

    await rank(hub, FILES)
    await projected(hub, sealer)

    assert of_whom(FILES, FILES) == changed
    assert [] == differences(before, await canonical(hub))


@pytest.mark.parametrize(
    "order",
    [("school", "system", "ranks"), ("ranks", "system", "school"), ("system", "ranks", "school")],
)
async def test_ranks_and_statements_in_any_order_stand_as_one_full_match(
    order: tuple[str, ...], hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    await cards.add_source(hub)
    await rank(hub, FILES)
    steps: dict[str, Callable[[], Awaitable[object]]] = {
        "school": lambda: school_states(hub, sealer, tmp_path),
        "system": lambda: system_states(hub, sealer),
        "ranks": lambda: rank(hub, FILES, birth_date=1),
    }

    for step in order:
        await steps[step]()
    await projected(hub, sealer)
    standing, whole = await stands(hub), await canonical(hub)
    await rematch(
        hub, lambda session: active_model(session.raw), sealer=sealer, today=TODAY, actor="test"
    )

    assert {**APART, "last_name": NEWEST["last_name"]} == standing
    assert [] == differences(whole, await canonical(hub))


async def test_other_ranks_wait_for_a_projection_under_way_and_the_same_do_not(
    hub: Database, sealer: Sealer, tmp_path: Path
) -> None:
    await both_state(hub, sealer, tmp_path)

    async with hub.writing() as session:
        await session.lock(PROJECTING)
        other = asyncio.create_task(rank(hub, FILES, birth_date=1))
        await asyncio.wait_for(rank(hub, cards.CODE), timeout=60)
        await asyncio.wait([other], timeout=0.2)
        is_waiting = not other.done()
    await other

    assert is_waiting
    assert [(1,)] == await rows(hub, WAITING)


async def system_and_partner_state(hub: Database, sealer: Sealer, **ranks: int) -> UUID:
    """Let the system state its card and a partner push theirs; gives the partner's client."""
    pusher = await partner(hub)
    async with hub.writing() as session:
        await session.raw.execute(
            "insert into source (id, code, kind, title, brake_share) values"
            " (gen_random_uuid(), $1, 'KADRY', 'Система', 0.1)",
            cards.CODE,
        )
    await rank(hub, cards.CODE, **ranks)
    await system_states(hub, sealer)
    who = {"last_name": "Барканова", "first_name": "Анна", "middle_name": "Ильинична"}

    await push(
        counter_of(hub, sealer),
        pusher,
        [said("7", 60, at=SECOND, who=who, birth_date="1979-03-05", snils=NUMBER)],
    )
    return pusher.client_id


async def test_a_push_and_its_undoing_keep_to_the_ranks(hub: Database, sealer: Sealer) -> None:
    await system_and_partner_state(hub, sealer, birth_date=1)
    pushed = await stands(hub)
    ((number,),) = await rows(hub, "select id from changeset where kind = 'SYNC'")
    region = Region(sealer=sealer, zone=ZoneInfo("Europe/Samara"), today=TODAY)
    desired = Desired(changeset_id=ChangesetId(int(str(number))), actor="test", reason="не те")
    await undo(hub, desired, region)

    assert ["1980-03-05", "SOURCE_RANK", cards.CODE] == pushed["birth_date"]
    assert "Барканова" == pushed["last_name"][0]
    assert ["1979-03-05", "AGREEMENT"] == list((await stands(hub))["birth_date"][:2])


async def test_what_a_partner_pushed_is_ranked_too_and_stays_theirs(
    hub: Database, sealer: Sealer
) -> None:
    code = f"push:{await system_and_partner_state(hub, sealer, birth_date=2)}"
    settings = await rows(hub, "select settings from source where code = $1", code)

    await rank(hub, code, birth_date=1)
    await projected(hub, sealer)

    assert ["1979-03-05", "SOURCE_RANK", code] == list((await stands(hub))["birth_date"])
    assert settings == await rows(hub, "select settings from source where code = $1", code)


async def test_a_partner_who_has_pushed_nothing_has_no_source_to_describe(hub: Database) -> None:
    with pytest.raises(ConfigError, match="source list"):
        await rank(hub, f"push:{UUID(int=7)}", birth_date=1)


def test_a_rank_for_a_birth_date_serves_the_year_beside_it() -> None:
    one, other, third = UUID(int=1), UUID(int=2), UUID(int=3)
    stated = {
        one: {"birth_date": 1},
        other: {"birth_date": 2, "birth_year": 5},
        third: {"snils": 3},
    }

    assert {
        "birth_date": {one: 1, other: 2},
        "birth_year": {one: 1, other: 5},
        "snils": {third: 3},
    } == by_field(stated)
