"""A pooler in transaction mode before the database: nobody sees it, nobody is somebody else.

Two hundred queries of schools and a partner's pushes share a handful of the server's connections;
what one transaction says of its viewer is not there in the next one.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from hub import app
from hub.access import ClientKind, Role
from hub.credentials import issue_key
from hub.database import open_connection, open_database
from hub.seal import Sealer
from hub.settings import Addresses, Settings
from tests.door.conftest import serving
from tests.faults.conftest import Figures
from tests.faults.stand import Ledger
from tests.journeys.region import Made, loaded_hub, make, write_keys
from tests.pooler import pooling

Json = Any  # a decoded answer
AT_ONCE = 200
VIEWERS = 8
PUSHES = 40
CONNECTIONS = 3  # of the pooler to the server, for each role
PEOPLE = "{ people(first: 100) { totalCount nodes { id } } }"
FILE = "/exports/mentor-base?format=csv"
PUSHED = """mutation ($input: StaffUpsertBatchInput!) { staffUpsertBatch(input: $input) {
  results { externalId status } trial { counts { name count } } errors { code } } }"""
LARGEST = """
select e.organisation_id as id, i.value as number, count(distinct e.person_id) as people
from employment e join organisation_identifier i on i.organisation_id = e.organisation_id
    and i.system = 'AIS_KADRY'
