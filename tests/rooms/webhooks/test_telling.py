"""Endpoints over real HTTP: what they are told, in which order, and what happens when they fail."""

import asyncio
import hmac
import json
import threading
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from uuid import UUID

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hub.access import ClientKind, Role
from hub.clients import add_client, add_grant
from hub.database import Database
from hub.seal import Sealer
from hub.webhooks.endpoints import add_endpoint, redrive
from hub.webhooks.forgetting import forget_deliveries
from hub.webhooks.sending import InwardError, is_public, post
from hub.webhooks.signing import headers
from hub.webhooks.telling import Told, tell
from hub.webhooks.turns import MOST, WAITS_S
from tests.day import region_day
from tests.door.conftest import serving
from tests.door.feed import settle
from tests.rooms.sync.world import MINISTRY, NORTH, SOUTH, load_register, rows

pytestmark = pytest.mark.anyio
TODAY = region_day()
ONE, OTHER = UUID(int=71), UUID(int=72)


class StoppedError(Exception):
    pass


@dataclass
class Listener:
    """An endpoint: remembers what came, and answers as it is told to."""

    status: int = HTTPStatus.NO_CONTENT
    came: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        self.came.append((dict(request.headers), await request.body()))
        if self.status == HTTPStatus.FOUND:
            return RedirectResponse("/elsewhere", status_code=302)
        return Response(status_code=self.status)

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self.take, methods=["POST", "GET"])])

    def said(self) -> list[tuple[str, str]]:
        bodies = [json.loads(body) for _, body in self.came]
        return [(body["type"], body["data"].get("id", "")) for body in bodies]


@dataclass
class Hanging(Listener):
    """An endpoint that answers nobody until it is let go."""

    free: threading.Event = field(default_factory=threading.Event)

    async def take(self, request: Request) -> Response:
        answer = await super().take(request)
        await asyncio.to_thread(self.free.wait, 30)
        return answer


@dataclass
class Telling:
    """A registered endpoint of the north, its secret and who listens there."""

    database: Database
    sealer: Sealer
    listener: Listener
    url: str
    client: UUID
    endpoint: UUID
    secret: str
    grant: int

    async def tell(self) -> Told:
        await settle(self.database)
        return await tell(self.database, self.sealer, today=TODAY, inward=True)

    async def happens(
        self, entity_id: UUID, operation: str = "UPSERT", *, after: UUID = NORTH
    ) -> None:
        async with self.database.writing() as session:
            await session.raw.execute(
                "insert into change (entity, entity_id, operation, places_before, places_after,"
                " changeset_id) select 'PERSON', $1, $2, array[$3::uuid], array[$4::uuid], min(id)"
                " from changeset",
                entity_id,
                operation,
                NORTH if after == SOUTH else after,
                after,
            )

    async def hurry(self) -> None:
        """Let the waiting be over."""
        async with self.database.writing() as session:
            await session.raw.execute("update webhook_delivery set due_at = now()")


@pytest.fixture
async def told(database: Database, sealer: Sealer) -> AsyncIterator[Telling]:
    await load_register(database)
    await settle(database)
    listener = Listener()
    with serving(listener.app) as url:
        async with database.writing() as session:
            client = await add_client(session, name="Портал", kind=ClientKind.SYSTEM)
            grant = await add_grant(session, client, Role.TERRITORY, NORTH)
            endpoint, secret = await add_endpoint(
                session,
                client,
                f"{url}/hook",
                types=["PERSON"],
                sealer=sealer,
                today=TODAY,
                inward=True,
            )
        yield Telling(database, sealer, listener, url, client, endpoint, secret, grant)


