"""`import`: what a file would give, and taking it in."""

import asyncio
import shlex
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from hub.cli.given_files import AsOf, Completely, Kind, Map, Paths, Period, given_files
from hub.cli.import_reports import print_reports
from hub.cli.output import Output, OutputFormat, print_rows
from hub.clock import today_in
from hub.files import replacing, require_places
from hub.terminal import Exit, intake_bar, say

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from hub.database import Database
    from sync.effects import Effects
    from sync.intake import Accepted, FileReport, Given
    from sync.region import Region

Answer = TypeVar("Answer")
REFUSED: Final = {
    "id": "Номер",
    "file": "Файл",
    "sheet": "Лист",
    "row": "Строка",
    "column": "Столбец",
    "code": "Код",
    "message": "Что сделать",
}
app = typer.Typer(help="Файлы школ: проверить и принять.", rich_markup_mode=None)


@app.command()
def check(
    files: Paths,
    kind: Kind = "",
    period: Period = None,
    as_of: AsOf = None,
    mapped: Map = None,
    output: Output = OutputFormat.TABLE,
) -> None:
    """Сказать, что даст файл и что в нём не так; ничего не записывается."""
    given = given_files(
        files, kind=kind, period=period, as_of=as_of, completeness="PARTIAL", mapped=mapped
    )
    reports = asyncio.run(_check(given))
    print_reports(reports, output)
    if any(report.rejected for report in reports):
        raise typer.Exit(Exit.FINDINGS)


@app.command()
def accept(  # noqa: PLR0913 - each is an option of the command
    files: Paths,
    *,
    kind: Kind = "",
    period: Period = None,
    as_of: AsOf = None,
    completeness: Completely = "PARTIAL",
    release: Annotated[
        bool,
        typer.Option("--release", help="Отвечаю за то, кого список завершает: не задерживать."),
    ] = False,
    mapped: Map = None,
    output: Output = OutputFormat.TABLE,
) -> None:
    """Принять файлы; те же файлы ещё раз ничего не меняют."""
    given = given_files(
        files, kind=kind, period=period, as_of=as_of, completeness=completeness, mapped=mapped
    )
    accepted = asyncio.run(_accept(given, release=release))
    print_reports(accepted.files, output)
    say(
        f"✓ Новых записей: {accepted.records}, новых версий: {accepted.versions}; изменено людей: "
        f"{accepted.projected.people}, наставничеств: {accepted.projected.mentorships}."
    )
    if held := accepted.projected.held:
        say(
            f"! Тормоз: списков, которые закончили бы слишком многих, {held}: никто не выбыл. "
            "Проверьте их: hub sync holds; затем hub sync release --source school-files."
        )
    _say_what_is_not_kept(given, accepted)
    if held or any(report.rejected for report in accepted.files):
        raise typer.Exit(Exit.FINDINGS)


def _say_what_is_not_kept(given: Sequence["Given"], accepted: "Accepted") -> None:
    """Say which files to give again, now or once their columns are named: the hub keeps none."""
    from sync.refused.remapping import waits_for_mapping

    for file, report in zip(given, accepted.files, strict=True):
        if waits_for_mapping(report):
            say(
                "! Таблица не прочитана, а самого файла хаб не хранит. Назовите столбцы и примите "
                f"его снова: python -m hub import accept {shlex.quote(str(file.path))} "
                "--map «ЗАГОЛОВОК=ПОЛЕ»"
            )
    if names := accepted.to_give_again:
        say(
            "! Таблицы этих файлов раньше не прочитались, теперь шапка может быть понятна, а самих "
            "файлов хаб не хранит. Примите их снова: "
            f"python -m hub import accept {shlex.join(names)}"
        )


@app.command()
def simulate(
    files: Paths,
    *,
    kind: Kind = "",
    period: Period = None,
    as_of: AsOf = None,
    completeness: Completely = "PARTIAL",
    mapped: Map = None,
    output: Output = OutputFormat.TABLE,
) -> None:
    """Показать, что изменит приём файлов: люди, пары, показатели; ничего не записывается."""
    from hub.cli.effects import print_effects

    given = given_files(
        files, kind=kind, period=period, as_of=as_of, completeness=completeness, mapped=mapped
    )
    effects = _ask(lambda database, region: _simulate(database, given, region))
    print_effects(effects, output)
    if effects.difference.held:
        raise typer.Exit(Exit.FINDINGS)


