"""Printing what a change does: counts, examples, whose people, which figures."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from hub.cli.output import OutputFormat, print_rows

if TYPE_CHECKING:
    from sync.effects import Effects

COUNTS: Final = {
    "records": "Записей",
    "people_added": "Людей появится",
    "people_changed": "Людей изменится",
    "people_merged": "Людей объединится",
    "people_split": "Людей разделится",
    "people_removed": "Людей исчезнет",
    "mentorships_added": "Наставничеств появится",
    "mentorships_changed": "Наставничеств изменится",
    "mentorships_removed": "Наставничеств исчезнет",
    "held": "Задержит тормоз учреждений",
    "set_aside": "Строк не будет принято",
}
EXAMPLES: Final = {
    "entity": "О чём",
    "what": "Что",
    "organisation": "Учреждение",
    "file": "Файл",
    "sheet": "Лист",
    "row": "Строка",
    "fields": "Поля",
}
UNITS: Final = {
    "organisation": "Учреждение",
    "people": "Людей",
    "mentorships": "Наставничеств",
}
FIGURES: Final = {
    "row": "Строка охвата",
    "figure": "Показатель",
    "before": "Было",
    "after": "Будет",
}


def print_effects(effects: "Effects", output: OutputFormat) -> None:
    """Print a change for people, or as one object for programs."""
    if output is not OutputFormat.TABLE:
        print_rows([effects.as_json()], output, titles={})
        return
    counts = [
        {"what": word, "count": count}
        for name, word in COUNTS.items()
        if (count := getattr(effects.difference, name))
    ]
    _print(
        counts or [{"what": "Ничего не изменится", "count": 0}], {"what": "Что", "count": "Сколько"}
    )
    for rows, titles in (
        (effects.examples, EXAMPLES),
        (effects.units, UNITS),
        (effects.figures, FIGURES),
    ):
        if rows:
            print()
            _print([asdict(one) for one in rows], titles)


def _print(rows: list[dict[str, object]], titles: Mapping[str, str]) -> None:
    print_rows(rows, OutputFormat.TABLE, titles=titles)
