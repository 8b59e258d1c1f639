"""Coverage counted in Python's hands: the figures of a day by department, as whoever writes sees them.

What is being written and not committed is counted as well, so a change can be weighed before it is
made. Readers ask the compiler instead.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Final

from hub.coverage.columns import COUNTS
from hub.coverage.question import GroupBy, Shape, period_of
from hub.coverage.rollup import numbered, placed, values_of
from hub.coverage.statement import Wanted, counted
from hub.database import ReadSession

Figures = Mapping[tuple[str, str, str], int]  # of a row's key and title, by the name of a count

WEIGHED: Final = (
    "mentors",
    "mentees",
    "pairs",
    "groups",
    "programmes",
    "organisations_with_mentoring",
    "young_specialists",
    "young_specialists_covered",
)


async def figures_of(session: ReadSession, *, today: date) -> Figures:
    """Count what today shows, of the region and of each department; nought is left out."""
    text, names = _statement()
    period = period_of(as_of=None, academic_year=None, calendar_year=None, today=today)
    given = values_of(period)
    rows = await session.raw.fetch(text, *(given[name] for name in names))
    return {
        (row["key"], row["title"] or "", name): row[name]
        for row in rows
        for name in WEIGHED
        if row[name]
    }


@cache
def _statement() -> tuple[str, tuple[str, ...]]:
    wanted = frozenset(WEIGHED) & COUNTS.keys()
    queries = counted(Shape(group_by=GroupBy.DEPARTMENT), Wanted(rows=wanted, total=wanted), placed)
    within = ",\n".join(f"{name} as ({text})" for name, text in queries)
    shown = ", ".join(["key", "title", *WEIGHED])
    text, names = numbered(
        f"with {within}\nselect {shown} from coverage_total"
        f" union all select {shown} from coverage_row"
    )
    return text, tuple(names)
