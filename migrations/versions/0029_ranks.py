"""Which fields a source is believed in before others."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep the ranks beside the source's contract."""
    op.execute("set local lock_timeout = '3s'")
    op.execute("alter table source add column ranks jsonb default '{}' not null")


def downgrade() -> None:
    """Forget them: the kind of record and the day decide alone."""
    op.execute("alter table source drop column ranks")
