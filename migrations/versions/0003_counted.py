"""What coverage counts: views without names, whose rows do not depend on today's grants.

Row-level security answers "whom may you see today". A figure of 2022 asks something else: who was
counted in this department then, those who have left since included. So coverage reads ids and
dates through views that run with their owner's rights, and these repeat its scope loosely as a
second lock: a department's viewer gets rows of organisations that have ever been within its
authority, of their people, of those whom their bases list, and of mentorships they host; without
a scope no rows. Names stay behind row-level security.

Counts that are kept ready (`rollup`) stand as long as nothing behind them changes. What changes
says so itself: a trigger on each counted table marks, in the transaction that writes, whose counts
are old. No writer has to remember it, and no mark is seen before the change or lost with a job.
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
WE_LIST = f"select m.person_id from mentee_profile m where m.organisation_id in ({OURS})"
WE_HOST = f"select h.mentorship_id from participation_fact h where h.host_id in ({OURS})"

VIEWS = {
    "counted_fact": f"""
        select f.mentorship_id, f.mentor_id, f.mentee_id, f.in_group, f.form_code, f.programme_id,
               f.host_id, f.host_department_id, f.host_territory_id,
               f.mentor_organisation_id, f.mentor_department_id, f.mentor_territory_id,
               f.starts, f.ends
        from participation_fact f
        where {EVERYTHING} or f.host_id in ({OURS}) or f.mentor_organisation_id in ({OURS})
           or f.mentee_id in ({OUR_PEOPLE}) or f.mentee_id in ({WE_LIST})
           or f.mentorship_id in ({WE_HOST})""",
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

# Marks for every authority at once, and for the whole region (`hub.coverage.kept` reads them).
EVERY = "'ffffffff-ffff-ffff-ffff-ffffffffffff'"
REGION = "'00000000-0000-0000-0000-000000000000'"
MANY = (
    5_000  # people a statement: from here on asking where each one counts costs more than it saves
)

# A person counts wherever they have ever worked, been in a base, mentored or been mentored: a main
# job elsewhere, a mentor elsewhere, a group's other mentee elsewhere change the figures of a unit.
MARKS = f"""
create function mark_rollup() returns trigger language plpgsql as $$
declare
    people uuid[];
    organisations uuid[];
begin
    execute format(
        'with touched as (%s) select array(%s), array(%s)',
        case tg_op when 'INSERT' then 'select * from newer' when 'DELETE' then 'select * from older'
                   else 'select * from older union all select * from newer' end,
        tg_argv[0], tg_argv[1]
    ) into people, organisations;
    if cardinality(people) + cardinality(organisations) = 0 then
        return null;
    end if;
    if cardinality(people) > {MANY} then
        insert into rollup_touched (authority_id) values ({EVERY}) on conflict do nothing;
        return null;
    end if;
    insert into rollup_touched (authority_id)
    select {REGION}::uuid
    union
    select p.authority_id from organisation_place p
    where p.organisation_id in (
        select unnest(organisations)
        union
        select e.organisation_id from employment e where e.person_id = any (people)
        union
        select m.organisation_id from mentor_profile m where m.person_id = any (people)
        union
        select unnest(array[f.host_id, f.mentor_organisation_id]) from participation_fact f
        where f.mentor_id = any (people)
        union
        select unnest(array[f.host_id, f.mentor_organisation_id]) from participation_fact f
        where f.mentee_id = any (people)
    )
    on conflict do nothing;
    return null;
end $$"""
MARK_EVERY = f"""
create function mark_every_rollup() returns trigger language plpgsql as $$
begin
    insert into rollup_touched (authority_id) values ({EVERY}) on conflict do nothing;
    return null;
end $$"""

NOBODY = "select null::uuid where false"
NAMED = "select distinct person_id from touched"
PLACED = "select distinct organisation_id from touched"
# Whom and what organisations the changed rows of a table name.
MARKED = {
    "participation_fact": (
        "select mentor_id from touched union select mentee_id from touched",
        "select host_id from touched union select mentor_organisation_id from touched",
    ),
    "employment": (NAMED, PLACED),
    "mentor_profile": (NAMED, PLACED),
    "possible_twin": (NAMED, NOBODY),
    "programme": (
        NOBODY,
        (
            "select i.organisation_id from programme_organisation i"
            " where i.programme_id in (select id from touched)"
        ),
    ),
    "programme_organisation": (NOBODY, PLACED),
    "stated_figure": (NOBODY, PLACED),
    "stated_list": (NOBODY, PLACED),
}
# The register and the methodology: a row of these changes figures anywhere.
MARKING_EVERY = (
    "indicator_rule",
    "indicator_target",
    "mentoring_form",
    "organisation",
    "organisation_enrolment",
    "organisation_place",
    "subordination",
    "territory",
)
# Which rows a statement of each kind names.
TRANSITIONS = {
    "insert": "new table as newer",
    "delete": "old table as older",
    "update": "old table as older new table as newer",
}


def _triggers() -> Iterator[str]:
    for table, (people, organisations) in MARKED.items():
        for event, rows in TRANSITIONS.items():
            yield (
                f"create trigger rollup_{event} after {event} on {table} referencing {rows}"
                f" for each statement execute function mark_rollup('{people}', '{organisations}')"
            )
    for table in MARKING_EVERY:
        yield (
            f"create trigger rollup_every after insert or update or delete on {table}"
            " for each row execute function mark_every_rollup()"
        )


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
    for statement in (MARKS, MARK_EVERY, *_triggers()):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.execute("set local lock_timeout = '3s'")
    op.execute("drop function mark_rollup, mark_every_rollup cascade")
    for name in VIEWS:
        op.execute(f"drop view {name}")
    for name, table, _ in _indexes():
        op.drop_index(name, table)
    op.create_index("ix_participation_fact_host_id", "participation_fact", ["host_id"])
