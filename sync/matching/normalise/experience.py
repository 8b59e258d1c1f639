"""Experience in months, and since when it runs."""

import re
from datetime import date

from sync.matching.lexicon import fold_yo
from sync.matching.normalise.dates import parse_date
from sync.matching.normalise.outcome import Found, Outcome

_MONTHS = 12
_LONGEST_YEARS = 75
_SINCE = re.compile(r"^(с|от|со)\s+(?=\d)")
_YEARS_MONTHS = re.compile(r"(?:(\d{1,2})\s*(?:л\w*|г\w*)\.?)?\s*(?:(\d{1,2})\s*м\w*\.?)?")
_NUMBER = re.compile(r"^(\d{1,2})(?:[.,](\d{1,2}))?$")
_PAIR = re.compile(r"^(\d{1,2})\s*[/\\]\s*(\d{1,2})$")
_LESS = re.compile(r"(менее|меньше|до)\s*(1\s*)?год")


def normalise_experience(cells: tuple[str, ...], today: date) -> Outcome:
    """Give since when a person teaches, of (teaching_experience, total_experience, stated_as_of).

    Counted back from the day it was stated; without that day, from today.
    """
    teaching, total, stated_as_of = cells
    as_of = parse_date(stated_as_of, today) or today
    text = teaching or (total.partition("/")[2] if _PAIR.match(total.strip()) else "")
    if not text.strip():
        return Outcome(values=(None,))
    if day := _since_day(text, today):
        return Outcome(values=(day,))
    months = parse_months(text)
    if months is None:
        found: tuple[Found, ...] = (("teaching_experience", "experience.unreadable"),)
        return Outcome(values=(None,), issues=() if _is_nothing(text) else found)
    return Outcome(values=(months_before(as_of, months),))


def parse_months(text: str) -> int | None:
    """Give the full months of «12», «12,5», «12 лет 3 мес.», «12/8» (the second), «менее года»."""
    folded = fold_yo(text).strip(" .")
    if pair := _PAIR.match(folded):
        return int(pair[2]) * _MONTHS
    if number := _NUMBER.match(folded):
        return _within(int(float(f"{number[1]}.{number[2] or 0}") * _MONTHS))
    if _LESS.search(folded):
        return 0
    spelled = _YEARS_MONTHS.match(folded)
    if spelled and (spelled[1] or spelled[2]):
        return _within(int(spelled[1] or 0) * _MONTHS + int(spelled[2] or 0))
    return None


def months_before(day: date, months: int) -> date:
    """Give the day so many months before a day; the 31st becomes the month's last day."""
    count = day.year * _MONTHS + day.month - 1 - months
    year, month = divmod(count, _MONTHS)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    return day


def _within(months: int) -> int | None:
    return months if months <= _LONGEST_YEARS * _MONTHS else None


def _since_day(text: str, today: date) -> date | None:
    folded = fold_yo(text).strip()
    if _NUMBER.match(folded) or _PAIR.match(folded):
        return None
    day = parse_date(_SINCE.sub("", folded), today)
    return day if day and day <= today else None


def _is_nothing(text: str) -> bool:
    return not any(sign.isdigit() for sign in text)
