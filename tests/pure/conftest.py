"""The smallest region that the demo makes, for all who count by hand."""

import pytest

from hub.demo.organisations import Organised
from hub.demo.region import Region, make_region
from tests.pure.demo_stating import TODAY


@pytest.fixture(scope="session")
def smallest() -> Region:
    return make_region(people=100, today=TODAY)


@pytest.fixture
def organised(smallest: Region) -> Organised:
    return smallest.organised
