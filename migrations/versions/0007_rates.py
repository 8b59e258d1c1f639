"""Buckets of what credentials may still ask, shared by all web processes."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '3s'")
    # Unlogged: a server that died comes back with full buckets, which harms nobody.
    op.execute(
        """
        create unlogged table rate_bucket (
            id text not null,
            tokens double precision not null,
            taken double precision not null,
            at timestamp with time zone default now() not null,
            constraint pk_rate_bucket primary key (id)
        )"""
    )
    op.execute("grant select, insert, update, delete on rate_bucket to hub_worker")
    op.execute("grant select, insert, update on rate_bucket to hub_web")
    op.execute("grant select on rate_bucket to hub_web_region")


def downgrade() -> None:
    op.execute("set local lock_timeout = '3s'")
    op.execute("drop table rate_bucket")
