"""The rows of an answer: which units have one, how each is named, and the figures beside it."""

from collections.abc import Iterable, Mapping

from hub.coverage.columns import Column
from hub.coverage.question import GroupBy, Shape
from hub.coverage.shape import NOBODY, Place, outside

OUTSIDE_KEY = "OUTSIDE"  # how the row of what belongs to no unit is addressed
TOTAL_KEY = "TOTAL"  # and the total

# How a unit is found by the key of its row, and what it and its absence are called.
_UNITS: Mapping[GroupBy, tuple[str, str, str, str]] = {
    GroupBy.NONE: ("(select 1) u", "null::text", "''", "Всего"),
    GroupBy.DEPARTMENT: (
        "organisation u on u.id = k.key",
        "u.short_name",
        "u.sort_key",
        "Вне ТУ/ДО",
    ),
    GroupBy.ORGANISATION: (
        "organisation u on u.id = k.key",
        "u.short_name",
        "u.sort_key",
        "Организация не указана",
    ),
    GroupBy.TERRITORY: (
        "territory u on u.id = k.key",
        "u.name",
        "u.sort_key",
        "Территория не указана",
    ),
    GroupBy.FORM: (
        "mentoring_form u on u.code = k.key",
        "u.label",
        "lpad(u.sort_order::text, 9, '0')",
        "Форма не указана",
    ),
}


def keys(shape: Shape, place: Place) -> str:
    """Write which units have a row whatever is counted: those that should mentor."""
    return f"select {NOBODY} as key" if shape.group_by is GroupBy.NONE else _expected(shape, place)


def _expected(shape: Shape, place: Place) -> str:
    if shape.group_by is not GroupBy.FORM:
        return "select key from active"
    chosen = f" and code = any ({place('forms')})" if shape.forms else ""
    return (
        "select code as key from mentoring_form"
        f" where starts < {place('hi')} and ends > {place('lo')}{chosen}"
    )


def rows(shape: Shape, columns: Mapping[str, Column]) -> str:
    """Write the query of the rows; `position` is their order, the row of nobody last.

    A unit has a row if it is one of `coverage_key`, or if a figure names it.
    """
    join, title, sort, nobody = _UNITS[shape.group_by]
    unit = f"left join {join}" if " on " in join else f"cross join {join}"
    figures = "".join(f",\n             {found.row} as {name}" for name, found in columns.items())
    shown = "".join(f", k.{name}" for name in columns)
    parts = {name: text for found in columns.values() for name, text in found.parts.items()}
    units = dict.fromkeys(unit for found in columns.values() for unit in found.units)
    parts |= {
        unit: f"select distinct key, null::bigint as n, null::date as at from {unit}"
        for unit in units
        if unit not in parts
    }
    naming = ", ".join(f"'{name}'" for name in ("", *units))
    listed = "".join(
        f"\n              union all select key, '{name}', n, at from ({text}) q"
        for name, text in parts.items()
    )
    alone = f"k.key = {outside(shape)}"
    name = TOTAL_KEY if shape.group_by is GroupBy.NONE else OUTSIDE_KEY
    return f"""
    select case when {alone} then '{name}' else k.key::text end as key,
           {_references(shape.group_by)}, coalesce({title}, '{nobody}') as title,
           row_number() over (order by {alone}, {sort}, k.key)::int as position,
           k.expected{shown}
    from (select p.key, bool_or(p.name = '') as expected{figures}
          from (select key, '' as name, null::bigint as n, null::date as at
                from coverage_key{listed}) p
          group by p.key having bool_or(p.name in ({naming}))) k
    {unit}"""


_REFERENCES = {
    "organisation_id": (GroupBy.DEPARTMENT, GroupBy.ORGANISATION),
    "territory_id": (GroupBy.TERRITORY,),
    "form_code": (GroupBy.FORM,),
}


def _references(group_by: GroupBy) -> str:
    return ", ".join(
        f"{_reference(name) if group_by in groups else _NONE[name]} as {name}"
        for name, groups in _REFERENCES.items()
    )


def _reference(name: str) -> str:
    return "u.code" if name == "form_code" else "u.id"


_NONE = {"organisation_id": "null::uuid", "territory_id": "null::uuid", "form_code": "null::text"}


def total(columns: Mapping[str, Column]) -> str:
    """Write the query of the one row that counts everybody once."""
    figures = "".join(f",\n           {found.total} as {name}" for name, found in columns.items())
    return f"select '{TOTAL_KEY}' as key, {_references(GroupBy.NONE)}, 'Всего' as title{figures}"


def overlap(names: Iterable[str]) -> str:
    """Write by how much the rows together exceed the total: who is counted in several of them."""
    sums = "".join(f",\n           {_SUM.format(name=name)} as {name}" for name in names)
    return f"select 'OVERLAP' as key{sums} from coverage_total t left join coverage_row r on true"


# No rows sum to nought; rows that cannot have the number leave it empty.
_SUM = "case when count(r.key) = 0 then 0 else sum(r.{name})::int end - min(t.{name})"
