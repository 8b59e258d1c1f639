"""Figures without names, held against those named and counted by hand."""

from dataclasses import replace
from datetime import date

from hub.demo.organisations import Organised
from hub.demo.region import Region
from hub.demo.truth import (
    GroupBy,
    coverage_truth,
)
from tests.pure.demo_stating import BASE, MENTEES, STAFF, line, plan, stating


def test_twelve_asserted_and_nine_named_leave_three_unnamed(
    smallest: Region, organised: Organised
) -> None:
    place, other = organised.planted["FIRST"], organised.planted["SECOND"]
    day = date(2026, 10, 1)
    files = [plan(place, BASE, day, pairs=12), plan(other, BASE, day, pairs=1)]
    rows = [line(0, 1, mentee) for mentee in range(2, 11)] + [line(1, 20, 21), line(1, 20, 22)]

    told = stating(smallest, files, rows)

    total = coverage_truth(told).total
    assert (13, 3, 11) == (total.asserted_pairs, total.unnamed_pairs, total.pairs)
    assert coverage_truth(told, academic_year=2025).total.asserted_pairs is None


def test_asserted_mentors_and_mentees_are_held_against_those_named(
    smallest: Region, organised: Organised
) -> None:
    place, other = organised.planted["FIRST"], organised.planted["SECOND"]
    day = date(2026, 10, 1)
    files = [
        plan(place, BASE, day, mentors=3, pairs=5),
        plan(place, MENTEES, day, mentees=2),
        plan(other, BASE, day, mentors=1),
    ]
    rows = [line(0, 1, 2), line(0, 1, 3), line(0, 4, 2), line(2, 5, 6), line(2, 7, 6)]

    told = stating(smallest, files, rows)

    total = coverage_truth(told).total
    assert (4, 1) == (total.asserted_mentors, total.unnamed_mentors)  # 3 of 2, and 1 of 2
    assert (2, 0) == (total.asserted_mentees, total.unnamed_mentees)
    assert (5, 2) == (total.asserted_pairs, total.unnamed_pairs)


def test_what_nobody_asserts_is_none_and_not_nought(smallest: Region, organised: Organised) -> None:
    place = organised.planted["FIRST"]
    told = stating(smallest, [plan(place, BASE, date(2026, 10, 1), mentors=0)], [line(0, 1, 2)])

    total = coverage_truth(told).total

    assert (0, 0) == (total.asserted_mentors, total.unnamed_mentors)
    assert (None, None) == (total.asserted_pairs, total.unnamed_pairs)


def test_the_last_figure_of_the_period_is_the_one_that_counts(
    smallest: Region, organised: Organised
) -> None:
    place = organised.planted["FIRST"]
    days = (date(2025, 10, 1), date(2026, 5, 31), date(2026, 10, 1))
    told = stating(smallest, [plan(place, BASE, day, mentors=9 - n) for n, day in enumerate(days)])

    asked = [
        coverage_truth(told, as_of=date(2026, 5, 30)),
        coverage_truth(told, academic_year=2025),
        coverage_truth(told, calendar_year=2025),
        coverage_truth(told, as_of=date(2026, 9, 30)),
        coverage_truth(told),
    ]

    assert [9, 8, 9, None, 7] == [answer.total.asserted_mentors for answer in asked]


def test_a_figure_is_held_against_those_named_in_its_own_row(
    smallest: Region, organised: Organised
) -> None:
    """The school changes departments on 1 September 2024; it named its mentor before that."""
    place = organised.planted["TRANSFERRED"]
    files = [plan(place, BASE, date(2024, 5, 31)), plan(place, BASE, date(2024, 10, 1), mentors=2)]
    rows = [line(0, 1, 2, joined=date(2023, 10, 3)), line(1, 3, 4, joined=date(2024, 9, 10))]

    told = stating(smallest, files, rows)

    answer = coverage_truth(told, calendar_year=2024, group_by=GroupBy.DEPARTMENT)
    stated = [row for row in answer.rows.values() if row.asserted_mentors is not None]
    assert [(2, 1)] == [(row.asserted_mentors, row.unnamed_mentors) for row in stated]
    assert (2, 0) == (answer.total.asserted_mentors, answer.total.unnamed_mentors)


def test_data_are_as_of_the_newest_list_of_a_rows_organisations(
    smallest: Region, organised: Organised
) -> None:
    first, second = organised.planted["FIRST"], organised.planted["SECOND"]
    closed, successor = organised.planted["CLOSED"], organised.planted["SUCCESSOR"]
    files = [
        plan(first, STAFF, date(2026, 9, 20)),
        plan(first, BASE, date(2026, 10, 5)),
        plan(second, BASE, date(2026, 11, 1)),
        plan(closed, BASE, date(2026, 10, 20)),
        replace(plan(first, STAFF, date(2022, 9, 1)), late=True),
    ]
    ids = [smallest.registry.organisations[place].id for place in (first, second, successor)]

    told = stating(smallest, files, [line(1, 1, 2)])

    answer = coverage_truth(told, group_by=GroupBy.ORGANISATION)
    assert [date(2026, 10, 5), date(2026, 11, 1), date(2026, 10, 20)] == [
        answer.rows[key].data_as_of for key in ids
    ]
    assert date(2026, 11, 1) == answer.total.data_as_of
    assert date(2026, 11, 1) == coverage_truth(told, academic_year=2022).total.data_as_of
    by_form = coverage_truth(told, group_by=GroupBy.FORM)
    assert {None} == {row.data_as_of for row in by_form.rows.values()}
    assert date(2026, 11, 1) == by_form.total.data_as_of
