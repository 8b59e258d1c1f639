"""`sync holds` and `sync release`: what the brake keeps as it stands, and a person's word."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer

from hub.cli.output import Output, OutputFormat, print_rows
from hub.clock import today_in
from hub.terminal import say

if TYPE_CHECKING:
    from sync.changes.releasing import Placed
    from sync.changeset import Difference

TITLES: Final = {
    "id": "Номер",
    "source_code": "Источник",
    "organisation": "Организация",
    "kind": "Записи",
    "live": "Действует",
    "ending": "Закончилось бы",
    "changing": "Стало бы другим",
    "placed_at": "Когда остановлено",
}


def holds(
    source: Annotated[str, typer.Option(help="Только этого источника.")] = "",
    output: Output = OutputFormat.TABLE,
) -> None:
    """Показать, что держит тормоз: где сразу закончилось бы слишком много записей."""
    print_rows([asdict(one) for one in asyncio.run(_placed(source))], output, titles=TITLES)


def release(
    numbers: Annotated[
        list[UUID] | None, typer.Argument(help="Номера из sync holds; можно несколько.")
    ] = None,
    source: Annotated[str, typer.Option(help="Отпустить всё, что держится у источника.")] = "",
) -> None:
    """Отпустить тормоз: изменения верны, их можно применить."""
    if bool(numbers) == bool(source):
        raise typer.BadParameter("Назовите номера из sync holds или --source, одно из двух.")
    done = asyncio.run(_release(numbers or (), source))
    say(f"✓ Отпущено. Изменено людей: {done.people}, наставничеств: {done.mentorships}.")


async def _placed(source: str) -> "list[Placed]":
    from hub import addresses
    from hub.database import open_database
    from hub.settings import Settings
    from sync.changes.releasing import list_placed

    url = addresses.find(Settings()).worker
    async with open_database(url, pool_size=1) as database:
        return await list_placed(database, source or None)


async def _release(numbers: Sequence[UUID], source: str) -> "Difference":

    from hub import addresses
    from hub.database import open_database
    from hub.seal import Sealer
    from hub.settings import Settings
    from sync.changes import releasing

    settings = Settings()
    async with open_database(addresses.find(settings).worker) as database:
        named = numbers or await releasing.placed_holds(database, source)
        return await releasing.release(
            database,
            named,
            sealer=Sealer.from_file(settings.keys),
            today=today_in(settings.zone),
            actor="sync release",
        )
