"""The feed listened to over SSE and graphql-transport-ws: the same cursor, until the right ends."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from hub.database import Database
from hub.settings import Addresses
from tests.door.asking import Door
from tests.door.feed import announce
from tests.door.over_http import Served, served
from tests.door.rows import NORTH, ROOT, SOUTH, uid

pytestmark = pytest.mark.anyio
Json = Any  # a decoded message
LISTEN = """subscription Listen($from: String, $types: [ChangeType!]) {
  changeFeed(after: $from, types: $types) { ...Told pageInfo { endCursor } } }
fragment Told on ChangeConnection { nodes { operation entityId person { lastName } } }"""
POSITION = "{ feed { position } }"
ONE, OTHER = uid("person", 1), uid("person", 2)


@pytest.fixture(scope="module")
def few(
    module_addresses: Addresses, door: Door, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("few")
    with served(module_addresses, door, folder, listeners=3, listeners_of_one=2) as found:
        yield found


def told(answer: Json) -> list[tuple[str, str]]:
    return [(one["operation"], one["entityId"]) for one in answer["data"]["changeFeed"]["nodes"]]


def events(answer: httpx.Response) -> Iterator[tuple[str, Json]]:
    """Read a stream event by event; comments are passed over."""
    kind = ""
    for line in answer.iter_lines():
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data:"):
            said = line.removeprefix("data:").strip()
            yield kind, json.loads(said) if said else None


def posted(hub: Served, query: str, key: str, **said: Json) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    body = {"query": query, **said}
    return httpx.post(f"{hub.url}/graphql/stream", json=body, headers=headers, timeout=20)


async def test_events_stream_from_a_cursor_and_end_with_the_grant(
    hub: Served, module_database: Database
) -> None:
    start = hub.ask("north", POSITION)["feed"]["position"]
    await announce(module_database, ONE, "UPSERT", before=[ROOT], after=[NORTH, ROOT])
    request = {"query": LISTEN, "variables": {"from": start, "types": ["PERSON"]}}
    headers = {"Authorization": f"Bearer {hub.door.keys.north}"}

    with httpx.stream(
        "POST", f"{hub.url}/graphql/stream", json=request, headers=headers, timeout=20
    ) as answer:
        came = events(answer)
        first = next(came)
        await announce(module_database, OTHER, "UPSERT", before=[SOUTH, ROOT], after=[SOUTH, ROOT])
        await announce(module_database, OTHER, "UPSERT", before=[NORTH, ROOT], after=[SOUTH, ROOT])
        second = next(came)
        async with module_database.writing() as session:
            await session.raw.execute(
                "update access_grant set ends = current_date - 1 where client_id = $1",
                hub.door.viewers["north"].client_id,
            )
        last = list(came)

    assert "text/event-stream; charset=utf-8" == answer.headers["Content-Type"]
    assert ("next", [("UPSERT", f"person-{ONE}")]) == (first[0], told(first[1]))
    assert [("LEFT", f"person-{OTHER}")] == told(second[1])
    assert ["next", "complete"] == [kind for kind, _ in last]
    assert "FORBIDDEN" == last[0][1]["errors"][0]["extensions"]["code"]
    assert first[1]["data"]["changeFeed"]["pageInfo"]["endCursor"] != start


async def test_what_is_no_subscription_to_the_feed_is_refused_before_a_stream_begins(
    hub: Served,
) -> None:
    wrong = {
        "{ viewer { name } }": 400,
        "subscription { changeFeed { nodes { nothing } } }": 400,
        "subscription { changeFeed ": 400,
        "subscription { __typename }": 400,
    }
    key = hub.door.keys.south

    found = {text: posted(hub, text, key).status_code for text in wrong}
    stranger = posted(hub, LISTEN, "")
    expired = posted(hub, LISTEN, key, variables={"from": "мусор"})

    assert wrong == found
    assert 401 == stranger.status_code
    assert "BAD_USER_INPUT" in expired.text
    assert expired.text.rstrip().endswith("event: complete\ndata:")


def opened_socket(hub: Served, **said: Any) -> ClientConnection:  # noqa: ANN401 - any option
    url = f"{hub.url.replace('http', 'ws')}/graphql/stream"
    spoken = said.pop("subprotocols", ["graphql-transport-ws"])
    found: ClientConnection = connect(url, subprotocols=spoken, **said)
    return found


def say(socket: ClientConnection, kind: str, **rest: Json) -> None:
    socket.send(json.dumps({"type": kind, **rest}))


def heard(socket: ClientConnection) -> Json:
    return json.loads(socket.recv(timeout=20))


async def test_a_socket_is_told_what_happens_after_it_has_proved_who_it_is(
    hub: Served, module_database: Database
) -> None:
    with opened_socket(hub) as socket:
        say(socket, "connection_init", payload={"Authorization": f"Bearer {hub.door.keys.south}"})
        acknowledged = heard(socket)
        say(socket, "ping")
        pong = heard(socket)
        start = hub.ask("south", POSITION)["feed"]["position"]
        say(socket, "subscribe", id="1", payload={"query": LISTEN, "variables": {"from": start}})
        say(socket, "subscribe", id="2", payload={"query": "{ viewer { name } }"})
        refused = heard(socket)
        await announce(module_database, ONE, "UPSERT", after=[SOUTH, ROOT])
        came = heard(socket)
        say(socket, "complete", id="1")
        say(socket, "nonsense")
        with pytest.raises(ConnectionClosed) as closed:
            heard(socket)

    assert ("connection_ack", "pong") == (acknowledged["type"], pong["type"])
    assert ("error", "2") == (refused["type"], refused["id"])
    assert ("next", "1") == (came["type"], came["id"])
    assert [("UPSERT", f"person-{ONE}")] == told(came["payload"])
    assert closed.value.rcvd
    assert 4400 == closed.value.rcvd.code


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ({"type": "subscribe", "id": "1", "payload": {"query": LISTEN}}, 4401),
        ({"type": "connection_init", "payload": {"Authorization": "Bearer hub_test_x_y"}}, 4403),
        ({"type": "connection_init"}, 4403),
    ],
)
async def test_a_socket_that_proves_nobody_is_closed(hub: Served, first: Json, code: int) -> None:
    with opened_socket(hub) as socket:
        socket.send(json.dumps(first))
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=20)

    assert closed.value.rcvd
    assert code == closed.value.rcvd.code


async def test_another_site_and_another_protocol_are_turned_away(hub: Served) -> None:
    for said in ({"origin": "https://evil.example"}, {"subprotocols": ["graphql-ws"]}):
        with pytest.raises(InvalidStatus) as refused:
            opened_socket(hub, **said)
        assert 403 == refused.value.response.status_code


def listening(hub: Served, who: str, opened_ones: ExitStack) -> httpx.Response:
    """Begin a stream that stays open as long as the stack does."""
    return opened_ones.enter_context(
        httpx.stream(
            "POST",
            f"{hub.url}/graphql/stream",
            json={"query": LISTEN},
            headers={"Authorization": f"Bearer {getattr(hub.door.keys, who)}"},
            timeout=20,
        )
    )


def once_free(hub: Served, who: str, opened_ones: ExitStack) -> int:
    """Begin a stream as soon as a place that was left is free; gives the last status."""
    status = 0
    for _ in range(200):
        status = listening(hub, who, opened_ones).status_code
        if status == 200:
            break
        time.sleep(0.02)
    return status


async def test_streams_are_bounded_by_credential_and_by_process_and_places_come_back(
    few: Served,
) -> None:
    with ExitStack() as last, ExitStack() as first:
        mine = [listening(few, "centre", first).status_code for _ in range(2)]
        third = listening(few, "centre", first)
        third.read()
        others = listening(few, "south", last).status_code
        full = listening(few, "partner", last)
        full.read()
        first.close()
        again = once_free(few, "centre", last)

    assert [200, 200, 200, 200] == [*mine, others, again]
    for refused in (third, full):
        assert (429, "30") == (refused.status_code, refused.headers["Retry-After"])
        [error] = refused.json()["errors"]
        assert "LISTENING_BUSY" == error["extensions"]["code"]


def acknowledged(few: Served, who: str, opened_ones: ExitStack) -> ClientConnection:
    """Open a socket and prove who listens; raises ConnectionClosed where there is no place."""
    socket = opened_ones.enter_context(opened_socket(few))
    key = getattr(few.door.keys, who)
    say(socket, "connection_init", payload={"Authorization": f"Bearer {key}"})
    assert "connection_ack" == heard(socket)["type"]
    return socket


async def test_sockets_and_what_listens_in_them_are_bounded(few: Served) -> None:
    with ExitStack() as open_ones:
        socket = acknowledged(few, "centre", open_ones)
        acknowledged(few, "centre", open_ones)
        with pytest.raises(ConnectionClosed) as third:
            acknowledged(few, "centre", open_ones)
        acknowledged(few, "south", open_ones)
        with pytest.raises(ConnectionClosed) as full:
            acknowledged(few, "partner", open_ones)
        for number in "123":
            say(socket, "subscribe", id=number, payload={"query": LISTEN})
        refused = heard(socket)

    assert [1013, 1013] == [one.value.rcvd and one.value.rcvd.code for one in (third, full)]
    assert "error" == refused["type"]  # which of three at once comes last is not promised
    assert "LISTENING_BUSY" == refused["payload"][0]["extensions"]["code"]
