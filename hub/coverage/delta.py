"""What changed between two periods: figures before and after, and who came and who left.

Both periods are read by the fragments that count them, each within a `with` of its own, so a figure
here is the figure that coverage gives, and its members are those behind it.
"""

from collections.abc import Sequence

from hub.coverage.measures import MEMBERS, Kind, Measure, has_rows, has_total
from hub.coverage.members import named
from hub.coverage.question import GroupBy, Shape
from hub.coverage.rows import OUTSIDE_KEY, TOTAL_KEY, keys, rows, total
from hub.coverage.shape import Place, outside
from hub.coverage.statement import Queries, composed, expected

CAME, LEFT = "CAME", "LEFT"


def delta(
    shape: Shape, measures: Sequence[Measure], before: Place, after: Place, *, with_members: bool
) -> Queries:
    """Give the queries behind a comparison of two periods.

    They end in `coverage_total` and `coverage_row` (units of either period, in the order of
    `position`) without figures, `delta_figure` (`row`, `measure`, `position`, `before`, `after`:
    one for each row or total and measure) and, if wanted, `delta_member` (`row`, `measure`, `side`,
    and the columns of `coverage_member`).
    """
    queries = [
        ("side_before", _side(shape, measures, before)),
        ("side_after", _side(shape, measures, after)),
        ("delta_change", _change(shape)),
        ("coverage_key", _KEYS),
        ("coverage_row", rows(shape, {})),
        ("coverage_total", total({})),
        ("delta_figure", _figures(shape, measures, before, after)),
    ]
    if with_members:
        sides = ((LEFT, "after", before), (CAME, "before", after))
        names = [
            _named(shape, measure, side, absent, place)
            for measure in measures
            for side, absent, place in sides
        ]
        queries.append(("delta_named", "\n    union all".join(names)))
        queries.append(("delta_member", _MEMBERS))
    return tuple(queries)


def _side(shape: Shape, measures: Sequence[Measure], place: Place) -> str:
    """Write the members of a period: in each row, and (`whole`) in the total."""
    counted = [measure for measure in measures if has_total(measure, shape)]
    needs = [need for measure in counted for need in MEMBERS[measure].needs]
    found = composed([*needs, *expected(shape)], shape, place)
    parts = [_units(shape, place)]
    for measure in counted:
        members = MEMBERS[measure]
        columns = members.columns if members.kind is Kind.PAIR else "a, null::uuid as b"
        if has_rows(measure, shape):
            parts.append(f"select '{measure}', false, key, {columns} from {members.fragment}")
        source = f"(select distinct {members.columns} from {members.whole or members.fragment}) w"
        parts.append(f"select '{measure}', true, {_no_key(shape)}, {columns} from {source}")
    opened = ",\n".join(f"{name} as ({text})" for name, text in found)
    return f"{f'with {opened}' if opened else ''}\n" + "\n    union all ".join(parts)


def _units(shape: Shape, place: Place) -> str:
    """Write the units that have a row whatever is counted; without a grouping there are none."""
    units = "select '' as measure, false as whole, key, null::uuid as a, null::uuid as b"
    grouped = "" if shape.group_by is not GroupBy.NONE else " where false"
    return f"{units} from ({keys(shape, place)}) k{grouped}"


def _no_key(shape: Shape) -> str:
    return "null::text" if shape.group_by is GroupBy.FORM else "null::uuid"


def _change(shape: Shape) -> str:
    """Write every member of either period once a row, and in which of them it is counted."""
    row = f"case when whole then '{TOTAL_KEY}' when key = {outside(shape)} then '{OUTSIDE_KEY}'"
    grouped = "" if shape.group_by is not GroupBy.NONE else " and whole"
    return f"""
    select measure, whole, key, a, b, {row} else key::text end as row,
           case when b is null then a::text else concat(a, '.', b) end as id,
           bool_or(side = 1) as before, bool_or(side = 2) as after
    from (select s.*, 1 as side from side_before s union all
          select s.*, 2 from side_after s) s
    where measure <> ''{grouped}
    group by measure, whole, key, a, b"""


_KEYS = """
    select key from side_before where not whole
    union select key from side_after where not whole"""


def _figures(shape: Shape, measures: Sequence[Measure], before: Place, after: Place) -> str:
    """Write a figure for each row and measure; null where the measure means nothing there."""
    listed = ", ".join(
        f"('{measure}', {place}, {_sql(has_rows(measure, shape))}, {_sql(has_total(measure, shape))})"
        for place, measure in enumerate(measures)
    )
    sides = ", ".join(
        f"case when {_is_meant(measures, place)} then coalesce(c.{side}, 0) end as {side}"
        for side, place in (("before", before), ("after", after))
    )
    return f"""
    select k.row, m.measure, m.position, {sides}
    from (select key as row, false as whole from coverage_row where key <> '{TOTAL_KEY}'
          union all select '{TOTAL_KEY}', true) k
    cross join (values {listed or "('', 0, false, false)"})
      m (measure, position, in_rows, in_total)
    left join (select measure, row, count(*) filter (where before)::int as before,
                      count(*) filter (where after)::int as after
               from delta_change group by measure, row) c
      on c.measure = m.measure and c.row = k.row
    where m.measure <> ''"""


# A year without any approved list has no such figure, as in coverage itself.
def _is_meant(measures: Sequence[Measure], place: Place) -> str:
    meant = "case when k.whole then m.in_total else m.in_rows end"
    if Measure.APPROVED_ORGANISATIONS not in measures:
        return meant
    year = place("academic_year")
    listed = f"exists (select from organisation_enrolment where academic_year = {year})"
    return f"{meant} and (m.measure <> '{Measure.APPROVED_ORGANISATIONS}' or {listed})"


def _sql(flag: bool) -> str:  # noqa: FBT001 - a value to write
    return "true" if flag else "false"


def _named(shape: Shape, measure: Measure, side: str, absent: str, place: Place) -> str:
    """Write the names of a measure's members of one side, by the period in which they are."""
    naming = named(measure, shape, place)
    columns = MEMBERS[measure].columns
    listed = (
        f"select distinct {columns} from delta_change where measure = '{measure}' and not {absent}"
    )
    found = [
        *composed(naming.needs, shape, place),
        ("coverage_listed", listed),
        ("coverage_member", naming.sql),
    ]
    opened = ",\n".join(f"{name} as ({text})" for name, text in found)
    return (
        f" select '{measure}' as measure, '{side}' as side, q.* from ("
        f"with {opened} select * from coverage_member) q"
    )


_MEMBERS = f"""
    select c.row, n.* from delta_change c
    join delta_named n on n.measure = c.measure and n.id = c.id
                      and n.side = case when c.before then '{LEFT}' else '{CAME}' end
    where c.before <> c.after"""
