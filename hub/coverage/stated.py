"""Numbers without names as fragments: what is asserted, and what of it nobody names."""

from collections.abc import Mapping

from hub.coverage.fragment import Fragment

# What organisations assert without names: the latest figure of each that speaks of the period.
_FIGURE = Fragment(
    ("unit",),
    """
    select distinct u.key, g.organisation_id, g.metric, g.value
    from (select distinct on (s.organisation_id, s.metric)
                 s.organisation_id, s.metric, s.value, greatest(s.stated_as_of, {lo}) as day
          from stated_figure s
          where s.organisation_id in (select organisation_id from unit)
            and s.stated_as_of >= {stated_from} and s.stated_as_of < {hi}
            and s.starts < {hi} and s.ends > {lo}
          order by s.organisation_id, s.metric, s.stated_as_of desc) g
    join unit u on u.organisation_id = g.organisation_id
               and u.starts <= g.day and u.ends > g.day""",
)

_HOSTING = Fragment(
    ("fact", "figure"),
    """
    select key, host_id, mentor_id, mentee_id from fact
    where host_id in (select organisation_id from figure)""",
)

_NAMED = Fragment(
    ("hosting",),
    """
    select distinct key, host_id, 'PAIRS' as metric, mentor_id as a, mentee_id as b from hosting
    union all
    select distinct key, host_id, 'MENTORS', mentor_id, null::uuid from hosting
    union all
    select distinct key, host_id, 'MENTEES', mentee_id, null::uuid from hosting""",
)

_ASSERTED = Fragment(
    ("figure", "named"),
    """
    select key, metric, sum(value)::int as asserted,
           sum(greatest(0, value - named))::int as unnamed
    from (select key, organisation_id, metric, max(value) as value, count(a) as named
          from (select key, organisation_id, metric, value, null::uuid as a from figure
                union all
                select key, host_id, metric, null, a from named) b
          group by key, organisation_id, metric) o
    where value is not null
    group by key, metric""",
)

# In the whole somebody hosted by an organisation in several rows is named once.
_ASSERTED_TOTAL = Fragment(
    ("figure", "named"),
    """
    select metric, sum(value)::int as asserted, sum(greatest(0, value - named))::int as unnamed
    from (select organisation_id, metric, max(value) as value, count(a) as named
          from (select organisation_id, metric, value, null::uuid as a from figure
                union all
                select host_id, metric, null, a from {named_once} d) b
          group by organisation_id, metric) o
    where value is not null
    group by metric""",
)

STATED: Mapping[str, Fragment] = {
    "figure": _FIGURE,
    "hosting": _HOSTING,
    "named": _NAMED,
    "asserted": _ASSERTED,
    "asserted_total": _ASSERTED_TOTAL,
}
