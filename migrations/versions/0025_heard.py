"""How often a source is expected to tell something, and the day on which it last did."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep both beside the source; what it told before is known from its runs."""
    op.execute("set local lock_timeout = '3s'")
    op.execute("alter table source add column every_days integer, add column heard_on date")
    op.execute("alter table source add constraint ck_source_some_day check (every_days > 0)")
    op.execute(
        "update source set heard_on = greatest("
        " (select max(finished_at) from sync_run r where r.source_id = source.id"
        "  and r.state in ('SUCCEEDED', 'PARTIAL', 'WAITING')),"
        " (select max(at) from push_entry p where p.source_id = source.id))::date"
    )


def downgrade() -> None:
    """Forget both."""
    op.execute("alter table source drop column every_days, drop column heard_on")
