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
* *asserted*: the latest PAIRS figure of each organisation stated within the period's academic
  (or calendar) year; *unnamed*: the sum of what each asserts above its named pairs.
* *overlap*: «sum of rows - total».
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from hub.demo.dyads import Dyad, heir, programmes_of, registered_of
from hub.demo.facts import Facts, facts_of
from hub.demo.organisations import SCHOOL_KINDS
from hub.demo.pairing import PEDAGOGICAL_FORMS
from hub.demo.region import Region, academic_year_of
from hub.demo.units import DAY, Attribution, GroupBy, Key, Period, Rows, period_of, rows_by
from hub.demo.young import is_young, mentored, posts_on, row_posts
from hub.records import FigureMetric, FileKind

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
    asserted: int | None = None
    unnamed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageTruth:
    """Rows by key, the total over the region, and for each number sum of rows - total."""

    rows: Mapping[Key, CoverageRow]
    total: CoverageRow
    overlap: Mapping[str, int]


@dataclass(slots=True)
class _Tally:
    """Sets of what is counted, row by row."""

    sets: dict[str, dict[Key, set[object]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )

    def put(self, name: str, keys: Iterable[Key], item: object) -> None:
        for key in keys:
            self.sets[name][key].add(item)

    def keys(self) -> set[Key]:
        return {key for counted in self.sets.values() for key in counted}

    def of(self, name: str, key: Key) -> set[object]:
        return self.sets[name].get(key, set())


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
    period = period_of(facts.region.today, as_of, academic_year, calendar_year)
    total = _counted(facts, period, GroupBy.REGION, attribution).get(None, CoverageRow(key=None))
    rows = _counted(facts, period, group_by, attribution)
    return CoverageTruth(rows=rows, total=total, overlap=_overlap(rows.values(), total))


def _overlap(rows: Iterable[CoverageRow], total: CoverageRow) -> dict[str, int]:
    rows = list(rows)
    return {
        name: sum(getattr(row, name) or 0 for row in rows) - (getattr(total, name) or 0)
        for name in CoverageRow.__slots__
        if name != "key" and all(getattr(row, name) is not None for row in rows)
    }


def _counted(
    facts: Facts, period: Period, group_by: GroupBy, attribution: Attribution
) -> dict[Key, CoverageRow]:
    tally = _Tally()
    if group_by is GroupBy.FORM:
        _count_dyads(facts, period, tally, None, attribution)
        _count_covered_by_form(facts, period, tally)
        return {key: _row(tally, key, by_form=True) for key in sorted(tally.keys(), key=str)}
    rows_of = rows_by(facts.region, group_by)
    _count_dyads(facts, period, tally, rows_of, attribution)
    _count_registered(facts, period, tally, rows_of)
    _count_programmes(facts, period, tally, rows_of)
    _count_organisations(facts, period, tally, rows_of)
    _count_young(facts, period, tally, rows_of)
    figures = _figures(facts, period, rows_of)
    has_list = any(
        row.academic_year == academic_year_of(period.day)
        for row in facts.region.registry.enrolments
    )
    return {
        key: _row(tally, key, figures=figures.get(key), has_list=has_list)
        for key in sorted({*tally.keys(), *figures}, key=str)
    }


def _row(
    tally: _Tally,
    key: Key,
    *,
    figures: tuple[int, int] | None = None,
    has_list: bool = False,
    by_form: bool = False,
) -> CoverageRow:
    def count(name: str) -> int:
        return len(tally.of(name, key))

    dyads = {name: count(name) for name in ("mentors", "mentees", "pairs", "groups")}
    without = len(tally.of("pairs", key) - tally.of("pairs_with_programme", key))
    hosts = count("organisations_with_mentoring")
    if by_form:
        return CoverageRow(
            key=key,
            **dyads,
            without_programme=without,
            organisations_with_mentoring=hosts,
            covered=count("covered"),
        )
    return CoverageRow(
        key=key,
        **dyads,
        without_programme=without,
        organisations_with_mentoring=hosts,
        mentors_registered=count("mentors_registered"),
        programmes=count("programmes"),
        organisations_active=count("organisations_active"),
        organisations_approved=count("organisations_approved") if has_list else None,
        organisations_reported=count("organisations_reported"),
        young_specialists=count("young_specialists"),
        young_specialists_unknown=count("young_specialists_unknown"),
        covered=count("covered"),
        asserted=figures[0] if figures else None,
        unnamed=figures[1] if figures else None,
    )


def _active(facts: Facts, period: Period) -> Iterator[tuple[Dyad, date, date]]:
    """Give the dyads of the period with the part of it in which they are active."""
    for dyad in facts.dyads:
        lo, hi = max(dyad.starts, period.lo), min(dyad.ends, period.hi)
        if lo < hi:
            yield dyad, lo, hi


def _count_dyads(
    facts: Facts, period: Period, tally: _Tally, rows_of: Rows | None, attribution: Attribution
) -> None:
    active = list(_active(facts, period))
    mentees: dict[int, set[int]] = defaultdict(set)
    for dyad, _, _ in active:
        mentees[dyad.mentorship].add(dyad.mentee)
    entities = [row.legal_entity_id for row in facts.region.registry.organisations]
    for dyad, lo, hi in active:
        rows = [dyad.form or None] if rows_of is None else list(rows_of(dyad.host, lo, hi))
        pair = (dyad.mentor, dyad.mentee)
        own = rows
        if attribution is Attribution.EMPLOYER and rows_of is not None:
            own = list(rows_of(dyad.mentor_organisation, lo, hi))
        tally.put("mentors", own, dyad.mentor)
        tally.put("mentees", rows, dyad.mentee)
        tally.put("pairs", rows, pair)
        tally.put("organisations_with_mentoring", rows, entities[dyad.host])
        if dyad.has_programme:
            tally.put("pairs_with_programme", rows, pair)
        if len(mentees[dyad.mentorship]) > 1:
            tally.put("groups", rows, dyad.mentorship)


def _count_registered(facts: Facts, period: Period, tally: _Tally, rows_of: Rows) -> None:
    for person, place, year in registered_of(facts.region):
        lo, hi = max(date(year, 9, 1), period.lo), min(date(year + 1, 9, 1), period.hi)
        if lo < hi:
            # The row is that of the organisation on any day of the period.
            tally.put("mentors_registered", rows_of(place, lo, hi), person)


def _count_programmes(facts: Facts, period: Period, tally: _Tally, rows_of: Rows) -> None:
    for programme, places in programmes_of(facts.region).items():
        lo = max(date(programme.academic_year, 9, 1), period.lo)
        hi = min(date(programme.academic_year + 1, 9, 1), period.hi)
        if lo < hi:
            for place in places:
                tally.put("programmes", rows_of(place, lo, hi), programme)


def _count_organisations(facts: Facts, period: Period, tally: _Tally, rows_of: Rows) -> None:
    approved = {
        row.organisation_id
        for row in facts.region.registry.enrolments
        if row.academic_year == academic_year_of(period.day)
    }
    reported = _reported(facts.region, academic_year_of(period.day))
    for place, row in enumerate(facts.region.registry.organisations):
        lo, hi = max(row.starts, period.lo), min(row.ends, period.hi)
        if row.kind in SCHOOL_KINDS and lo < hi:
            units = list(rows_of(place, lo, hi))
            tally.put("organisations_active", units, row.legal_entity_id)
            if place in reported:
                tally.put("organisations_reported", units, row.legal_entity_id)
        if row.id in approved:
            keys = rows_of(place, period.lo, period.hi)
            tally.put("organisations_approved", keys, row.legal_entity_id)


def _reported(region: Region, year: int) -> set[int]:
    """Give who has handed in a base of the academic year."""
    bases = (FileKind.MENTOR_BASE, FileKind.MENTEE_BASE)
    return {
        heir(region.organised, plan.organisation, plan.as_of)
        for plan in region.statements.files
        if plan.kind in bases and plan.academic_year == year
    }


def _count_young(facts: Facts, period: Period, tally: _Tally, rows_of: Rows) -> None:
    day = period.day
    with_mentor = mentored(facts, day)
    for person, posts in posts_on(facts, day).items():
        young = is_young(facts, person, posts, day)
        keys = {
            key for post in row_posts(posts) for key in rows_of(post.organisation, day, day + DAY)
        }
        if young is None:
            tally.put("young_specialists_unknown", keys, person)
        elif young:
            tally.put("young_specialists", keys, person)
            if person in with_mentor:
                tally.put("covered", keys, person)


def _count_covered_by_form(facts: Facts, period: Period, tally: _Tally) -> None:
    day = period.day
    young = {
        person
        for person, posts in posts_on(facts, day).items()
        if is_young(facts, person, posts, day)
    }
    for dyad in facts.dyads:
        if (
            dyad.form in PEDAGOGICAL_FORMS
            and dyad.starts <= day < dyad.ends
            and dyad.mentee in young
        ):
            tally.put("covered", [dyad.form], dyad.mentee)


def _figures(facts: Facts, period: Period, rows_of: Rows) -> dict[Key, tuple[int, int]]:
    """Give for each row what is asserted, and how much of it is not named."""
    region = facts.region
    latest: dict[int, tuple[date, int]] = {}
    for plan in region.statements.files:
        for metric, value in plan.figures:
            lo, hi = date(plan.academic_year, 9, 1), date(plan.academic_year + 1, 9, 1)
            speaks = (
                lo < period.hi and hi > period.lo and period.stated_from <= plan.as_of < period.hi
            )
            if metric is FigureMetric.PAIRS and speaks:
                place = heir(region.organised, plan.organisation, plan.as_of)
                latest[place] = max(latest.get(place, (date.min, 0)), (plan.as_of, value))
    named: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for dyad, _, _ in _active(facts, period):
        named[dyad.host].add((dyad.mentor, dyad.mentee))
    sums: dict[Key, tuple[int, int]] = {}
    for place, (as_of, value) in latest.items():
        on = max(as_of, period.lo)
        for key in rows_of(place, on, on + DAY):
            asserted, unnamed = sums.get(key, (0, 0))
            sums[key] = (asserted + value, unnamed + max(0, value - len(named[place])))
    return sums
