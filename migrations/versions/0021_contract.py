"""What a source has promised of its fields."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep the contract beside the source's settings."""
    op.execute("set local lock_timeout = '3s'")
    op.execute("alter table source add column contract jsonb default '{}' not null")


def downgrade() -> None:
    """Forget it."""
    op.execute("alter table source drop column contract")