group by 1, 2 having count(distinct e.person_id) between 2 and 90 order by 3 desc, 1 limit $1
"""
KEPT = """
select v.stated_id, count(distinct r.id) as records
from record r join record_version v on v.id = r.current_version_id
join source s on s.id = r.source_id
where s.kind = 'PUSH' and r.ended_on is null group by 1
"""


@dataclass(frozen=True, kw_only=True)
class Asking:
    """A hub behind a pooler and straight, the schools that ask it and a partner that pushes."""

    addresses: Addresses
    pooled: str
    straight: str
    schools: Sequence[str]  # their keys
    partner: str
    numbers: Sequence[str]  # of the schools, as the partner names them

    async def ask(self, web: httpx.AsyncClient, key: str) -> frozenset[str]:
        """Give the ids of the people whom a key sees."""
        people = (await self._sent(web, key, {"query": PEOPLE}))["people"]
        found = frozenset(one["id"] for one in people["nodes"])
        assert people["totalCount"] == len(found)
        return found

    async def push(self, web: httpx.AsyncClient, number: int, **asked: bool) -> str:
        """Push a card of somebody new at one of the schools; give what is answered of it."""
        card = {
            "externalId": f"card-{number}",
            "changedAt": "2026-11-20T12:00:00Z",
            "organisation": {"system": "AIS_KADRY", "value": self.numbers[number % VIEWERS]},
            "lastName": f"Пулеров{'абвгдежзик'[number % 10]}",
            "firstName": f"Лев{'абвгдежзик'[number // 10]}",
            "position": "учитель",
        }
        variables = {"input": {"idempotencyKey": f"key-{number}", "cards": [card], **asked}}
        data = await self._sent(web, self.partner, {"query": PUSHED, "variables": variables})
        [answer] = data["staffUpsertBatch"]["results"]
        return str(answer["status"])

    async def _sent(self, web: httpx.AsyncClient, key: str, body: Json) -> Mapping[str, Json]:
        headers = {"Authorization": f"Bearer {key}"}
        answer = await web.post("/graphql", json=body, headers=headers)
        assert (200, False) == (answer.status_code, "errors" in answer.json()), answer.text
        data: Mapping[str, Json] = answer.json()["data"]
        return data

    def web(self, url: str) -> httpx.AsyncClient:
        """Open as many connections as there are questions."""
        # Given up sooner than the server gives them up, or a question might meet a closed one.
        limits = httpx.Limits(max_connections=AT_ONCE, keepalive_expiry=0.5)
        return httpx.AsyncClient(base_url=url, timeout=60, limits=limits)


@pytest.fixture(scope="module")
def asking(
    admin_url: str, sealer: Sealer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Asking]:
    folder = tmp_path_factory.mktemp("hub")
    made = make(folder)
    settings = Settings(data_dir=write_keys(folder), rate_burst=10**9, rate_per_s=10**9)
    with (
        loaded_hub(admin_url, made, sealer) as addresses,
        pooling(addresses, connections=CONNECTIONS) as pooler,
        serving(app.build(addresses, settings)) as straight,
        serving(app.build(addresses, settings.model_copy(update={"pooler": pooler}))) as pooled,
    ):
        schools, partner, numbers = asyncio.run(invited(addresses, made))
        yield Asking(
            addresses=addresses,
            pooled=pooled,
            straight=straight,
            schools=schools,
            partner=partner,
            numbers=numbers,
        )


async def invited(addresses: Addresses, made: Made) -> tuple[list[str], str, list[str]]:
    """Issue a key to each of some schools and one to a partner of the whole region."""
    async with open_database(addresses.worker) as database, database.writing() as session:
        found = await session.raw.fetch(LARGEST, VIEWERS)

        async def key(name: str, role: Role, organisation_id: UUID) -> str:
            return await issue_key(
                session,
                client_name=name,
                kind=ClientKind.SYSTEM,
                role=role,
                organisation_id=organisation_id,
                env="test",
            )

        schools = [await key(f"Школа {row['number']}", Role.SCHOOL, row["id"]) for row in found]
        partner = await key("Портал", Role.PARTNER_SYSTEM, made.region.registry.ministry_id)
    return schools, partner, [row["number"] for row in found]


async def ledger_of(addresses: Addresses) -> Ledger:
    """Compare the cards that were acknowledged with the records that stand."""
    connection = await open_connection(addresses.worker)
    try:
        kept = {row["stated_id"]: row["records"] for row in await connection.fetch(KEPT)}
    finally:
        await connection.close()
    return Ledger(
        acknowledged=PUSHES,
        lost=sum(f"card-{number}" not in kept for number in range(PUSHES)),
        doubled=sum(count - 1 for count in kept.values()),
    )


def test_two_hundred_viewers_behind_a_pooler_each_see_their_own(
    asking: Asking, figures: Figures
) -> None:
    async def seen(web: httpx.AsyncClient) -> list[frozenset[str]]:
        return [await asking.ask(web, key) for key in asking.schools]

    async def journey() -> tuple[
        list[list[frozenset[str]]], list[frozenset[str]], list[str], float
    ]:
        async with asking.web(asking.straight) as straight, asking.web(asking.pooled) as pooled:
            before = await seen(straight)
            begun = time.monotonic()
            questions = [
                asking.ask(pooled, asking.schools[number % VIEWERS]) for number in range(AT_ONCE)
            ]
            pushes = [asking.push(pooled, number) for number in range(PUSHES)]
            answers, told = await asyncio.gather(
                asyncio.gather(*questions), asyncio.gather(*pushes)
            )
            seconds = time.monotonic() - begun
            after = await seen(straight)
        return [before, after], answers, told, seconds

    (before, after), answers, told, seconds = asyncio.run(journey())

    ledger = asyncio.run(ledger_of(asking.addresses))
    figures.say(ledger, seconds)
    assert VIEWERS == len(set(before))
    assert all(before)
    strangers = [
        number
        for number, people in enumerate(answers)
        if not before[number % VIEWERS] <= people <= after[number % VIEWERS]
    ]
    assert [] == strangers
    assert ["APPLIED"] * PUSHES == told
    assert (0, 0) == (ledger.lost, ledger.doubled)
    assert PUSHES == len(frozenset().union(*after) - frozenset().union(*before))


def test_all_else_that_the_web_does_goes_through_a_pooler(asking: Asking) -> None:
    async def asked(url: str) -> list[bytes]:
        headers = {"Authorization": f"Bearer {asking.schools[0]}"}
        async with asking.web(url) as web:
            answers = [await web.get(path, headers=headers) for path in ("/readyz", FILE)]
            assert [200, 200] == [answer.status_code for answer in answers], answers[-1].text
            assert "APPLIED" == await asking.push(web, PUSHES + 1, dryRun=True)
            return [answer.content for answer in answers]

    pooled, straight = (asyncio.run(asked(url)) for url in (asking.pooled, asking.straight))

    assert straight == pooled
