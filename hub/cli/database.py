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


@app.command()
def provision() -> None:
    """Создать роли и базу по адресам HUB_*_URL; нужен HUB_ADMIN_URL, права создавать роли.

    Пароли ролей берутся из их адресов. Повторный запуск только обновляет пароли.
    """
    from hub import provision as provisioning
    from hub.settings import Settings

    settings = Settings()
    named = asyncio.run(provisioning.provision_named(settings.admin_url, settings.addresses()))
    say(f"✓ Роли и база {named} готовы. Дальше: python -m hub db upgrade")
