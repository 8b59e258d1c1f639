"""The demo's diary: one region a folder, made on one day, and no day that is still to come."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hub.demo.diary import DayToComeError, Wanted, first_day
from hub.errors import ConflictError

TODAY = date(2026, 11, 22)
WANTED = Wanted(people=500, seed=7)


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    return tmp_path / "demo" / "region.json"


def test_a_region_without_a_day_stays_of_the_day_it_was_made(diary: Path) -> None:
    made = first_day(diary, WANTED, today=TODAY)

    again = first_day(diary, WANTED, today=date(2027, 2, 1))

    assert (TODAY, TODAY) == (made, again)


def test_a_region_is_made_of_a_day_gone_by(diary: Path) -> None:
    wanted = replace(WANTED, day=date(2026, 9, 3))

    made = first_day(diary, wanted, today=TODAY)

    assert date(2026, 9, 3) == made
    assert date(2026, 9, 3) == first_day(diary, wanted, today=TODAY)
    assert date(2026, 9, 3) == first_day(diary, WANTED, today=TODAY)


@pytest.mark.parametrize(
    "other",
    [
        replace(WANTED, people=600),
        replace(WANTED, seed=8),
        replace(WANTED, day=date(2026, 9, 3)),
    ],
)
def test_another_region_is_refused_with_the_way_back(diary: Path, other: Wanted) -> None:
    first_day(diary, WANTED, today=TODAY)

    with pytest.raises(ConflictError, match="--people 500 --seed 7 --day 2026-11-22") as refused:
        first_day(diary, other, today=TODAY)

    assert "demo.other_region" == refused.value.reason


def test_a_day_to_come_is_refused_and_nothing_is_kept(diary: Path) -> None:
    wanted = replace(WANTED, day=date(2026, 11, 23))

    with pytest.raises(DayToComeError):
        first_day(diary, wanted, today=TODAY)

    assert not diary.exists()


def test_a_diary_that_names_no_seed_is_believed(diary: Path) -> None:
    diary.parent.mkdir()
    diary.write_text(json.dumps({"people": 500, "today": "2026-11-20"}))

    kept = first_day(diary, WANTED, today=TODAY)

    assert date(2026, 11, 20) == kept
