"""`demo`: a synthetic region, imported, reconciled and served."""

from typing import Annotated

import typer

PEOPLE = 20_000
PORT = 8000


def demo(
    people: Annotated[
        int, typer.Option(min=100, help="Сколько людей в придуманном регионе.")
    ] = PEOPLE,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Порт сервера.")] = PORT,
    *,
    reset: Annotated[bool, typer.Option("--reset", help="Начать с чистой базы.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Сверить ответы с правдой региона и выйти.")
    ] = False,
) -> None:
    """Создать придуманный регион, загрузить его файлы, сверить людей и открыть API."""
    from hub.demo import command

    command.demo(people=people, port=port, reset=reset, check=check)
