"""Whom a source may state again though they were erased: by hashes, each with who let it and why."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, which the worker's role alone reads."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(
        """
        create table lifted_ban (
            hash bytea not null,
            basis text not null,
            document text not null,
            actor text not null,
            at timestamp with time zone default now() not null,
            constraint pk_lifted_ban primary key (hash)
        )"""
    )
    op.execute("grant select, insert, update, delete on lifted_ban to hub_worker")
    op.execute("alter table lifted_ban enable row level security")
    op.execute("alter table lifted_ban force row level security")
    op.execute("create policy owner on lifted_ban to hub_owner using (true)")
    op.execute("create policy worker on lifted_ban to hub_worker using (true)")


def downgrade() -> None:
    """Forget it: whoever was let in again is refused again."""
    op.execute("drop table lifted_ban")
