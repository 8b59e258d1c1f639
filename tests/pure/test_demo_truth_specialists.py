"""Young specialists and their posts, counted by hand."""

from dataclasses import replace
from datetime import date

import pytest

from hub.demo.organisations import Organised
from hub.demo.region import Region
from hub.demo.truth import (
    GroupBy,
    coverage_truth,
)
from tests.pure.demo_stating import BASE, STAFF, STAFF_COLUMNS, TODAY, line, plan, stating

SINCE_LONG, SINCE_NEW = date(2010, 9, 1), date(2024, 9, 1)


def post(file: int, person: int, **stated: object) -> tuple[object, ...]:
    values: dict[str, object] = {
        "position": "TEACHER",
        "kind": "MAIN",
        "flag": "",
        "hired": date(2020, 9, 1),
        "dismissed": None,
        "since": SINCE_NEW,
        **stated,
    }
    return (file, person, *(values[name] for name in STAFF_COLUMNS[2:]))


def young(told: Region, day: date = TODAY) -> tuple[int | None, int | None, int | None]:
    total = coverage_truth(told, as_of=day).total
    assert total.young_specialists == (total.covered or 0) + (total.uncovered or 0)
    return total.young_specialists, total.young_specialists_unknown, total.covered


def test_a_young_specialist_is_one_for_36_full_months(
    smallest: Region, organised: Organised
) -> None:
    place = organised.planted["FIRST"]
    told = stating(
        smallest,
        [plan(place, STAFF, date(2026, 9, 1))],
        staff=[post(0, 1), post(0, 2, since=SINCE_LONG)],
    )

    assert (1, 0, 0) == young(told)
    assert (1, 0, 0) == young(told, date(2027, 8, 31))
    assert (0, 0, 0) == young(told, date(2027, 9, 1))


def test_unknown_experience_is_decided_by_the_flag_or_not_at_all(
    smallest: Region, organised: Organised
) -> None:
    place = organised.planted["FIRST"]
    staff = [
        post(0, 1, since=None),
        post(0, 2, since=None, flag="да"),
        post(0, 3, since=None, flag="нет"),
        post(0, 4, since=SINCE_LONG, flag="да"),
    ]

    told = stating(smallest, [plan(place, STAFF, date(2026, 9, 1))], staff=staff)

    assert (1, 1, 0) == young(told)


def test_only_teachers_are_young_specialists(smallest: Region, organised: Organised) -> None:
    place = organised.planted["FIRST"]

    told = stating(
        smallest,
        [plan(place, STAFF, date(2026, 9, 1))],
        staff=[post(0, 1, position="PSYCHOLOGIST")],
    )

    assert (0, 0, 0) == young(told)


def test_a_part_time_post_elsewhere_makes_no_row(smallest: Region, organised: Organised) -> None:
    first, second = organised.planted["FIRST"], organised.planted["SECOND"]
    day = date(2026, 9, 1)
    staff = [post(0, 1), post(1, 1, kind="EXTERNAL_PT"), post(1, 2, kind="EXTERNAL_PT")]

    told = stating(smallest, [plan(first, STAFF, day), plan(second, STAFF, day)], staff=staff)

    rows = coverage_truth(told, group_by=GroupBy.ORGANISATION).rows
    ids = [smallest.registry.organisations[place].id for place in (first, second)]
    assert [1, 1] == [rows[key].young_specialists for key in ids]
    assert 2 == coverage_truth(told).total.young_specialists


def test_the_dismissed_and_those_left_out_of_a_full_list_are_gone(
    smallest: Region, organised: Organised
) -> None:
    place = organised.planted["FIRST"]
    files = [plan(place, STAFF, date(2025, 9, 1)), plan(place, STAFF, date(2026, 9, 1))]
    staff = [
        post(0, 1),
        post(1, 1, dismissed=date(2026, 7, 15)),
        post(0, 2),
        post(0, 3),
        post(1, 3),
    ]

    told = stating(smallest, files, staff=staff)

    assert 3 == young(told, date(2026, 7, 14))[0]
    assert 2 == young(told, date(2026, 7, 15))[0]
    assert 2 == young(told, date(2026, 8, 31))[0]
    assert 1 == young(told, date(2026, 9, 1))[0]


def test_a_late_file_does_not_overwrite_today(smallest: Region, organised: Organised) -> None:
    place = organised.planted["FIRST"]
    files = [
        plan(place, STAFF, date(2026, 9, 1)),
        replace(plan(place, STAFF, date(2022, 9, 1)), late=True),
    ]
    staff = [
        post(0, 1, since=SINCE_LONG),
        post(1, 1, since=date(2022, 9, 1), dismissed=date(2022, 10, 1)),
    ]

    told = stating(smallest, files, staff=staff)

    assert (0, 0, 0) == young(told)
    assert (0, 0, 0) == young(told, date(2023, 1, 1))


def test_without_a_hire_date_a_post_starts_with_the_first_list(
    smallest: Region, organised: Organised
) -> None:
    place = organised.planted["FIRST"]

    told = stating(smallest, [plan(place, STAFF, date(2026, 9, 1))], staff=[post(0, 1, hired=None)])

    assert [0, 1] == [young(told, day)[0] for day in (date(2026, 8, 31), date(2026, 9, 1))]


@pytest.mark.parametrize(("form", "covered"), [("TEACHER_TEACHER", 1), ("TEACHER_PUPIL", 0)])
def test_a_young_specialist_is_covered_in_a_pedagogical_form_anywhere(
    smallest: Region, organised: Organised, form: str, covered: int
) -> None:
    first, second = organised.planted["FIRST"], organised.planted["SECOND"]
    files = [plan(first, STAFF, date(2026, 9, 1)), plan(second, BASE, date(2026, 10, 1))]

    told = stating(smallest, files, [line(1, 5, 1, form=form)], [post(0, 1)])

    assert (1, 0, covered) == young(told)
    row = coverage_truth(told, group_by=GroupBy.ORGANISATION).rows[
        smallest.registry.organisations[first].id
    ]
    assert covered == row.covered
