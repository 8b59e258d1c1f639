"""Giving access and taking it back over the API: clients, grants, keys; what `user` and `api key` do."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

import strawberry
from strawberry.types.arguments import StrawberryArgument

from hub import clients, credentials
from hub.access import ClientKind, Permit
from hub.database import WriteSession
from hub.errors import AccessError, HubError
from schema.access.clients import PREFIX, Client, keeps
from schema.access.viewer import Purpose, Role
from schema.compiler import declare
from schema.compiler.acting import Acting, Outcome
from schema.compiler.arguments import Value
from schema.compiler.bindings import Rows
from schema.compiler.call import Call
from schema.compiler.ids import key_of
from schema.errors import bad_input
from schema.said import UserError, listed

UNSET: Final = strawberry.UNSET
ENV: Final = "live"
LONGEST: Final = 200
NOT_A_KEEPER: Final = "Доступ выдаёт и отбирает оператор хаба."
Act = Callable[[WriteSession], Awaitable[Mapping[str, str]]]


@strawberry.input(description="Кого завести.")
class ClientCreateInput:
    """A client to be made."""

    name: str = strawberry.field(description="Должность или название системы, не имя человека.")
    kind: ClientKind = strawberry.field(description="Кто это.")


@strawberry.input(description="Что дать клиенту.")
class ClientGrantInput:
    """A role to be granted."""

    client: strawberry.ID = strawberry.field(description="Кому.")
    role: Role = strawberry.field(description="Роль.")
    organisation: strawberry.ID | None = declare.optional(
        "В пределах какого учреждения; роли всего региона — без него."
    )
    purposes: list[Purpose] = strawberry.field(
        default_factory=list, description="Что видно без маски."
    )
    starts: date | None = declare.optional("С какого дня.")
    ends: date | None = declare.optional("До какого дня, не включая его.")


@strawberry.input(description="Какое право прекратить.")
class ClientUngrantInput:
    """A grant to be ended."""

    grant: strawberry.ID = strawberry.field(description="Номер права: grants.key.")
    on: date | None = declare.optional("С какого дня; без него сегодня.")


@strawberry.input(description="Какого клиента приостановить или снова впустить.")
class ClientBlockInput:
    """A client to be kept out, or let in again."""

    client: strawberry.ID = strawberry.field(description="Кого.")
    blocked: bool = strawberry.field(description="true — приостановить, false — впустить.")


@strawberry.input(description="Какой ключ выдать.")
class KeyCreateInput:
    """A key to be given."""

    client: strawberry.ID = strawberry.field(description="Кому.")
    permits: list[Permit] = strawberry.field(description="На что годен.")
    days: int | None = declare.optional("Сколько дней; без них бессрочно.")


@strawberry.input(description="Какой ключ заменить.")
class KeyRotateInput:
    """A key to be replaced."""

    key: str = strawberry.field(description="Номер ключа.")
    beside_days: int = strawberry.field(
        default=7, description="Сколько дней прежний живёт рядом с новым."
    )


@strawberry.input(description="Какой ключ отозвать.")
class KeyRevokeInput:
    """A key to be revoked."""

    key: str = strawberry.field(description="Номер ключа.")


def _input(kind: type) -> StrawberryArgument:
    return declare.argument("input", kind, "Что сделать.")


CREATE_INPUT, GRANT_INPUT = _input(ClientCreateInput), _input(ClientGrantInput)
UNGRANT_INPUT, BLOCK_INPUT = _input(ClientUngrantInput), _input(ClientBlockInput)
KEY_INPUT, ROTATE_INPUT = _input(KeyCreateInput), _input(KeyRotateInput)
REVOKE_INPUT: Final = _input(KeyRevokeInput)


def _client(call: Call) -> Rows:
    where = ("{t}.id = ({p}.said ->> 'client')::uuid", keeps(call))
    return Rows(source="client {t}", where=where)


@declare.bound("Ответ на изменение доступа.")
class AccessPayload:
    """What came of it."""

    client: Client | None = declare.one(
        "Клиент после этого; null, если ничего не сделано.", _client
    )
    secret: str | None = declare.column(
        "Новый ключ целиком: показан один раз, хаб хранит только отпечаток.",
        "{t}.said ->> 'secret'",
    )
    errors: list[UserError] = declare.many("Что не так; пусто, если сделано.", listed("errors"))


async def create_client(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Make a client that may nothing yet."""
    given = arguments["input"]
    name = given["name"].strip()
    if not name or len(name) > LONGEST or not name.isprintable():
        raise bad_input(f"Название — от одного до {LONGEST} печатных знаков.")

    async def act(session: WriteSession) -> Mapping[str, str]:
        return {"client": str(await clients.add_client(session, name=name, kind=given["kind"]))}

    return await _done(acting, act)


