"""`api key`: who may ask. A key is printed once, when it is created."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from hub.cli.output import Output, OutputFormat, print_rows
from hub.terminal import say

if TYPE_CHECKING:
    from hub.database import WriteSession
    from hub.keys import IssuedKey

Answer = TypeVar("Answer")
TITLES: Final = {
    "id": "Номер",
    "client": "Клиент",
    "role": "Роль",
    "organisation": "Организация",
    "purposes": "Цели",
    "expires_at": "Действует до",
    "last_used_at": "Последний вход",
    "revoked_at": "Отозван",
}
app = typer.Typer(help="Ключи доступа.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def create(
    client: Annotated[str, typer.Option(help="Кому: название системы или отдела, не имя.")],
    role: Annotated[str, typer.Option(help="Роль: REGIONAL_CENTRE, TERRITORY, SCHOOL, ...")],
    organisation: Annotated[
        str, typer.Option(help="Организация: номер, ОГРН или ИНН; без неё весь регион.")
    ] = "",
    purpose: Annotated[
        list[str] | None,
        typer.Option(help="Что видно без маски: CONTACTS, IDENTIFIERS, BIRTH_DATES."),
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, help="Сколько дней действует; без него бессрочно.")
    ] = None,
    *,
    person: Annotated[
        bool, typer.Option("--person", help="Ключ для человека, а не для системы.")
    ] = False,
) -> None:
    """Выдать ключ; он печатается один раз и нигде не хранится."""
    from hub.access import REGION_WIDE, ClientKind, Purpose, Role, issue_key
    from hub.keys import find_organisation

    granted = _choice(Role, role, "--role")
    if not organisation and granted not in REGION_WIDE:
        raise typer.BadParameter(
            "Эта роль действует в пределах организации: укажите её.", param_hint="--organisation"
        )
    purposes = frozenset(_choice(Purpose, item, "--purpose") for item in purpose or ())

    async def issue(session: "WriteSession") -> str:
        return await issue_key(
            session,
            client_name=client,
            kind=ClientKind.PERSON if person else ClientKind.SYSTEM,
            role=granted,
            organisation_id=await find_organisation(session, organisation),
            purposes=purposes,
            expires_at=None if days is None else datetime.now(UTC) + timedelta(days=days),
            env="live",
        )

    print(_in_transaction(issue))
    say("Сохраните ключ сейчас: хаб хранит только его отпечаток и больше не покажет.")


@app.command(name="list")
def show(output: Output = OutputFormat.TABLE) -> None:
    """Показать выданные ключи: кому, на что, до какого дня; без самих ключей."""
    from hub.keys import read_keys

    async def read(session: "WriteSession") -> list["IssuedKey"]:
        return await read_keys(session)

    print_rows([asdict(key) for key in _in_transaction(read)], output, titles=TITLES)


@app.command()
def revoke(number: Annotated[str, typer.Argument(help="Номер ключа из списка.")]) -> None:
    """Отозвать ключ: со следующего запроса он не действует."""
    from hub.access import revoke_key

    async def spend(session: "WriteSession") -> None:
        await revoke_key(session, number)

    _in_transaction(spend)
    say(f"✓ Ключ {number} отозван.")


def _choice(kind: Callable[[str], Answer], text: str, option: str) -> Answer:
    try:
        return kind(text.upper())
    except ValueError as error:
        raise typer.BadParameter(f"{text}: такого значения нет.", param_hint=option) from error


def _in_transaction(work: "Callable[[WriteSession], Awaitable[Answer]]") -> Answer:
    async def run() -> Answer:
        from hub import addresses
        from hub.database import open_database
        from hub.settings import Settings

        url = addresses.find(Settings()).worker
        async with open_database(url, pool_size=1) as database, database.writing() as session:
            return await work(session)

    return asyncio.run(run())
