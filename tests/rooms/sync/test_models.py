"""Models of the matcher in the database: learned, tried in shadow, made active, and back again."""

import asyncio
import json
from dataclasses import replace
from datetime import date

import pytest

from hub.database import Database
from hub.demo.labelled.files import labelled
from hub.errors import ConflictError, InputError
from hub.records import FileKind
from hub.seal import Sealer
from sync import modelling
from sync.changeset import Difference
from sync.explained import parts
from sync.matching.model import HAND_MODEL, Model
from sync.people.models import active_model, store_model
from sync.projecting import obey_waiting
from sync.review.verdicts import merge
from tests.rooms.sync.canonical import canonical, differences
from tests.rooms.sync.conftest import TakeIn
from tests.rooms.sync.world import BY, FIRST, SECOND, TODAY, Handed, card, handed, rows

pytestmark = pytest.mark.anyio
DAY = date(2026, 9, 15)
MERYANIN = "Мерянинов Олег Львович"
HAND = HAND_MODEL.version
STRICT = replace(HAND_MODEL, version="strict", link=20_000, ask=20_000)
PEOPLE = "select count(*) from person"
VERSIONS = "select distinct model_version from link order by 1"


def of_two_schools() -> list[Handed]:
    """Give two people whom both schools list, and one whom one does."""
    both = [card(MERYANIN, "05.03.1979"), card("Лукоянцев Пётр Ильич", "07.08.1981")]
    own = card("Журавина Инга Олеговна", "01.02.1990")
    return [
        handed(FileKind.STAFF, FIRST, DAY, [*both, own]),
        handed(FileKind.STAFF, SECOND, DAY, both),
    ]


async def keep(hub: Database, model: Model) -> None:
    async with hub.writing() as session:
        await store_model(session, model, origin="HAND", calibration=[])


async def tried(hub: Database, model: Model) -> None:
    await keep(hub, model)
    await modelling.shadow(hub, model.version, today=TODAY)


async def activate(hub: Database, sealer: Sealer, version: str) -> Difference:
    return await modelling.activate(hub, version, sealer=sealer, today=TODAY, actor="test")


async def test_the_first_model_is_the_hand_model_with_its_parts(hub: Database) -> None:
    async with hub.reading() as session:
        active = await active_model(session.raw)

    stored = await rows(
        hub, "select mask, value, field, says, centibits from model_part order by number"
    )

    assert HAND_MODEL == active
    assert stored == [
        (one.mask, one.value, one.field, one.says, one.centibits) for one in parts(HAND_MODEL)
    ]


async def test_the_active_model_in_shadow_changes_nothing(hub: Database, take_in: TakeIn) -> None:
    await take_in(*of_two_schools())

    found = await modelling.shadow(hub, HAND, today=TODAY)

    assert found.is_same
    assert (0, 0, 5, 3, 3) == (
        found.pairs_linked,
        found.pairs_parted,
        found.records,
        found.people_before,
        found.people_after,
    )


async def test_a_shadow_says_what_activation_then_does_and_writes_no_person(
    hub: Database, sealer: Sealer, take_in: TakeIn
) -> None:
    await take_in(*of_two_schools())
    await keep(hub, STRICT)

    found = await modelling.shadow(hub, "strict", today=TODAY)
    before = await rows(hub, PEOPLE)
    changed = await activate(hub, sealer, "strict")

    assert [(3,)] == before
    assert (2, 2, 5) == (found.pairs_parted, found.people_split, found.people_after)
    assert ["LINK", "APART"] == [found.examples[0].before, found.examples[0].after]
    assert found.people_split == changed.people_split
    assert [(5,)] == await rows(hub, PEOPLE)
    assert [("strict",)] == await rows(hub, VERSIONS)


async def test_examples_hold_what_fields_say_and_nothing_that_they_hold(
    hub: Database, take_in: TakeIn
) -> None:
    await take_in(*of_two_schools())
    await keep(hub, STRICT)

    found = await modelling.shadow(hub, "strict", today=TODAY)

    told = str(found).casefold()
    assert "организация: разные" in told
    assert not [word for word in (*MERYANIN.casefold().split(), "1979") if word in told]


