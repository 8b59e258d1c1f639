"""The region's day, asked here and nowhere else; statements take it as a bind.

At three in the morning in Samara the server's own day is still yesterday.
"""

import time
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


def today_in(zone: ZoneInfo, at: datetime | None = None) -> date:
    """Give the region's date: at an aware instant, or now."""
    return at.astimezone(zone).date() if at else _day_of(zone, int(time.time() // 60))


@lru_cache(maxsize=64)  # asked several times a request; a day begins with a minute in every zone
def _day_of(zone: ZoneInfo, minute: int) -> date:
    return datetime.fromtimestamp(minute * 60, UTC).astimezone(zone).date()
