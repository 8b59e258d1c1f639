"""Who stands behind a number: how the members of a list are named and put in order.

Names follow today's grants while numbers follow the subordination of their date, so a member
whose record the viewer may not open any more is listed without a name.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.coverage.measures import MEMBERS, Kind, Measure
from hub.coverage.question import Attribution, Shape
from hub.coverage.shape import Place

_REFERENCES = ("person_id", "mentee_id", "mentorship_id", "programme_id", "organisation_id")


@dataclass(frozen=True, slots=True)
class Named:
    """A query over `coverage_listed` that names each member once, and the fragments it reads."""

    needs: tuple[str, ...]
    sql: str


def named(measure: Measure, shape: Shape, place: Place) -> Named:
    """Write the query behind `coverage_member`.

    Its columns: `id`, `title`, `detail`, `sort_key` (texts, never null) and five references.
    """
    kind = MEMBERS[measure].kind
    if kind is Kind.PERSON:
        return Named((), _person(shape, place))
    if kind in (Kind.MENTOR, Kind.MENTEE, Kind.PAIR):
        return _parties(kind, shape)
    return _OTHERS[kind]


def _listed(
    source: str, *, title: str, detail: str, identity: str = "l.a::text", **given: str
) -> str:
    references = ", ".join(f"{given.get(name, 'null::uuid')} as {name}" for name in _REFERENCES)
    return f"""
    select {identity} as id, coalesce({title}, '') as title, coalesce({detail}, '') as detail,
           coalesce(translate({title}, 'ёЁ', 'еЕ'), '') as sort_key, {references}
    from coverage_listed l {source}"""


# What is asked for is as personal as the name: it is told of whom the viewer sees.
def requesting(shape: Shape, place: Place) -> Named:
    """Write the query behind `coverage_member` of those who ask for a mentor, with what they ask."""
    asked = """(
      select string_agg(distinct m.main_request, '; ' order by m.main_request)
      from mentee_profile m where m.person_id = p.id and m.main_request <> '')"""
    return Named((), _person(shape, place, detail=asked))


def _person(shape: Shape, place: Place, *, detail: str = "''") -> str:
    allowed = ""
    if shape.viewer:
        allowed = f"""
      and exists (select from person_place y
                  where y.person_id = p.id and y.authority_id = {place("viewer")}
                    and y.starts <= {place("today")} and y.ends > {place("today")})"""
    name = "concat_ws(' ', p.last_name, nullif(p.first_name, ''), nullif(p.middle_name, ''))"
    return _listed(
        f"left join person p on p.id = l.a{allowed}", title=name, detail=detail, person_id="l.a"
    )


# What the other party of a pair may see of a person stands on the membership itself, so a mentor
# from outside the viewer's scope has a name here where `person` shows nothing.
def _party(source: str, column: str, roles: str) -> str:
    return f"""(
      select distinct on (m.person_id) m.person_id, m.display_name, m.organisation_name
      from mentorship_member m
      where m.mentorship_id = any (array(select mentorship_id from {source}))
        and m.person_id = any (array(select {column} from coverage_listed))
        and m.role in ({roles})
      order by m.person_id, m.starts desc, m.id)"""


_MENTORS = "'MENTOR', 'CO_MENTOR'"
_MENTEES = "'MENTEE'"


def _parties(kind: Kind, shape: Shape) -> Named:
    if kind is Kind.MENTEE:
        return Named(("fact",), _one_party(_party("fact", "a", _MENTEES)))
    if kind is Kind.MENTOR:
        by_employer = shape.attribution is Attribution.EMPLOYER
        source = "worker" if by_employer else "fact"
        return Named((source,), _one_party(_party(source, "a", _MENTORS)))
    mentors, mentees = _party("fact", "a", _MENTORS), _party("fact", "b", _MENTEES)
    both = f"left join {mentors} m on m.person_id = l.a left join {mentees} e on e.person_id = l.b"
    pair = _listed(
        both,
        title="m.display_name",
        detail="e.display_name",
        identity="concat(l.a, '.', l.b)",
        person_id="l.a",
        mentee_id="l.b",
    )
    return Named(("fact",), pair)


def _one_party(party: str) -> str:
    return _listed(
        f"left join {party} m on m.person_id = l.a",
        title="m.display_name",
        detail="m.organisation_name",
        person_id="l.a",
    )


_GROUP = f"""left join (
      select m.mentorship_id, string_agg(m.display_name, ', ' order by m.display_name) as names,
             min(m.organisation_name) as places
      from mentorship_member m
      where m.mentorship_id = any (array(select a from coverage_listed)) and m.role in ({_MENTORS})
      group by m.mentorship_id) m on m.mentorship_id = l.a"""

_OTHERS: Mapping[Kind, Named] = {
    Kind.MENTORSHIP: Named(
        (), _listed(_GROUP, title="m.names", detail="m.places", mentorship_id="l.a")
    ),
    Kind.PROGRAMME: Named(
        (),
        _listed(
            "join programme p on p.id = l.a join organisation o on o.id = p.lead_organisation_id",
            title="p.title",
            detail="o.short_name",
            programme_id="l.a",
        ),
    ),
    Kind.ORGANISATION: Named(
        (),
        _listed(
            "join organisation o on o.id = l.a",
            title="o.short_name",
            detail="o.full_name",
            organisation_id="l.a",
        ),
    ),
}
