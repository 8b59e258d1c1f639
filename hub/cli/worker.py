"""`worker`: the process that reads sources, takes accepted files in and recounts."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.terminal import Exit, say

if TYPE_CHECKING:
    from hub.settings import Settings

HEALTH = "worker.health"


def worker(
    jobs: Annotated[
        int, typer.Option(min=2, max=16, help="Сколько работ делать одновременно.")
    ] = 2,
    health: Annotated[
        Path | None, typer.Option(help="Файл, по времени которого видно, что работник жив.")
    ] = None,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Не работать, а сказать, жив ли работник этой машины.")
    ] = False,
) -> None:
    """Выполнять работы из очереди и расписания; журнал идёт в stderr, остановка по Ctrl+C.

    При остановке начатая страница дописывается, остальное возвращается в очередь.
    """
    from hub.settings import Settings

    settings = Settings()
    touched = health or settings.directory / HEALTH
    if check:
        _check(touched)
        return
    _work(settings, jobs=jobs, health=touched)


def _check(health: Path) -> None:
    from sync.work.presence import is_alive

    if not is_alive(health):
        say(f"✗ Работник молчит: {health} не обновлялся. Запустите: python -m hub worker")
        raise typer.Exit(Exit.FAILURE)


def _work(settings: "Settings", *, jobs: int, health: Path) -> None:
    from hub import addresses, log
    from hub.cli.serve import require_head
    from sync.work.worker import stop_on_signals, work

    where = addresses.find(settings)

    async def run() -> None:
        await require_head()
        log.configure(as_json=True)
        stop = asyncio.Event()
        stop_on_signals(stop)
        await work(where, settings, stop=stop, at_once=jobs, health=health)

    asyncio.run(run())
