"""Whom a partner may be told of: who withdrew a consent to transfer is no longer theirs to see.

The functions read consents that no partner's scope holds, so they run as the owner. A partner's
statement says that it is one (`hub.partner`); every other reader pays a comparison. The two tables
of places are what all other policies look up, so the gate stands there, and on evidence, which is
seen by organisation.
"""

import re

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

PERSON = """
create function may_be_transferred(person uuid, day date) returns boolean
language sql stable security definer parallel safe set search_path = public, pg_temp as $$
    select case g.mode
        when 'UNLESS_WITHDRAWN' then c.held or not c.withdrawn
        when 'ONLY_WITH_CONSENT' then c.held
        else false end
    from (select coalesce(bool_or(s.state = 'IN_FORCE'), false) as held,
                 coalesce(bool_or(s.state = 'WITHDRAWN'), false) as withdrawn
          from link l join consent t on t.record_id = l.record_id and t.purpose = 'TRANSFER'
          cross join lateral (select consent_state(t, day) as state) s
          where l.person_id = person) c
    left join (select r.parameters ->> 'TRANSFER' as mode from law_rule r
               where r.code = 'GATE' and r.starts <= day and r.ends > day
               order by r.version desc limit 1) g on true
$$
"""
# As `schema/scope/gate.py` says it.
STATE = """
create function consent_state(c consent, day date) returns text language sql immutable
parallel safe as $$
    select case when c.withdrawn_on <= day then 'WITHDRAWN' when c.ends <= day then 'EXPIRED'
                when c.signed_on > day then 'NOT_YET' when c.lapses_on <= day then 'LAPSED'
                else 'IN_FORCE' end
$$
"""
PAIR = """
create function pair_may_be_transferred(pair uuid, day date) returns boolean
language sql stable security definer parallel safe set search_path = public, pg_temp as $$
    select not exists (select from mentorship_member m
                       where m.mentorship_id = pair and not may_be_transferred(m.person_id, day))
$$
"""
RECORD = """
create function record_may_be_transferred(record bigint, day date) returns boolean
language sql stable security definer parallel safe set search_path = public, pg_temp as $$
    select not exists (select from link l
                       where l.record_id = record and not may_be_transferred(l.person_id, day))
$$
"""
FUNCTIONS = {
    "may_be_transferred": "uuid, date",
    "pair_may_be_transferred": "uuid, date",
    "record_may_be_transferred": "bigint, date",
}
TODAY = "(select nullif(current_setting('hub.today', true), '')::date)"
PARTNER = "(select current_setting('hub.partner', true))"
GATED = {
    "person_place": f"may_be_transferred(person_place.person_id, {TODAY})",
    "mentorship_place": f"pair_may_be_transferred(mentorship_place.mentorship_id, {TODAY})",
    "record": f"record_may_be_transferred(record.id, {TODAY})",
    "record_facts": f"record_may_be_transferred(record_facts.record_id, {TODAY})",
    "question": (
        f"record_may_be_transferred(question.record_a, {TODAY})"
        f" and record_may_be_transferred(question.record_b, {TODAY})"
    ),
}
# Where the gate begins, as PostgreSQL writes a policy back: (what it was AND CASE WHEN ... END).
GATE = re.compile(r"\s+AND\s+CASE\s+WHEN \(\( SELECT current_setting\('hub\.partner'")


def _rule(table: str) -> str:
    found: str = (
        op.get_bind()
        .exec_driver_sql(
            "select qual from pg_policies"
            f" where schemaname = 'public' and tablename = '{table}' and policyname = 'web'"
        )
        .scalar_one()
    )
    return found


def upgrade() -> None:
    """Gate what a partner sees, and let a consent know how it was last told of."""
    op.execute("set local lock_timeout = '3s'")
    op.execute("alter table consent add column told text")
    for statement in (STATE, PERSON, PAIR, RECORD):
        op.execute(statement)
    for name, arguments in FUNCTIONS.items():
        op.execute(f"revoke execute on function {name}({arguments}) from public")
        op.execute(
            f"grant execute on function {name}({arguments}) to hub_worker, hub_web, hub_web_region"
        )
    for table, gate in GATED.items():
        # A case and no OR: an OR would keep the indexes from being used.
        gated = f"case when {PARTNER} = 'on' then {gate} else true end"
        op.execute(f"alter policy web on {table} using (({_rule(table)}) and {gated})")


def downgrade() -> None:
    """Open the gate."""
    op.execute("set local lock_timeout = '3s'")
    for table in GATED:
        rule = GATE.split(_rule(table))[0]
        op.execute(f"alter policy web on {table} using ({rule.removeprefix('(')})")
    op.execute("drop function record_may_be_transferred, pair_may_be_transferred")
    op.execute("drop function may_be_transferred, consent_state")
    op.execute("alter table consent drop column told")
