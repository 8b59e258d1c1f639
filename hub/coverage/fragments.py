"""The SQL by which coverage counts, as named fragments; each rule of counting stands here once.

A count and the list behind it read the same fragment. A fragment is the body of a common table
expression of that name; `needs` names the others it reads. Words in braces are either bind
parameters (`lo`, `hi`, `day`, `stated_from`, `academic_year`, `plan_year`, `viewer`, `scope`,
`forms`, `organisations`, `territories`, `kinds`) or the pieces that `hub.coverage.shape` writes
for a question: whose row a thing is, and what narrows it.
"""

from collections.abc import Mapping

from hub.coverage.fragment import Fragment
from hub.coverage.stated import STATED
from hub.coverage.young import YOUNG

# The bounds of counting: of each rule one version is in force on a day.
_RULE = Fragment(
    (),
    """
    select (c.parameters ->> 'group_mentees')::int as group_mentees,
           array(select jsonb_array_elements_text(c.parameters -> 'organisation_kinds')) as kinds,
           make_interval(months => (y.parameters ->> 'months')::int) as young_for,
           array(select jsonb_array_elements_text(y.parameters -> 'positions')) as positions,
           array(select jsonb_array_elements_text(y.parameters -> 'excluded_employments')) as aside
    from indicator_rule c
    join indicator_rule y on y.code = 'YOUNG_SPECIALIST_COVERAGE'
                         and y.starts <= {day} and y.ends > {day}
    where c.code = 'COUNTING' and c.starts <= {day} and c.ends > {day}
    order by c.version desc, y.version desc limit 1""",
)

# The organisations asked about, with the days of the period on which they are asked about.
_GROUND = Fragment(
    (),
    """
    select o.id as organisation_id, o.legal_entity_id, o.kind, o.territory_id,
           o.starts as opened, o.ends as closed, o.status,
           {ground_starts} as starts, {ground_ends} as ends
    from organisation o{ground_joins}
    where {ground_where}""",
)

# The same, each with the row that it belongs to on those days.
_UNIT = Fragment(
    ("ground",),
    """
    select g.organisation_id, g.legal_entity_id, g.kind, g.opened, g.closed, g.status,
           g.starts, g.ends, {unit_key} as key
    from ground g""",
)

# Whose primary authority is an organisation's department: a branch without one of its own
# answers to its legal entity's.
_ANSWERING = Fragment(
    ("ground",),
    """
    select g.*, case when exists (select from subordination s
                                  where s.organisation_id = g.organisation_id
                                    and s.kind = 'PRIMARY')
                     then g.organisation_id else g.legal_entity_id end as answers_as
    from ground g""",
)

# By department the row is the primary authority of the day, or nobody's on days without one.
_UNIT_BY_DEPARTMENT = Fragment(
    ("answering",),
    """
    select g.organisation_id, g.legal_entity_id, g.kind, g.opened, g.closed, g.status,
           greatest(g.starts, s.starts) as starts, least(g.ends, s.ends) as ends,
           s.authority_id as key
    from answering g
    join subordination s on s.organisation_id = g.answers_as and s.kind = 'PRIMARY'
                        and s.starts < g.ends and s.ends > g.starts
    union all
    select g.organisation_id, g.legal_entity_id, g.kind, g.opened, g.closed, g.status,
           lower(gap.days), upper(gap.days), {outside}
    from answering g
    left join (select organisation_id, range_agg(daterange(starts, ends)) as days
               from subordination where kind = 'PRIMARY' group by organisation_id) held
      on held.organisation_id = g.answers_as
    cross join unnest(datemultirange(daterange(g.starts, g.ends))
                      - coalesce(held.days, '{{}}'::datemultirange)) as gap (days)""",
)

# Active dyads; the row is the mentee's host.
_FACT = Fragment(
    (),
    """
    select f.mentorship_id, f.mentor_id, f.mentee_id, f.in_group, f.programme_id, f.host_id,
           {fact_key} as key
    from counted_fact f{fact_joins}
    where f.starts < {hi} and f.ends > {lo}{fact_where}""",
)

# Active dyads; the row is the mentor's own organisation.
_WORKER = Fragment(
    (),
    """
    select f.mentorship_id, f.mentor_id, {worker_key} as key
    from counted_fact f{worker_joins}
    where f.starts < {hi} and f.ends > {lo}{worker_where}""",
)

_MENTORS = Fragment(("fact",), "select distinct key, mentor_id as a from fact")
_MENTORS_BY_EMPLOYER = Fragment(("worker",), "select distinct key, mentor_id as a from worker")
_MENTEES = Fragment(("fact",), "select distinct key, mentee_id as a from fact")
_PAIRS = Fragment(
    ("fact",),
    """
    select key, mentor_id as a, mentee_id as b, count(programme_id) > 0 as in_programme
    from fact group by key, mentor_id, mentee_id""",
)

