"""A refused row knows what it would have been, so it can be taken once it is repaired."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let refusals say of which kind of list and as of which day they are."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(
        "alter table rejection add column kind text, add column stated_as_of date,"
        " add column completeness text"
    )
    # Up to which edition of the register refused rows have been tried again.
    op.execute("alter table register add column redriven bigint default 0 not null")


def downgrade() -> None:
    """Forget it."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(
        "alter table rejection drop column kind, drop column stated_as_of, drop column completeness"
    )
    op.execute("alter table register drop column redriven")
