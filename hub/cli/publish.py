"""`publish`: tables of coverage for everybody, frozen, without small numbers."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer

from hub.cli.consent import today
from hub.cli.granting import in_transaction
from hub.cli.output import Output, OutputFormat, print_rows
from hub.terminal import say

if TYPE_CHECKING:
    from hub.database import WriteSession

Json = Any  # a decoded answer
COMMAND: Final = "hub publish"
PUBLICATIONS: Final = """query Publications($first: Int) { publications(first: $first) { nodes {
  key span starts day publishedAt } } }"""
TITLES: Final = {
    "key": "Номер",
    "span": "За что",
    "starts": "С",
    "day": "По",
    "publishedAt": "Опубликована",
}
app = typer.Typer(
    help="Открытые таблицы охвата: без малых чисел, неизменные.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def coverage(
    academic_year: Annotated[
        int | None, typer.Option(help="Учебный год по году его начала.")
    ] = None,
    calendar_year: Annotated[int | None, typer.Option(help="Календарный год.")] = None,
) -> None:
    """Опубликовать охват за год или, без года, на сегодня; печатает номер таблицы."""
    from hub.coverage.publishing import publish, span_of

    span = span_of(academic_year=academic_year, calendar_year=calendar_year, today=today())

    async def act(session: "WriteSession") -> UUID:
        return await publish(session, span, actor=COMMAND)

    print(in_transaction(act, change=f"publish coverage {span.name}"))


@app.command("list")
def show(output: Output = OutputFormat.TABLE) -> None:
    """Показать опубликованные таблицы, новые первыми."""
    from hub.cli.asking import asked

    found: Json = asyncio.run(asked(PUBLICATIONS, {"first": 100}, name="Publications"))
    print_rows(found["publications"]["nodes"], output, titles=TITLES)


@app.command()
def withdraw(
    publication: Annotated[UUID, typer.Argument(help="Номер таблицы из publish list.")],
) -> None:
    """Отозвать таблицу: у тех, кто её взял, она останется."""
    from hub.coverage import publishing

    in_transaction(
        lambda session: publishing.withdraw(session, publication),
        change=f"publish withdraw {publication}",
    )
    say("✓ Таблица отозвана.")