_WITHOUT_PROGRAMME = Fragment(("pairs",), "select key, a, b from pairs where not in_programme")

# In the whole a pair lacks a programme only if it has none in any row.
_WITHOUT_PROGRAMME_AT_ALL = Fragment(
    ("pairs",), "select a, b from pairs group by a, b having not bool_or(in_programme)"
)

# A group has several mentees active in the period, wherever each of them is hosted. Most
# mentorships name one mentee in all and are passed over. One pass and no join: a plan made for unknown values takes these rows for few and would nest loops.
_GROUPS = Fragment(
    ("fact", "rule"),
    """
    select unnest(array_agg(distinct c.key) filter (where c.key is not null)) as key,
           c.mentorship_id as a
    from (select key, mentorship_id, mentee_id from fact where in_group{companions}) c
    group by c.mentorship_id
    having count(distinct c.mentee_id) >= (select group_mentees from rule)""",
)

_REGISTERED = Fragment(
    ("unit",),
    """
    select distinct u.key, m.person_id as a
    from unit u
    join counted_profile m on m.organisation_id = u.organisation_id
                         and m.starts < u.ends and m.ends > u.starts""",
)

# Whom a base of mentees lists, and which of them a pair of the academic year has answered.
_REQUESTED = Fragment(
    ("unit",),
    """
    select distinct u.key, m.person_id as a
    from unit u
    join counted_request m on m.organisation_id = u.organisation_id
                          and m.starts < u.ends and m.ends > u.starts""",
)

_ANSWERED = Fragment(
    ("requested",),
    """
    select distinct f.mentee_id as person_id
    from counted_fact f
    where f.starts < {hi} and f.ends > {stated_from}{mentored_where}
      and f.mentee_id in (select a from requested)""",
)

_PROGRAMMES = Fragment(
    ("unit",),
    """
    select distinct u.key, p.id as a
    from unit u
    join programme_organisation i on i.organisation_id = u.organisation_id
    join programme p on p.id = i.programme_id and p.status not in ('DRAFT', 'CANCELLED')
                    and p.starts < u.ends and p.ends > u.starts""",
)

_HOSTS = Fragment(
    ("fact",),
    """
    select distinct h.key, o.legal_entity_id as a
    from (select distinct key, host_id from fact) h
    join organisation o on o.id = h.host_id""",
)

# A closed organisation counts up to the day on which it closed, if that day is known.
_OPEN = Fragment(
    ("unit", "rule"),
    """
    select u.key, u.legal_entity_id, u.organisation_id
    from unit u join rule r on u.kind = any (r.kinds)
    where u.opened < u.ends and u.closed > u.starts
      and (u.status = 'ACTIVE' or u.closed < 'infinity')""",
)

_ACTIVE = Fragment(("open",), "select distinct key, legal_entity_id as a from open")

_APPROVED = Fragment(
    ("unit",),
    """
    select distinct u.key, u.legal_entity_id as a
    from unit u
    join organisation_enrolment e on e.organisation_id = u.organisation_id
                                 and e.academic_year = {academic_year}""",
)

# Of the active ones, those from which a base of the academic year is at hand.
_REPORTED = Fragment(
    ("open",),
    """
    select distinct u.key, u.legal_entity_id as a
    from open u
    join stated_list l on l.organisation_id = u.organisation_id
                      and l.kind in ('MENTOR_BASE', 'MENTEE_BASE')
                      and l.academic_year = {academic_year}""",
)

_FRESH = Fragment(
    ("unit",),
    """
    select u.key, max(l.stated_as_of) as at
    from unit u join stated_list l on l.organisation_id = u.organisation_id
    group by u.key""",
)

FRAGMENTS: Mapping[str, Fragment] = {
    "rule": _RULE,
    "ground": _GROUND,
    "unit": _UNIT,
    "answering": _ANSWERING,
    "unit_by_department": _UNIT_BY_DEPARTMENT,
    "fact": _FACT,
    "worker": _WORKER,
    "mentors": _MENTORS,
    "mentors_by_employer": _MENTORS_BY_EMPLOYER,
    "mentees": _MENTEES,
    "pairs": _PAIRS,
    "without_programme": _WITHOUT_PROGRAMME,
    "without_programme_at_all": _WITHOUT_PROGRAMME_AT_ALL,
    "groups": _GROUPS,
    "registered": _REGISTERED,
    "requested": _REQUESTED,
    "answered": _ANSWERED,
    "programmes": _PROGRAMMES,
    "hosts": _HOSTS,
    "open": _OPEN,
    "active": _ACTIVE,
    "approved": _APPROVED,
    "reported": _REPORTED,
    "fresh": _FRESH,
    **YOUNG,
    **STATED,
}
