"""The worker may count what it writes: it owns no table, and PostgreSQL would skip its ANALYZE.

A projection fills a table and joins it in the same transaction, where nobody else can count it
yet. A table that was rolled back before even counts as empty, and is joined row by row.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

REFRESH = """
create function refresh_statistics(name regclass) returns void language plpgsql
security definer set search_path = pg_catalog, public as $$
begin
    execute format('analyze %s', name);
end $$"""


def upgrade() -> None:
    """Lend the worker the owner's right to count."""
    op.get_bind().exec_driver_sql(REFRESH)
    op.execute("revoke execute on function refresh_statistics(regclass) from public")
    op.execute("grant execute on function refresh_statistics(regclass) to hub_worker")


def downgrade() -> None:
    """Take the function away."""
    op.execute("drop function refresh_statistics(regclass)")
