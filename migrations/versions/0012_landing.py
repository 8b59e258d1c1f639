"""A landing page numbers its new records itself, so the worker draws their numbers."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let the worker draw numbers of records."""
    op.execute("grant usage on sequence record_id_seq to hub_worker")


def downgrade() -> None:
    """Take the right back."""
    op.execute("revoke usage on sequence record_id_seq from hub_worker")
