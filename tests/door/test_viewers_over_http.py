"""Who asks the endpoint: strangers, keys that are good no more, grants, and two viewers side by side."""

from collections.abc import AsyncIterator

import httpx
import pytest

from hub.access import Role
from hub.credentials import key_id_of, revoke_key
from hub.database import Database
from tests.door.asking import Door
from tests.door.endpoint import GRAPHQL, QUERY, ask, bearer, codes, endpoint_client
from tests.door.rows import NORTH, SOUTH, uid

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def client(door: Door) -> AsyncIterator[httpx.AsyncClient]:
    async with endpoint_client(door) as opened:
        yield opened


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("", "access.key_missing"),
        ("Basic abc", "access.key_missing"),
        ("Bearer nonsense", "access.key_malformed"),
        (f"Bearer hub_test_{'0' * 16}_{'a' * 43}", "access.key_unknown"),
    ],
)
async def test_a_stranger_is_401_and_learns_nothing_of_the_schema(
    client: httpx.AsyncClient, header: str, reason: str
) -> None:
    headers = {"Accept": GRAPHQL} | ({"Authorization": header} if header else {})

    answer = await client.post(
        "/graphql", headers=headers, json={"query": "{ __schema { queryType { name } } }"}
    )

    assert (401, "Bearer") == (answer.status_code, answer.headers["WWW-Authenticate"])
    [error] = answer.json()["errors"]
    assert ("UNAUTHENTICATED", reason) == (
        error["extensions"]["code"],
        error["extensions"]["reason"],
    )


async def test_a_wrong_secret_reads_like_an_unknown_key(
    client: httpx.AsyncClient, door: Door
) -> None:
    wrong = door.keys.north[:-1] + ("a" if door.keys.north[-1] != "a" else "b")

    answer = await ask(client, wrong, QUERY)

    assert "access.key_unknown" == answer.json()["errors"][0]["extensions"]["reason"]


async def test_revoked_and_expired_keys_stop_with_the_next_request(
    client: httpx.AsyncClient, door: Door, module_database: Database
) -> None:
    steward = door.keys.steward
    async with module_database.writing() as session:
        await revoke_key(session, key_id_of(steward))
    revoked = await ask(client, steward, QUERY)
    async with module_database.writing() as session:
        await session.raw.execute(
            "update credential set revoked_at = null, expires_at = now() where id = $1",
            key_id_of(steward),
        )
    expired = await ask(client, steward, QUERY)
    async with module_database.writing() as session:
        await session.raw.execute(
            "update credential set expires_at = null where id = $1", key_id_of(steward)
        )

    found = [each.json()["errors"][0]["extensions"]["reason"] for each in (revoked, expired)]
    assert ["access.key_revoked", "access.key_expired"] == found


async def test_the_widest_grant_is_used_unless_the_request_names_another(
    client: httpx.AsyncClient, door: Door, module_database: Database
) -> None:
    client_id = door.viewers["steward"].client_id
    async with module_database.writing() as session:
        await session.raw.execute(
            "insert into access_grant (client_id, role, organisation_id, purposes)"
            " values ($1, $2, $3, '{}')",
            client_id,
            Role.TERRITORY,
            SOUTH,
        )
    body = {"query": "{ viewer { role } people { totalCount } }"}
    widest = await client.post("/graphql", headers=bearer(door.keys.steward), json=body)
    named = bearer(door.keys.steward) | {"Hub-Scope": f"organisation-{SOUTH}"}
    narrow = await client.post("/graphql", headers=named, json=body)
    foreign = bearer(door.keys.steward) | {"Hub-Scope": str(NORTH)}
    refused = await client.post("/graphql", headers=foreign, json=body)

    assert ["STEWARD", "TERRITORY"] == [
        each.json()["data"]["viewer"]["role"] for each in (widest, narrow)
    ]
    south = (await door.ask("south", body["query"]))["people"]
    assert south == narrow.json()["data"]["people"]
    assert (403, {"FORBIDDEN"}) == (refused.status_code, codes(refused))


async def test_a_department_sees_no_foreign_row_on_any_path(
    client: httpx.AsyncClient, door: Door
) -> None:
    everyone = [f"person-{uid('person', number)}" for number in range(60)]
    query = """query($ids: [ID!]!, $id: ID!) {
        nodes(ids: $ids) { id } node(id: $id) { id } person(id: $id) { id }
        people(first: 100) { totalCount nodes { id } } }"""
    own = (await door.ask("north", "{ people(first: 100) { nodes { id } } }"))["people"]["nodes"]
    seen = {node["id"] for node in own}
    foreign = next(each for each in everyone if each not in seen)

    answer = await ask(client, door.keys.north, query, ids=everyone, id=foreign)
    centre = await ask(client, door.keys.centre, query, ids=everyone, id=foreign)

    data = answer.json()["data"]
    assert 0 < len(seen) < len(everyone)
    assert seen == {node["id"] for node in data["nodes"] if node}
    assert (None, None) == (data["node"], data["person"])
    assert len(seen) == data["people"]["totalCount"]
    assert 60 == centre.json()["data"]["people"]["totalCount"]
    assert foreign == centre.json()["data"]["node"]["id"]


async def test_a_cursor_of_another_viewer_or_list_is_refused(
    client: httpx.AsyncClient, door: Door
) -> None:
    text = "{ people(first: 1) { pageInfo { endCursor } } }"
    cursor = (await door.ask("south", text))["people"]["pageInfo"]["endCursor"]
    query = "query($c: String) { people(after: $c) { nodes { id } } }"
    other = "query($c: String) { organisations(after: $c) { nodes { id } } }"

    own = await ask(client, door.keys.south, query, c=cursor)
    foreign = await ask(client, door.keys.north, query, c=cursor)
    misplaced = await ask(client, door.keys.south, other, c=cursor)

    assert 200 == own.status_code
    assert [{"BAD_USER_INPUT"}] * 2 == [codes(foreign), codes(misplaced)]


async def test_walks_forward_and_backward_meet_every_row_once(door: Door) -> None:
    query = """query($first: Int, $after: String, $last: Int, $before: String) {
        people(first: $first, after: $after, last: $last, before: $before) {
            nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
    forward: list[str] = []
    backward: list[str] = []
    after = before = None
    while True:
        page = (await door.ask("north", query, {"first": 7, "after": after}))["people"]
        forward += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    while True:
        page = (await door.ask("north", query, {"last": 7, "before": before}))["people"]
        backward = [node["id"] for node in page["nodes"]] + backward
        before = page["pageInfo"]["startCursor"]
        if not page["pageInfo"]["hasPreviousPage"]:
            break

    assert len(set(forward)) == len(forward) > 14
    assert forward == backward
