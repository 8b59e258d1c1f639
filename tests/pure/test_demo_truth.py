"""The truth of coverage, held against numbers counted by hand."""

from datetime import date

import pytest

from hub.demo.dyads import dyads_of
from hub.demo.organisations import Organised
from hub.demo.region import Region, make_region
from hub.demo.truth import (
    Attribution,
    CoverageRow,
    GroupBy,
    coverage_truth,
    facts_of,
)
from tests.pure.demo_stating import BASE, MENTEES, TODAY, line, plan, stating


def test_a_pair_told_from_both_sides_is_one(smallest: Region, organised: Organised) -> None:
    place = organised.planted["FIRST"]
    told = stating(
        smallest,
        [plan(place, BASE, date(2026, 10, 1)), plan(place, MENTEES, date(2026, 10, 1))],
        [line(0, 1, 2), line(1, 2, 1)],
    )

    total = coverage_truth(told).total

    assert (1, 1, 1, 0) == (total.mentors, total.mentees, total.pairs, total.groups)
    assert 1 == total.mentors_registered
    assert [True] == [dyad.both_sides for dyad in dyads_of(told)]


def test_both_mentors_of_a_disputed_pair_stand(smallest: Region, organised: Organised) -> None:
    place = organised.planted["FIRST"]
    told = stating(
        smallest,
        [plan(place, BASE, date(2026, 10, 1)), plan(place, MENTEES, date(2026, 10, 1))],
        [line(0, 1, 3), line(1, 3, 2)],
    )

    total = coverage_truth(told).total

    assert (2, 1, 2) == (total.mentors, total.mentees, total.pairs)
    assert 1 == total.mentors_registered


def test_a_group_is_one_mentorship_of_several_pairs(smallest: Region, organised: Organised) -> None:
    place = organised.planted["FIRST"]
    files = [plan(place, BASE, date(2026, 10, 1)), plan(place, MENTEES, date(2026, 10, 1))]
    rows = [line(0, 1, 2, 3, 4), line(1, 2, 1), line(1, 3, 1), line(0, 1, 5)]

    told = stating(smallest, files, rows)

    total = coverage_truth(told).total
    assert (1, 4, 4, 1) == (total.mentors, total.mentees, total.pairs, total.groups)
    assert 2 == len({dyad.mentorship for dyad in dyads_of(told)})


def test_an_unclosed_pair_lapses_with_its_academic_year(
    smallest: Region, organised: Organised
) -> None:
    place = organised.planted["FIRST"]
    told = stating(
        smallest, [plan(place, BASE, date(2025, 5, 31))], [line(0, 1, 2, joined=date(2024, 10, 6))]
    )

    active = [
        coverage_truth(told, as_of=day).total.pairs
        for day in (date(2024, 10, 5), date(2024, 10, 6), date(2025, 8, 31), date(2025, 9, 1))
    ]

    assert [0, 1, 1, 0] == active
    assert [True] == [dyad.end_assumed for dyad in dyads_of(told)]
    assert 0 == coverage_truth(told).total.pairs
    assert 1 == coverage_truth(told, academic_year=2024).total.pairs
    assert [1, 1, 0] == [
        coverage_truth(told, calendar_year=year).total.pairs for year in (2024, 2025, 2026)
    ]


def test_a_stated_last_day_still_counts(smallest: Region, organised: Organised) -> None:
    place = organised.planted["FIRST"]
    told = stating(
        smallest,
        [plan(place, BASE, date(2025, 5, 31))],
        [line(0, 1, 2, joined=date(2024, 10, 6), left=date(2025, 5, 25))],
    )

    active = [
        coverage_truth(told, as_of=day).total.pairs
        for day in (date(2025, 5, 25), date(2025, 5, 26))
    ]

    assert [1, 0] == active


def test_a_row_without_a_joining_date_starts_on_the_files_day(
    smallest: Region, organised: Organised
) -> None:
    place = organised.planted["FIRST"]
    told = stating(smallest, [plan(place, BASE, date(2026, 10, 15))], [line(0, 1, 2, joined=None)])

    assert [date(2026, 10, 15)] == [dyad.starts for dyad in dyads_of(told)]


@pytest.mark.parametrize(
    ("renewed", "mentorships"), [(date(2025, 10, 2), 1), (date(2025, 10, 3), 2)]
)
def test_a_renewal_within_31_days_is_the_same_mentorship(
    smallest: Region, organised: Organised, renewed: date, mentorships: int
) -> None:
    place = organised.planted["FIRST"]
    files = [plan(place, BASE, date(2025, 5, 31)), plan(place, BASE, date(2026, 5, 31))]
    rows = [line(0, 1, 2, joined=date(2024, 10, 6)), line(1, 1, 2, joined=renewed)]

    told = stating(smallest, files, rows)

    assert mentorships == len(dyads_of(told))


