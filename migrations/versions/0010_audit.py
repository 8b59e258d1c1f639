"""The audit: rows are added and never changed, each holds the hash of the one before it.

The database itself numbers and chains, in one line of writers: whoever may insert can neither
choose a number nor leave one out. Nobody may update, delete or truncate; whoever gets round that
leaves a chain that no longer fits, which `audit verify` names (hub/audit/chain.py computes the same
line).
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLE = """
    create table audit_event (
        seq bigint not null,
        at timestamp with time zone not null,
        action text not null,
        client_id uuid,
        credential text not null,
        role text not null,
        scope_id uuid,
        purposes text[] not null,
        operation text not null,
        entity text not null,
        entity_ids uuid[] not null,
        field_classes text[] not null,
        reason text not null,
        row_count bigint,
        correlation text not null,
        previous bytea not null,
        hash bytea not null,
        constraint pk_audit_event primary key (seq),
        constraint ck_audit_event_plain check (strpos(
            action || credential || role || operation || entity || reason || correlation,
            chr(31)) = 0)
    )"""
INDEXES = (
    "create index ix_audit_event_entity_ids on audit_event using gin (entity_ids)",
    "create index ix_audit_event_client_id_at on audit_event (client_id, at)",
    "create index ix_audit_event_at on audit_event (at)",
)
LINE = r"""
    create function audit_line(e audit_event) returns text language sql stable as $$
        select concat_ws(chr(31), e.seq,
            to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
            e.action, coalesce(e.client_id::text, ''), e.credential, e.role,
            coalesce(e.scope_id::text, ''), array_to_string(e.purposes, ','), e.operation,
            e.entity, array_to_string(e.entity_ids, ','), array_to_string(e.field_classes, ','),
            e.reason, coalesce(e.row_count::text, ''), e.correlation, encode(e.previous, 'hex'))
    $$"""
CHAIN = r"""
    create function audit_chain() returns trigger language plpgsql
    security definer set search_path = public, pg_temp as $$
    declare
        newest record;
    begin
        perform pg_advisory_xact_lock(hashtextextended('hub/audit', 0));
        select a.seq, a.hash into newest from audit_event a order by a.seq desc limit 1;
        new.seq := coalesce(newest.seq, 0) + 1;
        new.previous := coalesce(newest.hash, ''::bytea);
        new.hash := sha256(convert_to(audit_line(new), 'UTF8'));
        return new;
    end $$"""
REFUSE = """
    create function audit_refuse() returns trigger language plpgsql as $$
    begin
        raise exception 'the audit is only added to' using errcode = 'insufficient_privilege';
    end $$"""
AFTER = (
    (
        "create trigger audit_chain before insert on audit_event"
        " for each row execute function audit_chain()"
    ),
    (
        "create trigger audit_refuse before update or delete or truncate on audit_event"
        " for each statement execute function audit_refuse()"
    ),
    "alter table audit_event enable row level security",
    "alter table audit_event force row level security",
    "create policy owner on audit_event to hub_owner using (true)",
    "create policy worker on audit_event to hub_worker using (true)",
    "create policy web_adds on audit_event for insert to hub_web with check (true)",
    "create policy web_region on audit_event for select to hub_web_region using (true)",
    "grant select, insert on audit_event to hub_worker",
    "grant insert on audit_event to hub_web",
    "grant select on audit_event to hub_web_region",
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '3s'")
    for statement in (TABLE, *INDEXES, LINE, CHAIN, REFUSE, *AFTER):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.execute("set local lock_timeout = '3s'")
    op.execute("drop table audit_event cascade")
    op.execute("drop function audit_chain, audit_refuse")
