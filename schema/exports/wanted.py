"""What is to be exported: a list of the caller's own or a named one, and how it is made."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import asyncpg

from hub.access import Viewer
from schema.compiler.run import Engine
from schema.errors import RequestRefused, bad_input
from schema.exports.documents import Parameter, named_document
from schema.exports.formats import ExportFormat, bytes_of
from schema.exports.paging import paged
from schema.exports.reading import Reading, reading, table_of
from schema.exports.ready import READY, Ready

OWN_NAME: Final = "export"
OWN_TITLE: Final = "Выгрузка по запросу"
Json = Any  # a value of a request


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An export that was understood: its names, its format, how its bytes come."""

    name: str
    title: str
    format: ExportFormat
    bytes_of: Callable[[Reading], Awaitable[AsyncIterator[bytes]]]

    def file_name(self, zone: ZoneInfo) -> str:
        """Give the file's name in letters that every system keeps."""
        return f"{self.name}-{datetime.now(zone):%Y-%m-%d}.{self.format.ending}"

    def file_title(self, zone: ZoneInfo) -> str:
        """Give the file's name in words."""
        return f"{self.title} {datetime.now(zone):%Y-%m-%d}.{self.format.ending}"


@asynccontextmanager
async def made(
    wanted: Wanted, engine: Engine, pool: asyncpg.Pool, viewer: Viewer, zone: ZoneInfo
) -> AsyncIterator[AsyncIterator[bytes]]:
    """Lend the bytes of an export, all read in one snapshot."""
    async with reading(engine, pool, viewer, zone) as reads:
        yield await wanted.bytes_of(reads)


def own_export(
    engine: Engine,
    text: str,
    name: str | None,
    variables: Mapping[str, Json],
    wanted_format: ExportFormat,
) -> Wanted:
    """Understand a document of the caller's own; raises RequestRefused if it is no list."""
    return _of_document(engine, text, name, variables, wanted_format, names=(OWN_NAME, OWN_TITLE))


def named_export(
    engine: Engine, name: str, given: Mapping[str, Json], wanted_format: ExportFormat
) -> Wanted:
    """Understand an export asked for by name; raises RequestRefused if it or a value is unknown."""
    ready = READY.get(name)
    if ready is not None:
        return _of_ready(ready, given, wanted_format)
    document = named_document(name)
    variables = variables_of(document.parameters, given)
    names = (document.name, document.title)
    return _of_document(engine, document.text, None, variables, wanted_format, names=names)


def _of_document(
    engine: Engine,
    text: str,
    operation: str | None,
    variables: Mapping[str, Json],
    wanted_format: ExportFormat,
    *,
    names: tuple[str, str],
) -> Wanted:
    asked = paged(engine, text, operation, variables)
    name, title = names

    async def blocks(reads: Reading) -> AsyncIterator[bytes]:
        return bytes_of(await table_of(reads, asked, title=title, name=name), wanted_format)

    return Wanted(name=name, title=title, format=wanted_format, bytes_of=blocks)


def _of_ready(ready: Ready, given: Mapping[str, Json], wanted_format: ExportFormat) -> Wanted:
    variables = variables_of(ready.parameters, given)
    if wanted_format not in ready.formats:
        known = ", ".join(ready.formats)
        raise RequestRefused([bad_input(f"Эта выгрузка бывает только {known}.")])

    async def blocks(reads: Reading) -> AsyncIterator[bytes]:
        return await ready.blocks(reads, variables, wanted_format)

    return Wanted(name=ready.name, title=ready.title, format=wanted_format, bytes_of=blocks)


def variables_of(parameters: Sequence[Parameter], given: Mapping[str, Json]) -> Mapping[str, Json]:
    """Read the values of a named export, texts of an address included."""
    known = {parameter.name: parameter for parameter in parameters}
    if strange := sorted(set(given) - set(known)):
        message = f"Выгрузка не знает: {', '.join(strange)}. Она принимает: {', '.join(known)}."
        raise RequestRefused([bad_input(message)])
    missing = [one.name for one in parameters if one.required and not given.get(one.name)]
    if missing:
        message = f"Не хватает значений: {', '.join(missing)}."
        raise RequestRefused([bad_input(message)])
    return {name: _value(known[name], value) for name, value in given.items() if value != ""}


def _value(parameter: Parameter, value: Json) -> Json:
    match parameter.type.rstrip("!"):
        case "Int" if isinstance(value, str):
            if not value.isascii() or not value.isdigit():
                raise RequestRefused([bad_input(f"Значение {parameter.name} — целое число.")])
            return int(value)
        case "Boolean" if isinstance(value, str):
            return value.lower() in {"true", "1", "да"}
        case _:
            return value