def test_two_known_forms_are_two_mentorships_of_one_pair(
    smallest: Region, organised: Organised
) -> None:
    place = organised.planted["FIRST"]
    rows = [line(0, 1, 2), line(0, 1, 2, form="OTHER")]

    told = stating(smallest, [plan(place, BASE, date(2026, 10, 1))], rows)

    assert 2 == len(dyads_of(told))
    assert 1 == coverage_truth(told).total.pairs
    by_form = coverage_truth(told, group_by=GroupBy.FORM)
    assert {"TEACHER_PUPIL": 1, "OTHER": 1} == {key: row.pairs for key, row in by_form.rows.items()}
    assert 1 == by_form.overlap["pairs"]


def test_an_unknown_form_joins_the_known_one(smallest: Region, organised: Organised) -> None:
    place = organised.planted["FIRST"]
    files = [plan(place, BASE, date(2026, 10, 1)), plan(place, MENTEES, date(2026, 10, 1))]

    told = stating(smallest, files, [line(0, 1, 2, form=""), line(1, 2, 1)])

    assert ["TEACHER_PUPIL"] == [dyad.form for dyad in dyads_of(told)]


def test_a_closed_schools_record_goes_to_its_successor(
    smallest: Region, organised: Organised
) -> None:
    closed = organised.planted["CLOSED"]
    files = [plan(closed, BASE, date(2025, 5, 31)), plan(closed, BASE, date(2026, 10, 1))]
    rows = [line(0, 1, 2, joined=date(2024, 10, 6)), line(1, 3, 4)]

    told = stating(smallest, files, rows)

    assert [closed, organised.planted["SUCCESSOR"]] == [dyad.host for dyad in dyads_of(told)]


def test_a_branch_counts_with_its_legal_entity(smallest: Region, organised: Organised) -> None:
    branch, first = organised.planted["BRANCH"], organised.planted["FIRST"]
    day = date(2026, 10, 1)
    told = stating(
        smallest, [plan(branch, BASE, day), plan(first, BASE, day)], [line(0, 1, 2), line(1, 3, 4)]
    )

    by_school = coverage_truth(told, group_by=GroupBy.ORGANISATION)

    entity = smallest.registry.organisations[first].id
    assert 2 == by_school.rows[entity].pairs
    assert 1 == by_school.rows[entity].organisations_with_mentoring
    assert 1 == by_school.total.organisations_with_mentoring


def test_a_figure_belongs_to_the_department_of_its_day(
    smallest: Region, organised: Organised
) -> None:
    place = organised.planted["TRANSFERRED"]
    files = [plan(place, BASE, date(2024, 5, 31)), plan(place, BASE, date(2025, 5, 31))]
    rows = [line(n, 1, 2, joined=date(2023, 10, 3)) for n in (0, 1)]
    told = stating(smallest, files, rows)
    departments = smallest.registry.department_ids

    before = coverage_truth(told, as_of=date(2024, 8, 31), group_by=GroupBy.DEPARTMENT)
    after = coverage_truth(told, as_of=date(2024, 9, 1), group_by=GroupBy.DEPARTMENT)
    both = coverage_truth(told, calendar_year=2024, group_by=GroupBy.DEPARTMENT)

    assert [departments[3]] == [key for key, row in before.rows.items() if row.pairs]
    assert [departments[4]] == [key for key, row in after.rows.items() if row.pairs]
    assert {departments[3], departments[4]} == {key for key, row in both.rows.items() if row.pairs}
    assert (1, 1) == (both.total.pairs, both.overlap["pairs"])


def test_a_school_outside_departments_has_a_row(smallest: Region, organised: Organised) -> None:
    place = organised.planted["OUTSIDE"]

    told = stating(smallest, [plan(place, BASE, date(2026, 10, 1))], [line(0, 1, 2)])

    assert 1 == coverage_truth(told, group_by=GroupBy.DEPARTMENT).rows[None].pairs


def test_only_the_primary_authority_groups(smallest: Region, organised: Organised) -> None:
    place = organised.planted["TWO_AUTHORITIES"]

    told = stating(smallest, [plan(place, BASE, date(2026, 10, 1))], [line(0, 1, 2)])

    rows = coverage_truth(told, group_by=GroupBy.DEPARTMENT).rows
    assert [smallest.registry.department_ids[0]] == [key for key, row in rows.items() if row.pairs]


def test_a_partners_mentor_counts_once_and_in_both_rows(
    smallest: Region, organised: Organised
) -> None:
    first, second, partner = (
        organised.planted["FIRST"],
        organised.planted["SECOND"],
        organised.partners[0],
    )
    day = date(2026, 10, 1)
    told = stating(
        smallest,
        [plan(first, BASE, day), plan(second, BASE, day)],
        [line(n, 1, 2 + n, workplace=partner, programme="Шаг в профессию") for n in (0, 1)],
    )

    by_host = coverage_truth(told, group_by=GroupBy.DEPARTMENT)
    by_employer = coverage_truth(
        told, group_by=GroupBy.DEPARTMENT, attribution=Attribution.EMPLOYER
    )

    one, two, *_ = smallest.registry.department_ids
    assert (1, 1, 1) == (
        by_host.total.mentors,
        by_host.rows[one].mentors,
        by_host.rows[two].mentors,
    )
    assert (1, 0) == (by_host.overlap["mentors"], by_host.overlap["mentees"])
    assert 1 == by_employer.rows[None].mentors
    assert (0, 1) == (by_employer.rows[one].mentors, by_employer.rows[one].mentees)
    # Two programmes, each of its school and, as a participant, of the partner.
    assert (2, 1, 1, 2) == (
        by_host.total.programmes,
        by_host.rows[one].programmes,
        by_host.rows[two].programmes,
        by_host.rows[None].programmes,
    )
    assert 0 == by_host.total.without_programme


