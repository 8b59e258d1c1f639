"""Policies look people up through a view of the scope's own, so no policy is asked within a policy.

What a person's rows hang on is whether the scope sees them. Policies asked `person_place`, which has
a policy of its own: each reference to a table of people set up both, eleven little subplans and a
hash of every organisation beneath the scope, and a point query took twice to four times what it
takes without a scope. A view runs as its owner, whose policy lets everything pass, and it holds the
scope's own people alone: whoever reads it reads nothing that the policies would not show.
"""

import re

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

SCOPE = "(select nullif(current_setting('hub.scope', true), '')::uuid)"
TODAY = "(select nullif(current_setting('hub.today', true), '')::date)"
GATE = (
    "case when (select current_setting('hub.partner', true)) = 'on'"
    f" then may_be_transferred({{person}}, {TODAY}) else true end"
)
BENEATH = (
    "authority_id in (select u.organisation_id from organisation_place u"
    f" where u.authority_id = {SCOPE} and u.starts <= {TODAY} and u.ends > {TODAY})"
)
VIEW = f"""
create view seen_person as
select person_id from person_place
where authority_id = {SCOPE} and starts <= {TODAY} and ends > {TODAY}
  and {GATE.format(person="person_id")}
"""
IN_FORCE = f"starts <= {TODAY} and ends > {TODAY}"
# The scope's own rows are let pass before anything is hashed.
PLACES = (
    f"{IN_FORCE} and case when authority_id = {SCOPE} then true else {BENEATH} end"
    f" and {GATE.format(person='person_place.person_id')}"
)
FORMER_PLACES = f"{IN_FORCE} and {BENEATH} and {GATE.format(person='person_place.person_id')}"
# As PostgreSQL writes it back: exists (select from person_place p where p.person_id = ...).
ASKS_PLACES = re.compile(
    r"FROM person_place (\w+)\s+WHERE \(\(\1\.person_id = ([\w.]+)\) AND \(\1\.authority_id = .*?\)"
    r" AND \(\1\.starts <= .*?\) AND \(\1\.ends > \( SELECT .*?AS \"nullif\"\)\)\)",
    re.DOTALL,
)
ASKS_VIEW = re.compile(r"FROM seen_person (\w+)\s+WHERE \(\1\.person_id = ([\w.]+)\)")


def _rewrite(pattern: "re.Pattern[str]", replacement: str) -> int:
    policies = op.get_bind().exec_driver_sql(
        "select tablename, qual from pg_policies"
        " where schemaname = 'public' and policyname = 'web' and qual is not null order by 1"
    )
    rewritten = 0
    for table, rule in policies.all():
        now, count = pattern.subn(replacement, rule)
        if count:
            op.execute(f"alter policy web on {table} using ({now})")
            rewritten += count
    return rewritten


def upgrade() -> None:
    """Let policies ask the view."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(VIEW)
    op.execute("grant select on seen_person to hub_web")
    op.execute(f"alter policy web on person_place using ({PLACES})")
    if not _rewrite(ASKS_PLACES, r"FROM seen_person \1 WHERE (\1.person_id = \2)"):
        raise RuntimeError("no policy asks for places: PostgreSQL writes them otherwise")


def downgrade() -> None:
    """Let them ask for places again."""
    op.execute("set local lock_timeout = '3s'")
    places = rf"FROM person_place \1 WHERE \1.person_id = \2 and \1.authority_id = {SCOPE}"
    places += rf" and \1.starts <= {TODAY} and \1.ends > {TODAY}"
    _rewrite(ASKS_VIEW, places)
    op.execute(f"alter policy web on person_place using ({FORMER_PLACES})")
    op.execute("drop view seen_person")
