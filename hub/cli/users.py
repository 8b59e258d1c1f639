"""`user`: people and systems that ask, their grants, and the logins by which an issuer means them."""

from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer

from hub.cli.granting import (
    OrganisationName,
    PurposeNames,
    RoleName,
    in_transaction,
    organisation_of,
    purposes_of,
    role_of,
)
from hub.cli.output import Output, OutputFormat, print_rows
from hub.clock import today_in
from hub.terminal import say

if TYPE_CHECKING:
    from hub.clients import ListedClient
    from hub.database import WriteSession

TITLES: Final = {
    "id": "Номер",
    "name": "Название",
    "kind": "Вид",
    "grant_id": "Право",
    "role": "Роль",
    "organisation": "Организация",
    "purposes": "Цели",
    "starts": "С",
    "ends": "До",
    "logins": "Входы",
    "blocked_at": "Приостановлен",
}
Client = Annotated[UUID, typer.Argument(help="Номер клиента из user list.")]
Day = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="С какого дня; без него всегда.")
]
LastDay = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="До какого дня, не включая его; без него бессрочно."),
]
Issuer = Annotated[str, typer.Option(help="Кто выдаёт токены: значение iss.")]
Subject = Annotated[str, typer.Option(help="Кого он так называет: значение sub.")]
app = typer.Typer(
    help="Люди и системы: кто что может.", no_args_is_help=True, rich_markup_mode=None
)


@app.command()
def create(
    name: Annotated[str, typer.Option(help="Должность или название системы, не имя человека.")],
    *,
    system: Annotated[bool, typer.Option("--system", help="Это система, а не человек.")] = False,
) -> None:
    """Завести клиента; он ещё ничего не может."""
    from hub.access import ClientKind
    from hub.clients import add_client

    kind = ClientKind.SYSTEM if system else ClientKind.PERSON
    print(
        in_transaction(
            lambda session: add_client(session, name=name, kind=kind), change="user create"
        )
    )


@app.command(name="list")
def show(output: Output = OutputFormat.TABLE) -> None:
    """Показать клиентов: кто что может, с какого дня и до какого."""
    from hub.clients import read_clients

    async def read(session: "WriteSession") -> list["ListedClient"]:
        return await read_clients(session)

    print_rows([asdict(one) for one in in_transaction(read)], output, titles=TITLES)


@app.command()
def grant(
    client: Client,
    role: RoleName,
    organisation: OrganisationName = "",
    purpose: PurposeNames = None,
    starts: Day = None,
    ends: LastDay = None,
) -> None:
    """Дать клиенту роль в пределах организации и её подведомственных."""
    from hub.clients import add_grant

    granted, purposes = role_of(role, organisation), purposes_of(purpose)

    async def add(session: "WriteSession") -> int:
        return await add_grant(
            session,
            client,
            granted,
            await organisation_of(session, organisation),
            purposes,
            starts=_day(starts),
            ends=_day(ends),
        )

    print(in_transaction(add, change=f"user grant {client} {granted}"))


@app.command()
def ungrant(
    number: Annotated[int, typer.Argument(help="Номер права из user list.")],
    ends: LastDay = None,
) -> None:
    """Прекратить право: с сегодняшнего дня или с названного."""
    from hub.clients import end_grant
    from hub.settings import Settings

    on = _day(ends) or today_in(Settings().zone)
    in_transaction(
        lambda session: end_grant(session, number, on=on), change=f"user ungrant {number}"
    )
    say(f"✓ Право {number} действует до {on:%d.%m.%Y}, не включая этот день.")


@app.command()
def login(
    client: Client,
    issuer: Issuer,
    subject: Subject,
    *,
    documents_only: Annotated[
        bool, typer.Option("--documents-only", help="Только доверенные документы, без своих.")
    ] = False,
) -> None:
    """Узнавать клиента по токену: кого издатель называет этим sub."""
    from hub.clients import add_login

    in_transaction(
        lambda session: add_login(
            session, client, issuer=issuer, subject=subject, documents_only=documents_only
        ),
        change=f"user login {client}",
    )
    say("✓ Вход записан.")


@app.command()
def logout(issuer: Issuer, subject: Subject) -> None:
    """Больше не узнавать клиента по этому sub."""
    from hub.clients import remove_login

    in_transaction(
        lambda session: remove_login(session, issuer=issuer, subject=subject), change="user logout"
    )
    say("✓ Вход удалён.")


@app.command()
def block(client: Client) -> None:
    """Приостановить клиента: все его ключи и токены, со следующего запроса."""
    from hub.clients import block_client

    in_transaction(lambda session: block_client(session, client), change=f"user block {client}")
    say("✓ Клиент приостановлен.")


@app.command()
def unblock(client: Client) -> None:
    """Снова впускать клиента."""
    from hub.clients import unblock_client

    in_transaction(lambda session: unblock_client(session, client), change=f"user unblock {client}")
    say("✓ Клиент снова впущен.")


def _day(given: datetime | None) -> date | None:
    return None if given is None else given.date()
