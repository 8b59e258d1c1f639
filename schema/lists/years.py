"""An academic year as the days from its first of September, for what lasts on any of them."""

from datetime import date

from schema.compiler.arguments import Argument, Value
from schema.compiler.call import Call
from schema.errors import bad_input

_SEPTEMBER = 9


def year_condition(call: Call, year: Argument, row: str) -> str:
    """Compose that a row lasts on at least one day of an academic year."""
    first = call.bind(year, "date", convert=_first_day)
    last = call.bind(year, "date", convert=lambda value: _first_day(int(value) + 1))
    return f"{row}.starts < {last} and {row}.ends > {first}"


def _first_day(value: Value) -> date:
    year = int(value)
    if not date.min.year < year < date.max.year:
        raise bad_input("Учебный год — это год его начала из четырёх цифр.")
    return date(year, _SEPTEMBER, 1)
