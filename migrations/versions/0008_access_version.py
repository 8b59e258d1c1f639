"""How often access has changed: by it a statement knows that the rights it was given still hold.

A web process keeps the viewers it has met. Each read repeats the version that their rights were
read at, and PostgreSQL compares it in the snapshot of that very statement: a key that is revoked
reads nothing from the moment the revocation is committed. The version is a row and no sequence,
since a sequence is ahead of the transaction that moves it: rights read in between would be old
under a new number.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# What rights follow from; noting the last use of a credential changes none.
WATCHED = {
    "client": "id, kind, name, blocked_at",
    "client_login": "id, client_id, issuer, subject",
    "credential": "id, client_id, secret_sha256, expires_at, revoked_at, env, permits",
    "access_grant": "client_id, role, organisation_id, purposes, starts, ends",
}
COUNT = """
create function count_access_change() returns trigger language plpgsql
security definer set search_path = pg_catalog, public as $$
begin
    update access_version set version = version + 1;
    return null;
end $$"""
# It begins at the moment of making, so a database made anew never repeats an old one's number.
FIRST = (
    "insert into access_version (version)"
    " values ((extract(epoch from clock_timestamp()) * 1000000)::bigint)"
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '3s'")
    op.create_table(
        "access_version",
        sa.Column("only_row", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("only_row", name=op.f("ck_access_version_only_row")),
        sa.PrimaryKeyConstraint("only_row", name=op.f("pk_access_version")),
    )
    op.execute("grant select, insert, update, delete on access_version to hub_worker")
    op.execute("grant select on access_version to hub_web, hub_web_region")
    op.execute(FIRST)
    op.get_bind().exec_driver_sql(COUNT)
    for table, columns in WATCHED.items():
        op.execute(
            f"create trigger count_access_change after insert or delete or truncate"
            f" or update of {columns} on {table}"
            " for each statement execute function count_access_change()"
        )


def downgrade() -> None:
    op.execute("set local lock_timeout = '3s'")
    op.execute("drop function count_access_change cascade")
    op.drop_table("access_version")
