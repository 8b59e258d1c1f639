"""Keys and clients: what a credential opens, how long, and how it is replaced."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from hub.access import ClientKind, Permit, Purpose, Role, Viewer
from hub.clients import (
    add_client,
    add_grant,
    add_login,
    block_client,
    end_grant,
    read_clients,
    remove_login,
    unblock_client,
)
from hub.credentials import add_key, authenticate, issue_key, key_id_of, revoke_key, rotate_key
from hub.database import Database
from hub.errors import AccessError, ConflictError
from hub.keys import read_keys
from tests.rooms.access.region import DEPARTMENT, ROOT, SCHOOL, put

pytestmark = pytest.mark.anyio
TODAY = date(2026, 3, 2)


@pytest.fixture
async def hub(database: Database) -> Database:
    async with database.writing() as session:
        await put(session)
    return database


async def school_key(hub: Database, *permits: Permit) -> str:
    async with hub.writing() as session:
        return await issue_key(
            session,
            client_name="Журнал",
            kind=ClientKind.SYSTEM,
            role=Role.SCHOOL,
            organisation_id=SCHOOL,
            purposes=frozenset({Purpose.CONTACTS}),
            env="test",
            permits=permits or frozenset(Permit),
        )


async def enter(hub: Database, key: str, *, today: date = TODAY) -> Viewer:
    async with hub.reading() as session:
        return await authenticate(session.raw, key, today=today)


async def refused(hub: Database, key: str, *, today: date = TODAY) -> str:
    with pytest.raises(AccessError) as caught:
        await enter(hub, key, today=today)
    assert key not in caught.value.message
    return caught.value.reason


async def test_a_key_is_its_client_and_permits_what_it_was_issued_for(hub: Database) -> None:
    key = await school_key(hub, Permit.READ, Permit.SUBMIT)

    viewer = await enter(hub, key)

    assert ("Журнал", Role.SCHOOL, SCHOOL) == (viewer.client_name, viewer.role, viewer.authority_id)
    assert key_id_of(key) == viewer.credential
    assert {Permit.READ, Permit.SUBMIT} == viewer.permits
    with pytest.raises(AccessError) as caught:
        viewer.need(Permit.EXPORT)
    assert "access.not_permitted" == caught.value.reason


async def test_of_a_rotation_both_keys_are_alive_and_then_only_the_new_one(hub: Database) -> None:
    old = await school_key(hub, Permit.READ)
    async with hub.writing() as session:
        new = await rotate_key(session, key_id_of(old))
    beside = [await enter(hub, key) for key in (old, new)]
    async with hub.writing() as session:
        await session.raw.execute(
            "update credential set expires_at = now() where id = $1", key_id_of(old)
        )

    after = await enter(hub, new)

    assert [beside[0].client_id] * 2 == [beside[1].client_id, after.client_id]
    assert {Permit.READ} == after.permits
    assert "access.key_expired" == await refused(hub, old)
    assert new.startswith("hub_test_")


async def test_a_key_is_replaced_once_so_that_two_are_alive_at_most(hub: Database) -> None:
    old = await school_key(hub)
    async with hub.writing() as session:
        await rotate_key(session, key_id_of(old))

    with pytest.raises(AccessError) as caught:
        async with hub.writing() as session:
            await rotate_key(session, key_id_of(old))

    assert "access.key_rotated" == caught.value.reason


@pytest.mark.parametrize("beside", [timedelta(days=400), timedelta(0)])
async def test_rotation_never_lengthens_the_life_of_the_old_key(
    hub: Database, beside: timedelta
) -> None:
    end = datetime.now(UTC) + timedelta(days=30)
    old = await school_key(hub)
    async with hub.writing() as session:
        await session.raw.execute("update credential set expires_at = $1", end)
        await rotate_key(session, key_id_of(old), beside=beside)

    async with hub.reading() as session:
        first = (await read_keys(session))[0]

    assert first.expires_at is not None
    assert min(end, datetime.now(UTC) + beside) >= first.expires_at - timedelta(seconds=5)
    assert end >= first.expires_at


async def test_a_revoked_key_is_not_replaced(hub: Database) -> None:
    old = await school_key(hub)
    async with hub.writing() as session:
        await revoke_key(session, key_id_of(old))

    with pytest.raises(AccessError) as caught:
        async with hub.writing() as session:
            await rotate_key(session, key_id_of(old))

    assert "access.key_unknown" == caught.value.reason
    assert "access.key_revoked" == await refused(hub, old)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda key: key.replace("hub_test_", "hub_live_"), "access.key_unknown"),
        (lambda key: key[:-1] + ("a" if key[-1] != "a" else "b"), "access.key_unknown"),
        (lambda key: key[:9] + "0" * 16 + key[25:], "access.key_unknown"),
        (lambda key: key + "=", "access.key_malformed"),
        (lambda key: key.upper(), "access.key_malformed"),
        (lambda key: key[:-1], "access.key_malformed"),
    ],
)
async def test_a_spoiled_key_is_refused_by_its_reason(
    hub: Database, spoil: Callable[[str], str], reason: str
) -> None:
    key = await school_key(hub)

    assert reason == await refused(hub, spoil(key))


async def test_a_grant_holds_from_its_first_day_until_its_last(hub: Database) -> None:
    async with hub.writing() as session:
        client = await add_client(session, name="Методист", kind=ClientKind.PERSON)
        number = await add_grant(
            session, client, Role.TERRITORY, DEPARTMENT, starts=TODAY, ends=date(2026, 6, 1)
        )
        key = await add_key(session, client, env="live")
    found = {
        day: await refused(hub, key, today=day) for day in (date(2026, 3, 1), date(2026, 6, 1))
    }
    within = await enter(hub, key, today=date(2026, 5, 31))
    async with hub.writing() as session:
        await end_grant(session, number, on=date(2026, 4, 1))

    assert {"access.no_grant"} == set(found.values())
    assert DEPARTMENT == within.authority_id
    assert "access.no_grant" == await refused(hub, key, today=date(2026, 4, 1))


async def test_a_blocked_client_is_refused_until_it_is_let_in_again(hub: Database) -> None:
    key = await school_key(hub)
    client = (await enter(hub, key)).client_id
    async with hub.writing() as session:
        await block_client(session, client)
    blocked = await refused(hub, key)
    async with hub.writing() as session:
        await unblock_client(session, client)

    assert "access.client_blocked" == blocked
    assert client == (await enter(hub, key)).client_id


async def test_a_role_of_the_whole_region_is_given_over_the_whole_region_alone(
    hub: Database,
) -> None:
    async with hub.writing() as session:
        client = await add_client(session, name="Центр", kind=ClientKind.PERSON)
        with pytest.raises(AccessError) as caught:
            await add_grant(session, client, Role.REGIONAL_CENTRE, SCHOOL)

    assert "access.role_region" == caught.value.reason


async def test_a_login_is_one_clients_and_the_list_shows_it(hub: Database) -> None:
    async with hub.writing() as session:
        first = await add_client(session, name="Методист", kind=ClientKind.PERSON)
        second = await add_client(session, name="Аналитик", kind=ClientKind.PERSON)
        await add_grant(session, first, Role.AUDITOR, ROOT)
        await add_login(session, first, issuer="https://вход.example", subject="a1")
        await add_login(session, first, issuer="https://вход.example", subject="a1")
        with pytest.raises(ConflictError):
            await add_login(session, second, issuer="https://вход.example", subject="a1")
        listed = await read_clients(session)
        await remove_login(session, issuer="https://вход.example", subject="a1")
        await add_login(session, second, issuer="https://вход.example", subject="a1")

    assert [("Методист", "AUDITOR", "https://вход.example a1"), ("Аналитик", None, None)] == [
        (one.name, one.role, one.logins) for one in listed
    ]


@pytest.mark.parametrize("nobody", [UUID(int=9)])
async def test_what_is_not_there_is_said_to_be_unknown(hub: Database, nobody: UUID) -> None:
    found = []
    for act in (
        lambda s: add_key(s, nobody, env="live"),
        lambda s: add_grant(s, nobody, Role.SCHOOL, SCHOOL),
        lambda s: add_login(s, nobody, issuer="i", subject="s"),
        lambda s: block_client(s, nobody),
        lambda s: end_grant(s, 77, on=TODAY),
        lambda s: remove_login(s, issuer="i", subject="s"),
        lambda s: revoke_key(s, "0" * 16),
    ):
        with pytest.raises(AccessError) as caught:
            async with hub.writing() as session:
                await act(session)
        found.append(caught.value.reason)

    assert [
        "access.client_unknown", "access.client_unknown", "access.client_unknown",
        "access.client_unknown", "access.grant_unknown", "access.login_unknown",
        "access.key_unknown",
    ] == found  # fmt: skip
