"""The pages of an export, read in turn by keyset cursor in one snapshot of the database."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from zoneinfo import ZoneInfo

import asyncpg

from hub.access import Viewer
from hub.pools import snapshot
from schema.compiler.nulls import MESSAGE
from schema.compiler.run import Engine, Reader
from schema.errors import ErrorCode
from schema.exports.columns import Selection, selection_of
from schema.exports.paging import ROWS, Paged
from schema.exports.table import Note, Page, Table
from schema.faults import refusal

MAX_ROWS: Final = 1_000_000  # a sheet holds 1,048,576
ACQUIRE_SECONDS: Final = 10.0
Json = Any  # a decoded part of an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One viewer's reads over one snapshot."""

    engine: Engine
    connection: Reader
    viewer: Viewer
    zone: ZoneInfo

    async def ask(self, text: str, variables: Mapping[str, Json]) -> Json:
        """Return the decoded data of an operation; raises RequestRefused where not all is there."""
        body = await self.engine.answer(self.connection, self.viewer, text, variables=variables)
        answer = json.loads(body)
        if "errors" in answer:
            # A list may leave a row out and say so; a file that does is wrong.
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            raise refusal(ErrorCode.VALUE_MISSING, MESSAGE, status=status)
        return answer["data"]

    async def count(self, paged: Paged) -> int:
        """Return how many rows an export has; raises EXPORT_TOO_LARGE over MAX_ROWS."""
        count: int = (await self.ask(paged.count, paged.variables))[ROWS]["totalCount"]
        if count > MAX_ROWS:
            raise refusal(
                ErrorCode.EXPORT_TOO_LARGE,
                f"В выгрузке {count} строк, а помещается {MAX_ROWS}. Сузьте условия.",
                status=HTTPStatus.BAD_REQUEST,
            )
        return count

    async def pages(self, paged: Paged) -> AsyncIterator[Page]:
        """Yield the rows of a list page by page."""
        after: str | None = None
        while True:
            found = (await self.ask(paged.rows, paged.page(after)))[ROWS]
            yield found["nodes"]
            if not found["pageInfo"]["hasNextPage"]:
                return
            after = found["pageInfo"]["endCursor"]

    def made_at(self) -> str:
        """Say when the snapshot was taken, by the region's clock."""
        return f"{datetime.now(self.zone):%d.%m.%Y %H:%M}"


@asynccontextmanager
async def reading(
    engine: Engine, pool: asyncpg.Pool, viewer: Viewer, zone: ZoneInfo
) -> AsyncIterator[Reading]:
    """Lend reads that all see the same moment; nothing can be written in them."""
    async with snapshot(pool, timeout_s=ACQUIRE_SECONDS) as connection:
        # A plan made once for pages of any size reads a tenth of the list for each of them.
        await connection.execute("set local plan_cache_mode = force_custom_plan")
        yield Reading(engine=engine, connection=connection, viewer=viewer, zone=zone)


async def table_of(reads: Reading, paged: Paged, *, title: str, name: str) -> Table:
    """Describe the export of a list; asks how many rows it has and reads none of them yet."""
    selection = selection_of(reads.engine, paged)
    count = await reads.count(paged)
    return Table(
        title=title,
        name=name,
        columns=selection.columns,
        notes=_notes(reads, paged, selection, title=title, count=count),
        zone=reads.zone,
        pages=lambda: reads.pages(paged),
    )


def _notes(
    reads: Reading, paged: Paged, selection: Selection, *, title: str, count: int
) -> tuple[Note, ...]:
    conditions = [f"{name} = {value}" for name, value in selection.conditions.items()]
    return (
        Note(about="Что выгружено", text=title),
        Note(about="Когда", text=f"{reads.made_at()}, {reads.zone.key}; все строки на один миг"),
        Note(about="Условия", text="\n".join(conditions) or "нет"),
        Note(about="Строк по счёту хаба", text=str(count)),
        Note(about="Кого видно", text="Тех, кто в области видимости ключа; масок хаб не снимает"),
        Note(about="Запрос", text=paged.text),
    )
