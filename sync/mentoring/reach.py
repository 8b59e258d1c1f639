"""Which claims a change reaches: those of every mentorship that may turn out otherwise.

A mentorship has one mentor's claims only; whether it is disputed depends on the other mentors of
its mentees. So the mentors named beside an affected person and the other mentors of their mentees
are rebuilt, and one ring more is read to tell disputes.
"""

import asyncpg
import pandas as pd

from sync.columns import stream_frame

COLUMNS = (
    "id",
    "record_id",
    "mentor",
    "mentee",
    "side",
    "form_code",
    "programme_id",
    "host_organisation_id",
    "starts",
    "stated_end",
    "last_stated",
    "source_id",
    "mentorship_id",
    "affiliation_id",
    "affiliation_text",
    "base_organisation_id",
    "programme_key",
    "rebuilt",
)
# From people to claims by the index of either side, and back: what is stored besides costs nothing.
CLAIMS = """
with touched as (
    select id as mentor from affected_person
    union
    select lm.person_id from affected_person a
    join link le on le.person_id = a.id
    join mentorship_claim c on c.mentee_record_id = le.record_id
    join link lm on lm.record_id = c.mentor_record_id
), their_mentee as (
    select distinct le.person_id as mentee from touched t
    join link lm on lm.person_id = t.mentor
    join mentorship_claim c on c.mentor_record_id = lm.record_id
    join link le on le.record_id = c.mentee_record_id
), rebuilt as (
    select mentor from touched
    union
    select lm.person_id from their_mentee t
    join link le on le.person_id = t.mentee
    join mentorship_claim c on c.mentee_record_id = le.record_id
    join link lm on lm.record_id = c.mentor_record_id
), any_mentee as (
    select distinct le.person_id as mentee from rebuilt t
    join link lm on lm.person_id = t.mentor
    join mentorship_claim c on c.mentor_record_id = lm.record_id
    join link le on le.record_id = c.mentee_record_id
), context as (
    select mentor from rebuilt
    union
    select lm.person_id from any_mentee t
    join link le on le.person_id = t.mentee
    join mentorship_claim c on c.mentee_record_id = le.record_id
    join link lm on lm.record_id = c.mentor_record_id
)
select c.id, c.record_id, lm.person_id as mentor, le.person_id as mentee, c.side, c.form_code,
       c.programme_id, c.host_organisation_id, c.starts, c.stated_end, c.last_stated, r.source_id,
       c.mentorship_id, f.affiliation_organisation_id as affiliation_id, f.affiliation_text,
       r.organisation_id as base_organisation_id,
       concat_ws('|', p.academic_year, p.title_key, p.lead_organisation_id) as programme_key,
       lm.person_id in (select mentor from rebuilt) as rebuilt
from context
join link lm on lm.person_id = context.mentor
join mentorship_claim c on c.mentor_record_id = lm.record_id
join link le on le.record_id = c.mentee_record_id
join record r on r.id = c.record_id
join record_facts f on f.record_id = c.mentor_record_id
left join programme p on p.id = c.programme_id
where lm.person_id <> le.person_id
order by c.id
"""


async def reached_claims(connection: asyncpg.Connection) -> pd.DataFrame:
    """Read the claims; `rebuilt` marks those whose mentorships are to be made anew.

    Expects the temporary table `affected_person`. Costs what the change touches.
    """
    return await stream_frame(connection, CLAIMS, names=COLUMNS)
