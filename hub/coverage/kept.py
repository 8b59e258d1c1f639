"""Answers counted beforehand: when one stands for a live answer, and how it is read.

A kept answer stands as long as no mark says that something behind it has changed, so a row is never
served as fresh when it is not: the statement that reads it looks for marks itself, and counts live
when it finds one. Nothing but the answer's own authority, grouping, attribution and period is kept;
a filter is always counted live.
"""

from collections.abc import Sequence

from hub.coverage.columns import METRICS, STATED, column
from hub.coverage.question import Shape, Source
from hub.coverage.shape import Place

REGION = "00000000-0000-0000-0000-000000000000"  # whose answer is the whole region's
EVERY = "ffffffff-ffff-ffff-ffff-ffffffffffff"  # a mark on every authority
REFERENCES = ("organisation_id", "territory_id", "form_code", "title")


def is_keepable(shape: Shape) -> bool:
    """Say whether an answer of this shape may be kept: one authority's or the region's, whole."""
    return not shape.is_filtered and not (shape.viewer and shape.scope)


def kept(shape: Shape, place: Place, edition: str) -> str:
    """Write the query of the kept total: one row while it stands, else none."""
    whose = _whose(shape, place)
    return f"""
    select r.* from rollup r
    where r.authority_id = {whose} and r.is_total and r.edition = '{edition}'
      and r.group_by = '{shape.group_by}' and r.attribution = '{shape.attribution}'
      and r.lo = {place("lo")} and r.hi = {place("hi")} and r.stated_from = {place("stated_from")}
      and not exists (select from rollup_touched t
                      where t.authority_id = any (array[{whose}, '{EVERY}'::uuid]))"""


def _whose(shape: Shape, place: Place) -> str:
    for bound in ("viewer", "scope"):
        if getattr(shape, bound):
            return place(bound)
    return f"'{REGION}'::uuid"


def total_or(counted: str | None, names: Sequence[str]) -> str:
    """Write the query of the total: the kept one, else the one that `counted` counts, if any."""
    return _either(("key", *REFERENCES, *names), "coverage_kept", counted)


def rows_or(counted: str | None, names: Sequence[str], shape: Shape, place: Place) -> str:
    """Write the query of the rows: the kept ones, else those that `counted` counts, if any.

    All figures are kept together; a row that only an unasked figure names is left out.
    """
    shown = named_by(names, shape, place)
    rows = f"""(
      select r.* from coverage_kept k
      join rollup r using (authority_id, group_by, attribution, lo, hi, stated_from)
      where not r.is_total) kept_row where {shown}"""
    return _either(("key", *REFERENCES, "position", *names), rows, counted)


def named_by(names: Sequence[str], shape: Shape, place: Place) -> str:
    """Write by which rows would stand if these figures alone were asked for."""
    naming = [name for name in names if column(name, shape, place).units]
    counts = [f"{name} > 0" for name in naming if name not in STATED]
    stated = [f"asserted_{metric.lower()} is not null" for metric in METRICS]
    return " or ".join(["expected", *counts, *(stated if len(counts) < len(naming) else [])])


def _either(columns: Sequence[str], stands: str, counted: str | None) -> str:
    listed = ", ".join(columns)
    kept_ones = f"select {listed} from {stands}"
    if counted is None:
        return kept_ones
    return f"""
    {kept_ones}
    union all
    select {listed} from {counted} where not exists (select from coverage_kept)"""


def source(*, keepable: bool) -> str:
    """Write the query of where the answer comes from, and when what is kept was counted."""
    if not keepable:
        return f"select '{Source.LIVE}' as source, null::timestamptz as computed_at"
    return (
        f"select case when count(*) = 0 then '{Source.LIVE}' else '{Source.ROLLUP}' end as source,"
        " max(computed_at) as computed_at from coverage_kept"
    )
