"""The day of the region that tests and benchmarks live in, which at night is not UTC's."""

from datetime import date
from typing import Final

from hub.clock import today_in
from hub.settings import Settings

ZONE: Final = Settings().zone


def region_day() -> date:
    """Give the region's date of now."""
    return today_in(ZONE)
