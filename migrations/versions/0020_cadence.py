"""How often an organisation is expected to give a list: its own rule, or that of who is above it."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, which names nobody."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(
        """
        create table cadence (
            organisation_id uuid not null,
            kind text not null,
            every_days integer not null,
            constraint pk_cadence primary key (organisation_id, kind),
            constraint fk_cadence_organisation_id foreign key (organisation_id)
                references organisation (id),
            constraint ck_cadence_some_day check (every_days > 0)
        )"""
    )
    op.execute("grant select, insert, update, delete on cadence to hub_worker")
    op.execute("grant select on cadence to hub_web, hub_web_region")


def downgrade() -> None:
    """Take the table out."""
    op.execute("drop table cadence")
