"""Addresses of webhooks over the API: one's own, what was sent to them, and nobody else's."""

import pytest

from hub.database import Database
from hub.webhooks.endpoints import add_endpoint
from tests.door.asking import Door

pytestmark = pytest.mark.anyio
ASKED = """query ($id: ID!) {
  webhooks { nodes { id url types state reason failingSince waiting organisation { id } } }
  webhookDeliveries(webhook: $id, state: WAITING) { totalCount nodes {
    type entityId state attempts status error deliveredAt } } }"""
WAITS = """
insert into webhook_delivery (endpoint_id, change_id, entity_id, payload, state)
values ($1, 1, gen_random_uuid(), '{"type": "person.upsert", "data": {"id": "person-1"}}', 'WAITING')"""


async def test_an_address_and_what_it_waits_for_are_seen_by_its_client_and_by_who_watches(
    door: Door, module_database: Database
) -> None:
    north = door.viewers["north"]
    async with module_database.writing() as session:
        endpoint, _ = await add_endpoint(
            session,
            north.client_id,
            "https://example.org/hook",
            types=[],
            sealer=door.sealer,
            today=door.world("north").today,
        )
        await session.raw.execute(WAITS, endpoint)

    named = f"webhook-{endpoint}"
    found = {who: await door.ask(who, ASKED, {"id": named}) for who in ("north", "south", "centre")}

    expected = {
        "id": named,
        "url": "https://example.org/hook",
        "types": ["MENTORSHIP", "PERSON"],
        "state": "ACTIVE",
        "reason": "",
        "failingSince": None,
        "waiting": 1,
        "organisation": {"id": f"organisation-{north.authority_id}"},
    }
    assert [expected] == found["north"]["webhooks"]["nodes"] == found["centre"]["webhooks"]["nodes"]
    [waits] = found["north"]["webhookDeliveries"]["nodes"]
    assert ("person.upsert", "person-1", "WAITING") == (
        waits["type"], waits["entityId"], waits["state"],
    )  # fmt: skip
    assert [] == found["south"]["webhooks"]["nodes"]
    assert 0 == found["south"]["webhookDeliveries"]["totalCount"]
