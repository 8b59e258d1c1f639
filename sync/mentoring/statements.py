"""The statements that turn dyads into members, facts and places.

They read the temporary tables `dyad`, `affected_person` and `affected_mentorship` and leave
`fresh_member`, `fresh_fact` and `fresh_mentorship_place`.
"""

DYAD_TABLE = """
create temp table dyad (
    mentorship_id uuid, mentor uuid, mentee uuid, form_code text, programme_id uuid,
    host_organisation_id uuid, starts date, ends date, end_assumed boolean, by_mentors boolean,
    by_mentees boolean, sources int, disputed boolean, affiliation_id uuid, affiliation_text text
) on commit drop
"""

# Each dyad with the mentor's own organisation: the workplace last stated, else whose base it is; how
# the mentor belongs there, and in which post, is known where a list of that organisation names them.
# It carries the dyad along: who joined the two by the three ids would be told to expect one row.
MENTOR_UNITS = """
create temp table mentor_unit on commit drop as
select d.mentorship_id, d.mentor, d.mentee, d.form_code, d.programme_id, d.host_organisation_id,
       d.starts, d.ends, d.affiliation_text, d.affiliation_id as unit_id,
       case when o.kind in ('PARTNER', 'UNIVERSITY') then 'PARTNER'
            when job.position_text is not null then 'EMPLOYMENT'
            when class.organisation_id is not null then 'ENROLMENT'
            else 'TEXT' end as kind,
       coalesce(job.position_text, '') as position_text
from dyad d
left join organisation o on o.id = d.affiliation_id
left join lateral (
    select e.position_text from employment e
    where e.person_id = d.mentor and e.organisation_id = d.affiliation_id
    order by (e.starts <= d.starts and e.ends > d.starts) desc, e.starts, e.position_text
    limit 1
) job on true
left join lateral (
    select e.organisation_id from enrolment e
    where e.person_id = d.mentor and e.organisation_id = d.affiliation_id
    limit 1
) class on true
"""

# On each day an organisation has one department or none; a branch without a department of its
# own has its legal entity's.
DEPARTMENT_SPANS = """
create temp table department_span on commit drop as
with concerned as (
    select host_organisation_id as id from dyad union select unit_id from mentor_unit
), own as (
    select o.id as organisation_id, s.authority_id, s.starts, s.ends
    from organisation o
    join subordination s on s.kind = 'PRIMARY' and s.organisation_id = case
        when exists (select from subordination mine
                     where mine.organisation_id = o.id and mine.kind = 'PRIMARY')
        then o.id else o.legal_entity_id end
    where o.id in (select id from concerned)
), gaps as (
    select organisation_id, lag(ends, 1, '-infinity') over by_start as starts, starts as ends
    from own window by_start as (partition by organisation_id order by starts)
    union all
    select organisation_id, max(ends), 'infinity' from own group by organisation_id
    union all
    select id, '-infinity', 'infinity' from organisation
    where id in (select id from concerned) and id not in (select organisation_id from own)
)
select organisation_id, authority_id, starts, ends from own
union all
select organisation_id, null, starts, ends from gaps where starts < ends
"""

