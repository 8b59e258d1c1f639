"""The region's day: what it is now, to the second, in zones of every kind."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.clock import today_in

ZONES = ("Europe/Kaliningrad", "Europe/Samara", "Asia/Kamchatka", "Asia/Kathmandu", "UTC")


@pytest.mark.parametrize("name", ZONES)
def test_the_day_turns_with_the_second_in_which_it_begins(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone = ZoneInfo(name)
    midnight = datetime(2026, 3, 1, tzinfo=zone)
    for seconds in (-86_401, -61, -1, 0, 1, 61, 86_399, 86_400):
        at = (midnight + timedelta(seconds=seconds)).astimezone(UTC)
        monkeypatch.setattr("hub.clock.time.time", at.timestamp)

        assert at.astimezone(zone).date() == today_in(zone) == today_in(zone, at)
