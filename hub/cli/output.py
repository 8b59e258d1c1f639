"""Data on stdout: a table for people; JSON, its lines or CSV for programs."""

import csv
import json
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated

import typer


class OutputFormat(StrEnum):
    """How data are printed."""

    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"


Output = Annotated[
    OutputFormat, typer.Option("-o", "--output", help="Как печатать данные.", show_default=True)
]
Rows = Sequence[Mapping[str, object]]
COPIED = frozenset({"id", "key"})  # what is given to the next command stays on one line
WIDTH_OF_A_PIPE = 200  # columns: a pipe has no width of its own, and folded cells are hard to cut

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")

SHORT = {None: "—", True: "да", False: "нет"}


def print_rows(rows: Rows, output: OutputFormat, *, titles: Mapping[str, str]) -> None:
    """Print rows in order; `titles` names the columns of the table, programs get the keys.

    CSV is that of RFC 4180: commas, a line of keys first; what is inside a cell is JSON.
    """
    match output:
        case OutputFormat.JSON:
            json.dump(list(rows), sys.stdout, ensure_ascii=False, indent=2, default=str)
            sys.stdout.write("\n")
        case OutputFormat.NDJSON:
            for row in rows:
                print(json.dumps(row, ensure_ascii=False, default=str), flush=True)
        case OutputFormat.CSV:
            _print_csv(rows, list(rows[0]) if rows else list(titles))
        case OutputFormat.TABLE:
            _print_table(rows, titles)


def _print_csv(rows: Rows, keys: Sequence[str]) -> None:
    writer = csv.DictWriter(sys.stdout, keys, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({key: _plain(row[key]) for key in keys} for row in rows)


def _plain(value: object) -> object:
    """Give a value as a cell of CSV: nothing for None, JSON for what has an inside."""
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value


def _print_table(rows: Rows, titles: Mapping[str, str]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for key, title in titles.items():
        table.add_column(title, overflow="fold", no_wrap=key in COPIED)
    for row in rows:
        table.add_row(*(_text(row.get(key)) for key in titles))
    width = None if sys.stdout.isatty() else WIDTH_OF_A_PIPE
    Console(file=sys.stdout, markup=False, highlight=False, width=width).print(table)


def _text(value: object) -> str:
    if isinstance(value, str) and INSTANT.fullmatch(value):  # as GraphQL writes it
        value = datetime.fromisoformat(value).astimezone(UTC)
    match value:
        case None | True | False:
            return SHORT[value]
        case datetime():
            return f"{value:%d.%m.%Y %H:%M %Z}"
        case date():
            return f"{value:%d.%m.%Y}"
        case list() | tuple():
            return ", ".join(map(str, value))
        case dict():
            return ", ".join(f"{name} {one}" for name, one in value.items())
        case _:
            return str(value)
