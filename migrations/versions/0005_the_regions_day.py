"""Row security asks for the region's day, as the statements do, instead of the server's.

A place holds from day to day, and "today" is the region's date: at four in the morning in Samara
the server's own date is still yesterday's. The statement that sets the scope sets the day beside
it (`hub.today`), so both locks turn on one date; without a day there are no rows.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TODAY = "( SELECT (NULLIF(current_setting('hub.today'::text, true), ''::text))::date)"
SERVERS = "CURRENT_DATE"


def _replace(old: str, new: str) -> None:
    policies = op.get_bind().exec_driver_sql(
        "select tablename, policyname, qual from pg_policies"
        f" where schemaname = 'public' and strpos(qual, $${old}$$) > 0 order by 1, 2"
    )
    for table, policy, rule in policies.all():
        op.execute(f"alter policy {policy} on {table} using ({rule.replace(old, new)})")


def upgrade() -> None:
    op.execute("set local lock_timeout = '3s'")
    _replace(SERVERS, TODAY)


def downgrade() -> None:
    op.execute("set local lock_timeout = '3s'")
    _replace(TODAY, SERVERS)
