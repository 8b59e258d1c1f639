-- A region of a given size, made by sets of rows: {schools} schools of {of_school} people each,
-- every fifth a mentor with two mentees a year, for {years} academic years ending with {year}.
-- References to evidence are not what is measured, so they go unchecked.

insert into organisation (id, kind, full_name, short_name, territory_id, legal_entity_id, status,
                          sort_key)
select {unit}, case when n <= {departments} then 'AUTHORITY' else 'SCHOOL' end,
       'Единица ' || n, 'Единица ' || n,
       (select id from territory order by oktmo limit 1), {unit}, 'ACTIVE',
       'единица ' || lpad(n::text, 5, '0')
from generate_series(1, {departments} + {schools}) n;

insert into subordination (organisation_id, authority_id, kind)
select {unit}, {department}, 'PRIMARY'
from generate_series({departments} + 1, {departments} + {schools}) n;

insert into organisation_place (authority_id, organisation_id, starts)
select s.authority_id, s.organisation_id, s.starts from subordination s
where s.organisation_id in (select id from organisation where short_name like 'Единица %')
union all
select o.id, o.id, '-infinity' from organisation o where o.short_name like 'Единица %'
union all
select m.id, o.id, '-infinity' from organisation o, organisation m
where o.short_name like 'Единица %' and m.kind = 'MINISTRY';

insert into source (id, code, kind, title, brake_share)
values ({of_source}, 'BENCH', 'SCHOOL_FILES', 'Файлы учреждений', 0.1);

insert into source_file (id, source_id, name, size, rows, rejected, changeset_id)
select {file}, {of_source}, 'Единица ' || n || '.xlsx', 100000, {of_school}, 0, 1
from generate_series({departments} + 1, {departments} + {schools}) n;

insert into stated_list (source_id, organisation_id, kind, stated_as_of, academic_year,
                         completeness, source_file_id, changeset_id)
select {of_source}, {unit}, 'MENTOR_BASE', make_date(year, 10, 1), year, 'PARTIAL', {file}, 1
from generate_series({departments} + 1, {departments} + {schools}) n,
     generate_series({year} - {years} + 1, {year}) year;

insert into programme (id, title, title_key, lead_organisation_id, academic_year, status, sort_key,
                       changeset_id)
select {programme}, 'Программа ' || n, 'программа ' || n, {unit}, {year}, 'RUNNING',
       'программа ' || n, 1
from generate_series({departments} + 1, {departments} + {schools}) n;

insert into programme_organisation (programme_id, organisation_id, role, changeset_id)
select id, lead_organisation_id, 'LEAD', 1 from programme;

-- Names are digits as letters; their order has nothing to do with that of the ids.
create temp table made as
select m.*, last_name || ' ' || first_name || ' ' || middle_name as full_name,
       lower(last_name || ' ' || first_name || ' ' || middle_name) as sort_key,
       place < {mentors} or place % {teachers} = 0 as teaches,
       now() - make_interval(secs => (person * 7919) % 10000019) as changed_at
from (
    select person, place, n, {unit} as school_id, {department} as department_id,
           {person} as id, person + 1 as record_id, {file} as file_id,
           initcap(translate(lpad(((person * 611953) % 1000003)::text, 7, '0'),
                             '0123456789', 'абвгдежзик')) || 'ова' as last_name,
           (array['Анна', 'Вера', 'Ольга', 'Пётр', 'Иван'])[person % 5 + 1] as first_name,
           (array['Петровна', 'Ивановна', 'Олегович'])[person % 3 + 1] as middle_name
    from (
        select n, place, (n - {departments} - 1)::bigint * {of_school} + place as person
        from generate_series({departments} + 1, {departments} + {schools}) n,
             generate_series(0, {of_school} - 1) place
    ) numbered
) m;
create unique index on made (n, place);
analyze made;

insert into person (id, last_name, first_name, middle_name, sort_key, birth_date, birth_year, sex,
                    record_count, changeset_id, changed_at)
select id, last_name, first_name, middle_name, sort_key, make_date(1970 + place % 45, 5, 9),
       1970 + place % 45, case when person % 2 = 0 then 'FEMALE' else 'MALE' end, 1, 1, changed_at
from made;

insert into person_name (person_id, last_name, first_name, middle_name, kind, sort_key, record_id,
                         changeset_id)
select id, last_name, first_name, middle_name, 'CURRENT', sort_key, record_id, 1 from made;

insert into person_place (authority_id, sort_key, person_id, changed_at, changeset_id)
select authority, sort_key, id, changed_at, 1
from made, unnest(array[school_id, department_id,
                        (select id from organisation where kind = 'MINISTRY')]) authority;

insert into record (id, source_id, kind, organisation_id, external_id, current_version_id,
                    projected_version_id, first_stated, last_stated)
select record_id, {of_source}, case when teaches then 'STAFF' else 'PUPIL' end, school_id,
       int8send(record_id), record_id, record_id, make_date({year}, 9, 1), make_date({year}, 10, 1)
from made;

