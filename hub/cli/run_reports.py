"""What the command line prints of runs: the run, its counts in words, its log line by line."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final  # cells of a row

from hub.cli.output import OutputFormat, print_rows

if TYPE_CHECKING:
    from sync.runs.log import Event
    from sync.runs.run import Run

TITLES: Final = {
    "id": "Номер",
    "source_code": "Источник",
    "mode": "Что читает",
    "state": "Состояние",
    "failure": "Кто чинит",
    "error_code": "Код",
    "requested_at": "Запрошено",
    "started_at": "Начато",
    "finished_at": "Закончено",
}
EVENTS: Final = {
    "at": "Когда",
    "level": "Важность",
    "code": "Что",
    "message": "Сообщение",
    "counts": "Числа",
}
# What a run counts, as people read it; programs get the names.
COUNTS: Final = {
    "rows": "Прочитано строк",
    "pages": "Страниц",
    "lists": "Полных списков",
    "records": "Новых записей",
    "versions": "Новых версий",
    "figures": "Чисел без имён",
    "rejected": "Не принято строк",
    "people": "Изменилось людей",
    "mentorships": "Изменилось наставничеств",
    "held": "Задержано организаций",
}


def print_event(event: "Event", output: OutputFormat) -> None:
    """Print a line of a log as it comes."""
    if output is OutputFormat.TABLE:
        when = time.strftime("%H:%M:%S", event.at.astimezone().timetuple())
        print(
            f"{when} {event.level:<7} {event.message} {listed_counts(event.counts)}".rstrip(),
            flush=True,
        )
    else:
        print_rows([line_of(event)], OutputFormat.NDJSON, titles=EVENTS)


def line_of(event: "Event") -> dict[str, Any]:
    """Give a line of a log as a row."""
    return {name: getattr(event, name) for name in EVENTS}


def print_run(found: "Run") -> None:
    """Print a run as a table of what is known about it."""
    values = {TITLES[name]: getattr(found, name) for name in TITLES}
    values |= {"Что сделать": found.message, **_in_words(found.counts)}
    rows = [{"what": what, "value": value} for what, value in values.items() if value is not None]
    print_rows(rows, OutputFormat.TABLE, titles={"what": "Что", "value": "Значение"})


def _in_words(counts: Mapping[str, int]) -> dict[str, int]:
    """Name counts as people do, in one order; a count without a word keeps its name."""
    known = {word: counts[name] for name, word in COUNTS.items() if name in counts}
    return known | {name: count for name, count in counts.items() if name not in COUNTS}


def listed_counts(counts: Mapping[str, int]) -> str:
    """List the counts of an event that are not nought."""
    return ", ".join(
        f"{word.lower()} {count}" for word, count in _in_words(counts).items() if count
    )
