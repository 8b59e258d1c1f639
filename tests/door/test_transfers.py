"""Consents to transfer: who withdrew is nobody to a partner, at once and on every way out."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette

from hub.access import ClientKind, Role
from hub.clients import add_client, add_grant
from hub.database import Database, open_connection
from hub.edge import Edge, Lines
from hub.law.consents import Paper, Relation, record_consent, withdraw_consent
from hub.law.rules import ConsentPurpose
from hub.settings import Addresses
from hub.webhooks.endpoints import add_endpoint
from hub.webhooks.telling import tell
from schema.exports.http import export_routes
from sync.feed.transfers import announce_transfers
from tests.day import ZONE, region_day
from tests.door.asking import Door, Json, opened
from tests.door.endpoint import bearer
from tests.door.feed import Follower, settle
from tests.door.over_http import WithPools
from tests.door.rows import PARTNER

pytestmark = pytest.mark.anyio
TODAY = region_day()
SEEN = """{ people(first: 100) { nodes { id } } mentors(first: 100) { nodes { id } }
  mentorships(first: 100) { nodes { id members { displayName person { id } } } } }"""
ONE = """query ($id: ID!, $pair: ID!) { person(id: $id) { id } node(id: $id) { id }
  nodes(ids: [$id, $pair]) { id } mentorship(id: $pair) { id }
  _entities(representations: [{ __typename: "Person", id: $id }]) { ... on Person { id } } }"""
FILE = "{ people { nodes { id } } }"


@dataclass(frozen=True, kw_only=True)
class Somebody:
    """A person whom the partner sees in a pair, and all whom it sees of both."""

    id: str
    pair: str
    people: frozenset[str]
    pairs: frozenset[str]

    @property
    def key(self) -> UUID:
        return UUID(self.id.removeprefix("person-"))


@pytest.fixture
async def door(addresses: Addresses, database: Database) -> AsyncIterator[Door]:
    async with opened(addresses, database) as opened_door:
        owner = await open_connection(addresses.owner)
        # The region's rows bring numbers of their own.
        await owner.execute("alter table changeset alter id restart with 1000")
        await owner.close()
        yield opened_door


@pytest.fixture
async def somebody(door: Door) -> Somebody:
    seen = await door.ask("partner", SEEN)
    people = frozenset(one["id"] for one in seen["people"]["nodes"])
    for pair in seen["mentorships"]["nodes"]:
        for member in pair["members"]:
            if member["person"] is not None:
                return Somebody(
                    id=member["person"]["id"],
                    pair=pair["id"],
                    people=people,
                    pairs=frozenset(one["id"] for one in seen["mentorships"]["nodes"]),
                )
    raise AssertionError("the partner sees no pair")


async def consent(
    door: Door, database: Database, person: UUID, document: str, *, signed: date | None = None
) -> UUID:
    paper = Paper(
        purpose=ConsentPurpose.TRANSFER, relation=Relation.REPRESENTATIVE, document=document,
        signed_on=signed or TODAY - timedelta(days=30), ends=TODAY + timedelta(days=300),
    )  # fmt: skip
    async with database.writing() as session:
        return await record_consent(session, person, paper, actor="tests", sealer=door.sealer)


async def withdraw(database: Database, consent_id: UUID) -> None:
    async with database.writing() as session:
        assert await withdraw_consent(session, consent_id, on=TODAY, actor="tests") is None


async def seen_by(door: Door, who: str) -> tuple[set[str], set[str], set[str]]:
    """Give the people, the mentors and the mentorships of a viewer's lists."""
    found = await door.ask(who, SEEN)
    people, mentors, pairs = (
        {one["id"] for one in found[name]["nodes"]} for name in ("people", "mentors", "mentorships")
    )
    return people, mentors, pairs


async def ways(door: Door, who: str, somebody: Somebody) -> Json:
    return await door.ask(who, ONE, {"id": somebody.id, "pair": somebody.pair})


