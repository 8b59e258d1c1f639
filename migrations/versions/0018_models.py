"""Models of the matcher: one is active, the hand-made one first; what each adds to a score, in words.

The first model is kept as it was when this was written, so that a change of its code is a new
version with a migration of its own.
"""

import json
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

FIRST = Path(__file__).with_suffix(".json")
COLUMNS = """
alter table model
    add column origin text not null,
    add column calibration jsonb not null default '[]',
    add column shadow jsonb,
    add column shadowed_at timestamptz,
    add column activated_at timestamptz
"""
PARTS = """
create table model_part (
    model_id bigint not null,
    number integer not null,
    mask bigint not null,
    value bigint not null,
    field text not null,
    says text not null,
    centibits integer not null,
    constraint pk_model_part primary key (model_id, number),
    constraint fk_model_part_model_id foreign key (model_id) references model (id)
        on delete cascade
)
"""
ADD = """
insert into model (version, origin, artefact, active, activated_at)
select stated ->> 'version', 'HAND', stated, true, now()
from (select cast(:artefact as jsonb) as stated) said
"""
ADD_PARTS = """
insert into model_part (model_id, number, mask, value, field, says, centibits)
select m.id, part.number - 1, (part.said ->> 0)::bigint, (part.said ->> 1)::bigint,
       part.said ->> 2, part.said ->> 3, (part.said ->> 4)::int
from model m, jsonb_array_elements(cast(:parts as jsonb)) with ordinality as part (said, number)
where m.active
"""


def upgrade() -> None:
    """Keep what a model was made of and tried at, and the first model."""
    op.execute("set local lock_timeout = '3s'")
    op.execute("delete from model")
    op.execute(COLUMNS)
    op.execute("create unique index ix_model_active on model (active) where active")
    op.execute(PARTS)
    op.execute("grant select, insert, update, delete on model_part to hub_worker")
    op.execute("grant select on model_part to hub_web, hub_web_region")
    first = json.loads(FIRST.read_text(encoding="utf-8"))
    given = {name: json.dumps(first[name], ensure_ascii=False) for name in ("artefact", "parts")}
    op.get_bind().execute(sa.text(ADD), {"artefact": given["artefact"]})
    op.get_bind().execute(sa.text(ADD_PARTS), {"parts": given["parts"]})


def downgrade() -> None:
    """Forget the models."""
    op.execute("drop table model_part")
    op.execute("drop index ix_model_active")
    op.execute("delete from model")
    for name in ("origin", "calibration", "shadow", "shadowed_at", "activated_at"):
        op.execute(f"alter table model drop column {name}")
