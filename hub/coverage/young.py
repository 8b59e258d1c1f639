"""Young specialists as fragments: who is one on a day, whose row they are, who is mentored."""

from collections.abc import Mapping

from hub.coverage.fragment import Fragment

# Everyone with a post of the rule's positions on the day, and the posts that make their row: the
# main job, else posts of an unstated kind, else part-time and civil contracts of other employers.
# Posts of people known to have taught for longer are passed over: they are counted nowhere.
_POST = Fragment(
    ("rule", "unit"),
    """
    select e.person_id, e.organisation_id, e.teaching_since, e.flag
    from (select e.person_id, e.organisation_id, e.teaching_since,
                 rank() over (partition by e.person_id
                              order by case when e.kind = 'MAIN' then 1
                                            when e.kind = any (r.aside) then 3 else 2 end,
                                       e.position_code = any (r.positions) desc) as place,
                 bool_or(e.position_code = any (r.positions)) over person as qualifies,
                 bool_or(e.young_specialist_flag)
                   filter (where e.position_code = any (r.positions)) over person as flag
          from counted_post e cross join rule r
          where e.starts <= {day} and e.ends > {day}{post_where}
          window person as (partition by e.person_id)) e
    where e.place = 1 and e.qualifies""",
)

# Teaching experience decides; where it is unknown the source's own flag; else nobody knows.
_NOVICE = Fragment(
    ("post", "rule", "unit"),
    """
    select u.key, p.person_id as a,
           coalesce((p.teaching_since + r.young_for)::date > {day}, p.flag) as young
    from post p cross join rule r
    join unit u on u.organisation_id = p.organisation_id
               and u.starts <= {day} and u.ends > {day}""",
)

_YOUNG = Fragment(("novice",), "select distinct key, a from novice where young")
_YOUNG_UNKNOWN = Fragment(("novice",), "select distinct key, a from novice where young is null")

# Mentees of the day in a pedagogical form, wherever in the region they are hosted.
_MENTORED = Fragment(
    ("young",),
    """
    select distinct f.mentee_id as person_id, f.form_code
    from counted_fact f
    join mentoring_form m on m.code = f.form_code and m.pedagogical
    where f.starts <= {day} and f.ends > {day}{mentored_where}
      and f.mentee_id in (select a from young)""",
)

_YOUNG_COVERED = Fragment(
    ("young", "mentored"),
    """
    select y.key, y.a from young y
    where exists (select from mentored m where m.person_id = y.a)""",
)

_YOUNG_COVERED_BY_FORM = Fragment(
    ("mentored",),
    """
    select form_code as key, person_id as a from mentored""",
)

_YOUNG_UNCOVERED = Fragment(
    ("young", "mentored"),
    """
    select y.key, y.a from young y
    where not exists (select from mentored m where m.person_id = y.a)""",
)

YOUNG: Mapping[str, Fragment] = {
    "post": _POST,
    "novice": _NOVICE,
    "young": _YOUNG,
    "young_unknown": _YOUNG_UNKNOWN,
    "mentored": _MENTORED,
    "young_covered": _YOUNG_COVERED,
    "young_covered_by_form": _YOUNG_COVERED_BY_FORM,
    "young_uncovered": _YOUNG_UNCOVERED,
}