async def grant_client(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Give a client a role."""
    given = arguments["input"]
    client, named = key_of(PREFIX)(given["client"]), given.get("organisation")

    async def act(session: WriteSession) -> Mapping[str, str]:
        unit = key_of("organisation")(named) if named else None
        await clients.add_grant(
            session,
            client,
            given["role"],
            unit or await session.raw.fetchval(clients.ROOT),
            given["purposes"],
            starts=given.get("starts"),
            ends=given.get("ends"),
        )
        return {"client": str(client)}

    return await _done(acting, act)


async def end_grant(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """End a grant on a day."""
    given = arguments["input"]
    number = str(given["grant"])
    if not number.isdecimal() or int(number) >= 1 << 63:
        raise bad_input("Это не номер права: возьмите его из grants.key.")

    async def act(session: WriteSession) -> Mapping[str, str]:
        await clients.end_grant(session, int(number), on=given.get("on") or acting.today)
        owner = "select client_id from access_grant where id = $1"
        return {"client": str(await session.raw.fetchval(owner, int(number)))}

    return await _done(acting, act)


async def block_client(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Keep a client out, or let it in again."""
    given = arguments["input"]
    client = key_of(PREFIX)(given["client"])

    async def act(session: WriteSession) -> Mapping[str, str]:
        change = clients.block_client if given["blocked"] else clients.unblock_client
        await change(session, client)
        return {"client": str(client)}

    return await _done(acting, act)


async def create_key(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Give a client one more key, good for no more than the giver's own."""
    given = arguments["input"]
    client, permits = key_of(PREFIX)(given["client"]), frozenset(given["permits"])
    if not permits or not permits <= acting.viewer.permits:
        raise bad_input("Ключ годен на что-нибудь, и не на большее, чем ваш собственный.")

    async def act(session: WriteSession) -> Mapping[str, str]:
        secret = await credentials.add_key(
            session, client, env=ENV, expires_at=_until(given.get("days")), permits=permits
        )
        return {"client": str(client), "secret": secret}

    return await _done(acting, act)


def _until(days: int | None) -> datetime | None:
    if days is None:
        return None
    if not 0 < days <= 36_500:  # noqa: PLR2004 - a hundred years
        raise bad_input("Срок ключа — от одного дня до ста лет.")
    return datetime.now(UTC) + timedelta(days=days)


async def rotate_key(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Replace a key; the old one lives beside it for a while."""
    given = arguments["input"]
    days = given["besideDays"]
    if not 0 <= days <= 365:  # noqa: PLR2004 - a year
        raise bad_input("Прежний ключ живёт рядом с новым от нуля дней до года.")

    async def act(session: WriteSession) -> Mapping[str, str]:
        beside = timedelta(days=days)
        secret = await credentials.rotate_key(session, given["key"], beside=beside)
        return {"client": await _owner(session, given["key"]), "secret": secret}

    return await _done(acting, act)


async def revoke_key(acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Make a key useless from now on."""
    key = arguments["input"]["key"]

    async def act(session: WriteSession) -> Mapping[str, str]:
        await credentials.revoke_key(session, key)
        return {"client": await _owner(session, key)}

    return await _done(acting, act)


async def _owner(session: WriteSession, key: str) -> str:
    return str(await session.raw.fetchval("select client_id from credential where id = $1", key))


async def _done(acting: Acting, act: Act) -> Outcome:
    """Do it as the worker's role, which alone may: the web's writes no access."""
    if acting.viewer.role is not Role.OPERATOR:
        refused = AccessError(NOT_A_KEEPER, code="access.not_a_keeper")
        return Outcome(said={}, errors=[refused])
    if acting.counter is None:
        raise bad_input("Здесь доступ не меняют.")
    try:
        async with acting.counter.database.writing() as session:
            return Outcome(said=await act(session))
    except HubError as error:
        return Outcome(said={}, errors=[error])
