"""The benchmark's stopwatch stands where the stations are."""

from importlib import import_module

import pytest

from tests.bench.stations import STATIONS


@pytest.mark.parametrize(("room", "station"), STATIONS, ids=lambda name: name)
def test_a_station_of_the_stopwatch_is_where_it_is_called(room: str, station: str) -> None:
    found = getattr(import_module(room), station, None)

    assert callable(found)
