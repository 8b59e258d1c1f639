"""The columns of a row of coverage and of its total: how each is read from the fragments."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from hub.coverage.measures import MEMBERS, Measure, Members, has_rows, has_total
from hub.coverage.question import GroupBy, Shape
from hub.coverage.shape import Place

METRICS = ("MENTORS", "MENTEES", "PAIRS")
STATED = frozenset(f"{kind}_{one.lower()}" for kind in ("asserted", "unnamed") for one in METRICS)
INDICATOR = "YOUNG_SPECIALIST_COVERAGE"
NOTHING = "null::int"

COUNTS: Mapping[str, Measure] = {measure.value.lower(): measure for measure in Measure}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A figure: the fragments and the parts it reads, its value in a row and in the total.

    `parts` hold, by name, queries of `key`, `n` and `at` with at most one row a key; a row reads
    them with `part`. `units` names the fragments whose keys must have a row.
    """

    units: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    parts: Mapping[str, str]
    row: str
    total: str


def part(name: str, value: str = "n") -> str:
    """Read a part's value in a row; null where the part has none for the key."""
    return f"max(p.{value}) filter (where p.name = '{name}')"


def _number(source: str, value: str, *, where: str = "true") -> str:
    return f"select key, ({value})::bigint as n, null::date as at from {source} where {where}"


def column(name: str, shape: Shape, place: Place) -> Column:
    """Describe a column of the answer by its name."""
    if name in COUNTS:
        return _count(COUNTS[name], shape, place)
    return _OTHERS[name](shape, place) if name in _OTHERS else _BY_EMPLOYER[name](shape, place)


def _count(measure: Measure, shape: Shape, place: Place) -> Column:
    members = MEMBERS[measure]
    source = members.fragment
    counted = f"{_number(source, 'count(*)')} group by key"
    row, total = f"coalesce({part(source)}, 0)::int", _distinct(members, shape)
    if measure is Measure.APPROVED_ORGANISATIONS:
        row, total = _if_listed(row, place), _if_listed(total, place)
    if not has_total(measure, shape):
        return _nothing()
    if not has_rows(measure, shape):
        return Column(needs=members.needs, parts={}, row=NOTHING, total=total)
    return Column(
        units=(source,),
        needs=members.needs,
        parts={source: counted},
        row=row,
        total=total,
    )


# Where all is one row its members are distinct already.
def _distinct(members: Members, shape: Shape) -> str:
    if shape.group_by is GroupBy.NONE:
        return f"(select count(*)::int from {members.fragment})"
    whole = members.whole or members.fragment
    return f"(select count(*)::int from (select distinct {members.columns} from {whole}) d)"


def _nothing(kind: str = "int") -> Column:
    return Column(parts={}, row=f"null::{kind}", total=f"null::{kind}")


# A year without any approved list has no such denominator; nought would say "nobody approved".
def _if_listed(value: str, place: Place) -> str:
    year = place("academic_year")
    listed = f"select from organisation_enrolment where academic_year = {year}"
    return f"case when exists ({listed}) then {value} end"


def _stated(metric: str, value: str) -> Callable[[Shape, Place], Column]:
    def describe(shape: Shape, _: Place) -> Column:
        if shape.forms:
            return _nothing()
        total = f"(select {value} from asserted_total where metric = '{metric}')"
        if shape.group_by is GroupBy.FORM:
            return Column(needs=("asserted_total",), parts={}, row=NOTHING, total=total)
        name = f"{value}_{metric.lower()}"
        source = _number("asserted", value, where=f"metric = '{metric}'")
        needs = ("asserted", "asserted_total")
        return Column(
            units=("asserted",),
            needs=needs,
            parts={name: source},
            row=f"{part(name)}::int",
            total=total,
        )

    return describe


# Each group of possible twins would be one person: all its members here but one would go.
def _duplicates(source: str) -> Callable[[Shape, Place], Column]:
    by_group = "count(distinct m.a) - 1 as fewer"
    people = f"{source} m join counted_twin t on t.person_id = m.a"
    in_rows = f"select m.key, {by_group} from {people} group by m.key, t.group_id"
    in_all = f"select {by_group} from {people} group by t.group_id"

    def describe(_: Shape, __: Place) -> Column:
        summed = f"{_number(f'({in_rows}) g', 'sum(fewer)')} group by key"
        return Column(
            needs=(source,),
            parts={f"twin_{source}": summed},
            row=f"coalesce({part(f'twin_{source}')}, 0)::int",
            total=f"(select coalesce(sum(fewer), 0)::int from ({in_all}) g)",
        )

    return describe


