"""The synthetic region: the same everywhere, of the asked size, with every case in it."""

from collections import Counter
from datetime import date

import numpy as np
import pytest
from stdnum.ru import inn, ogrn

from hub.demo.pairs import namesakes
from hub.demo.people import FORMER_PUPIL, PUPIL, STAFF, people_frame
from hub.demo.region import Region, TooFewPeopleError, academic_year_of, make_region
from hub.demo.registry import FOREVER

TODAY = date(2026, 11, 21)
CASES = {
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
    "LATE_FILE",
    "TWELVE_ASSERTED_NINE_NAMED",
    "UNKNOWN_EXPERIENCE",
    "MOTHERS_SNILS",
    "TWINS",
    "PARENT_CHILD_NAMESAKES",
    "SURNAME_CHANGE",
    "DEPARTMENT_CHANGED",
    "OUTSIDE_DEPARTMENTS",
    "FLAG_ONLY",
    "DISMISSED",
    "TWO_FORMS",
    "RENEWED",
    "MENTOR_WITHOUT_PAIR",
    "SCHOOLS_OF_ONE_NUMBER",
}
FORMS = {
    "STUDENT_STUDENT",
    "TEACHER_TEACHER",
    "UNI_STUDENT_PUPIL",
    "EMPLOYER_PUPIL",
    "EMPLOYER_STUDENT",
    "TEACHER_PUPIL",
    "HEAD_TEACHER",
    "EMPLOYER_PED_STUDENT",
    "UNI_TEACHER_YOUNG_TEACHER",
    "SOCIAL_PARTNER_TEACHER",
    "OTHER",
}


@pytest.fixture(scope="module")
def region() -> Region:
    return make_region(people=20_000, today=TODAY)


@pytest.mark.parametrize("seed", range(6))
def test_of_a_small_regions_schools_one_of_common_size_keeps_its_files_badly(seed: int) -> None:
    small = make_region(people=6_000, seed=seed, today=TODAY)

    messy = [place for place, style in small.styles.items() if style.messy]

    pupils = Counter(small.people.organisation[small.people.role == PUPIL].tolist())
    common = pupils.total() / (len(small.organised.schools) - 1)  # one is closed
    assert [small.organised.planted["MESSY"]] == messy
    assert pupils[messy[0]] <= 1.05 * common


def test_two_in_fifty_organisations_keep_their_files_badly(region: Region) -> None:
    messy = {place for place, style in region.styles.items() if style.messy}

    assert region.organised.planted["MESSY"] in messy
    assert round(len(region.styles) / 25) == len(messy)


def test_namesakes_of_one_school_take_part_only_where_files_are_bad(region: Region) -> None:
    planted = max(person for case in region.cases.values() for person in case.people)
    alike = namesakes(region.people)

    taking_part = {p for pair in region.pairings for p in (pair.mentor, *pair.mentees)}

    at = region.people.organisation
    kept_well = {place for place, style in region.styles.items() if not style.messy}
    clear = {p for p in alike if p > planted and int(at[p]) in kept_well}
    assert len(clear) > 2
    assert not clear & taking_part


def test_same_arguments_make_the_same_region() -> None:
    first = make_region(people=2_000, seed=7, today=TODAY)

    second = make_region(people=2_000, seed=7, today=TODAY)

    assert people_frame(first.people).equals(people_frame(second.people))
    assert first.registry == second.registry
    assert first.pairings == second.pairings
    assert first.statements.bases == second.statements.bases
    assert first.statements.staff.equals(second.statements.staff)


def test_another_seed_makes_other_people() -> None:
    first = make_region(people=500, seed=1, today=TODAY)

    second = make_region(people=500, seed=2, today=TODAY)

    assert not people_frame(first.people).equals(people_frame(second.people))


def test_the_first_values_of_a_region_are_known_on_every_platform() -> None:
    small = make_region(people=200, seed=2026, today=TODAY)

    # A change of these changes every demo: say so in the changelog.
    assert "019b76da-a800-7a3c-a7ee-69024819de69" == str(small.registry.ministry_id)
    assert ("Румянцева", "2014-11-18", 43973788450) == (
        small.people.last[150],
        small.people.birth[150].item().isoformat(),
        int(small.people.snils[150]),
    )


def test_a_region_has_as_many_distinct_people_as_asked(region: Region) -> None:
    shares = Counter(region.people.role.tolist())

    assert 20_000 == len(region.people)
    assert 0.83 < (shares[PUPIL] + shares[FORMER_PUPIL]) / 20_000 < 0.87
    assert 0.11 < shares[STAFF] / 20_000 < 0.13


def test_too_few_people_for_the_cases_are_refused() -> None:
    with pytest.raises(TooFewPeopleError):
        make_region(people=60, today=TODAY)


