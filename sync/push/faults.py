"""What is wrong with what a partner sent, before anything is looked up: its clock, texts and cells."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Final

import pandas as pd

from sync.columns import rows_of
from sync.matching.normalise import normalise
from sync.push.answering import Fault
from sync.push.requests import Counter, Item

AHEAD: Final = timedelta(minutes=5)  # by how much a partner's clock may be fast
LONGEST: Final = 500
DAYS: Final = frozenset(
    {"birth_date", "hire_date", "dismissal_date", "mentor_birth_date", "mentee_birth_date"}
    | {"joined_at", "left_at"}
)
FROM_THE_FUTURE: Final = "Версия из будущего: проверьте часы системы."
TOO_LONG: Final = f"Текст длиннее {LONGEST} знаков: сократите его."
NOT_A_DAY: Final = "Такого дня нет: дата пишется ГГГГ-ММ-ДД."


def faults_of(
    items: Sequence[Item], counter: Counter, *, people: Sequence[str], word: Callable[[str], str]
) -> Mapping[int, list[Fault]]:
    """Give the places of items that are wrong, each with its faults: a code, a repair, a field.

    `people` are what the fields of each person of an item begin with, `word` gives a field's name as
    the partner writes it. A field is told once, by its first fault.
    """
    now = datetime.now(counter.zone)
    told: dict[tuple[int, str], Fault] = {}
    cells = (_cells(items, start, now.date()) for start in people)
    for place, code, message, name in chain(_clocks(items, now), _texts(items), *cells):
        told.setdefault((place, name), (code, message, word(name)))
    found = defaultdict[int, list[Fault]](list)
    for (place, _), fault in told.items():
        found[place].append(fault)
    return found


_Found = Iterator[tuple[int, str, str, str]]  # a place, a code, what to do, the hub's field


def _clocks(items: Sequence[Item], now: datetime) -> _Found:
    for place, item in enumerate(items):
        if item.version > now + AHEAD:
            yield place, "push.from_the_future", FROM_THE_FUTURE, "changedAt"


def _texts(items: Sequence[Item]) -> _Found:
    for place, item in enumerate(items):
        for name, text in item.fields.items():
            if text and len(text) > LONGEST:
                yield place, "push.too_long", TOO_LONG, name
            elif text and name in DAYS and not _is_day(text):
                yield place, "push.not_a_day", NOT_A_DAY, name


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _cells(items: Sequence[Item], start: str, today: date) -> _Found:
    cells = pd.DataFrame(
        [
            {
                name.removeprefix(start): text or ""
                for name, text in item.fields.items()
                if name.startswith(start)
            }
            for item in items
        ],
        dtype=object,
    ).fillna("")
    if cells.empty:
        return
    issues = normalise(cells, today=today).issues
    for place, name, code, message in rows_of(issues, "row", "field", "code", "message"):
        if start + name in items[place].fields:  # what was left out of a card is no fault of it
            yield place, code, message, start + name
