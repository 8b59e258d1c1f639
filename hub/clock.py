"""The region's day, asked here and nowhere else; statements take it as a bind.

At three in the morning in Samara the server's own day is still yesterday.
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def today_in(zone: ZoneInfo, at: datetime | None = None) -> date:
    """Give the region's date: at an aware instant, or now."""
    return (at or datetime.now(UTC)).astimezone(zone).date()
