"""What a question's shape writes into the fragments: whose row a thing is, and what narrows it."""

from collections.abc import Callable, Mapping

from hub.coverage.question import Attribution, GroupBy, Shape

Place = Callable[[str], str]  # the placeholder of a bind parameter, with its cast

# The row of what belongs to nobody: no department, no territory, no form.
NOBODY = "'00000000-0000-0000-0000-000000000000'::uuid"
NO_FORM = "''::text"


def outside(shape: Shape) -> str:
    """Give the key of the row of what belongs to no unit."""
    return NO_FORM if shape.group_by is GroupBy.FORM else NOBODY


def variants(shape: Shape) -> Mapping[str, str]:
    """Name the fragments that stand in for others under this shape."""
    chosen = {}
    if shape.group_by is GroupBy.DEPARTMENT:
        chosen["unit"] = "unit_by_department"
    if shape.group_by is GroupBy.FORM:
        chosen["young_covered"] = "young_covered_by_form"
    if shape.attribution is Attribution.EMPLOYER:
        chosen["mentors"] = "mentors_by_employer"
    return chosen


def pieces(shape: Shape, place: Place) -> Mapping[str, str]:
    """Write the pieces of the fragments by name."""
    form = f"\n      and f.form_code = any ({place('forms')})" if shape.forms else ""
    return {
        **_ground(shape, place),
        "outside": outside(shape),
        "unit_key": _unit_key(shape),
        "fact_key": _fact_key(shape, "host"),
        "fact_joins": _legal_entity(shape, "host_id"),
        "fact_where": form + _within(shape, "f.host_id"),
        "worker_key": _fact_key(shape, "mentor"),
        "worker_joins": _legal_entity(shape, "mentor_organisation_id"),
        "worker_where": form + _within(shape, "f.mentor_organisation_id"),
        "mentored_where": form,
        "post_where": _posted(shape, place),
    }


def _unit_key(shape: Shape) -> str:
    match shape.group_by:
        case GroupBy.TERRITORY:
            return f"coalesce(g.territory_id, {NOBODY})"
        case GroupBy.ORGANISATION:
            return "g.legal_entity_id"
        case _:
            return outside(shape)


def _fact_key(shape: Shape, side: str) -> str:
    match shape.group_by:
        case GroupBy.DEPARTMENT:
            return f"coalesce(f.{side}_department_id, {NOBODY})"
        case GroupBy.TERRITORY:
            return f"coalesce(f.{side}_territory_id, {NOBODY})"
        case GroupBy.ORGANISATION:
            return f"coalesce(o.legal_entity_id, {NOBODY})"
        case GroupBy.FORM:
            return f"coalesce(f.form_code, {NO_FORM})"
        case GroupBy.NONE:
            return NOBODY


def _legal_entity(shape: Shape, column: str) -> str:
    if shape.group_by is not GroupBy.ORGANISATION:
        return ""
    return f"\n    left join organisation o on o.id = f.{column}"


# The array repeats what `exists` says, so that the organisations' index is found at any estimate.
def _within(shape: Shape, column: str) -> str:
    if not shape.is_bounded:
        return ""
    return f"""
      and {column} = any (array(select organisation_id from ground))
      and exists (select from ground g where g.organisation_id = {column}
                                         and g.starts < f.ends and g.ends > f.starts)"""


def _posted(shape: Shape, place: Place) -> str:
    if not shape.is_bounded:
        return ""
    return f"""
            and e.person_id in (
              select person_id from counted_post
              where organisation_id = any (array(select organisation_id from ground))
                and starts <= {place("day")} and ends > {place("day")})"""


def _ground(shape: Shape, place: Place) -> Mapping[str, str]:
    lo, hi = place("lo"), place("hi")
    bounds = [name for name in ("viewer", "scope") if getattr(shape, name)]
    joins = "".join(
        f"\n    join organisation_place {name} on {name}.organisation_id = o.id"
        f" and {name}.authority_id = {place(name)}"
        f" and {name}.starts < {hi} and {name}.ends > {lo}"
        for name in bounds
    )
    return {
        "ground_starts": _edge("greatest", lo, [f"{name}.starts" for name in bounds]),
        "ground_ends": _edge("least", hi, [f"{name}.ends" for name in bounds]),
        "ground_joins": joins,
        "ground_where": " and ".join(_filters(shape, place)) or "true",
    }


def _edge(function: str, bound: str, columns: list[str]) -> str:
    return f"{function}({', '.join([bound, *columns])})" if columns else bound


def _filters(shape: Shape, place: Place) -> list[str]:
    found = []
    if shape.viewer and shape.scope:
        found.append("viewer.starts < scope.ends and viewer.ends > scope.starts")
    if shape.organisations:
        wanted = f"any ({place('organisations')})"
        found.append(f"(o.id = {wanted} or o.legal_entity_id = {wanted})")
    if shape.territories:
        found.append(f"o.territory_id in ({_SUBTREE.format(roots=place('territories'))})")
    if shape.kinds:
        found.append(f"o.kind = any ({place('kinds')})")
    return found


_SUBTREE = """
      with recursive below as (
        select id from territory where id = any ({roots})
        union select t.id from territory t join below b on t.parent_id = b.id)
      select id from below"""