FRESH_MEMBERS = """
insert into fresh_member
with mentors as (
    select distinct on (mentorship_id, mentor) mentorship_id, mentor, unit_id, kind,
           position_text, affiliation_text
    from mentor_unit
    order by mentorship_id, mentor, starts, unit_id, position_text, affiliation_text
), mentor_days as (
    select mentorship_id, mentor, min(starts) as starts, max(ends) as ends
    from dyad group by mentorship_id, mentor
)
select m.mentorship_id, m.mentor as person_id, 'MENTOR' as role,
       null::uuid as host_organisation_id, false as moved, m.kind as affiliation_kind,
       m.unit_id as affiliation_organisation_id, m.affiliation_text,
       concat_ws(' ', p.last_name, nullif(p.first_name, ''), nullif(p.middle_name, ''))
           as display_name,
       coalesce(o.short_name, m.affiliation_text) as organisation_name, m.position_text,
       days.starts, days.ends
from mentors m
join mentor_days days using (mentorship_id, mentor)
join person p on p.id = m.mentor
left join organisation o on o.id = m.unit_id
union all
select d.mentorship_id, d.mentee, 'MENTEE', d.host_organisation_id,
       coalesce(now_at.away, false),
       case when now_at.works then 'EMPLOYMENT' else 'ENROLMENT' end,
       d.host_organisation_id, '',
       concat_ws(' ', p.last_name, nullif(p.first_name, ''), nullif(p.middle_name, '')),
       o.short_name, coalesce(now_at.position_text, ''), d.starts, d.ends
from (
    select mentorship_id, mentee, min(host_organisation_id::text)::uuid as host_organisation_id,
           min(starts) as starts, max(ends) as ends
    from dyad group by mentorship_id, mentee
) d
join person p on p.id = d.mentee
join organisation o on o.id = d.host_organisation_id
left join lateral (
    select not bool_or(unit.organisation_id = d.host_organisation_id) as away,
           bool_or(unit.works) as works, min(unit.position_text) as position_text
    from (
        select e.organisation_id, true as works, e.position_text from employment e
        where e.person_id = d.mentee and e.starts <= $1 and e.ends > $1
        union all
        select e.organisation_id, false, null from enrolment e
        where e.person_id = d.mentee and e.starts <= $1 and e.ends > $1
    ) unit
) now_at on true
"""

FRESH_FACTS = """
create temp table fresh_fact on commit drop as
with days as (
    select d.mentorship_id, d.mentor, d.mentee, d.form_code, d.programme_id,
           d.host_organisation_id, d.unit_id,
           d.mentorship_id in (
               select mentorship_id from dyad group by mentorship_id having count(distinct mentee) > 1
           ) as in_group,
           unnest(datemultirange(daterange(d.starts, d.ends)) - coalesce(s.pauses, '{}')) as held
    from mentor_unit d
    left join (
        select mentorship_id, range_agg(daterange(starts, ends)) as pauses
        from suspension group by mentorship_id
    ) s using (mentorship_id)
)
select d.mentorship_id, d.mentor as mentor_id, d.mentee as mentee_id, d.in_group,
       greatest(lower(d.held), host.starts, own.starts) as starts,
       least(upper(d.held), host.ends, own.ends) as ends,
       d.form_code, d.programme_id, d.host_organisation_id as host_id,
       host.authority_id as host_department_id, ho.territory_id as host_territory_id,
       d.unit_id as mentor_organisation_id, own.authority_id as mentor_department_id,
       mo.territory_id as mentor_territory_id
from days d
join organisation ho on ho.id = d.host_organisation_id
join department_span host on host.organisation_id = d.host_organisation_id
    and host.starts < upper(d.held) and host.ends > lower(d.held)
left join organisation mo on mo.id = d.unit_id
left join department_span own on own.organisation_id = d.unit_id
    and own.starts < least(upper(d.held), host.ends)
    and own.ends > greatest(lower(d.held), host.starts)
"""

# Who may see a mentorship today: the organisations of both parties, as the pair was stated and
# where they work and study now, whatever stands above them, and the region. A department sees its
# own teacher's mentor wherever the pair was made.
FRESH_PLACES = """
insert into fresh_mentorship_place
with unit as (
    select mentorship_id, affiliation_organisation_id as id from fresh_member
    union
    select f.mentorship_id, e.organisation_id from fresh_member f
    join employment e on e.person_id = f.person_id
        and e.starts <= $2 and e.ends > $2
    union
    select f.mentorship_id, e.organisation_id from fresh_member f
    join enrolment e on e.person_id = f.person_id
        and e.starts <= $2 and e.ends > $2
), place as (
    select id as mentorship_id, $1::uuid as authority_id from affected_mentorship
    union
    select unit.mentorship_id, p.authority_id from unit
    join organisation_place p on p.organisation_id = unit.id
        and p.starts <= $2 and p.ends > $2
)
select place.authority_id, m.sort_key, m.id, m.starts
from place join mentorship m on m.id = place.mentorship_id
"""
