"""`sync`: runs of sources: asked for, followed, cancelled, released by a person's word."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated, Final, TypeVar  # cells of a row
from uuid import UUID

import typer

from hub.cli.output import Output, OutputFormat, print_rows
from hub.cli.run_reports import EVENTS, TITLES, line_of, listed_counts, print_event, print_run
from hub.clock import today_in
from hub.terminal import Exit, say

if TYPE_CHECKING:
    from hub.database import Database
    from hub.freshness import Silence
    from sync.effects import Effects
    from sync.runs.log import Event
    from sync.runs.run import Run

Answer = TypeVar("Answer")
LOOK_EVERY_S: Final = 0.5
SILENT: Final = {
    "organisation": "Организация",
    "kind": "Список",
    "last_stated": "Последний на",
    "every_days": "Ждут раз в дней",
    "silent_since": "Молчит с",
    "reminder": "Напоминание",
}
# What a script learns from the state in which a run rests.
EXITS: Final[Mapping[str, Exit]] = {
    "SUCCEEDED": Exit.OK,
    "PARTIAL": Exit.FINDINGS,
    "WAITING": Exit.FINDINGS,
    "FAILED": Exit.FAILURE,
    "CANCELLED": Exit.CONFLICT,
    "UNDONE": Exit.CONFLICT,
}
UNDER_WAY: Final = frozenset({"QUEUED", "RUNNING"})
app = typer.Typer(help="Чтение источников.", no_args_is_help=True, rich_markup_mode=None)
Named = Annotated[str, typer.Argument(help="Номер чтения или код источника: его последнее чтение.")]


@app.command()
def run(
    source: Annotated[str, typer.Argument(help="Код источника.")],
    *,
    full: Annotated[bool, typer.Option("--full", help="Всё заново, а не изменения.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Дождаться конца и показать его.")] = False,
    here: Annotated[
        bool, typer.Option("--here", help="Читать в этом процессе, без работника.")
    ] = False,
    output: Output = OutputFormat.TABLE,
) -> None:
    """Поставить чтение источника в очередь; его выполнит работник.

    Код выхода с --wait и --here: 0 прочитано, 3 есть отклонённое или задержанное, 1 сбой.
    """
    mode = "FULL" if full else "CHANGES"
    if here:
        _print_end(asyncio.run(_run_here(source, mode)), output)
        return
    run_id = _ask(lambda database: _enqueue(database, source, mode))
    say(f"✓ Чтение поставлено в очередь: {run_id}")
    if wait:
        _print_end(_ask(lambda database: _ended(database, run_id)), output)
    else:
        print_rows([{"id": run_id}], output, titles={"id": "Номер"})


@app.command()
def simulate(
    source: Annotated[str, typer.Argument(help="Код источника.")],
    *,
    full: Annotated[bool, typer.Option("--full", help="Всё заново, а не изменения.")] = False,
    output: Output = OutputFormat.TABLE,
) -> None:
    """Прочитать источник и показать, что изменилось бы; ничего не записывается.

    Код выхода: 0 прочитано, 3 есть отклонённое или задержанное, 1 сбой.
    """
    from hub.cli.effects import print_effects

    ended, effects = asyncio.run(_simulate(source, "FULL" if full else "CHANGES"))
    if output is OutputFormat.TABLE:
        print_run(ended)
        print()
    print_effects(effects, output)
    raise typer.Exit(EXITS[ended.state])


@app.command("list")
def show_all(
    source: Annotated[str, typer.Option(help="Только чтения этого источника.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Сколько последних.")] = 20,
    output: Output = OutputFormat.TABLE,
) -> None:
    """Показать последние чтения."""
    from sync.runs.run import list_runs

    found = _ask(lambda database: list_runs(database, source or None, limit=limit))
    print_rows([asdict(one) for one in found], output, titles=TITLES)


@app.command()
def show(
    number: Named,
    *,
    follow: Annotated[
        bool, typer.Option("--follow", help="Показывать новые строки, пока чтение не закончится.")
    ] = False,
    output: Output = OutputFormat.TABLE,
) -> None:
    """Показать чтение и его журнал."""
    found = _ask(lambda database: _found(database, number))
    if follow:
        ended = _ask(lambda database: _follow(database, found.id, output))
        raise typer.Exit(EXITS[ended.state])
    events = [line_of(event) for event in _ask(lambda database: _events(database, found.id))]
    match output:
        case OutputFormat.TABLE:
            print_run(found)
            print()
            lines = [{**event, "counts": listed_counts(event["counts"])} for event in events]
            print_rows(lines, output, titles=EVENTS)
        case OutputFormat.JSON:
            print_rows([{**asdict(found), "events": events}], output, titles=TITLES)
        case OutputFormat.NDJSON | OutputFormat.CSV:
            print_rows(events, output, titles=EVENTS)


@app.command()
def silent(output: Output = OutputFormat.TABLE) -> None:
    """Показать, какие списки ждали к сегодняшнему дню и не получили, с текстом напоминания."""
    from hub.freshness import who_is_silent

    async def asked(database: "Database") -> "list[Silence]":
        async with database.reading() as session:
            return await who_is_silent(session, today=_today())

    found = _ask(asked)
    print_rows([asdict(one) for one in found], output, titles=SILENT)
    if found:
        raise typer.Exit(Exit.FINDINGS)


@app.command()
def expect(
    organisation: Annotated[str, typer.Argument(help="Краткое имя школы или управления.")],
    kind: Annotated[str, typer.Argument(help="STAFF, PUPILS, MENTOR_BASE или MENTEE_BASE.")],
    days: Annotated[int, typer.Argument(min=0, help="Как часто, дней; 0 — как говорит правило.")],
) -> None:
    """Сказать, как часто школа или все под управлением присылают список."""
    from hub.freshness import expect as keep
    from hub.records import FileKind

    if kind.upper() not in {one.value for one in FileKind}:
        raise typer.BadParameter(f"{kind}: такого вида нет.", param_hint="KIND")

    async def asked(database: "Database") -> None:
        async with database.writing() as session:
            await keep(session, organisation, kind.upper(), days or None)

    _ask(asked)
    say("✓ Ожидание записано.")


def _today() -> date:
    from hub.settings import Settings

    return today_in(Settings().zone)


@app.command()
def cancel(number: Named) -> None:
    """Отменить чтение: ждущее сразу, идущее после начатой страницы."""
    state = _ask(lambda database: _cancel(database, number))
    end = "отменено" if state == "CANCELLED" else "закончится после начатой страницы"
    say(f"✓ Чтение {end}.")


def _ask(question: "Callable[[Database], Awaitable[Answer]]") -> Answer:
    from hub import addresses
    from hub.database import open_database
    from hub.settings import Settings

    async def asked() -> Answer:
        url = addresses.find(Settings()).worker
        async with open_database(url, pool_size=1) as database:
            return await question(database)

    return asyncio.run(asked())


async def _enqueue(database: "Database", source: str, mode: str) -> UUID:
    from sync.runs.run import Mode
    from sync.work import asking

    async with database.writing() as session:
        return await asking.ask(session, source, mode=Mode(mode), actor="sync run")


async def _run_here(source: str, mode: str) -> "Run":
    from hub import addresses
    from hub.database import open_database
    from hub.settings import Settings
    from sync.runs.run import Mode
    from sync.work.duties import Bench, read_source_here
    from sync.work.worker import stop_on_signals

    settings, stop = Settings(), asyncio.Event()
    stop_on_signals(stop)
    async with open_database(addresses.find(settings).worker) as database:
        bench = Bench(database=database, settings=settings, stop=stop)
        return await read_source_here(bench, source, mode=Mode(mode), actor="sync run")


async def _simulate(source: str, mode: str) -> "tuple[Run, Effects]":
    from hub import addresses
    from hub.database import open_database
    from hub.seal import Sealer
    from hub.settings import Settings
    from sync.changes.simulating import simulate_run
    from sync.region import Region
    from sync.runs.run import Mode

    settings = Settings()
    region = Region.now(Sealer.from_file(settings.keys), settings.zone)
    async with open_database(addresses.find(settings).worker) as database:
        return await simulate_run(
            database, source, region, mode=Mode(mode), secrets=settings.secrets_dir
        )


async def _found(database: "Database", number: str) -> "Run":
    from sync.runs.run import list_runs, read_run
    from sync.work.asking import UnknownRunError

    try:
        found = await read_run(database, UUID(number))
    except ValueError:
        found = next(iter(await list_runs(database, number, limit=1)), None)
    if found is None:
        raise UnknownRunError
    return found


async def _cancel(database: "Database", number: str) -> str:
    from sync.work import asking

    found = await _found(database, number)
    async with database.writing() as session:
        return await asking.cancel(session, found.id)


async def _events(database: "Database", run_id: UUID, after: int = 0) -> "list[Event]":
    from sync.runs.log import read_events

    async with database.reading() as session:
        return await read_events(session, run_id, after=after)


async def _ended(database: "Database", run_id: UUID) -> "Run":
    """Wait until the run rests; one that waits for its next attempt does not."""
    while True:
        found = await _found(database, str(run_id))
        if found.state not in UNDER_WAY:
            return found
        await asyncio.sleep(LOOK_EVERY_S)


async def _follow(database: "Database", run_id: UUID, output: OutputFormat) -> "Run":
    """Print the log as it grows until the run rests."""
    last = 0
    while True:
        found = await _found(database, str(run_id))
        for event in await _events(database, run_id, last):
            last = event.id
            print_event(event, output)
        if found.state not in UNDER_WAY:
            return found
        await asyncio.sleep(LOOK_EVERY_S)


def _print_end(ended: "Run", output: OutputFormat) -> None:
    if output is OutputFormat.TABLE:
        print_run(ended)
    else:
        print_rows([asdict(ended)], output, titles=TITLES)
    raise typer.Exit(EXITS[ended.state])
