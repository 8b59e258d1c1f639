"""${message}.

Revisions go forward only: what was wrong is put right by the next one.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Rather fail and be repeated than queue every reader behind a lock that does not come.
    op.execute("set local lock_timeout = '3s'")
    ${upgrades if upgrades else "pass"}
