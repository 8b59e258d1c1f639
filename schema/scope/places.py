"""Row scope as conditions: whose rows the viewer's authority sees, as row security sees them too."""

SEEN_PERSON = (
    "exists (select from person_place sp where sp.person_id = {t}.id"
    " and sp.authority_id = {scope} and sp.starts <= {today} and sp.ends > {today})"
)
SEEN_MENTORSHIP = (
    "exists (select from mentorship_place sp where sp.mentorship_id = {t}.id"
    " and sp.authority_id = {scope})"
)
SEEN_ORGANISATION = (
    "exists (select from organisation_place sp where sp.organisation_id = {t}.id"
    " and sp.authority_id = {scope} and sp.starts <= {today} and sp.ends > {today})"
)
SEEN_STATED = SEEN_ORGANISATION.replace("{t}.id", "{t}.organisation_id")