def _completeness(shape: Shape, place: Place) -> Column:
    active = _count(Measure.ACTIVE_ORGANISATIONS, shape, place)
    reported = _count(Measure.REPORTED_ORGANISATIONS, shape, place)
    return Column(
        needs=(*active.needs, *reported.needs),
        parts={**active.parts, **reported.parts},
        row=f"{reported.row}::float8 / nullif({active.row}, 0)",
        total=f"{reported.total}::float8 / nullif({active.total}, 0)",
    )


def _data_as_of(shape: Shape, _: Place) -> Column:
    total = "(select max(at) from fresh)"
    if shape.group_by is GroupBy.FORM:
        return Column(needs=("fresh",), parts={}, row="null::date", total=total)
    source = "select key, null::bigint as n, at from fresh"
    return Column(needs=("fresh",), parts={"fresh": source}, row=part("fresh", "at"), total=total)


def _target(shape: Shape, place: Place) -> Column:
    return Column(
        parts={},
        row=_planned(_row_unit(shape, place), shape, place),
        total=_planned(_total_unit(shape, place), shape, place),
    )


def _planned(unit: tuple[str, str] | None, shape: Shape, place: Place) -> str:
    if unit is None or shape.is_filtered:
        return "null::float8"
    organisation, territory = unit
    return (
        "(select t.value::float8 from indicator_target t"
        f" where t.indicator_code = '{INDICATOR}' and t.year = {place('plan_year')}"
        f" and t.organisation_id is not distinct from {organisation}"
        f" and t.territory_id is not distinct from {territory})"
    )


def _row_unit(shape: Shape, place: Place) -> tuple[str, str] | None:
    match shape.group_by:
        case GroupBy.DEPARTMENT | GroupBy.ORGANISATION:
            return ("p.key", "null::uuid")
        case GroupBy.TERRITORY:
            return ("null::uuid", "p.key") if not shape.is_bounded else None
        case GroupBy.NONE:
            return _total_unit(shape, place)
        case GroupBy.FORM:
            return None


def _total_unit(shape: Shape, place: Place) -> tuple[str, str]:
    for bound in ("scope", "viewer"):
        if getattr(shape, bound):
            return (place(bound), "null::uuid")
    return ("null::uuid", "null::uuid")


def _gap(shape: Shape, place: Place) -> Column:
    target = _target(shape, place)
    young = _count(Measure.YOUNG_SPECIALISTS, shape, place)
    covered = _count(Measure.YOUNG_SPECIALISTS_COVERED, shape, place)
    return Column(
        needs=(*young.needs, *covered.needs),
        parts={**young.parts, **covered.parts},
        row=_missing(target.row, young.row, covered.row),
        total=_missing(target.total, young.total, covered.total),
    )


# `greatest` passes over nulls, so a missing plan has to be said.
def _missing(target: str, young: str, covered: str) -> str:
    wanted = f"ceil({target}::numeric * {young} / 100)"
    return f"case when {target} is not null then greatest(0, {wanted} - {covered})::int end"


_OTHERS: Mapping[str, Callable[[Shape, Place], Column]] = {
    **{
        f"{value}_{metric.lower()}": _stated(metric, value)
        for metric in METRICS
        for value in ("asserted", "unnamed")
    },
    "duplicates_mentors": _duplicates(MEMBERS[Measure.MENTORS].fragment),
    "duplicates_mentees": _duplicates(MEMBERS[Measure.MENTEES].fragment),
    "completeness": _completeness,
    "data_as_of": _data_as_of,
    "target": _target,
    "gap": _gap,
}

NAMES = (*COUNTS, *_OTHERS)


def _employers(_: Shape, __: Place) -> Column:
    source = "mentors_by_employer"
    return Column(
        units=(source,),
        needs=(source,),
        parts={source: f"{_number(source, 'count(*)')} group by key"},
        row=f"coalesce({part(source)}, 0)::int",
        total=f"(select count(*)::int from (select distinct a from {source}) d)",
    )


# The figures that the other attribution counts otherwise, beside those of the mentee's host.
_BY_EMPLOYER: Mapping[str, Callable[[Shape, Place], Column]] = {
    "mentors_by_employer": _employers,
    "duplicates_mentors_by_employer": _duplicates("mentors_by_employer"),
}
BY_EMPLOYER: Mapping[str, str] = {name.removesuffix("_by_employer"): name for name in _BY_EMPLOYER}


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Put column names into the one order in which statements list them."""
    wanted = frozenset(names)
    return tuple(name for name in (*NAMES, *_BY_EMPLOYER) if name in wanted)
