"""`export`: a list of the API as a file, by the code that answers over HTTP."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final

import typer

from hub.cli.asking import audited, in_words, viewing
from hub.cli.output import Output, OutputFormat, print_rows
from hub.files import replacing
from hub.terminal import say

if TYPE_CHECKING:
    from schema.compiler.run import Engine
    from schema.exports.wanted import Wanted

KEY: Final = "HUB_API_KEY"
TITLES: Final = {"name": "Имя", "title": "Что это", "values": "Значения", "about": "Описание"}
STDOUT: Final = "-"


def export(
    what: Annotated[
        str,
        typer.Argument(help="Имя готовой выгрузки или файл .graphql; без него — список готовых."),
    ] = "",
    value: Annotated[
        list[str] | None, typer.Option("--value", help="Значение: academicYear=2026.")
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", help="xlsx, csv (для Excel) или csv-rfc4180.")
    ] = "xlsx",
    to: Annotated[str, typer.Option("--to", help="В какой файл; - это stdout.")] = STDOUT,
    output: Output = OutputFormat.TABLE,
) -> None:
    """Выгрузить список в файл; что видно, решает ключ в HUB_API_KEY, без него видно всё."""
    if not what:
        _print_list(output)
        return
    asyncio.run(_export(what, _values(value or []), format_, to))


def _values(given: Sequence[str]) -> dict[str, str]:
    pairs = [item.partition("=") for item in given]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        message = f"{wrong[0]}: пишется имя=значение."
        raise typer.BadParameter(message, param_hint="--value")
    return {name: text for name, _, text in pairs}


def _print_list(output: OutputFormat) -> None:
    from schema.exports.documents import NamedDocument, named_documents
    from schema.exports.ready import READY, Ready

    listed: list[Ready | NamedDocument] = [*READY.values(), *named_documents().values()]
    rows = [
        {
            "name": one.name,
            "title": one.title,
            "values": ", ".join(parameter.name for parameter in one.parameters),
            "about": one.description,
        }
        for one in listed
    ]
    print_rows(rows, output, titles=TITLES)


async def _export(what: str, values: dict[str, str], wanted_format: str, to: str) -> None:
    from hub.access import Permit
    from hub.audit.events import Action, by_viewer
    from hub.audit.journal import Journal
    from hub.settings import Settings
    from schema.door.http import build_engine
    from schema.exports.wanted import made

    settings, journal = Settings(), Journal()
    engine = build_engine(settings, note=journal.note)
    with in_words():
        wanted = _wanted(engine, what, values, wanted_format)
        async with viewing(settings, Permit.EXPORT) as (pool, viewer), audited(settings, journal):
            journal.note(by_viewer(viewer, Action.EXPORT, "export"))
            async with made(wanted, engine, pool, viewer, settings.zone) as blocks:
                await _write(blocks, to)
    if to != STDOUT:
        say(f"✓ {wanted.title}: {to}")


def _wanted(engine: "Engine", what: str, values: dict[str, str], wanted_format: str) -> "Wanted":
    from hub.files import text_of
    from schema.exports.formats import format_named
    from schema.exports.wanted import named_export, own_export

    chosen = format_named(wanted_format)
    path = Path(what)
    if path.suffix == ".graphql":
        given = {name: _decoded(text) for name, text in values.items()}
        return own_export(engine, text_of(path), None, given, chosen)
    return named_export(engine, what, values, chosen)


def _decoded(text: str) -> object:
    """Read a value of a document's own: JSON where it is such, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


async def _write(blocks: AsyncIterator[bytes], to: str) -> None:
    """Write to stdout, or beside the file and then in its place: half a file is none."""
    if to == STDOUT:
        await _drain(blocks, sys.stdout.buffer)
        return
    with replacing(Path(to)) as part, part.open("wb") as stream:
        await _drain(blocks, stream)


async def _drain(blocks: AsyncIterator[bytes], stream: BinaryIO) -> None:
    async for block in blocks:
        stream.write(block)
    stream.flush()
