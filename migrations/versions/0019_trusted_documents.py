"""Documents that the operator trusts, and credentials that may ask nothing else."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# Whether a document is trusted, and who may ask nothing else, is part of what may be asked: web
# processes keep both beside the version of access (0008).
BEFORE = {
    "client_login": "id, client_id, issuer, subject",
    "credential": "id, client_id, secret_sha256, expires_at, revoked_at, env, permits",
}


def upgrade() -> None:
    op.execute("set local lock_timeout = '3s'")
    op.create_table(
        "trusted_document",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("operations", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.CheckConstraint(
            "id = 'sha256:' || encode(sha256(convert_to(text, 'UTF8')), 'hex')",
            name=op.f("ck_trusted_document_id_is_hash"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trusted_document")),
    )
    op.execute("grant select, insert, update, delete on trusted_document to hub_worker")
    op.execute("grant select on trusted_document to hub_web, hub_web_region")
    op.execute(
        "create trigger count_access_change after insert or delete or truncate or update"
        " on trusted_document for each statement execute function count_access_change()"
    )
    for table, columns in BEFORE.items():
        op.add_column(
            table,
            sa.Column("documents_only", sa.Boolean(), server_default=sa.false(), nullable=False),
        )
        _watch(table, f"{columns}, documents_only")


def downgrade() -> None:
    op.execute("set local lock_timeout = '3s'")
    for table, columns in BEFORE.items():
        _watch(table, columns)
        op.drop_column(table, "documents_only")
    op.drop_table("trusted_document")


def _watch(table: str, columns: str) -> None:
    op.execute(f"drop trigger count_access_change on {table}")
    op.execute(
        f"create trigger count_access_change after insert or delete or truncate"
        f" or update of {columns} on {table}"
        " for each statement execute function count_access_change()"
    )
