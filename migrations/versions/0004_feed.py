"""The feed: events know the database that wrote them, and cursors know when they are too old.

A restored copy has other numbers of transactions: what it holds of the feed says nothing of what
comes. So events carry the epoch of their database, the feed shows those of its own, and a cursor
of another epoch has expired. PostgreSQL itself says the epoch, so that no restore has to think of
it: the cluster, its line of recovery, the database, and the table as it was made there.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

from hub.tables.feed import XID8

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

EPOCH = """
create function feed_epoch() returns uuid language sql stable parallel safe as $$
    select md5(concat_ws('|',
        (select system_identifier from pg_control_system()),
        (select timeline_id from pg_control_checkpoint()),
        (select oid from pg_database where datname = current_database()),
        to_regclass('public.change')::oid))::uuid
$$
"""
# HF001 is the door's CURSOR_EXPIRED (schema/faults.py).
HOLDS = """
create function feed_holds(given_epoch uuid, given_xid xid8, given_id bigint) returns boolean
language plpgsql stable parallel safe as $$
begin
    if given_epoch <> feed_epoch() or exists (
        select from feed_horizon h where h.epoch = given_epoch
            and (h.xid, h.id) > (given_xid, given_id))
    then
        raise exception 'the feed does not go back so far' using errcode = 'HF001';
    end if;
    return true;
end
$$
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '3s'")
    op.execute(EPOCH)
    op.add_column(
        "change", sa.Column("epoch", UUID(), nullable=False, server_default=sa.text("feed_epoch()"))
    )
    op.add_column("change", sa.Column("other_id", UUID(), nullable=True))
    op.drop_index("ix_change_xid_id", "change")
    op.create_index("ix_change_epoch_xid_id", "change", ["epoch", "xid", "id"])
    op.create_table(
        "feed_horizon",
        sa.Column("epoch", UUID(), nullable=False),
        sa.Column("xid", XID8(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("at", TIMESTAMP(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.PrimaryKeyConstraint("epoch", name="pk_feed_horizon"),
    )
    op.create_table(
        "feed_turn",
        sa.Column("is_it", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("is_it", name="pk_feed_turn"),
        sa.CheckConstraint("is_it", name="one_row"),
    )
    op.execute("grant select, insert, update, delete on feed_horizon, feed_turn to hub_worker")
    op.execute("grant select on feed_horizon, feed_turn to hub_web, hub_web_region")
    op.execute(HOLDS)


def downgrade() -> None:
    op.execute("set local lock_timeout = '3s'")
    op.execute("drop function feed_holds")
    op.drop_table("feed_turn")
    op.drop_table("feed_horizon")
    op.drop_index("ix_change_epoch_xid_id", "change")
    op.create_index("ix_change_xid_id", "change", ["xid", "id"])
    op.drop_column("change", "other_id")
    op.drop_column("change", "epoch")
    op.execute("drop function feed_epoch")
