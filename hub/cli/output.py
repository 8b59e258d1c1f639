"""Data on stdout: a table for people or JSON for programs."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import typer


class OutputFormat(StrEnum):
    """How data are printed."""

    TABLE = "table"
    JSON = "json"


Output = Annotated[
    OutputFormat, typer.Option("-o", "--output", help="Как печатать данные.", show_default=True)
]
Rows = Sequence[Mapping[str, object]]
WIDTH_OF_A_PIPE = 200  # columns: a pipe has no width of its own, and folded cells are hard to cut

SHORT = {None: "—", True: "да", False: "нет"}


def print_rows(rows: Rows, output: OutputFormat, *, titles: Mapping[str, str]) -> None:
    """Print rows in order; `titles` names the columns of the table, JSON keeps the keys."""
    match output:
        case OutputFormat.JSON:
            json.dump(list(rows), sys.stdout, ensure_ascii=False, indent=2, default=str)
            sys.stdout.write("\n")
        case OutputFormat.TABLE:
            _print_table(rows, titles)


def _print_table(rows: Rows, titles: Mapping[str, str]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles.values():
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*(_text(row.get(key)) for key in titles))
    width = None if sys.stdout.isatty() else WIDTH_OF_A_PIPE
    Console(file=sys.stdout, markup=False, highlight=False, width=width).print(table)


def _text(value: object) -> str:
    match value:
        case None | True | False:
            return SHORT[value]
        case datetime():
            return f"{value:%d.%m.%Y %H:%M %Z}"
        case date():
            return f"{value:%d.%m.%Y}"
        case list() | tuple():
            return ", ".join(map(str, value))
        case _:
            return str(value)
