"""`rollup`: counts of coverage kept ready, and counting them anew."""

import asyncio
from typing import TYPE_CHECKING

import typer

from hub.clock import today_in
from hub.terminal import say

if TYPE_CHECKING:
    from hub.coverage.rollup import Refreshed

app = typer.Typer(no_args_is_help=True, help="Готовые числа охвата.")


@app.callback()
def rollup() -> None:
    """Готовые числа охвата."""


@app.command()
def refresh() -> None:
    """Пересчитать готовые числа, которые устарели; работник делает это сам."""
    done = asyncio.run(_refresh())
    say(f"Пересчитано органов управления: {done.authorities}, ответов: {done.answers}.")


async def _refresh() -> "Refreshed":

    from hub import addresses
    from hub.coverage.rollup import refresh_rollup
    from hub.database import open_database
    from hub.settings import Settings

    settings = Settings()
    today = today_in(settings.zone)
    async with open_database(addresses.find(settings).worker, pool_size=1) as database:
        return await refresh_rollup(database, today=today)
