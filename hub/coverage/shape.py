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


def _of_form(shape: Shape, place: Place) -> str:
    return f"\n      and f.form_code = any ({place('forms')})" if shape.forms else ""


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
              select p.person_id from counted_post p
              where p.organisation_id = any (array(select organisation_id from ground))
                and p.starts <= {place("day")} and p.ends > {place("day")}{_begun("p", place)})"""


# Whoever is known to have taught for longer is neither young nor unknown.
def _begun(post: str, place: Place) -> str:
    begun = f"({post}.teaching_since + (select young_for from rule))::date"
    return f" and coalesce({begun} > {place('day')}, true)"


def _bounds(shape: Shape) -> list[str]:
    return [name for name in ("viewer", "scope") if getattr(shape, name)]


def _ground_joins(shape: Shape, place: Place) -> str:
    return "".join(
        f"\n    join organisation_place {name} on {name}.organisation_id = o.id"
        f" and {name}.authority_id = {place(name)}"
        f" and {name}.starts < {place('hi')} and {name}.ends > {place('lo')}"
        for name in _bounds(shape)
    )


def _ground_starts(shape: Shape, place: Place) -> str:
    return _edge("greatest", place("lo"), [f"{name}.starts" for name in _bounds(shape)])


def _ground_ends(shape: Shape, place: Place) -> str:
    return _edge("least", place("hi"), [f"{name}.ends" for name in _bounds(shape)])


def _edge(function: str, bound: str, columns: list[str]) -> str:
    return f"{function}({', '.join([bound, *columns])})" if columns else bound


def _ground_where(shape: Shape, place: Place) -> str:
    return " and ".join(_filters(shape, place)) or "true"


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


def _host(shape: Shape, place: Place) -> str:
    return _of_form(shape, place) + _within(shape, "f.host_id")


def _employer(shape: Shape, place: Place) -> str:
    return _of_form(shape, place) + _within(shape, "f.mentor_organisation_id")


# Everything is at hand already where no organisation is left out.
def _companions(shape: Shape, place: Place) -> str:
    if not shape.is_bounded:
        return ""
    return f"""
          union all
          select null, mentorship_id, mentee_id from counted_fact
          where starts < {place("hi")} and ends > {place("lo")}
            and mentorship_id = any (array(select mentorship_id from fact where in_group))"""


def _named_once(shape: Shape, _: Place) -> str:
    if shape.group_by in (GroupBy.DEPARTMENT, GroupBy.FORM):
        return "(select distinct host_id, metric, a, b from named)"
    return "named"


# Written only where a fragment asks for them: an unused bind parameter is an error.
PIECES: Mapping[str, Callable[[Shape, Place], str]] = {
    "ground_starts": _ground_starts,
    "ground_ends": _ground_ends,
    "ground_joins": _ground_joins,
    "ground_where": _ground_where,
    "outside": lambda shape, _: outside(shape),
    "unit_key": lambda shape, _: _unit_key(shape),
    "fact_key": lambda shape, _: _fact_key(shape, "host"),
    "fact_joins": lambda shape, _: _legal_entity(shape, "host_id"),
    "fact_where": _host,
    "worker_key": lambda shape, _: _fact_key(shape, "mentor"),
    "worker_joins": lambda shape, _: _legal_entity(shape, "mentor_organisation_id"),
    "worker_where": _employer,
    "mentored_where": _of_form,
    "post_where": lambda shape, place: _begun("e", place) + _posted(shape, place),
    "companions": _companions,
    "named_once": _named_once,
}
