"""`source`: the systems that the hub reads: described, tried, paused."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from hub.cli.output import Output, OutputFormat, print_rows
from hub.clock import today_in
from hub.terminal import Exit, say

if TYPE_CHECKING:
    from connectors.protocol import CheckResult
    from hub.database import Database
    from hub.settings import Settings

Answer = TypeVar("Answer")
TITLES: Final = {
    "code": "Код",
    "kind": "Вид",
    "title": "Название",
    "schedule": "Расписание",
    "paused": "Приостановлен",
    "last_state": "Последнее чтение",
    "last_requested_at": "Когда",
    "last_success_at": "Последнее удачное",
}
WORDS: Final = TITLES | {
    "brake_share": "Порог тормоза",
    "brake_shares": "Порог по видам записей",
    "secret_name": "Файл секрета",
    "every_days": "Ждём, дней",
    "heard_on": "Последние сведения",
    "has_cursor": "Есть место, с которого продолжать",
}
SILENT: Final = {
    "code": "Код",
    "title": "Название",
    "heard_on": "Последние сведения",
    "every_days": "Ждём, дней",
    "silent_since": "Молчит с",
    "reminder": "Что написать",
}
PARTS: Final = {"stream": "Что", "part": "Часть", "field": "Поле хаба"}
app = typer.Typer(help="Источники записей.", no_args_is_help=True, rich_markup_mode=None)
Code = Annotated[str, typer.Argument(help="Код источника.")]


@app.command()
def add(
    manifest: Annotated[
        Path, typer.Argument(help="Описание источника: JSON или TOML.", exists=True, dir_okay=False)
    ],
) -> None:
    """Завести источник по описанию или изменить известное о нём; секрет лежит в отдельном файле.

    Настройки проверяются сразу, сам источник не читается: для этого есть source test.
    """
    from sync.work.descriptions import read_manifest_file, require_settings
    from sync.work.sources import Kept, keep_source

    described = read_manifest_file(manifest)
    require_settings(manifest, described)

    async def keep(database: "Database", _: "Settings") -> Kept:
        return await database.lasting(lambda session: keep_source(session, described))

    done = {Kept.NEW: "заведён", Kept.CHANGED: "изменён", Kept.SAME: "описан так же"}[_ask(keep)]
    say(f"✓ Источник {described.code} {done}. Дальше: python -m hub source test {described.code}")


@app.command("list")
def show_all(output: Output = OutputFormat.TABLE) -> None:
    """Показать источники, их расписание и последние чтения."""
    from sync.work.sources import list_sources

    async def every(database: "Database", _: "Settings") -> list[dict[str, object]]:
        async with database.reading() as session:
            return [asdict(one) for one in await list_sources(session)]

    print_rows(_ask(every), output, titles=TITLES)


@app.command()
def show(code: Code, output: Output = OutputFormat.TABLE) -> None:
    """Показать источник и его настройки, без секрета."""
    from sync.work.sources import read_source

    async def one(database: "Database", _: "Settings") -> dict[str, object]:
        async with database.reading() as session:
            return asdict(await read_source(session, code))

    found = _ask(one)
    if output is not OutputFormat.TABLE:
        print_rows([found], output, titles=WORDS)
        return
    rows = [{"what": title, "value": found[key]} for key, title in WORDS.items()]
    for table in ("ranks", "settings"):
        said = found[table]
        if isinstance(said, dict):
            rows += [{"what": f"{table}.{key}", "value": value} for key, value in said.items()]
    print_rows(rows, output, titles={"what": "Что", "value": "Значение"})


@app.command()
def test(code: Code) -> None:
    """Проверить, читается ли источник, и сказать, что исправить. Ничего не записывается."""
    from sync.work.sources import connector_of, read_source

    async def tried(database: "Database", settings: "Settings") -> "CheckResult":
        async with database.reading() as session:
            source = await read_source(session, code)
        return await asyncio.to_thread(connector_of(source, settings).check)

    result = _ask(tried)
    if not result.ok:
        say(f"✗ {result.message}")
        raise typer.Exit(Exit.UNREACHABLE)
    say(f"✓ Источник {code} читается. Дальше: python -m hub sync run {code} --wait")


@app.command()
def discover(code: Code, output: Output = OutputFormat.TABLE) -> None:
    """Показать, что есть в источнике и каким полем хаба это читается. Ничего не записывается."""
    from connectors.protocol import Discovering
    from sync.work.sources import connector_of, read_source

    async def found(database: "Database", settings: "Settings") -> list[dict[str, object]]:
        async with database.reading() as session:
            source = await read_source(session, code)
        connector = connector_of(source, settings)
        if not isinstance(connector, Discovering):
            return []
        return [
            {"stream": one.stream, "part": part, "field": field}
            for one in await asyncio.to_thread(connector.discover)
            for part, field in (one.fields or {"": ""}).items()
        ]

    print_rows(_ask(found), output, titles=PARTS)


@app.command()
def silent(output: Output = OutputFormat.TABLE) -> None:
    """Показать, какие источники ждали к сегодняшнему дню и не дождались, с текстом напоминания."""
    from hub.freshness import silent_sources

    async def found(database: "Database", settings: "Settings") -> list[dict[str, object]]:
        async with database.reading() as session:
            told = await silent_sources(session, today=today_in(settings.zone))
        return [asdict(one) for one in told]

    rows = _ask(found)
    print_rows(rows, output, titles=SILENT)
    if rows:
        raise typer.Exit(Exit.FINDINGS)


@app.command()
def expect(
    code: Code,
    days: Annotated[int, typer.Argument(min=0, help="Как часто, дней; 0 — не ждать.")],
) -> None:
    """Сказать, как часто от источника ждут сведений: чтения, которое удалось, или присланного."""
    from sync.work.sources import set_expected

    async def set_it(database: "Database", _: "Settings") -> None:
        async with database.writing() as session:
            await set_expected(session, code, days or None)

    _ask(set_it)
    say("✓ Ожидание записано.")


@app.command()
def pause(code: Code) -> None:
    """Не читать источник по расписанию, пока не скажут; запустить вручную можно."""
    _set_paused(code, paused=True)
    say(f"✓ Источник {code} приостановлен. Вернуть: python -m hub source resume {code}")


@app.command()
def resume(code: Code) -> None:
    """Снова читать источник по расписанию."""
    _set_paused(code, paused=False)
    say(f"✓ Источник {code} читается по расписанию.")


def _set_paused(code: str, *, paused: bool) -> None:
    from sync.work.sources import set_paused

    async def set_it(database: "Database", _: "Settings") -> None:
        async with database.writing() as session:
            await set_paused(session, code, paused=paused)

    _ask(set_it)


def _ask(question: "Callable[[Database, Settings], Awaitable[Answer]]") -> Answer:
    from hub import addresses
    from hub.database import open_database
    from hub.settings import Settings

    async def asked() -> Answer:
        settings = Settings()
        url = addresses.find(settings).worker
        async with open_database(url, pool_size=1) as database:
            return await question(database, settings)

    return asyncio.run(asked())
