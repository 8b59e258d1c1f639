"""What organisations say of themselves: numbers without names, and by which day their lists speak."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from hub.demo.counting import active
from hub.demo.dyads import Dyad, heir
from hub.demo.facts import Facts
from hub.demo.units import DAY, Key, Period, Rows
from hub.records import FigureMetric

_NAMES: Mapping[FigureMetric, Callable[[Dyad], object]] = {
    FigureMetric.PAIRS: lambda dyad: (dyad.mentor, dyad.mentee),
    FigureMetric.MENTORS: lambda dyad: dyad.mentor,
    FigureMetric.MENTEES: lambda dyad: dyad.mentee,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asserted:
    """A number without names of a row, and how much of it nobody names."""

    asserted: int = 0
    unnamed: int = 0


def asserted_of(
    facts: Facts, period: Period, metric: FigureMetric, rows_of: Rows
) -> Mapping[Key, Asserted]:
    """Sum the latest figure of each organisation by row; what it names it names in the same row."""
    named = _named(facts, period, metric, rows_of)
    sums: dict[Key, Asserted] = {}
    for place, (as_of, value) in _latest(facts, period, metric).items():
        on = max(as_of, period.lo)
        for key in rows_of(place, on, on + DAY):
            before = sums.get(key, Asserted())
            sums[key] = Asserted(
                asserted=before.asserted + value,
                unnamed=before.unnamed + max(0, value - len(named[key, place])),
            )
    return sums


def _latest(facts: Facts, period: Period, metric: FigureMetric) -> dict[int, tuple[date, int]]:
    """Give the last figure that each organisation states of the period, and as of when."""
    latest: dict[int, tuple[date, int]] = {}
    for place, as_of, value in _figures(facts, period, metric):
        latest[place] = max(latest.get(place, (date.min, 0)), (as_of, value))
    return latest


def _figures(facts: Facts, period: Period, metric: FigureMetric) -> Iterator[tuple[int, date, int]]:
    region = facts.region
    for plan in region.statements.files:
        lo, hi = date(plan.academic_year, 9, 1), date(plan.academic_year + 1, 9, 1)
        of_period = lo < period.hi and hi > period.lo
        if of_period and period.stated_from <= plan.as_of < period.hi:
            place = heir(region.organised, plan.organisation, plan.as_of)
            yield from (
                (place, plan.as_of, value) for stated, value in plan.figures if stated is metric
            )


def _named(
    facts: Facts, period: Period, metric: FigureMetric, rows_of: Rows
) -> dict[tuple[Key, int], set[object]]:
    named: dict[tuple[Key, int], set[object]] = defaultdict(set)
    for dyad, lo, hi in active(facts, period):
        for key in rows_of(dyad.host, lo, hi):
            named[key, dyad.host].add(_NAMES[metric](dyad))
    return named


def data_as_of(facts: Facts, period: Period, rows_of: Rows) -> Mapping[Key, date]:
    """Give the day of the newest list of each row's organisations, whenever it was given."""
    region = facts.region
    newest: dict[Key, date] = {}
    for plan in region.statements.files:
        place = heir(region.organised, plan.organisation, plan.as_of)
        for key in rows_of(place, period.lo, period.hi):
            newest[key] = max(newest.get(key, date.min), plan.as_of)
    return newest
