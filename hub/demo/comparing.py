"""An answer of coverage held against the region's truth, number by number; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any  # a JSON value of an answer
from uuid import UUID

from hub.demo.truth import (
    Attribution,
    CoverageRow,
    CoverageTruth,
    Facts,
    GroupBy,
    coverage_truth,
)
from hub.records import FigureMetric

FIGURES: Mapping[str, str] = {
    "mentors": "mentors",
    "mentorsRegistered": "mentors_registered",
    "mentees": "mentees",
    "pairs": "pairs",
    "groups": "groups",
    "programmes": "programmes",
    "withoutProgramme": "without_programme",
    "organisationsWithMentoring": "organisations_with_mentoring",
    "activeOrganisations": "organisations_active",
    "approvedOrganisations": "organisations_approved",
    "reportedOrganisations": "organisations_reported",
    "youngSpecialists": "young_specialists",
    "youngSpecialistsUnknown": "young_specialists_unknown",
    "youngSpecialistsCovered": "covered",
    "youngSpecialistsUncovered": "uncovered",
}
STATED: Mapping[str, Mapping[str, str]] = {
    part: {metric.value.lower(): f"{part}_{metric.value.lower()}" for metric in FigureMetric}
    for part in ("asserted", "unnamed")
}
BOUNDED = ("mentors", "mentees")  # figures whose doubt is itself a figure: possibleDuplicates
INDICATOR = "YOUNG_SPECIALIST_COVERAGE"
OUTSIDE = "OUTSIDE"

Figure = float | str | None  # a number, a day as written, or nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question of coverage: a period as the API takes it, what a row is, whose a mentor is."""

    period: Mapping[str, object]
    group_by: GroupBy
    attribution: Attribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A number, or a day, that is not the truth's."""

    asked: Asked
    unit: str
    figure: str
    expected: Figure
    answered: Figure
    doubtful: int | None = None  # by how much the answer falls if every open question is "same"
    nameless: bool = False  # nobody's name makes it, so no open question excuses it


def truth_of(facts: Facts, asked: Asked) -> CoverageTruth:
    """Count the answer to a question independently."""
    said = asked.period.get("asOf")
    return coverage_truth(
        facts,
        as_of=None if said is None else date.fromisoformat(str(said)),
        academic_year=asked.period.get("academicYear"),  # type: ignore[arg-type]  # made above
        calendar_year=asked.period.get("calendarYear"),  # type: ignore[arg-type]  # made above
        group_by=asked.group_by,
        attribution=asked.attribution,
    )


def differences_of(asked: Asked, facts: Facts, answer: Mapping[str, Any]) -> Iterator[Difference]:
    """Compare an answer with its days, its rows, its total and its overlap."""
    truth = truth_of(facts, asked)
    yield from _days(asked, truth, answer)
    yield from _compared(asked, "TOTAL", truth.total, answer["total"])
    yield from _planned(asked, facts, truth, answer)
    yield from _overlapping(asked, truth, answer["overlap"])
    if asked.group_by is GroupBy.REGION:
        return
    rows = {row["key"]: row for row in answer["rows"]}
    expected = {_name(unit): row for unit, row in truth.rows.items()}
    for unit in {*expected, *rows}:
        yield from _compared(asked, unit, expected.get(unit, CoverageRow(key=unit)), rows.get(unit))


def _name(unit: object) -> str:
    return OUTSIDE if unit is None else str(unit)


def _days(asked: Asked, truth: CoverageTruth, answer: Mapping[str, Any]) -> Iterator[Difference]:
    """Compare the days that the answer says it counted, and by which day data speak."""
    days = {"starts": truth.starts, "day": truth.day, "dataAsOf": truth.total.data_as_of}
    for figure, day in days.items():
        yield from _nameless(asked, "ANSWER", figure, _said(day), answer[figure])


