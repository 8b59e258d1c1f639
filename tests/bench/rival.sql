-- What somebody would write for PostGraphile: lists that no table is, as functions that it inlines.
create function rival_mentors(authority uuid) returns setof person language sql stable as $$
    select p.* from person_place h join person p on p.id = h.person_id
    where h.authority_id = authority and h.starts <= current_date and h.ends > current_date
      and exists (select from participation_fact f where f.mentor_id = h.person_id
                  and f.starts <= current_date and f.ends > current_date)
    order by h.sort_key, h.person_id
$$;
create function person_mentored(person person) returns setof mentorship language sql stable as $$
    select m.* from mentorship_member r join mentorship m on m.id = r.mentorship_id
    where r.person_id = person.id and r.role = 'MENTOR' order by m.starts desc, m.id
$$;
create function person_records(person person) returns setof public.record language sql stable as $$
    select r.* from link l join record r on r.id = l.record_id where l.person_id = person.id
$$;
create function mentorship_member_person(member mentorship_member) returns person
language sql stable as $$ select p.* from person p where p.id = member.person_id $$;
create function record_said(record public.record) returns record_version language sql stable as $$
    select v.* from record_version v where v.id = record.current_version_id
$$;
grant execute on all functions in schema public to hub_web, hub_web_region;
