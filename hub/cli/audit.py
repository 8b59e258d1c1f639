"""`audit`: who did what and saw whom, and whether the record of it is whole."""

import asyncio
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer

from hub.cli.output import Output, OutputFormat, print_rows
from hub.terminal import Exit, say

if TYPE_CHECKING:
    from hub.audit.chain import Finding, Head, Row
    from hub.audit.finding import Wanted

TITLES: Final = {
    "seq": "№",
    "at": "Когда",
    "action": "Что",
    "client": "Кто",
    "role": "Роль",
    "operation": "Операция",
    "field_classes": "Что видел",
    "people": "Людей",
    "reason": "Причина",
}
FAULTS: Final = {
    "ALTERED": "запись изменена",
    "MISSING": "записей нет",
    "BROKEN": "записи не продолжают друг друга: одна из двух изменена или заменена",
    "SHORT": "записей в конце нет",
}
Moment = Annotated[datetime | None, typer.Option(help="С какого времени, UTC.")]
LastMoment = Annotated[datetime | None, typer.Option(help="До какого времени, UTC.")]
app = typer.Typer(help="Журнал доступа.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def search(
    person: Annotated[
        UUID | None, typer.Option(help="Кто видел этого человека: идентификатор без person-.")
    ] = None,
    client: Annotated[
        UUID | None, typer.Option(help="Что делал клиент: номер из user list.")
    ] = None,
    action: Annotated[str, typer.Option(help="READ, DENIED, EXPORT, IMPORT или CHANGE.")] = "",
    since: Moment = None,
    until: LastMoment = None,
    limit: Annotated[int, typer.Option(min=1, help="Сколько последних показать.")] = 100,
    output: Output = OutputFormat.TABLE,
) -> None:
    """Найти события: новые первыми."""
    from datetime import UTC

    from hub.audit.events import Action
    from hub.audit.finding import Wanted
    from hub.cli.granting import choice

    wanted = Wanted(
        person=person,
        client=client,
        action=choice(Action, action, "--action") if action else None,
        since=since.replace(tzinfo=UTC) if since else None,
        until=until.replace(tzinfo=UTC) if until else None,
        limit=limit,
    )
    print_rows(asyncio.run(_search(wanted)), output, titles=TITLES)


@app.command()
def export() -> None:
    """Выгрузить весь журнал строками JSON: так его проверяют без базы данных."""
    asyncio.run(_export())


@app.command()
def verify(
    file: Annotated[
        Path | None, typer.Argument(help="Выгрузка журнала; без неё проверяется база данных.")
    ] = None,
    head: Annotated[
        str, typer.Option(help="Последняя запись прошлой проверки: номер:отпечаток.")
    ] = "",
) -> None:
    """Проверить, что в журнале ничего не изменено и не вычеркнуто."""
    expected = _head(head)
    if file is None:
        found, findings = asyncio.run(_verify(expected))
    else:
        found, findings = _verify_file(file, expected)
    for one in findings:
        numbers = str(one.seq) if one.seq == one.until else f"{one.seq}-{one.until}"
        print(f"{numbers}: {FAULTS[one.fault]}")
    if findings:
        say(f"✗ Журнал повреждён, мест: {len(findings)}.")
        sys.exit(Exit.FINDINGS)
    print(found)
    say(
        f"✓ Журнал цел, записей: {found.seq}. Сохраните строку выше отдельно: --head при следующей проверке."
    )


def _head(text: str) -> "Head | None":
    from hub.audit.chain import Head

    if not text:
        return None
    number, _, printed = text.partition(":")
    if not number.isdecimal() or not printed:
        raise typer.BadParameter("Нужно номер:отпечаток.", param_hint="--head")
    return Head(seq=int(number), hash=printed)


async def _search(wanted: "Wanted") -> list["Row"]:
    from hub.audit import finding
    from hub.audit.chain import exported
    from hub.database import open_database

    async with open_database(_url(), pool_size=1) as database, database.reading() as session:
        rows = await finding.search(session, wanted)
    return [{**exported(row), "at": row["at"], "people": len(row["entity_ids"])} for row in rows]


async def _export() -> None:
    from hub.audit import finding
    from hub.audit.chain import exported
    from hub.database import open_database

    async with open_database(_url(), pool_size=1) as database, database.reading() as session:
        async for rows in finding.every(session):
            for row in rows:
                print(json.dumps(exported(row), ensure_ascii=False, default=str))


async def _verify(expected: "Head | None") -> "tuple[Head, Sequence[Finding]]":
    from hub.audit import finding
    from hub.database import open_database

    async with open_database(_url(), pool_size=1) as database, database.reading() as session:
        return await finding.verify(session, expected)


def _verify_file(path: Path, expected: "Head | None") -> "tuple[Head, Sequence[Finding]]":
    from hub.audit.chain import Check

    check = Check(expected)
    with path.open(encoding="utf-8") as lines:
        findings = list(check.findings(_rows(lines)))
    return check.head, [*findings, *check.end()]


def _rows(lines: Iterable[str]) -> "Iterator[Row]":
    from hub.audit.chain import read

    for number, text in enumerate(lines, start=1):
        yield read(text, number)


def _url() -> str:
    from hub import addresses
    from hub.settings import Settings

    return addresses.find(Settings()).worker