def _said(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _nameless(
    asked: Asked, unit: str, figure: str, expected: Figure, answered: Figure
) -> Iterator[Difference]:
    if expected != answered:
        yield Difference(
            asked=asked,
            unit=unit,
            figure=figure,
            expected=expected,
            answered=answered,
            nameless=True,
        )


def _compared(
    asked: Asked, unit: str, expected: CoverageRow, row: Mapping[str, Any] | None
) -> Iterator[Difference]:
    """Compare the numbers that make sense in the row; a row that is missing is all noughts."""
    for figure, name in FIGURES.items():
        truth = getattr(expected, name)
        answered = 0 if row is None else row[figure]
        if truth is not None and truth != answered:
            doubtful = row["possibleDuplicates"].get(figure) if row and figure in BOUNDED else None
            yield Difference(
                asked=asked,
                unit=unit,
                figure=figure,
                expected=truth,
                answered=answered,
                doubtful=doubtful,
            )
    yield from _stated(asked, unit, expected, row)


def _stated(
    asked: Asked, unit: str, expected: CoverageRow, row: Mapping[str, Any] | None
) -> Iterator[Difference]:
    """Compare what organisations say of themselves; what nobody says is null and not nought."""
    for metric, name in STATED["asserted"].items():
        answered = row["asserted"][metric] if row else None
        yield from _nameless(asked, unit, f"asserted.{metric}", getattr(expected, name), answered)
    for metric, name in STATED["unnamed"].items():
        truth, answered = getattr(expected, name), row["unnamed"][metric] if row else None
        if truth != answered:
            yield Difference(
                asked=asked,
                unit=unit,
                figure=f"unnamed.{metric}",
                expected=truth,
                answered=answered,
            )
    answered = row["dataAsOf"] if row else None
    yield from _nameless(asked, unit, "dataAsOf", _said(expected.data_as_of), answered)


def _overlapping(
    asked: Asked, truth: CoverageTruth, answered: Mapping[str, int | None]
) -> Iterator[Difference]:
    """Compare by how much the rows exceed the total."""
    for figure, name in FIGURES.items():
        expected, got = truth.overlap.get(name), answered[figure]
        if asked.group_by is not GroupBy.REGION and None not in (expected, got) and expected != got:
            yield Difference(
                asked=asked,
                unit="TOTAL",
                figure=f"overlap.{figure}",
                expected=expected or 0,
                answered=got or 0,
            )


def _planned(
    asked: Asked, facts: Facts, truth: CoverageTruth, answer: Mapping[str, Any]
) -> Iterator[Difference]:
    """Compare the plan with the register, and what is derived with what it derives from."""
    plans = {
        "TOTAL" if row.organisation_id is None else str(row.organisation_id): row.value
        for row in facts.region.registry.targets
        if row.indicator_code == INDICATOR and row.year == truth.day.year
    }
    for row in (*answer["rows"], answer["total"]):
        expected = _derived(plans.get(row["key"]), row)
        for figure, value in expected.items():
            yield from _nameless(asked, row["key"], figure, value, row[figure])


def _derived(target: Decimal | None, row: Mapping[str, Any]) -> Mapping[str, Figure]:
    young, covered = row["youngSpecialists"], row["youngSpecialistsCovered"]
    active, reported = row["activeOrganisations"], row["reportedOrganisations"]
    return {
        "target": None if target is None else float(target),
        "gap": None if target is None else max(0, ceil(target * young / 100) - covered),
        "completeness": reported / active if active else None,
    }


def is_excused(found: Difference, unsettled: set[UUID]) -> bool:
    """Excuse a unit that an open question concerns, and sums over all units if there is any.

    Where the answer says how far it may fall, the truth must lie within.
    """
    if found.nameless:
        return False
    if found.doubtful is not None:
        above = float(found.answered or 0) - float(found.expected or 0)
        if not 0 <= above <= found.doubtful:
            return False
    if found.unit in ("TOTAL", OUTSIDE) or found.asked.group_by is GroupBy.FORM:
        return bool(unsettled)
    return UUID(found.unit) in unsettled
