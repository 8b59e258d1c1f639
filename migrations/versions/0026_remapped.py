"""Whether what is promised of a source's fields, or which of them is which, has changed since."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Mark sources whose refused rows are to be looked at again; none is so far."""
    op.execute("set local lock_timeout = '3s'")
    op.execute("alter table source add column remapped boolean default false not null")


def downgrade() -> None:
    """Forget it."""
    op.execute("alter table source drop column remapped")