insert into record_version (id, record_id, content_hash, stated_as_of, payload, source_file_id,
                            sheet, row, part, changeset_id)
select record_id, record_id, int8send(record_id), make_date({year}, 10, 1), '{{}}', file_id,
       'Лист1', place + 2, 0, 1
from made;

insert into link (record_id, person_id, model_version, changeset_id)
select record_id, id, 'bench', 1 from made;

insert into person_field (person_id, field, value, rule, stated_as_of, record_id,
                          record_version_id, changeset_id)
select id, f.field, f.value, 'RECENCY', make_date({year}, 10, 1), record_id, record_id, 1
from made, lateral (values ('last_name', last_name), ('first_name', first_name),
                           ('birth_year', (1970 + place % 45)::text)) f (field, value);

insert into employment (person_id, organisation_id, position_code, position_text, subjects, kind,
                        teaching_since, starts, record_id, changeset_id)
select id, school_id, 'TEACHER', 'учитель', '{{}}', 'MAIN',
       case when person % 20 = 0 then null when person % 8 = 1 then current_date - 400
            else current_date - 4000 end,
       make_date({year} - {years} + 1, 9, 1), record_id, 1
from made where teaches;

insert into experience (person_id, kind, since, record_id, changeset_id)
select person_id, 'TEACHING', teaching_since, record_id, 1
from employment where teaching_since is not null;

insert into enrolment (person_id, organisation_id, grade, letter, academic_year, starts, record_id,
                       changeset_id)
select id, school_id, place % 11 + 1, 'А', {year}, make_date({year}, 9, 1), record_id, 1
from made where not teaches;

-- Every tenth mentor has the two mentees of a year in one group.
create temp table dyad as
select {mentorship} as mentorship_id, m.id as mentor_id, e.id as mentee_id, m.place % 10 = 0 as grouped,
       case when e.teaches then 'TEACHER_TEACHER' else 'TEACHER_PUPIL' end as form_code,
       case when m.place % 2 = 0 then {paired} end as programme_id, m.school_id,
       m.department_id, m.full_name as mentor_name, e.full_name as mentee_name,
       m.sort_key, make_date(d.year, 9, 1) as starts, make_date(d.year + 1, 9, 1) as ends
from (
    select n, mentor, slot, year,
           {mentors} + (mentor * 2 + slot + (year - {year} + {years}) * 29) % ({of_school} - {mentors})
               as mentee,
           ((n::bigint * {years} + year - {year} + {years} - 1) * {mentors} + mentor) * 2
               + case when mentor % 10 = 0 then 0 else slot end as pair
    from generate_series({departments} + 1, {departments} + {schools}) n,
         generate_series(0, {mentors} - 1) mentor, generate_series(0, 1) slot,
         generate_series({year} - {years} + 1, {year}) year
) d
join made m on m.n = d.n and m.place = d.mentor
join made e on e.n = d.n and e.place = d.mentee;
analyze dyad;

insert into participation_fact (mentorship_id, mentor_id, mentee_id, in_group, form_code,
    programme_id, host_id, host_department_id, host_territory_id, mentor_organisation_id,
    mentor_department_id, mentor_territory_id, starts, ends, changeset_id)
select mentorship_id, mentor_id, mentee_id, grouped, form_code, programme_id, school_id,
       department_id, land.id, school_id, department_id, land.id, starts, ends, 1
from dyad cross join (select id from territory order by oktmo limit 1) land;

insert into mentorship (id, form_code, programme_id, kind, status, confirmation, starts, ends,
                        end_assumed, sort_key, changeset_id)
select distinct on (mentorship_id) mentorship_id, form_code, programme_id,
       case when grouped then 'GROUP' else 'PAIR' end,
       case when ends > current_date then 'ACTIVE' else 'COMPLETED' end, 'ONE_SIDED', starts, ends,
       false, sort_key, 1
from dyad order by mentorship_id;

insert into mentorship_member (mentorship_id, person_id, role, host_organisation_id, moved,
    affiliation_kind, affiliation_organisation_id, affiliation_text, display_name,
    organisation_name, position_text, starts, ends, changeset_id)
select d.mentorship_id, d.mentee_id, 'MENTEE', d.school_id, false, 'ENROLMENT', d.school_id, '',
       d.mentee_name, o.short_name, '', d.starts, d.ends, 1
from dyad d join organisation o on o.id = d.school_id
union all
select distinct on (d.mentorship_id) d.mentorship_id, d.mentor_id, 'MENTOR', null::uuid, false,
       'EMPLOYMENT', d.school_id, '', d.mentor_name, o.short_name, 'учитель', d.starts, d.ends, 1
from dyad d join organisation o on o.id = d.school_id;

insert into mentorship_place (authority_id, sort_key, mentorship_id, changeset_id)
select authority, sort_key, mentorship_id, 1
from (select distinct on (mentorship_id) * from dyad) d,
     unnest(array[school_id, department_id,
                  (select id from organisation where kind = 'MINISTRY')]) authority;

drop table made, dyad
