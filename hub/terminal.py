"""What a command tells a person, and what its exit code tells a script."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Final

STATIONS: Final = {
    "landing": "Чтение файлов",
    "facts": "Нормализация",
    "comparing": "Сравнение записей",
    "people": "Сведение людей",
    "mentorships": "Наставничества",
}


class Exit(IntEnum):
    """What a command's exit code says."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    FINDINGS = 3
    NOT_FOUND = 4
    CONFLICT = 5
    UNREACHABLE = 6
    INTERRUPTED = 130


def say(text: str) -> None:
    """Print a message for a person on stderr; stdout is for data."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def intake_bar(files: int) -> Iterator[Callable[[str, int], None]]:
    """Show on stderr how far an intake is: a bar on a terminal, nothing where nobody looks.

    Lends what to call with a station's name and how many files have landed.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(STATIONS["landing"], total=files)
        yield lambda station, done: bar.update(task, description=STATIONS[station], completed=done)
