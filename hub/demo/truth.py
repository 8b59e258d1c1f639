"""What coverage must answer, counted independently from the region's statements.

Plain Python over `dyads.py` and `posts.py`, which say by which rules statements become facts.
The rules of the count itself, each with its sentence of COUNTING, «Coverage»:

* *Period.* «asOf = active that day; a year = active on any of its days up to today».
* *Row.* «The row is the mentee's host; with EMPLOYER the mentor's own organisation» (mentors
  alone change). Department: the PRIMARY authority on the days that count, «Вне ТУ/ДО» is None.
  Territory: that of the row's organisation. Organisation: the legal entity, to which a branch
  rolls up. Form: the code, None where no source states one.
* *mentorsRegistered*: «in a base, paired or not», in any base of an academic year that the period
  touches; row = the base's organisation.
* *pairs*: «distinct (mentor, mentee) whatever forms, sources or renewals».
* *groups*: «mentorships with two or more mentees» active in the period.
* *programmes*: «overlapping the period; a row for each participating organisation»; a programme
  lasts its academic year. *withoutProgramme*: pairs none of whose active mentorships has one.
* *organisations*: «legal entities hosting at least one active dyad, over active entities»;
  approved is None where the year has no list at all; *completeness* is the share of the active
  that handed in a base of the year.
* *young specialists*: TEACHER posts «on asOf or the period's last day»; under 36 full months,
  «else the source's own flag; else unknown». «Row = the main job; external part-time and civil
  contracts never make a row unless no main job is known». *covered*: mentees that day in a
  pedagogical form anywhere.
* *asserted*: the latest figure of each organisation stated within the period's academic (or
  calendar) year, for mentors, mentees and pairs apart; *unnamed*: the sum of what each asserts
  above those it names in the row.
* *dataAsOf*: the day of the newest list of the row's organisations, whatever the period.
* *overlap*: «sum of rows - total».

`counting.py` puts whom a period counts into a tally; `stated.py` reads what stands without names.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from hub.demo.counting import (
    count_covered_by_form,
    count_dyads,
    count_organisations,
    count_programmes,
    count_registered,
    count_young,
)
from hub.demo.facts import Facts, facts_of
from hub.demo.region import Region, academic_year_of
from hub.demo.stated import Asserted, asserted_of, data_as_of
from hub.demo.tally import Tally
from hub.demo.units import Attribution, GroupBy, Key, Period, period_of, rows_by
from hub.records import FigureMetric

__all__ = [
    "Attribution",
    "CoverageRow",
    "CoverageTruth",
    "Facts",
    "GroupBy",
    "coverage_truth",
    "facts_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """The numbers of one row; None where the row's kind or missing data make them meaningless."""

    key: Key
    mentors: int = 0
    mentors_registered: int | None = None
    mentees: int = 0
    pairs: int = 0
    groups: int = 0
    programmes: int | None = None
    without_programme: int = 0
    organisations_with_mentoring: int = 0
    organisations_active: int | None = None
    organisations_approved: int | None = None
    organisations_reported: int | None = None
    young_specialists: int | None = None
    young_specialists_unknown: int | None = None
    covered: int | None = None
    uncovered: int | None = None
    asserted_mentors: int | None = None
    asserted_mentees: int | None = None
    asserted_pairs: int | None = None
    unnamed_mentors: int | None = None
    unnamed_mentees: int | None = None
    unnamed_pairs: int | None = None
    data_as_of: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageTruth:
    """Rows by key, the total over the region, and for each number sum of rows - total.

    `starts` and `day` are the first and the last day that count.
    """

    starts: date
    day: date
    rows: Mapping[Key, CoverageRow]
    total: CoverageRow
    overlap: Mapping[str, int]