def test_a_mentor_without_a_pair_is_registered_only(smallest: Region, organised: Organised) -> None:
    place = organised.planted["FIRST"]

    told = stating(smallest, [plan(place, BASE, date(2026, 10, 1))], [line(0, 1)])

    total = coverage_truth(told).total
    assert (0, 1) == (total.mentors, total.mentors_registered)


def test_a_running_year_ends_today(smallest: Region, organised: Organised) -> None:
    place = organised.planted["FIRST"]

    told = stating(
        smallest, [plan(place, BASE, date(2026, 10, 1))], [line(0, 1, 2, joined=date(2026, 12, 1))]
    )

    assert 0 == coverage_truth(told, academic_year=2026).total.pairs


def test_a_region_is_looked_at_on_a_later_day_than_its_own(smallest: Region) -> None:
    later = date(2027, 6, 1)
    facts = facts_of(smallest, today=later)

    day = coverage_truth(facts)
    year = coverage_truth(facts, academic_year=2026)

    assert (later, later) == (day.day, year.day)
    assert TODAY == coverage_truth(smallest).day


def test_the_planted_cases_of_the_smallest_region_are_counted(smallest: Region) -> None:
    """Counted by hand from `cast.py`; bulk people of so small a region are a handful."""
    facts = facts_of(smallest)
    places = smallest.organised.planted
    ids = {code: smallest.registry.organisations[place].id for code, place in places.items()}
    by_school = coverage_truth(facts, group_by=GroupBy.ORGANISATION).rows
    last_year = coverage_truth(facts, academic_year=2024, group_by=GroupBy.ORGANISATION).rows

    outside = by_school[ids["OUTSIDE"]]
    active = {
        code: {
            (dyad.mentor, dyad.mentee)
            for dyad in facts.dyads
            if dyad.starts <= TODAY < dyad.ends
            and {dyad.mentor, dyad.mentee} <= set(smallest.cases[code].people)
        }
        for code in smallest.cases
    }

    assert (3, 9, 9, 12, 3) == (
        outside.mentors,
        outside.mentees,
        outside.pairs,
        outside.asserted_pairs,
        outside.unnamed_pairs,
    )
    assert {
        "TEACHER_IN_TWO_DEPARTMENTS": 2,
        "MOVED_PUPIL": 1,
        "BOTH_SIDES": 1,
        "DISPUTED": 2,
        "GROUP": 4,
        "PARTNER_IN_TWO_SCHOOLS": 2,
        "WITHOUT_SNILS": 1,
        "REORGANISED": 1,
        "TWO_AUTHORITIES": 1,
        "BRANCH": 1,
        "NEVER_CLOSED": 0,
        "TWO_FORMS": 1,
        "RENEWED": 1,
        "SURNAME_CHANGE": 1,
        "DEPARTMENT_CHANGED": 0,
    } == {code: len(active[code]) for code in active if code in _PAIRED}
    assert last_year[ids["TRANSFERRED"]].pairs >= 1
    assert 1 <= last_year[ids["SECOND"]].pairs
    moved = smallest.cases["MOVED_PUPIL"].people
    assert [places["FIRST"]] == [
        dyad.host for dyad in facts.dyads if (dyad.mentor, dyad.mentee) == moved
    ]
    assert ids["CLOSED"] not in {key for key, row in by_school.items() if row.pairs}
    unknown = smallest.cases["UNKNOWN_EXPERIENCE"].people[0]
    assert unknown not in facts.since
    assert coverage_truth(facts).total.young_specialists_unknown == 1


_PAIRED = {
    "TEACHER_IN_TWO_DEPARTMENTS",
    "MOVED_PUPIL",
    "BOTH_SIDES",
    "DISPUTED",
    "GROUP",
    "PARTNER_IN_TWO_SCHOOLS",
    "WITHOUT_SNILS",
    "REORGANISED",
    "TWO_AUTHORITIES",
    "BRANCH",
    "NEVER_CLOSED",
    "TWO_FORMS",
    "RENEWED",
    "SURNAME_CHANGE",
    "DEPARTMENT_CHANGED",
}


@pytest.mark.parametrize("group_by", list(GroupBy))
@pytest.mark.parametrize("year", [None, 2023])
def test_rows_less_overlap_are_the_total(group_by: GroupBy, year: int | None) -> None:
    facts = facts_of(make_region(people=2_000, today=TODAY))

    answer = coverage_truth(facts, academic_year=year, group_by=group_by)

    for name, overlap in answer.overlap.items():
        summed = sum(getattr(row, name) for row in answer.rows.values())
        assert (getattr(answer.total, name) or 0) == summed - overlap, name
        assert overlap >= 0, name
    assert isinstance(answer.total, CoverageRow)
