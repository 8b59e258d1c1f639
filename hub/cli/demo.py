"""`demo`: a synthetic region, imported, reconciled and served."""

from datetime import datetime
from typing import Annotated

import typer

PEOPLE = 20_000
PORT = 8000
SEED = 2026


def demo(  # noqa: PLR0913 - each is an option of the command
    people: Annotated[
        int, typer.Option(min=100, help="Сколько людей в придуманном регионе.")
    ] = PEOPLE,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Порт сервера.")] = PORT,
    *,
    seed: Annotated[
        int, typer.Option(min=0, help="Начальное число: другое число - другой регион.")
    ] = SEED,
    day: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Каким прошедшим днём создать регион; иначе сегодняшним."
        ),
    ] = None,
    onec: Annotated[
        bool, typer.Option("--onec", help="Прочитать ещё и 1С: штат нескольких школ.")
    ] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Начать с чистой базы.")] = False,
    train: Annotated[
        bool,
        typer.Option("--train", help="Обучить модель на записях региона и сверить людей по ней."),
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Сверить ответы с правдой региона и выйти.")
    ] = False,
) -> None:
    """Создать придуманный регион, загрузить его файлы, сверить людей и открыть API."""
    from hub.demo import command
    from hub.demo.diary import Wanted

    wanted = Wanted(people=people, seed=seed, day=day.date() if day else None)
    command.demo(wanted, port=port, reset=reset, train=train, check=check, onec=onec)
