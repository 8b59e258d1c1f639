"""Coverage: who is counted, in whose row, in which period; counts and the lists behind them."""

from hub.coverage.columns import COUNTS, METRICS, NAMES
from hub.coverage.delta import CAME, LEFT, delta
from hub.coverage.gaps import Gap, gaps
from hub.coverage.measures import MEMBERS, Kind, Measure
from hub.coverage.question import (
    Attribution,
    GroupBy,
    Period,
    PeriodError,
    Shape,
    Source,
    academic_year_of,
    period_of,
)
from hub.coverage.rows import OUTSIDE_KEY, TOTAL_KEY
from hub.coverage.shape import Place
from hub.coverage.statement import Queries, Wanted, answer, members, ready
from hub.coverage.types import TYPES

__all__ = [
    "CAME",
    "COUNTS",
    "LEFT",
    "MEMBERS",
    "METRICS",
    "NAMES",
    "OUTSIDE_KEY",
    "TOTAL_KEY",
    "TYPES",
    "Attribution",
    "Gap",
    "GroupBy",
    "Kind",
    "Measure",
    "Period",
    "PeriodError",
    "Place",
    "Queries",
    "Shape",
    "Source",
    "Wanted",
    "academic_year_of",
    "answer",
    "delta",
    "gaps",
    "members",
    "period_of",
    "ready",
]