def test_every_case_is_there_even_in_the_smallest_region() -> None:
    smallest = make_region(people=100, today=TODAY)

    assert CASES == set(smallest.cases)
    assert 100 == len(smallest.people)


def test_every_form_and_six_academic_years_occur(region: Region) -> None:
    years = {year for pairing in region.pairings for year in pairing.years}

    assert FORMS == {pairing.form for pairing in region.pairings if pairing.form}
    assert {2021, 2022, 2023, 2024, 2025, 2026} == years


def test_state_identifiers_pass_their_checksums(region: Region) -> None:
    known = region.people.snils[region.people.snils > 0]
    bodies, checks = known // 100, known % 100
    digits = bodies[:, None] // 10 ** np.arange(8, -1, -1) % 10

    sums = (digits * np.arange(9, 0, -1)).sum(axis=1) % 101

    assert (checks == sums % 100).all()
    assert (bodies > 1_001_998).all()
    assert len(known) == len(np.unique(known))
    for row in region.registry.identifiers:
        assert row.system == "AIS_KADRY" or {"INN": inn, "OGRN": ogrn}[row.system].is_valid(
            row.value
        )


def test_full_namesakes_are_as_rare_as_in_life(region: Region) -> None:
    people = region.people
    names = Counter(zip(people.last, people.first, people.middle, strict=True))
    here = Counter(zip(people.last, people.first, people.middle, people.organisation, strict=True))

    pairs = sum(count * (count - 1) // 2 for count in names.values())
    in_one_school = sum(count * (count - 1) // 2 for count in here.values())

    assert 30 < pairs < 600
    assert in_one_school < 30


def test_twins_differ_in_first_name_and_have_neighbouring_numbers(region: Region) -> None:
    one, other = region.cases["TWINS"].people
    people = region.people

    bodies = sorted(int(people.snils[person]) // 100 for person in (one, other))

    assert 1 == bodies[1] - bodies[0]
    assert people.birth[one] == people.birth[other]
    assert people.first[one] != people.first[other]
    assert people.last[one] == people.last[other]


def test_one_primary_authority_a_day_and_none_outside_departments(region: Region) -> None:
    primary = [row for row in region.registry.subordinations if row.kind == "PRIMARY"]
    held = Counter(row.organisation_id for row in primary)
    outside = region.registry.organisations[region.organised.planted["OUTSIDE"]]
    moved = region.registry.organisations[region.organised.planted["TRANSFERRED"]]

    spans = sorted((r.starts, r.ends) for r in primary if r.organisation_id == moved.id)

    assert 0 == held[outside.id]
    assert [moved.id] == [organisation for organisation, count in held.items() if count > 1]
    assert spans[0][1] == spans[1][0] == date(2024, 9, 1)


def test_the_planted_organisations_are_what_their_codes_say(region: Region) -> None:
    planted, registry = region.organised.planted, region.registry
    rows = {code: registry.organisations[place] for code, place in planted.items()}

    kinds = {
        row.kind
        for row in registry.subordinations
        if row.organisation_id == rows["TWO_AUTHORITIES"].id
    }

    assert ("BRANCH", rows["FIRST"].id) == (
        rows["BRANCH"].parent_kind,
        rows["BRANCH"].legal_entity_id,
    )
    assert ("CLOSED", date(2025, 9, 1)) == (rows["CLOSED"].status, rows["CLOSED"].ends)
    assert [(rows["CLOSED"].id, rows["SUCCESSOR"].id)] == [
        (row.from_id, row.to_id) for row in registry.successions
    ]
    assert {"PRIMARY", "METHODICAL", "FOUNDER"} == kinds
    assert (rows["MESSY"].type, rows["MESSY"].number, rows["MESSY"].territory_id) == (
        rows["NAMESAKE"].type,
        rows["NAMESAKE"].number,
        rows["NAMESAKE"].territory_id,
    )
    assert FOREVER == rows["FIRST"].ends


def test_no_two_organisations_share_a_name(region: Region) -> None:
    names = Counter(row.short_name for row in region.registry.organisations)

    assert [] == [name for name, count in names.items() if count > 1]


def test_no_pair_is_stated_before_it_can_be(region: Region) -> None:
    files = region.statements.files

    late = [
        row for row in region.statements.bases if row.joined and row.joined > files[row.file].as_of
    ]

    assert [] == late
    assert all(plan.as_of <= TODAY for plan in files)


@pytest.mark.parametrize("today", [date(2026, 9, 1), date(2027, 1, 10), date(2027, 8, 31)])
def test_a_region_can_be_made_on_any_day_of_the_year(today: date) -> None:
    made = make_region(people=300, today=today)

    assert academic_year_of(today) == made.academic_year
    assert all(plan.as_of <= today for plan in made.statements.files)