async def test_the_former_model_activated_again_gives_back_who_was_whom(
    hub: Database, sealer: Sealer, take_in: TakeIn
) -> None:
    await take_in(*of_two_schools())
    before = await canonical(hub)
    ids = await rows(hub, "select id from person order by id")
    await tried(hub, STRICT)
    await activate(hub, sealer, "strict")

    await activate(hub, sealer, HAND)

    assert [] == differences(before, await canonical(hub))
    assert set(ids) == set(await rows(hub, "select id from person order by id"))
    assert [("test strict",), (f"test {HAND}",)] == await rows(
        hub, "select operation from audit_event where operation like 'test %' order by seq"
    )


async def test_a_full_rematch_by_the_same_model_changes_nothing(
    hub: Database, sealer: Sealer, take_in: TakeIn
) -> None:
    await take_in(*of_two_schools())
    before = await canonical(hub)

    changed = await activate(hub, sealer, HAND)

    assert (0, 0) == (changed.people, changed.mentorships)
    assert [] == differences(before, await canonical(hub))


async def test_a_model_that_nobody_tried_is_not_activated(hub: Database, sealer: Sealer) -> None:
    await keep(hub, STRICT)

    with pytest.raises(ConflictError) as caught:
        await activate(hub, sealer, "strict")

    assert "match.not_shadowed" == caught.value.reason
    async with hub.reading() as session:
        assert HAND_MODEL == await active_model(session.raw)


async def test_a_model_of_another_version_is_refused_with_its_code(
    hub: Database, sealer: Sealer
) -> None:
    await tried(hub, STRICT)
    async with hub.writing() as session:
        await session.raw.execute(
            "update model set artefact = artefact || $1 where version = 'strict'",
            json.dumps({"levels": 1}),
        )

    for act in (modelling.shadow(hub, "strict", today=TODAY), activate(hub, sealer, "strict")):
        with pytest.raises(InputError) as caught:
            await act
        assert "match.model_version" == caught.value.reason


async def test_two_activations_at_once_wait_for_each_other_and_no_word_is_lost(
    hub: Database, sealer: Sealer, take_in: TakeIn
) -> None:
    await take_in(*of_two_schools())
    await tried(hub, STRICT)
    one, other = (
        person for (person,) in (await rows(hub, "select id from person order by id"))[:2]
    )

    async def say() -> None:
        async with hub.writing() as session:
            await merge(session, one, other, by=BY, reason="проверено")  # type: ignore[arg-type]  # a UUID of the table

    await asyncio.gather(activate(hub, sealer, "strict"), activate(hub, sealer, HAND), say())
    await obey_waiting(hub, sealer=sealer, today=TODAY)

    async with hub.reading() as session:
        active = await active_model(session.raw)
    assert [(active.version,)] == await rows(hub, VERSIONS)
    assert 1 == len(await rows(hub, "select id from model where active"))
    assert [(0,)] == await rows(hub, "select count(*) from verdict where changeset_id is null")
    assert [(1,)] == await rows(
        hub,
        "select count(distinct l.person_id) from link l"
        " join verdict_pair p on l.record_id in (p.record_a, p.record_b)",
    )


async def test_a_model_is_learned_from_what_is_stored(hub: Database, take_in: TakeIn) -> None:
    with pytest.raises(InputError) as caught:
        await modelling.train(hub, version="nothing", today=TODAY)
    cells = [one.cells for one in labelled(1_500, setting="usual", seed=3).cards]
    listed = [{**one, "gender": one["sex"]} for one in cells]
    await take_in(
        handed(FileKind.STAFF, FIRST, DAY, listed[::2]),
        handed(FileKind.STAFF, SECOND, DAY, listed[1::2]),
    )
    people = await rows(hub, PEOPLE)

    learned = await modelling.train(hub, version="learned", today=TODAY)

    assert "match.too_little" == caught.value.reason
    assert (len(cells), people) == (learned.records, await rows(hub, PEOPLE))
    kept = {one.version: one.active for one in await modelling.models(hub)}
    assert {"learned": False, HAND: True} == kept
    assert not (await modelling.shadow(hub, "learned", today=TODAY)).is_same
