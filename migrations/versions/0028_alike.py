"""Records that are described alike by the hundred stand as one description when blocks are counted."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

# Whose blocks were split or chained for being over 200 records, and are compared otherwise now: the
# next run projects them anew. What waits for a run already waits on.
COMPARED_OTHERWISE = """
with large as (
    select key from record_key group by key having count(*) > 200
), few as (
    select key from large
    join record_key k using (key)
    join record_facts f using (record_id)
    join record r on r.id = f.record_id
    group by key
    having count(distinct (f.last_key, f.first_key, f.middle_key, f.previous_last_key, f.sex,
        f.snils_hash, f.organisation_id, f.affiliation_organisation_id, f.role, r.kind, r.source_id,
        f.phones, f.emails, f.birth_date,
        coalesce(extract(year from f.birth_date)::int, f.birth_year))) <= 200
), concerned as (
    select record_id from record_key join few using (key)
    union
    select k.record_id
    from (
        select key, finer from record_key join large using (key)
        group by key, finer having count(*) > 200
    ) fine
    join record_key k using (key, finer)
)
update record set projected_version_id = null
where id in (select record_id from concerned) and projected_version_id = current_version_id
"""


def upgrade() -> None:
    """Let the next run compare them."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(COMPARED_OTHERWISE)


def downgrade() -> None:
    """Nothing to take back: what is pending is projected by whatever code is there."""
