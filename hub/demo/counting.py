"""Who and what the region's statements make count in a period, put row by row into a tally."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from hub.demo.dyads import Dyad, heir, programmes_of, registered_of
from hub.demo.facts import Facts
from hub.demo.organisations import SCHOOL_KINDS
from hub.demo.pairing import PEDAGOGICAL_FORMS
from hub.demo.region import Region, academic_year_of
from hub.demo.tally import Tally
from hub.demo.units import DAY, Attribution, Period, Rows
from hub.demo.young import is_young, mentored, posts_on, row_posts
from hub.records import FileKind


def active(facts: Facts, period: Period) -> Iterator[tuple[Dyad, date, date]]:
    """Give the dyads of the period with the part of it in which they are active."""
    for dyad in facts.dyads:
        lo, hi = max(dyad.starts, period.lo), min(dyad.ends, period.hi)
        if lo < hi:
            yield dyad, lo, hi


def count_dyads(
    facts: Facts, period: Period, tally: Tally, rows_of: Rows | None, attribution: Attribution
) -> None:
    """Count who mentors whom, where, in groups, with or without a programme."""
    dyads = list(active(facts, period))
    mentees: dict[int, set[int]] = defaultdict(set)
    for dyad, _, _ in dyads:
        mentees[dyad.mentorship].add(dyad.mentee)
    entities = [row.legal_entity_id for row in facts.region.registry.organisations]
    for dyad, lo, hi in dyads:
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


def count_registered(facts: Facts, period: Period, tally: Tally, rows_of: Rows) -> None:
    """Count whom the bases of mentors name, in a pair or not."""
    for person, place, year in registered_of(facts.region):
        lo, hi = max(date(year, 9, 1), period.lo), min(date(year + 1, 9, 1), period.hi)
        if lo < hi:
            # The row is that of the organisation on any day of the period.
            tally.put("mentors_registered", rows_of(place, lo, hi), person)


def count_programmes(facts: Facts, period: Period, tally: Tally, rows_of: Rows) -> None:
    """Count the programmes of the period for each participating organisation."""
    for programme, places in programmes_of(facts.region).items():
        lo = max(date(programme.academic_year, 9, 1), period.lo)
        hi = min(date(programme.academic_year + 1, 9, 1), period.hi)
        if lo < hi:
            for place in places:
                tally.put("programmes", rows_of(place, lo, hi), programme)


def count_organisations(facts: Facts, period: Period, tally: Tally, rows_of: Rows) -> None:
    """Count the legal entities that are active, approved and have reported."""
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


def count_young(facts: Facts, period: Period, tally: Tally, rows_of: Rows) -> None:
    """Count young specialists of the last day, those of unknown experience and the covered."""
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
            tally.put("covered" if person in with_mentor else "uncovered", keys, person)


def count_covered_by_form(facts: Facts, period: Period, tally: Tally) -> None:
    """Count the covered young specialists by the form of their mentoring."""
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
