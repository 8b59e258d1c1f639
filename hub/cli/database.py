"""`db`: the database's tables."""

import asyncio

import typer

from hub.terminal import say

app = typer.Typer(help="База данных хаба.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def group() -> None:
    """База данных хаба."""


@app.command()
def upgrade() -> None:
    """Привести таблицы к новейшей версии; повторный запуск ничего не меняет."""
    from hub import addresses, migrate
    from hub.seal import create_key_file
    from hub.settings import Settings

    settings = Settings()
    owner = addresses.find(settings).owner
    asyncio.run(migrate.upgrade(owner))
    create_key_file(settings.keys)
    say(f"✓ Таблицы: версия {migrate.head()}. Ключи: {settings.keys}")
