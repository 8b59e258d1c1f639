"""`api key`: who may ask. A key is printed once, when it is created."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer

from hub.cli.granting import (
    OrganisationName,
    PurposeNames,
    choice,
    in_transaction,
    organisation_of,
    purposes_of,
    role_of,
)
from hub.cli.output import Output, OutputFormat, print_rows
from hub.terminal import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.access import Permit
    from hub.database import WriteSession
    from hub.keys import IssuedKey

ENV: Final = "live"
TITLES: Final = {
    "id": "Номер",
    "client": "Клиент",
    "role": "Роль",
    "organisation": "Организация",
    "purposes": "Цели",
    "permits": "Разрешено",
    "documents_only": "Только доверенное",
    "expires_at": "Действует до",
    "last_used_at": "Последний вход",
    "succeeds": "Вместо ключа",
    "revoked_at": "Отозван",
}
Days = Annotated[
    int | None, typer.Option(min=1, help="Сколько дней действует; без него бессрочно.")
]
Number = Annotated[str, typer.Argument(help="Номер ключа из списка.")]
KEEP: Final = "Сохраните ключ сейчас: хаб хранит только его отпечаток и больше не покажет."
NAMESAKE: Final = (
    "! Клиент с таким названием уже был. Этот другой: свои права, свои присланные карточки. Ещё один ключ "
    "прежнему: --to {}."
)
app = typer.Typer(help="Ключи доступа.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def create(  # noqa: PLR0913 - the terms of a key are its options
    client: Annotated[
        str, typer.Option(help="Кому: название системы или отдела, не имя; заводится новый клиент.")
    ] = "",
    role: Annotated[str, typer.Option(help="Роль: REGIONAL_CENTRE, TERRITORY, SCHOOL, ...")] = "",
    organisation: OrganisationName = "",
    purpose: PurposeNames = None,
    days: Days = None,
    permit: Annotated[
        list[str] | None,
        typer.Option(help="На что годен: READ, EXPORT, SUBMIT, MANAGE; без него на всё."),
    ] = None,
    to: Annotated[
        UUID | None, typer.Option("--to", help="Номер клиента из user list: ещё один ключ ему.")
    ] = None,
    *,
    person: Annotated[
        bool, typer.Option("--person", help="Ключ для человека, а не для системы.")
    ] = False,
    documents_only: Annotated[
        bool, typer.Option("--documents-only", help="Только доверенные документы, без своих.")
    ] = False,
) -> None:
    """Выдать ключ; он печатается один раз и нигде не хранится."""
    from hub.access import ClientKind
    from hub.clients import namesakes_of
    from hub.credentials import add_key, issue_key

    permits = _permits(permit)
    if to is not None:
        if client or role or organisation or purpose:
            raise typer.BadParameter("Клиент уже есть: права ему даёт user grant.")
        issued = in_transaction(
            lambda s: add_key(
                s,
                to,
                env=ENV,
                expires_at=_until(days),
                permits=permits,
                documents_only=documents_only,
            ),
            change=f"api key create {to}",
        )
        print(issued)
        say(KEEP)
        return
    if not client or not role:
        raise typer.BadParameter("Назовите --client и --role или клиента из списка: --to.")
    granted, purposes = role_of(role, organisation), purposes_of(purpose)

    async def issue(session: "WriteSession") -> tuple[str, "Sequence[UUID]"]:
        known = await namesakes_of(session, client)
        issued = await issue_key(
            session,
            client_name=client,
            kind=ClientKind.PERSON if person else ClientKind.SYSTEM,
            role=granted,
            organisation_id=await organisation_of(session, organisation),
            purposes=purposes,
            expires_at=_until(days),
            env=ENV,
            permits=permits,
            documents_only=documents_only,
        )
        return issued, known

    key, known = in_transaction(issue, change=f"api key create {granted}")
    print(key)
    say(KEEP)
    if known:
        say(NAMESAKE.format(known[-1]))


@app.command(name="list")
def show(output: Output = OutputFormat.TABLE) -> None:
    """Показать выданные ключи: кому, на что, до какого дня; без самих ключей."""
    from hub.keys import read_keys

    async def read(session: "WriteSession") -> list["IssuedKey"]:
        return await read_keys(session)

    print_rows([asdict(key) for key in in_transaction(read)], output, titles=TITLES)


@app.command()
def rotate(
    number: Number,
    days: Days = None,
    beside: Annotated[
        int, typer.Option(min=0, help="Сколько дней прежний ключ живёт рядом с новым.")
    ] = 7,
) -> None:
    """Заменить ключ новым; прежний ещё действует, пока новый расставляют по местам."""
    from hub.credentials import rotate_key

    print(
        in_transaction(
            lambda session: rotate_key(
                session, number, beside=timedelta(days=beside), expires_at=_until(days)
            ),
            change=f"api key rotate {number}",
        )
    )
    say(KEEP)


@app.command()
def revoke(number: Number) -> None:
    """Отозвать ключ: со следующего запроса он не действует."""
    from hub.credentials import revoke_key

    in_transaction(lambda session: revoke_key(session, number), change=f"api key revoke {number}")
    say(f"✓ Ключ {number} отозван.")


@app.command()
def bind(number: Number) -> None:
    """Принимать с этим ключом только доверенные документы, со следующего запроса."""
    _bind(number, documents_only=True)
    say(f"✓ Ключ {number} спрашивает только доверенные документы.")


@app.command()
def unbind(number: Number) -> None:
    """Снова принимать с этим ключом любые запросы."""
    _bind(number, documents_only=False)
    say(f"✓ Ключ {number} спрашивает что угодно.")


def _bind(number: str, *, documents_only: bool) -> None:
    from hub.credentials import bind_key

    in_transaction(
        lambda session: bind_key(session, number, documents_only=documents_only),
        change=f"api key {'bind' if documents_only else 'unbind'} {number}",
    )


def _permits(names: list[str] | None) -> "frozenset[Permit]":
    from hub.access import EVERY_PERMIT, Permit

    return frozenset(choice(Permit, one, "--permit") for one in names or ()) or EVERY_PERMIT


def _until(days: int | None) -> datetime | None:
    return None if days is None else datetime.now(UTC) + timedelta(days=days)
