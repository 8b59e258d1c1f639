"""Who may touch which table, and which rows the web sees: nothing without a scope.

The web's role `hub_web` sets `hub.scope` to one authority in the statement that reads; its rows
are those of that authority. The setting is read in a scalar subselect, once a statement, so each
policy is an equality that an index answers. There is no OR in a policy: the planner would read
the whole table. `hub_web_region` sees every row and writes none.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SCOPE = "(select nullif(current_setting('hub.scope', true), '')::uuid)"

# Rows that a person is named in: their place lies within the scope today.
BY_PERSON = {
    "person": "id",
    "person_alias": "person_id",
    "person_name": "person_id",
    "person_identifier": "person_id",
    "contact": "person_id",
    "employment": "person_id",
    "experience": "person_id",
    "enrolment": "person_id",
    "qualification": "person_id",
    "person_field": "person_id",
    "possible_twin": "person_id",
    "link": "person_id",
    "mentor_profile": "person_id",
    "mentee_profile": "person_id",
}
# Rows of a mentorship: either party's side lies within the scope.
BY_MENTORSHIP = {
    "mentorship": "id",
    "mentorship_alias": "mentorship_id",
    "mentorship_member": "mentorship_id",
    "suspension": "mentorship_id",
    "participation_fact": "mentorship_id",
}
# Evidence: the organisation that stated it lies within the scope today.
BY_ORGANISATION = {
    "hold": "organisation_id",
    "record": "organisation_id",
    "record_facts": "organisation_id",
    "rejection": "organisation_id",
    "question": "organisation_id",
    "upload": "organisation_id",
}
# What hangs on records: each of them must be visible, which the policy of `record` decides.
BY_RECORDS = {
    "record_version": ("record_id",),
    "record_key": ("record_id",),
    "mentorship_claim": ("record_id",),
    "edge": ("record_a", "record_b"),
    "verdict": ("record_a", "record_b"),
}
# The places themselves: what every other policy looks up. A list narrowed to a school is read from
# the school's own rows, so rows of the authorities beneath the scope are visible as well: the
# subselect is hashed once a statement, and the index answers the equality that every statement
# states besides. A place left behind names a person whom the scope sees no longer: only today's.
BY_SUBTREE = (
    "starts <= current_date and ends > current_date"
    " and authority_id in (select u.organisation_id from organisation_place u"
    f" where u.authority_id = {SCOPE}"
    " and u.starts <= current_date and u.ends > current_date)"
)
# A move is seen by who loses sight and by who gains it.
BY_CHANGE = ("change",)

# Rows that name nobody.
OPEN = (
    "access_grant",
    "changeset",
    "client",
    "credential",
    "indicator",
    "indicator_rule",
    "indicator_target",
    "mapping_profile",
    "mentoring_form",
    "model",
    "organisation",
    "organisation_enrolment",
    "organisation_identifier",
    "organisation_place",
    "population_figure",
    "position",
    "programme",
    "programme_organisation",
    "rollup_touched",
    "schedule",
    "source",
    "source_file",
    "stated_figure",
    "stated_list",
    "subordination",
    "succession",
    "sync_run",
    "sync_run_event",
    "territory",
    "worker",
)


# What the web writes: files given on behalf of the scope. What a file holds only the worker reads.
GIVEN = (
    "grant insert on upload, upload_chunk to hub_web",
    (
        "grant update (report, state, received_at, period, stated_as_of, kind, completeness,"
        " columns, release, queued_at, error_code, error_message) on upload to hub_web"
    ),
    f"create policy web_gives on upload for insert to hub_web with check (organisation_id = {SCOPE})",
    f"create policy web_accepts on upload for update to hub_web using (organisation_id = {SCOPE})",
    "grant select, insert, update, delete on upload_chunk to hub_worker",
    "alter table upload_chunk enable row level security",
    "alter table upload_chunk force row level security",
    "create policy owner on upload_chunk to hub_owner using (true)",
    "create policy worker on upload_chunk to hub_worker using (true)",
    (
        "create policy web_gives on upload_chunk for insert to hub_web"
        " with check (exists (select from upload u where u.id = upload_id"
        f" and u.organisation_id = {SCOPE}))"
    ),
)


def visible() -> dict[str, str]:
    """Say for each table that names people which rows the scope may see."""
    return {
        **{table: _by_person(f"{table}.{column}") for table, column in BY_PERSON.items()},
        **{table: _by_mentorship(f"{table}.{column}") for table, column in BY_MENTORSHIP.items()},
        **{table: _by_organisation(f"{table}.{name}") for table, name in BY_ORGANISATION.items()},
        **{table: _by_records(table, columns) for table, columns in BY_RECORDS.items()},
        "mentorship_place": f"authority_id = {SCOPE}",
        "rollup": f"authority_id = {SCOPE}",
        "person_place": BY_SUBTREE,
        **dict.fromkeys(BY_CHANGE, f"{SCOPE} = any(places_before || places_after)"),
    }


def _by_person(person: str) -> str:
    return (
        f"exists (select from person_place p where p.person_id = {person}"
        f" and p.authority_id = {SCOPE}"
        " and p.starts <= current_date and p.ends > current_date)"
    )


def _by_mentorship(mentorship: str) -> str:
    return (
        f"exists (select from mentorship_place p where p.mentorship_id = {mentorship}"
        f" and p.authority_id = {SCOPE})"
    )


def _by_organisation(organisation: str) -> str:
    return (
        f"exists (select from organisation_place p where p.organisation_id = {organisation}"
        f" and p.authority_id = {SCOPE}"
        " and p.starts <= current_date and p.ends > current_date)"
    )


def _by_records(table: str, columns: tuple[str, ...]) -> str:
    return " and ".join(
        f"exists (select from record r where r.id = {table}.{column})" for column in columns
    )


def upgrade() -> None:
    op.execute("set local lock_timeout = '3s'")
    op.execute("grant select on alembic_version to hub_worker, hub_web, hub_web_region")
    rules = visible()
    for table in (*rules, *OPEN):
        op.execute(f"grant select, insert, update, delete on {table} to hub_worker")
        op.execute(f"grant select on {table} to hub_web, hub_web_region")
    # Landing knows the id of a new record's first version before it writes the version.
    op.execute("grant usage on sequence record_version_id_seq to hub_worker")
    op.execute("grant update (last_used_at) on credential to hub_web, hub_web_region")
    for table, rule in rules.items():
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy owner on {table} to hub_owner using (true)")
        op.execute(f"create policy worker on {table} to hub_worker using (true)")
        op.execute(f"create policy web on {table} for select to hub_web using ({rule})")
        op.execute(f"create policy web_region on {table} for select to hub_web_region using (true)")
    for statement in GIVEN:
        op.execute(statement)
