"""Working days: Monday to Friday, and the days on which the production calendar says otherwise.

A year that the calendar does not know is counted without holidays: what is due comes due earlier,
never later, than the law says.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from hub.database import ReadSession

SATURDAY: Final = 5
Calendar = Mapping[date, bool]  # only where it differs: whether the day is a working one


async def read_calendar(session: ReadSession) -> Calendar:
    """Read the days that differ."""
    rows = await session.raw.fetch("select day, is_working from calendar_day order by day")
    return {row["day"]: row["is_working"] for row in rows}


def is_working(day: date, calendar: Calendar) -> bool:
    """Tell a working day."""
    return calendar.get(day, day.weekday() < SATURDAY)


def after_working_days(start: date, count: int, calendar: Calendar) -> date:
    """Give the last day of a period of so many working days, which begins the day after `start`."""
    day, left = start, count
    while left > 0:
        day += timedelta(days=1)
        left -= is_working(day, calendar)
    return day


def last_day(start: date, days: int, calendar: Calendar) -> date:
    """Give the last day of a period of calendar days; one that ends on a day off ends before it.

    ГК РФ, ст. 193 lets such a period end on the next working day; what must be destroyed waits for
    no longer than it must.
    """
    day = start + timedelta(days=days)
    while not is_working(day, calendar):
        day -= timedelta(days=1)
    return day