async def test_whoever_withdrew_is_on_no_way_to_a_partner_and_back_with_a_new_consent(
    door: Door, database: Database, somebody: Somebody
) -> None:
    before = await ways(door, "partner", somebody)
    of_the_centre = await ways(door, "centre", somebody)
    given = await consent(door, database, somebody.key, "П-1")
    held = await ways(door, "partner", somebody)
    await withdraw(database, given)

    people, mentors, pairs = await seen_by(door, "partner")
    gone = await ways(door, "partner", somebody)
    still = await ways(door, "centre", somebody)
    await consent(door, database, somebody.key, "П-2")
    again = await ways(door, "partner", somebody)

    assert before == held == again
    assert None not in (before["person"], before["mentorship"])
    assert of_the_centre == still
    assert {
        "person": None, "node": None, "nodes": [None, None], "mentorship": None,
        "_entities": [None],
    } == gone  # fmt: skip
    assert somebody.people - people == {somebody.id}
    assert somebody.id not in mentors
    assert somebody.pair in somebody.pairs - pairs


async def test_a_file_for_a_partner_holds_nobody_who_withdrew(
    door: Door, database: Database, somebody: Somebody
) -> None:
    await withdraw(database, await consent(door, database, somebody.key, "Ф-1"))
    app = WithPools(Edge(Starlette(routes=export_routes(door.engine, ZONE)), lines=Lines()), door)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://hub.test"
    ) as client:
        answer = await client.post(
            "/exports",
            headers=bearer(door.keys.partner),
            json={"query": FILE, "format": "csv-rfc4180"},
        )

    _, *rows = csv.reader(io.StringIO(answer.content.decode()))
    assert somebody.people - {somebody.id} == {row[0] for row in rows}


async def test_the_feed_and_webhooks_tell_a_partner_to_forget_and_to_take_again(
    door: Door, database: Database, somebody: Somebody
) -> None:
    follower = Follower(door, "partner", replica={somebody.id: "…"})
    async with database.writing() as session:
        client = await add_client(session, name="Завод", kind=ClientKind.SYSTEM)
        await add_grant(session, client, Role.PARTNER_SYSTEM, PARTNER)
        await add_endpoint(
            session,
            client,
            "https://127.0.0.1:1/hook",
            types=[],
            sealer=door.sealer,
            today=TODAY,
            inward=True,
        )
    given = await consent(door, database, somebody.key, "Л-1")
    await announce_transfers(database, today=TODAY)
    await withdraw(database, given)

    first = await announce_transfers(database, today=TODAY)
    nothing = await announce_transfers(database, today=TODAY)
    await settle(database)
    await follower.catch_up()
    forgotten = dict(follower.replica)
    await tell(database, door.sealer, today=TODAY, inward=True)
    async with database.reading() as session:
        sent = await session.raw.fetch("select payload ->> 'type' from webhook_delivery")
    await consent(door, database, somebody.key, "Л-2")
    await announce_transfers(database, today=TODAY)
    await settle(database)
    await follower.catch_up()

    assert first >= 2
    assert 0 == nothing
    assert {} == forgotten
    assert {"person.left", "mentorship.left"} <= {row[0] for row in sent}
    assert somebody.id in follower.replica


async def test_a_rule_that_asks_for_a_consent_shows_a_partner_only_who_gave_one(
    door: Door, database: Database, somebody: Somebody
) -> None:
    others, _, _ = await seen_by(door, "north")
    async with database.writing() as session:
        await session.raw.execute(
            'update law_rule set parameters = parameters || \'{"TRANSFER": "ONLY_WITH_CONSENT"}\''
            " where code = 'GATE'"
        )
        await session.raw.execute("delete from consent where purpose = 'TRANSFER'")
    nobody, _, none = await seen_by(door, "partner")
    await consent(door, database, somebody.key, "О-1")

    people, _, _ = await seen_by(door, "partner")

    assert set() == nobody == none
    assert {somebody.id} == people
    assert others == (await seen_by(door, "north"))[0]
