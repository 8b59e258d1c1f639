"""Approved lists, plans and population figures of the region."""

from datetime import date
from decimal import Decimal

from hub.demo.draft import SCHOOL_KINDS, Draft
from hub.demo.draw import dice
from hub.demo.places import Places
from hub.demo.registry import (
    EnrolmentRow,
    OrganisationRow,
    PopulationRow,
    TargetRow,
)

_INDICATORS = {
    "CHILD_MENTEE_10_19": (10, 20, 35, 50, 70, 70, 72, 75),
    "YOUTH_MENTOR_15_19": (2, 4, 6, 8, 10, 10, 11, 12),
    "YOUNG_TEACHER_MENTEE": (10, 20, 35, 50, 70, 75, 80, 85),
    "YOUNG_SPECIALIST_COVERAGE": (10, 20, 35, 50, 70, 75, 80, 85),
}
_FIRST_PLAN = 2020
_BANDS = ((10, 19), (15, 19))


def enrolments_of(draft: Draft) -> tuple[EnrolmentRow, ...]:
    """List the legal entities of the model year by year: a wider list each year."""
    rows = []
    for number, row in enumerate(draft.organisations):
        if row.kind not in SCHOOL_KINDS or row.parent_id is not None:
            continue
        since = draft.year - int(dice(draft.draw, "enrolled", number).roll() * 6)
        rows += [
            EnrolmentRow(
                organisation_id=row.id,
                academic_year=year,
                act=f"приказ министерства от 25.08.{year} № {year - 1900}-од",
            )
            for year in range(since, draft.year + 1)
            if date(year, 9, 2) < row.ends
        ]
    return tuple(rows)


def targets_of(departments: list[OrganisationRow], year: int) -> tuple[TargetRow, ...]:
    """Set the plan of each indicator for the region and each department, year by year."""
    return tuple(
        TargetRow(
            indicator_code=code,
            organisation_id=department.id if department else None,
            territory_id=None,
            year=_FIRST_PLAN + place,
            value=Decimal(value),
        )
        for department in (None, *departments)
        for code, values in _INDICATORS.items()
        for place, value in enumerate(values)
        if _FIRST_PLAN + place <= year + 1
    )


def population_of(places: Places, pupils: int, year: int) -> tuple[PopulationRow, ...]:
    """State how many children live in each district: somewhat more than the schools teach."""
    each = pupils * 1.1 / len(places.districts)
    return tuple(
        PopulationRow(
            territory_id=district.id,
            age_from=low,
            age_to=high,
            as_of=date(at, 1, 1),
            value=round(each * (high - low + 1) / 12),
            basis="RESIDENCE",
            source="Росстат, оценка численности населения по возрасту",
        )
        for district in places.districts
        for low, high in _BANDS
        for at in range(year - 4, year + 1)
    )