@app.command()
def refused(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Сколько последних.")] = 100,
    output: Output = OutputFormat.TABLE,
) -> None:
    """Показать, что не принято: место, причина, что сделать; сами строки запечатаны."""
    from sync.evidence.refusals import list_refused

    found = _ask(lambda database, _: list_refused(database, limit=limit))
    print_rows([asdict(one) for one in found], output, titles=REFUSED)


@app.command()
def fix(
    number: Annotated[int, typer.Argument(help="Номер из import refused.")],
    corrections: Annotated[
        list[str], typer.Argument(help="Что исправить.", metavar="ПОЛЕ=ЗНАЧЕНИЕ")
    ],
) -> None:
    """Исправить отклонённую строку или ячейку на месте: она принимается сразу.

    Код выхода: 0 принято, 3 принято, но исправленное снова не понято.
    """
    from sync.refused.repairing import repair

    pairs = [text.partition("=") for text in corrections]
    said = {name.strip(): value for name, _, value in pairs}
    done = _ask(lambda database, region: repair(database, number, said, region, actor="import fix"))
    say(
        f"✓ Принято изменением {done.changeset_id}: изменено людей: {done.difference.people}, "
        f"наставничеств: {done.difference.mentorships}."
    )
    for message in done.still_wrong:
        say(f"! {message}")
    if done.still_wrong:
        raise typer.Exit(Exit.FINDINGS)


@app.command()
def mark(
    file: Annotated[Path, typer.Argument(help="Файл школы.", exists=True, dir_okay=False)],
    *,
    to: Annotated[Path, typer.Option(help="Куда записать книгу Excel с пометками.")],
    kind: Kind = "",
    period: Period = None,
    as_of: AsOf = None,
    mapped: Map = None,
) -> None:
    """Вернуть файл с пометками: где ошибка, что там может стоять, что принято; в хаб не пишется.

    Исправленный файл принимается как обычный: по скрытым ключам меняются только исправленные строки.
    """
    given = given_files(
        [file], kind=kind, period=period, as_of=as_of, completeness="PARTIAL", mapped=mapped
    )
    require_places([to], given=[file])
    with replacing(to) as part:
        report = asyncio.run(_mark(given[0], part))
    say(f"✓ {to}: строк {report.rows}, помечено {len(report.rejected)}.")
    if report.rejected:
        raise typer.Exit(Exit.FINDINGS)


async def _check(given: Sequence["Given"]) -> list["FileReport"]:
    from hub import addresses
    from hub.database import open_database
    from hub.seal import Sealer
    from hub.settings import Settings
    from sync import intake

    settings = Settings()
    async with open_database(addresses.find(settings).worker, pool_size=1) as database:
        return await intake.check(
            database,
            given,
            today=_today(settings.zone),
            sealer=Sealer.from_file(settings.keys) if settings.keys.exists() else None,
        )


async def _simulate(database: "Database", given: Sequence["Given"], region: "Region") -> "Effects":
    from sync.changes.simulating import simulate_files

    _, effects = await simulate_files(database, given, region)
    return effects


def _ask(question: "Callable[[Database, Region], Awaitable[Answer]]") -> Answer:
    from hub import addresses
    from hub.database import open_database
    from hub.seal import Sealer
    from hub.settings import Settings
    from sync.region import Region

    settings = Settings()

    async def asked() -> Answer:
        region = Region.now(Sealer.from_file(settings.keys), settings.zone)
        async with open_database(addresses.find(settings).worker) as database:
            return await question(database, region)

    return asyncio.run(asked())


async def _mark(given: "Given", to: Path) -> "FileReport":
    from hub import addresses
    from hub.database import open_database
    from hub.seal import Sealer
    from hub.settings import Settings
    from sync.uploads.marking import mark

    settings = Settings()
    async with open_database(addresses.find(settings).worker, pool_size=1) as database:
        sealer, today = Sealer.from_file(settings.keys), _today(settings.zone)
        return await mark(database, given, to, sealer=sealer, today=today)


async def _accept(given: Sequence["Given"], *, release: bool) -> "Accepted":
    from hub import addresses
    from hub.database import open_database
    from hub.seal import Sealer
    from hub.settings import Settings
    from sync import intake

    settings = Settings()
    async with open_database(addresses.find(settings).worker) as database:
        with intake_bar(len(given)) as progress:
            return await intake.accept(
                database,
                given,
                sealer=Sealer.from_file(settings.keys),
                actor="import accept",
                today=_today(settings.zone),
                release=release,
                progress=progress,
            )


def _today(zone: "ZoneInfo") -> date:
    return today_in(zone)
