"""`doctor`: what is missing on this machine, and how to repair it."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

import typer

from hub.cli.output import Output, OutputFormat, print_rows
from hub.terminal import Exit

if TYPE_CHECKING:
    from hub.doctor import Finding
    from hub.settings import Settings

MARKS: Final = {"GOOD": "✓", "DOUBTFUL": "▲", "BAD": "✗"}


def doctor(output: Output = OutputFormat.TABLE) -> None:
    """Проверить машину, базу данных и ключи; у каждой неисправности сказано, что сделать."""
    from hub.settings import Settings

    findings = asyncio.run(_examine(Settings()))
    print_rows(
        [
            {"mark": MARKS[found.state], "title": found.title, "repair": _repair(found)}
            for found in findings
        ],
        output,
        titles={"mark": "", "title": "Что проверено", "repair": "Что сделать"},
    )
    if any(found.state == "BAD" for found in findings):
        raise typer.Exit(Exit.FINDINGS)


def _repair(found: "Finding") -> str:
    return "" if found.state == "GOOD" else found.repair


async def _examine(settings: "Settings") -> list["Finding"]:
    from hub.doctor import examine_machine

    return [*examine_machine(settings), *[found async for found in _database(settings)]]


async def _database(settings: "Settings") -> AsyncIterator["Finding"]:
    from hub import addresses
    from hub.doctor import Finding, State, examine_database
    from hub.errors import HubError

    try:
        where = addresses.find(settings)
    except HubError as error:
        yield Finding(title="База данных", state=State.BAD, repair=error.message)
        return
    from hub.migrate import head

    async for found in examine_database(where, head()):
        yield found