def coverage_truth(
    facts: Facts | Region,
    *,
    as_of: date | None = None,
    academic_year: int | None = None,
    calendar_year: int | None = None,
    group_by: GroupBy = GroupBy.REGION,
    attribution: Attribution = Attribution.HOST,
) -> CoverageTruth:
    """Count coverage for one period (today unless named), row by row and in all."""
    facts = facts if isinstance(facts, Facts) else facts_of(facts)
    period = period_of(facts.today, as_of, academic_year, calendar_year)
    total = _counted(facts, period, GroupBy.REGION, attribution).get(None, CoverageRow(key=None))
    rows = _counted(facts, period, group_by, attribution)
    return CoverageTruth(
        starts=period.lo,
        day=period.day,
        rows=rows,
        total=total,
        overlap=_overlap(rows.values(), total),
    )


_NO_SUM = ("key", "data_as_of")


def _overlap(rows: Iterable[CoverageRow], total: CoverageRow) -> dict[str, int]:
    rows = list(rows)
    return {
        name: sum(getattr(row, name) or 0 for row in rows) - (getattr(total, name) or 0)
        for name in CoverageRow.__slots__
        if name not in _NO_SUM and all(getattr(row, name) is not None for row in rows)
    }


def _counted(
    facts: Facts, period: Period, group_by: GroupBy, attribution: Attribution
) -> dict[Key, CoverageRow]:
    if group_by is GroupBy.FORM:
        return _by_form(facts, period, attribution)
    tally = Tally()
    rows_of = rows_by(facts.region, group_by)
    count_dyads(facts, period, tally, rows_of, attribution)
    count_registered(facts, period, tally, rows_of)
    count_programmes(facts, period, tally, rows_of)
    count_organisations(facts, period, tally, rows_of)
    count_young(facts, period, tally, rows_of)
    stated = {metric: asserted_of(facts, period, metric, rows_of) for metric in FigureMetric}
    newest = data_as_of(facts, period, rows_of)
    has_list = any(
        row.academic_year == academic_year_of(period.day)
        for row in facts.region.registry.enrolments
    )
    return {
        key: CoverageRow(
            key=key,
            data_as_of=newest.get(key),
            organisations_approved=(
                len(tally.of("organisations_approved", key)) if has_list else None
            ),
            **_of_dyads(tally, key),
            **_of_units(tally, key),
            **_without_names(stated, key),
        )
        for key in sorted(tally.keys().union(*stated.values()), key=str)
    }


def _by_form(facts: Facts, period: Period, attribution: Attribution) -> dict[Key, CoverageRow]:
    tally = Tally()
    count_dyads(facts, period, tally, None, attribution)
    count_covered_by_form(facts, period, tally)
    return {
        key: CoverageRow(
            key=key, data_as_of=None, covered=len(tally.of("covered", key)), **_of_dyads(tally, key)
        )
        for key in sorted(tally.keys(), key=str)
    }


def _of_dyads(tally: Tally, key: Key) -> dict[str, int]:
    names = ("mentors", "mentees", "pairs", "groups", "organisations_with_mentoring")
    without = tally.of("pairs", key) - tally.of("pairs_with_programme", key)
    return {**_sizes(tally, key, names), "without_programme": len(without)}


def _of_units(tally: Tally, key: Key) -> dict[str, int]:
    names = (
        "mentors_registered",
        "programmes",
        "organisations_active",
        "organisations_reported",
        "young_specialists",
        "young_specialists_unknown",
        "covered",
        "uncovered",
    )
    return _sizes(tally, key, names)


def _sizes(tally: Tally, key: Key, names: Iterable[str]) -> dict[str, int]:
    return {name: len(tally.of(name, key)) for name in names}


def _without_names(
    stated: Mapping[FigureMetric, Mapping[Key, Asserted]], key: Key
) -> dict[str, int]:
    found = {
        metric.value.lower(): of_row[key] for metric, of_row in stated.items() if key in of_row
    }
    return {
        **{f"asserted_{name}": of_row.asserted for name, of_row in found.items()},
        **{f"unnamed_{name}": of_row.unnamed for name, of_row in found.items()},
    }
