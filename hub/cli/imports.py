"""`import`: what a file would give, and taking it in."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from hub.cli.output import Output, OutputFormat, print_rows
from hub.clock import today_in
from hub.terminal import Exit, intake_bar, say

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from hub.database import Database
    from hub.records import Completeness, FileKind
    from sync.effects import Effects
    from sync.intake import Accepted, FileReport, Given
    from sync.region import Region

Answer = TypeVar("Answer")
FILES: Final = {
    "file": "Файл",
    "kinds": "Что в нём",
    "rows": "Строк",
    "rejected": "Не принято",
    "unmapped": "Не хранится",
    "drift": "Шапка изменилась",
    "questions": "Вопросов",
    "repairs": "Исправлено само",
}
PROBLEMS: Final = {
    "file": "Файл",
    "sheet": "Лист",
    "row": "Строка",
    "column": "Столбец",
    "code": "Код",
    "message": "Что сделать",
}
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

Paths = Annotated[list[Path], typer.Argument(help="Файлы или папки с ними.", exists=True)]
Period = Annotated[
    int | None,
    typer.Option(help="Учебный год, в который он начался: 2025. Иначе берётся из заголовка."),
]
AsOf = Annotated[
    datetime | None,
    typer.Option(help="На какую дату составлен список: 2025-09-01.", formats=["%Y-%m-%d"]),
]
Kind = Annotated[
    str,
    typer.Option(help="Вид списка, если не виден: STAFF, PUPILS, MENTOR_BASE, MENTEE_BASE."),
]
Completely = Annotated[
    str,
    typer.Option(help="FULL: кого нет в списке, тот выбыл. PARTIAL: молчание не значит ничего."),
]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        help="Что значит столбец: «Кто=ФИО» или «Кто=full_name»; «Кто=» — не брать. Можно "
        "несколько раз; принятое запоминается для таких же шапок.",
        metavar="ЗАГОЛОВОК=ПОЛЕ",
    ),
]


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
    given = _given(
        files, kind=kind, period=period, as_of=as_of, completeness="PARTIAL", mapped=mapped
    )
    reports = asyncio.run(_check(given))
    _print_reports(reports, output)
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
    given = _given(
        files, kind=kind, period=period, as_of=as_of, completeness=completeness, mapped=mapped
    )
    accepted = asyncio.run(_accept(given, release=release))
    _print_reports(accepted.files, output)
    say(
        f"✓ Новых версий записей: {accepted.versions} из {accepted.records}; изменено людей: "
        f"{accepted.projected.people}, наставничеств: {accepted.projected.mentorships}."
    )
    if held := accepted.projected.held:
        say(
            f"! Тормоз: списков, которые закончили бы слишком многих, {held}: никто не выбыл. "
            "Проверьте их: hub sync holds; затем hub sync release --source school-files."
        )
    if held or any(report.rejected for report in accepted.files):
        raise typer.Exit(Exit.FINDINGS)


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

    given = _given(
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
    from sync.redriving import repair

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
    given = _given(
        [file], kind=kind, period=period, as_of=as_of, completeness="PARTIAL", mapped=mapped
    )
    report = asyncio.run(_mark(given[0], to))
    say(f"✓ {to}: строк {report.rows}, помечено {len(report.rejected)}.")
    if report.rejected:
        raise typer.Exit(Exit.FINDINGS)


def _given(
    files: Iterable[Path],
    *,
    kind: str,
    period: int | None,
    as_of: datetime | None,
    completeness: str,
    mapped: Sequence[str] | None,
) -> list["Given"]:
    from sync.intake import Given

    told = _told(mapped or ())

    declared_kind, declared_completeness = _kind(kind), _completeness(completeness)
    return [
        Given(
            path=path,
            kind=declared_kind,
            period=period,
            stated_as_of=as_of.date() if as_of else None,
            completeness=declared_completeness,
            columns=told,
        )
        for path in _listed(files)
    ]


def _listed(files: Iterable[Path]) -> Iterator[Path]:
    """Yield files, and for a folder the visible files under it by name."""
    for path in files:
        if path.is_dir():
            found = sorted(item for item in path.rglob("*") if item.is_file())
            yield from (item for item in found if not item.name.startswith((".", "~$")))
        else:
            yield path


def _kind(text: str) -> "FileKind | None":
    from hub.records import FileKind

    try:
        return FileKind(text.upper()) if text else None
    except ValueError as error:
        raise typer.BadParameter(f"{text}: такого вида нет.", param_hint="--kind") from error


def _told(mapped: Iterable[str]) -> dict[str, str]:
    """Read what a person says of columns; a field is named by its code or by a known header."""
    from connectors.mapping import told

    pairs = [text.rpartition("=") for text in mapped]
    for text, (header, _, _) in zip(mapped, pairs, strict=True):
        if not header:
            message = f"{text}: нужны заголовок и поле, например «Кто=ФИО»."
            raise typer.BadParameter(message, param_hint="--map")
    return told({header.strip(): field.strip() for header, _, field in pairs})


def _completeness(text: str) -> "Completeness":
    from hub.records import Completeness

    try:
        return Completeness(text.upper())
    except ValueError as error:
        message = f"{text}: бывает FULL или PARTIAL."
        raise typer.BadParameter(message, param_hint="--completeness") from error


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
    from sync.simulating import simulate_files

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
    from sync.marking import mark

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


def _print_reports(reports: Sequence["FileReport"], output: OutputFormat) -> None:
    problems = [problem for report in reports for problem in _problems(report)]
    match output:
        case OutputFormat.JSON | OutputFormat.NDJSON | OutputFormat.CSV:
            rows = [{**_summary(report), "problems": _problems(report)} for report in reports]
            print_rows(rows, output, titles=FILES)
        case OutputFormat.TABLE:
            print_rows([_summary(report) for report in reports], output, titles=FILES)
            if problems:
                print()
                print_rows(problems, output, titles=PROBLEMS)


def _summary(report: "FileReport") -> dict[str, object]:
    return {
        "file": report.name,
        "kinds": ", ".join(report.kinds),
        "rows": report.rows,
        "rejected": len(report.rejected),
        "columns": [
            {"header": one.header, "field": one.field, "confidence": one.confidence}
            for one in report.columns
            if one.field
        ],
        "unmapped": "; ".join(_unmapped(report)),
        "drift": "; ".join(drift.message for drift in report.drift),
        "questions": len(report.questions),
        "repairs": "; ".join(report.repairs),
    }


def _unmapped(report: "FileReport") -> Iterator[str]:
    """Name the columns that are not kept, each with what it might be."""
    for header in report.unmapped:
        fields = report.suggested.get(header, ())
        yield f"{header} (может быть: {', '.join(fields)})" if fields else header


def _problems(report: "FileReport") -> list[dict[str, object]]:
    return [
        {
            "file": rejected.place.file,
            "sheet": rejected.place.sheet,
            "row": rejected.place.row,
            "column": rejected.place.column,
            "code": rejected.code,
            "message": rejected.message,
        }
        for rejected in (*report.rejected, *report.questions)
    ]
