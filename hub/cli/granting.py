"""What the commands of keys and of users share: a role with its bounds, and one transaction."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from uuid import UUID

    from hub.access import Purpose, Role
    from hub.database import WriteSession

Answer = TypeVar("Answer")
RoleName = Annotated[
    str, typer.Option("--role", help="Роль: REGIONAL_CENTRE, TERRITORY, SCHOOL, ...")
]
OrganisationName = Annotated[
    str,
    typer.Option("--organisation", help="Организация: номер, ОГРН или ИНН; без неё весь регион."),
]
PurposeNames = Annotated[
    list[str] | None,
    typer.Option("--purpose", help="Что видно без маски: CONTACTS, IDENTIFIERS, BIRTH_DATES."),
]


def choice(kind: Callable[[str], Answer], text: str, option: str) -> Answer:
    """Read a word of a closed choice, in any case."""
    try:
        return kind(text.upper())
    except ValueError as error:
        raise typer.BadParameter(f"{text}: такого значения нет.", param_hint=option) from error


def role_of(text: str, organisation: str) -> "Role":
    """Read a role; one that acts within an organisation needs it named."""
    from hub.access import REGION_WIDE, Role

    role = choice(Role, text, "--role")
    if not organisation and role not in REGION_WIDE:
        raise typer.BadParameter(
            "Эта роль действует в пределах организации: укажите её.", param_hint="--organisation"
        )
    return role


def purposes_of(names: list[str] | None) -> "frozenset[Purpose]":
    """Read the purposes of a grant."""
    from hub.access import Purpose

    return frozenset(choice(Purpose, item, "--purpose") for item in names or ())


async def organisation_of(session: "WriteSession", text: str) -> "UUID":
    """Find the organisation that an option names."""
    from hub.keys import find_organisation

    return await find_organisation(session, text)


def in_transaction(
    work: "Callable[[WriteSession], Awaitable[Answer]]", *, change: str = ""
) -> Answer:
    """Do one piece of work as the worker's role; all of it or nothing.

    `change` is what the audit says of it, in the same transaction; nothing for what only reads.
    """

    async def run() -> Answer:
        from hub import addresses
        from hub.audit.events import by_command
        from hub.audit.journal import write
        from hub.database import open_database
        from hub.settings import Settings

        url = addresses.find(Settings()).worker
        async with open_database(url, pool_size=1) as database, database.writing() as session:
            answer = await work(session)
            if change:
                await write(session.raw, [by_command(change)])
            return answer

    return asyncio.run(run())
