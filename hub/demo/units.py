"""Which rows of coverage an organisation belongs to, and which days a period has."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from hub.demo.region import Region, academic_year_of

DAY = timedelta(days=1)

Key = UUID | str | None


class GroupBy(StrEnum):
    """What a row of coverage stands for."""

    REGION = "REGION"
    DEPARTMENT = "DEPARTMENT"
    TERRITORY = "TERRITORY"
    ORGANISATION = "ORGANISATION"
    FORM = "FORM"


class Attribution(StrEnum):
    """Whose row a mentor is counted in."""

    HOST = "HOST"
    EMPLOYER = "EMPLOYER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days that count, half open, and since when a figure speaks of them."""

    lo: date
    hi: date  # the first day after it
    stated_from: date

    @property
    def day(self) -> date:
        """Give the last day: young specialists are counted on it."""
        return self.hi - DAY


def period_of(
    today: date, as_of: date | None, academic_year: int | None, calendar_year: int | None
) -> Period:
    """Give the days of the one period that is named; nothing named is today."""
    if academic_year is not None:
        lo, hi = date(academic_year, 9, 1), date(academic_year + 1, 9, 1)
    elif calendar_year is not None:
        lo, hi = date(calendar_year, 1, 1), date(calendar_year + 1, 1, 1)
    else:
        lo = as_of or today
        begun = date(academic_year_of(lo), 9, 1)
        return Period(lo=lo, hi=lo + DAY, stated_from=begun)
    return Period(lo=lo, hi=min(hi, today + DAY), stated_from=lo)


Rows = Callable[[int, date, date], Iterable[Key]]


def rows_by(region: Region, group_by: GroupBy) -> Rows:
    """Give for an organisation's position and days (half open) the rows it belongs to."""
    organisations = region.registry.organisations
    if group_by is GroupBy.DEPARTMENT:
        return _departments(region)
    if group_by is GroupBy.TERRITORY:
        return lambda place, _lo, _hi: [organisations[place].territory_id]
    if group_by is GroupBy.ORGANISATION:
        return lambda place, _lo, _hi: [organisations[place].legal_entity_id]
    return lambda _place, _lo, _hi: [None]


def _departments(region: Region) -> Rows:
    held: dict[UUID, list[tuple[date, date, UUID]]] = defaultdict(list)
    for row in region.registry.subordinations:
        if row.kind == "PRIMARY":
            held[row.organisation_id].append((row.starts, row.ends, row.authority_id))

    def rows(place: int, lo: date, hi: date) -> list[Key]:
        spans = sorted(held[region.registry.organisations[place].id])
        found: list[Key] = [who for starts, ends, who in spans if starts < hi and ends > lo]
        reach = lo
        for starts, ends, _ in spans:
            if starts <= reach:
                reach = max(reach, ends)
        return found if reach >= hi else [*found, None]

    return rows
