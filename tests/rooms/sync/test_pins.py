"""Pinned fields: a steward's word above all records, until it is taken back."""

from datetime import date

import pytest

from hub.database import Database
from hub.errors import HubError
from hub.seal import Sealer
from sync.projecting import obey_waiting
from sync.review import pinning
from tests.rooms.sync.conftest import TakeIn
from tests.rooms.sync.namesakes import BORN, MERYANIN, ONE, one, record_at, staff
from tests.rooms.sync.world import BY, FIRST, SECOND, TODAY, card, parted, rows

pytestmark = pytest.mark.anyio


async def test_a_pin_outranks_records_follows_its_record_and_gives_way_when_taken_back(
    hub: Database, take_in: TakeIn, sealer: Sealer
) -> None:
    await take_in(staff(FIRST, card(MERYANIN, BORN)), staff(SECOND, card(MERYANIN, BORN)))
    record = int(str(await record_at(hub, SECOND)))
    name = "select last_name, birth_date from person where record_count = $1"

    async with hub.writing() as session:
        await pinning.pin(session, record, "last_name", value="Мерянинова", by=BY, reason="паспорт")
        pin = await pinning.pin(session, record, "birth_date", value="1979-03-06", by=BY)
    await obey_waiting(hub, sealer=sealer, today=TODAY)
    pinned = await rows(hub, name, 2)
    rules = await rows(
        hub, "select field, value, rule from person_field where rule = 'PIN' order by 1"
    )
    borne = await rows(hub, "select last_name from person_name where kind = 'CURRENT'")
    person = await one(hub, "select id from person")
    await parted(hub, sealer, person, record)
    names = await rows(hub, "select last_name from person order by 1")
    async with hub.writing() as session:
        await pinning.unpin(session, pin, by=BY)
    await obey_waiting(hub, sealer=sealer, today=TODAY)

    assert [("Мерянинова", date(1979, 3, 6))] == pinned
    assert [("birth_date", "1979-03-06", "PIN"), ("last_name", "Мерянинова", "PIN")] == rules
    assert [("Мерянинова",)] == borne
    assert [("Мерянинов",), ("Мерянинова",)] == names
    assert [(date(1979, 3, 5),)] == await rows(hub, "select distinct birth_date from person")


@pytest.mark.parametrize(
    ("field", "value"),
    [("birth_date", "05.03.1979"), ("sex", "М"), ("snils", ONE), ("snils", None), ("phone", "1")],
)
async def test_a_pin_that_cannot_stand_is_refused(
    hub: Database, take_in: TakeIn, field: str, value: str | None
) -> None:
    await take_in(staff(FIRST, card(MERYANIN, BORN)))
    record = int(str(await record_at(hub, FIRST)))

    with pytest.raises(HubError) as refusal:
        async with hub.writing() as session:
            await pinning.pin(session, record, field, value=value, by=BY)

    assert "review.pin_value" == refusal.value.reason
