"""The formats of an export: what they are called, how a table becomes their bytes."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Final, assert_never

from schema.errors import RequestRefused, bad_input
from schema.exports.delimited import for_excel, for_machines
from schema.exports.table import Table
from schema.exports.workbook import write_workbook

BLOCK: Final = 256 * 1024
Write = Callable[[Path], Awaitable[None]]


class ExportFormat(StrEnum):
    """What an export is asked in."""

    XLSX = "xlsx"
    CSV = "csv"
    CSV_RFC4180 = "csv-rfc4180"

    @property
    def ending(self) -> str:
        """The ending of the file's name."""
        return "xlsx" if self is ExportFormat.XLSX else "csv"

    @property
    def media_type(self) -> str:
        """The media type of the answer."""
        match self:
            case ExportFormat.XLSX:
                return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            case ExportFormat.CSV:
                return "text/csv; charset=utf-8"
            case ExportFormat.CSV_RFC4180:
                return "text/csv; charset=utf-8; header=present"
        assert_never(self)


FORMATS: Final = {
    ExportFormat.XLSX: "Книга Excel: фильтр, даты и числа, лист «Методика».",
    ExportFormat.CSV: "Для Excel: UTF-8 с BOM, точка с запятой, даты по-русски.",
    ExportFormat.CSV_RFC4180: "Для программ: UTF-8, запятая, имена полей, коды и даты ISO.",
}


def format_named(name: object) -> ExportFormat:
    """Give a format; without a name a workbook. Raises RequestRefused for an unknown one."""
    try:
        return ExportFormat(str(name)) if name is not None else ExportFormat.XLSX
    except ValueError as error:
        known = ", ".join(ExportFormat)
        raise RequestRefused([bad_input(f"Такого format нет. Бывает: {known}.")]) from error


def bytes_of(table: Table, wanted: ExportFormat) -> AsyncIterator[bytes]:
    """Yield a table as a file of a format, in blocks."""
    match wanted:
        case ExportFormat.XLSX:
            return file_written(lambda path: write_workbook(table, path))
        case ExportFormat.CSV:
            return for_excel(table)
        case ExportFormat.CSV_RFC4180:
            return for_machines(table)
    assert_never(wanted)


async def file_written(write: Write) -> AsyncIterator[bytes]:
    """Yield a file that is written whole before its first block: a workbook cannot be sent earlier.

    It lies in a folder that only this account opens, and is gone with the last block.
    """
    with tempfile.TemporaryDirectory(prefix="hub-export-") as folder:
        path = Path(folder) / "export"
        await write(path)
        with path.open("rb") as stream:
            while block := await asyncio.to_thread(stream.read, BLOCK):
                yield block
