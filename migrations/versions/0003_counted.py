"""What coverage counts: views without names, whose rows do not depend on today's grants.

Row-level security answers "whom may you see today". A figure of 2022 asks something else: who was
counted in this department then, those who have left since included. So coverage reads ids and
dates through views that run with their owner's rights, and these repeat its scope loosely as a
second lock: a department's viewer gets rows of organisations that have ever been within its
authority, of their people, and of mentorships they host; without a scope no rows. Names stay
behind row-level security.
"""

from collections.abc import Iterator

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SCOPE = "(select nullif(current_setting('hub.scope', true), '')::uuid)"
EVERYTHING = "current_user in ('hub_web_region', 'hub_worker', 'hub_owner')"
OURS = f"select p.organisation_id from organisation_place p where p.authority_id = {SCOPE}"
OUR_PEOPLE = f"select e.person_id from employment e where e.organisation_id in ({OURS})"
WE_HOST = f"select h.mentorship_id from participation_fact h where h.host_id in ({OURS})"

VIEWS = {
    "counted_fact": f"""
        select f.mentorship_id, f.mentor_id, f.mentee_id, f.in_group, f.form_code, f.programme_id,
               f.host_id, f.host_department_id, f.host_territory_id,
               f.mentor_organisation_id, f.mentor_department_id, f.mentor_territory_id,
               f.starts, f.ends
        from participation_fact f
        where {EVERYTHING} or f.host_id in ({OURS}) or f.mentor_organisation_id in ({OURS})
           or f.mentee_id in ({OUR_PEOPLE}) or f.mentorship_id in ({WE_HOST})""",
    "counted_post": f"""
        select e.person_id, e.organisation_id, e.position_code, e.kind, e.young_specialist_flag,
               e.starts, e.ends, e.teaching_since
        from employment e
        where {EVERYTHING} or e.organisation_id in ({OURS}) or e.person_id in ({OUR_PEOPLE})""",
    "counted_profile": f"""
        select m.person_id, m.organisation_id, m.starts, m.ends
        from mentor_profile m
        where {EVERYTHING} or m.organisation_id in ({OURS})""",
    "counted_request": f"""
        select m.person_id, m.organisation_id, m.starts, m.ends
        from mentee_profile m
        where {EVERYTHING} or m.organisation_id in ({OURS})""",
    "counted_study": f"""
        select e.person_id, e.organisation_id, e.starts, e.ends
        from enrolment e
        where {EVERYTHING} or e.organisation_id in ({OURS})""",
    "counted_twin": f"""
        select t.person_id, t.group_id
        from possible_twin t
        where {EVERYTHING} or {SCOPE} is not null""",
}

# By which coverage finds what a department's organisations take part in.
INDEXES = {
    "participation_fact": (
        ("host_id", "ends", "starts"),
        ("mentor_organisation_id", "ends", "starts"),
    ),
    "mentor_profile": (("organisation_id",),),
    "programme_organisation": (("organisation_id",),),
}


def _indexes() -> Iterator[tuple[str, str, list[str]]]:
    for table, indexes in INDEXES.items():
        for columns in indexes:
            yield f"ix_{table}_{'_'.join(columns)}", table, list(columns)


def upgrade() -> None:
    op.execute("set local lock_timeout = '3s'")
    op.drop_index("ix_participation_fact_host_id", "participation_fact")
    for name, table, columns in _indexes():
        op.create_index(name, table, columns)
    for name, query in VIEWS.items():
        op.execute(f"create view {name} as {query}")
        op.execute(f"grant select on {name} to hub_worker, hub_web, hub_web_region")


def downgrade() -> None:
    op.execute("set local lock_timeout = '3s'")
    for name in VIEWS:
        op.execute(f"drop view {name}")
    for name, table, _ in _indexes():
        op.drop_index(name, table)
    op.create_index("ix_participation_fact_host_id", "participation_fact", ["host_id"])
