"""`export`: a list of the API as a file, by the code that answers over HTTP."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final

import typer

from hub.cli.output import Output, OutputFormat, print_rows
from hub.terminal import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    import asyncpg

    from hub.access import Viewer
    from hub.audit.journal import Journal
    from hub.settings import Settings
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
    from hub.audit.events import Action, by_viewer
    from hub.audit.journal import Journal
    from hub.settings import Settings
    from schema.exports.wanted import made
    from schema.http import build_engine

    settings, journal = Settings(), Journal()
    engine = build_engine(settings, note=journal.note)
    with _in_words():
        wanted = _wanted(engine, what, values, wanted_format)
        async with _viewing(settings) as (pool, viewer), _audited(settings, journal):
            journal.note(by_viewer(viewer, Action.EXPORT, "export"))
            async with made(wanted, engine, pool, viewer, settings.zone) as blocks:
                await _write(blocks, to)
    if to != STDOUT:
        say(f"✓ {wanted.title}: {to}")


def _wanted(engine: "Engine", what: str, values: dict[str, str], wanted_format: str) -> "Wanted":
    from schema.exports.formats import format_named
    from schema.exports.wanted import named_export, own_export

    chosen = format_named(wanted_format)
    path = Path(what)
    if path.suffix == ".graphql":
        given = {name: _decoded(text) for name, text in values.items()}
        return own_export(engine, path.read_text(encoding="utf-8"), None, given, chosen)
    return named_export(engine, what, values, chosen)


def _decoded(text: str) -> object:
    """Read a value of a document's own: JSON where it is such, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


@asynccontextmanager
async def _audited(settings: "Settings", journal: "Journal") -> AsyncIterator[None]:
    """Write what was noted, whether the export ended well or not."""
    from hub import addresses
    from hub.database import open_note_pool

    pool = await open_note_pool(addresses.find(settings).web, size=1)
    try:
        yield
    finally:
        await journal.flush(pool)
        await pool.close()


@asynccontextmanager
async def _viewing(settings: "Settings") -> "AsyncIterator[tuple[asyncpg.Pool, Viewer]]":
    """Lend the pool and the viewer: that of the key, else who keeps the hub and sees all of it."""
    from hub import addresses
    from hub.access import Permit
    from hub.credentials import authenticate
    from hub.database import open_read_pool

    where = addresses.find(settings)
    region = await open_read_pool(where.web_region, size=1)
    try:
        key = os.environ.get(KEY)
        today = datetime.now(settings.zone).date()
        viewer = await authenticate(region, key, today=today) if key else await _keeper(region)
        viewer.need(Permit.EXPORT)
        if viewer.is_region_wide:
            yield region, viewer
            return
        web = await open_read_pool(where.web, size=1)
        try:
            yield web, viewer
        finally:
            await web.close()
    finally:
        await region.close()


async def _keeper(pool: "asyncpg.Pool") -> "Viewer":
    from uuid import UUID

    from hub.access import ClientKind, Grant, Purpose, Role, Viewer

    root = await pool.fetchval("select id from organisation where kind = 'MINISTRY' order by id")
    organisation_id = root or UUID(int=0)
    grant = Grant(
        role=Role.OPERATOR,
        organisation_id=organisation_id,
        authority_id=organisation_id,
        purposes=frozenset(Purpose),
    )
    return Viewer(
        client_id=UUID(int=0),
        client_name="export",
        kind=ClientKind.SYSTEM,
        grant=grant,
        grants=(grant,),
    )


async def _write(blocks: AsyncIterator[bytes], to: str) -> None:
    """Write to stdout, or beside the file and then in its place: half a file is none."""
    if to == STDOUT:
        await _drain(blocks, sys.stdout.buffer)
        return
    path = Path(to)
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as stream:
            await _drain(blocks, stream)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


async def _drain(blocks: AsyncIterator[bytes], stream: BinaryIO) -> None:
    async for block in blocks:
        stream.write(block)
    stream.flush()


@contextmanager
def _in_words() -> "Iterator[None]":
    """Turn a refusal of the door into an error of the command line."""
    from hub.errors import InputError
    from schema.errors import RequestRefused

    try:
        yield
    except RequestRefused as refused:
        said = " ".join(error.message for error in refused.errors)
        raise InputError(said) from refused
