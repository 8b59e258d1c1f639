"""What is asked of coverage: the period, whose row a figure is, and what narrows it."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from hub.errors import InputError

_SEPTEMBER = 9
_DAY = timedelta(days=1)


class GroupBy(StrEnum):
    """What a row of the answer is."""

    NONE = "NONE"
    DEPARTMENT = "DEPARTMENT"
    TERRITORY = "TERRITORY"
    ORGANISATION = "ORGANISATION"
    FORM = "FORM"


class Attribution(StrEnum):
    """Whose row a mentor is counted in: the mentee's host or the mentor's own organisation."""

    HOST = "HOST"
    EMPLOYER = "EMPLOYER"


class Source(StrEnum):
    """Where an answer's figures come from."""

    LIVE = "LIVE"
    ROLLUP = "ROLLUP"


class PeriodError(InputError):
    """Укажите ровно один период: дату, учебный год или календарный год."""

    code = "coverage.period"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days that are counted, half open, and what a year's rules are read for."""

    lo: date
    hi: date
    stated_from: date  # the first day on which a figure without names still speaks of the period

    @property
    def day(self) -> date:
        """Give the last counted day: experience, subordination and plans are read on it."""
        return self.hi - _DAY

    @property
    def academic_year(self) -> int:
        """Name the academic year of the last day by the year in which it began."""
        return academic_year_of(self.day)

    @property
    def plan_year(self) -> int:
        """Give the calendar year of the last day, for which plans are set."""
        return self.day.year


def academic_year_of(day: date) -> int:
    """Name the academic year that holds the day: 2025 is 1 September 2025 to 31 August 2026."""
    return day.year if day.month >= _SEPTEMBER else day.year - 1


@lru_cache(maxsize=256)  # each parameter of a statement that a period fills asks for it
def period_of(
    *, as_of: date | None, academic_year: int | None, calendar_year: int | None, today: date
) -> Period:
    """Turn what was asked into days; nothing asked is today, a year ends today at the latest.

    Raises PeriodError where more than one is named, or a year that has not begun.
    """
    if sum(value is not None for value in (as_of, academic_year, calendar_year)) > 1:
        raise PeriodError
    if academic_year is not None:
        return _year(
            _first(academic_year, _SEPTEMBER), _first(academic_year + 1, _SEPTEMBER), today
        )
    if calendar_year is not None:
        return _year(_first(calendar_year, 1), _first(calendar_year + 1, 1), today)
    day = as_of or today
    if not date.min < day < date.max:
        raise PeriodError("Дата вне календаря: укажите дату обычного года.")
    return Period(lo=day, hi=day + _DAY, stated_from=_first(academic_year_of(day), _SEPTEMBER))


def _first(year: int, month: int) -> date:
    if not date.min.year < year < date.max.year:
        raise PeriodError(f"Год {year} вне календаря: укажите год из четырёх цифр.")
    return date(year, month, 1)


def _year(lo: date, end: date, today: date) -> Period:
    if lo > today:
        raise PeriodError(f"Период с {lo:%d.%m.%Y} ещё не начался: выберите более ранний год.")
    return Period(lo=lo, hi=min(end, today + _DAY), stated_from=lo)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What of a question changes the statement's text; values are bound to it.

    `viewer` and `scope` say that the answer is cut to the subtree of an authority: the viewer's
    grant and the argument. Each filter says only whether it is set.
    """

    group_by: GroupBy = GroupBy.NONE
    attribution: Attribution = Attribution.HOST
    viewer: bool = False
    scope: bool = False
    forms: bool = False
    organisations: bool = False
    territories: bool = False
    kinds: bool = False

    @property
    def is_filtered(self) -> bool:
        """Say whether the answer is only a part of its unit, so that no plan belongs to it."""
        return self.forms or self.organisations or self.territories or self.kinds

    @property
    def is_bounded(self) -> bool:
        """Say whether only some organisations are asked about."""
        return self.viewer or self.scope or self.organisations or self.territories or self.kinds
