"""`serve`: the API, its console and the health checks over HTTP."""

import asyncio
from typing import Annotated

import typer

from hub.terminal import say


def serve(
    host: Annotated[str, typer.Option(help="На каком адресе слушать.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="На каком порту.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Сколько процессов.")] = 1,
) -> None:
    """Открыть API и проверки готовности; журнал идёт в stderr, остановка по Ctrl+C."""
    import uvicorn

    asyncio.run(require_head())
    _require_port(host, port)
    say(f"http://{host}:{port}/  остановить: Ctrl+C")
    uvicorn.run(
        "hub.app:create",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
    )


def _require_port(host: str, port: int) -> None:
    """Say in words that the address is taken or not ours; the server itself would only log it."""
    import socket

    from hub.errors import ConflictError

    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise ConflictError(
            f"Адрес {host}:{port} занят или недоступен. Укажите другой: --port 8001.",
            code="conflict.port",
        ) from error


async def require_head() -> None:
    """Say in words, before a process starts, that the database is missing or behind."""
    from hub import addresses, migrate
    from hub.errors import DatabaseError
    from hub.settings import Settings

    state = await migrate.state(addresses.find(Settings()).web)
    if not state.is_current:
        raise DatabaseError(
            f"Таблицы версии {state.current or 'нет'}, нужна {state.head}. "
            "Выполните: python -m hub db upgrade",
            code="database.behind",
        )