async def test_an_endpoint_hears_of_its_scope_alone_by_signed_messages_without_values(
    told: Telling,
) -> None:
    await told.happens(ONE)
    await told.happens(ONE, after=SOUTH)
    await told.happens(OTHER, after=MINISTRY)

    done, again = await told.tell(), await told.tell()

    assert (Told(made=2, delivered=2), Told()) == (done, again)
    person = f"person-{ONE}"
    assert [("person.upsert", person), ("person.left", person)] == told.listener.said()
    sent, body = told.listener.came[0]
    signed = f"{sent['webhook-id']}.{sent['webhook-timestamp']}.".encode() + body
    key = b64decode(told.secret.removeprefix("whsec_"))
    expected = b64encode(hmac.digest(key, signed, "sha256")).decode()
    assert f"v1,{expected}" == sent["webhook-signature"]
    assert abs(int(sent["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 60
    assert {"type", "timestamp", "data"} == set(json.loads(body))


async def test_a_signature_is_that_of_the_specifications_own_example() -> None:
    at = datetime.fromtimestamp(1_614_265_330, tz=UTC)
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - of the published example

    said = headers(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', at)

    assert "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" == said["webhook-signature"]


async def test_what_an_endpoint_misses_is_sent_later_in_each_persons_order(told: Telling) -> None:
    told.listener.status = HTTPStatus.SERVICE_UNAVAILABLE
    await told.happens(ONE)
    await told.happens(ONE, "DELETE")
    await told.happens(OTHER)

    missed = await told.tell()
    tried = len(told.listener.came)
    waits = await rows(told.database, "select attempts, status, due_at > now() from webhook_delivery"
                       " where attempts > 0 order by id")  # fmt: skip
    told.listener.came.clear()
    told.listener.status = HTTPStatus.OK
    await told.hurry()
    sent = await told.tell()

    assert (Told(made=3, failed=2), 2) == (missed, tried)
    assert [(1, 503, True), (1, 503, True)] == waits
    assert Told(delivered=3) == sent
    of_one = [kind for kind, who in told.listener.said() if who.endswith(str(ONE))]
    assert ["person.upsert", "person.delete"] == of_one
    assert [(None,)] == await rows(told.database, "select failing_since from webhook_endpoint")


async def add(told: Telling, url: str) -> None:
    async with told.database.writing() as session:
        await add_endpoint(
            session, told.client, url, types=[], sealer=told.sealer, today=TODAY, inward=True
        )


async def heard(listener: Listener, count: int) -> None:
    for _ in range(2_000):
        if len(listener.came) >= count:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{len(listener.came)} of {count} messages came")


async def test_an_endpoint_that_hangs_keeps_no_other_waiting(told: Telling) -> None:
    hanging = Hanging()
    with serving(hanging.app) as url:
        await add(told, f"{url}/slow")
        await told.happens(ONE)
        telling = asyncio.create_task(told.tell())
        await heard(told.listener, 1)
        await heard(hanging, 1)
        await told.happens(OTHER)  # after the pass began, while the other hangs
        await settle(told.database)
        await heard(told.listener, 2)
        still = len(hanging.came)
        hanging.free.set()
        done = await telling

    assert 1 == still
    assert Told(made=4, delivered=4) == done
    assert told.listener.said() == hanging.said()


async def test_endpoints_that_fail_take_no_more_than_half_of_the_places(told: Telling) -> None:
    hanging = Hanging()
    with serving(hanging.app) as url:
        for number in range(MOST + 2):
            await add(told, f"{url}/{number}")
        async with told.database.writing() as session:
            await session.raw.execute(
                "update webhook_endpoint set failing_since = now() where id <> $1", told.endpoint
            )
        await told.happens(ONE)
        telling = asyncio.create_task(told.tell())
        await heard(told.listener, 1)
        await heard(hanging, MOST // 2)
        await asyncio.sleep(0.2)
        at_once = len(hanging.came)
        hanging.free.set()
        done = await telling

    assert MOST // 2 == at_once
    assert Told(made=MOST + 3, delivered=MOST + 3) == done


async def test_a_pass_that_is_stopped_sends_again_what_was_on_its_way(told: Telling) -> None:
    hanging = Hanging()
    turns = []

    def stops() -> None:
        turns.append(True)
        if len(turns) > 1:
            raise StoppedError

    with serving(hanging.app) as url:
        await add(told, f"{url}/slow")
        await told.happens(ONE)
        await settle(told.database)
        with pytest.raises(StoppedError):
            await tell(told.database, told.sealer, today=TODAY, inward=True, go_on=stops)
        hanging.free.set()
        again = await told.tell()

    assert again.delivered >= 1
    assert {"person.upsert"} == {kind for kind, _ in hanging.said()}
    assert [("DELIVERED", 2)] == await rows(
        told.database, "select state, count(*) from webhook_delivery group by state"
    )


async def test_messages_are_forgotten_by_the_rule_and_what_is_tried_is_kept(
    told: Telling,
) -> None:
    async with told.database.writing() as session:
        await session.raw.execute(
            "insert into webhook_delivery (endpoint_id, change_id, entity_id, payload, state,"
            " created_at, delivered_at) select $1, n, $2, '{}', s, now() - make_interval(days => d),"
            " case s when 'DELIVERED' then now() - make_interval(days => d) end from (values"
            " (1, 'DELIVERED', 31), (2, 'DELIVERED', 29), (3, 'FAILED', 91), (4, 'FAILED', 89),"
            " (5, 'WAITING', 400)) as v (n, s, d)",
            told.endpoint,
            ONE,
        )
    left = "select array_agg(change_id order by change_id) from webhook_delivery"

    first = await forget_deliveries(told.database, today=TODAY)
    kept = await rows(told.database, left)
    async with told.database.writing() as session:
        await session.raw.execute("update webhook_endpoint set state = 'DISABLED'")
        await session.raw.execute(
            "update indicator_rule set parameters = parameters || '{\"delivered_days\": 5}'"
            " where code = 'DELIVERIES'"
        )
    second = await forget_deliveries(told.database, today=TODAY)

    assert (2, [([2, 4, 5],)]) == (first, kept)
    assert (2, [([4],)]) == (second, await rows(told.database, left))


async def test_an_endpoint_that_is_gone_for_days_is_disabled_and_driven_again_loses_nothing(
    told: Telling,
) -> None:
    told.listener.status = HTTPStatus.FOUND
    await told.happens(ONE)
    for _ in range(len(WAITS_S) + 1):
        await told.tell()
        await told.hurry()
    state = "select state, reason from webhook_endpoint"
    disabled = await rows(told.database, state)
    await told.happens(OTHER)
    silent = await told.tell()
    told.listener.came.clear()
    told.listener.status = HTTPStatus.OK

    async with told.database.writing() as session:
        waiting = await redrive(session, told.endpoint)
    done = await told.tell()

    assert [("DISABLED", "webhook.exhausted")] == disabled
    assert (Told(), 1) == (silent, waiting)
    assert Told(made=1, delivered=2) == done
    assert [f"person-{ONE}", f"person-{OTHER}"] == [who for _, who in told.listener.said()]
    assert [("ACTIVE", "")] == await rows(told.database, state)


async def test_an_ended_grant_and_a_lost_feed_end_the_telling(told: Telling) -> None:
    async with told.database.writing() as session:
        await session.raw.execute("update access_grant set ends = current_date - 1")
    await told.happens(ONE)

    assert Told() == await told.tell()

    reason = "select reason from webhook_endpoint"
    assert [("webhook.grant_ended",)] == await rows(told.database, reason)
    async with told.database.writing() as session:
        await session.raw.execute("update access_grant set ends = 'infinity'")
        await session.raw.execute(
            "update webhook_endpoint set state = 'ACTIVE', epoch = gen_random_uuid()"
        )
    assert Told() == await told.tell()
    assert [("webhook.cursor_expired",)] == await rows(told.database, reason)
    assert [] == told.listener.came


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "0.0.0.0", "::1", "fd00::1",  # noqa: S104 - refused
     "fe80::1%eth0", "::ffff:127.0.0.1", "100.64.0.1", "224.0.0.1"],
)  # fmt: skip
def test_an_inward_address_is_told_from_a_public_one(address: str) -> None:
    assert not is_public(address)
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1:248:1893:25c8:1946")


async def test_a_name_that_leads_inward_is_refused_where_it_is_connected_to(told: Telling) -> None:
    port = told.url.rpartition(":")[2]

    answered = [
        await post(f"http://localhost:{port}/hook", {}, b"{}", inward=inward)
        for inward in (False, True)
    ]
    nobody = await post("http://127.0.0.1:1/hook", {}, b"{}", inward=True)

    assert ["webhook.inward", ""] == [one.error for one in answered]
    assert "webhook.unreachable" == nobody.error
    assert 1 == len(told.listener.came)
    for wrong in ("http://example.org/x", "https://127.0.0.1/x", "https://[::1]/x"):
        with pytest.raises(InwardError):
            async with told.database.writing() as session:
                await add_endpoint(
                    session, told.client, wrong, types=[], sealer=told.sealer, today=TODAY
                )
