"""Tables that anybody may read: frozen when they are published, small numbers withheld."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TABLES = (
    """
    create table publication (
        id uuid not null,
        span text not null,
        starts date not null,
        day date not null,
        actor text not null,
        published_at timestamp with time zone default now() not null,
        constraint pk_publication primary key (id),
        constraint uq_publication_span unique (span)
    )""",
    """
    create table published_row (
        publication_id uuid not null,
        position integer not null,
        level text not null,
        key text not null,
        above text,
        title text not null,
        withheld text[] not null,
        mentors integer,
        mentees integer,
        pairs integer,
        young_specialists integer,
        young_specialists_covered integer,
        young_specialists_uncovered integer,
        programmes integer not null,
        organisations_with_mentoring integer not null,
        active_organisations integer not null,
        constraint pk_published_row primary key (publication_id, position),
        constraint fk_published_row_publication_id foreign key (publication_id)
            references publication (id) on delete cascade
    )""",
)


def upgrade() -> None:
    """Add the tables, which name nobody."""
    op.execute("set local lock_timeout = '3s'")
    for statement in TABLES:
        op.get_bind().exec_driver_sql(statement)
    op.execute("grant select, insert, update, delete on publication, published_row to hub_worker")
    op.execute("grant select on publication, published_row to hub_web, hub_web_region")


def downgrade() -> None:
    """Take them out."""
    op.execute("drop table published_row")
    op.execute("drop table publication")
