"""What people decide: verdicts over sets of records, leases, samples, pins, and lineage.

A verdict of the first tables spoke of one pair; nobody could give one, so there is none to carry
over. The web gives words within its scope, in which every record they speak of must lie; what
follows from them only the worker writes.
"""

from pathlib import Path

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SCRIPT = Path(__file__).with_suffix(".sql")
SCOPE = "(select nullif(current_setting('hub.scope', true), '')::uuid)"
TODAY = "(select nullif(current_setting('hub.today', true), '')::date)"


def _of(organisation: str) -> str:
    return (
        f"exists (select from organisation_place p where p.organisation_id = {organisation}"
        f" and p.authority_id = {SCOPE}"
        f" and p.starts <= {TODAY} and p.ends > {TODAY})"
    )


# Whose rows the scope sees. What hangs on a record or a question is seen where that is.
VISIBLE = {
    "verdict": _of("verdict.organisation_id"),
    "verdict_pair": "exists (select from verdict v where v.id = verdict_pair.verdict_id)",
    "question_lease": "exists (select from question q where q.id = question_lease.question_id)",
    "sampled_pair": _of("sampled_pair.organisation_id"),
    "pin": "exists (select from record r where r.id = pin.record_id)",
    "person_lineage": (
        "exists (select from person_place p where p.person_id = person_lineage.person_id"
        f" and p.authority_id = {SCOPE}"
        f" and p.starts <= {TODAY} and p.ends > {TODAY})"
    ),
}
BOTH_RECORDS = (
    VISIBLE["verdict_pair"]
    + " and exists (select from record r where r.id = verdict_pair.record_a)"
    + " and exists (select from record r where r.id = verdict_pair.record_b)"
)
# What the web writes of each, and how far.
GIVEN = (
    "grant insert on verdict, verdict_pair, pin, review_request to hub_web",
    "grant insert, update, delete on question_lease to hub_web",
    "grant update (retracted_at, retracted_by, retraction_reason) on verdict to hub_web",
    "grant update (retracted_at, retracted_by) on pin to hub_web",
    "grant select on review_request to hub_web, hub_web_region",
    "grant select, insert, update, delete on review_request to hub_worker",
    f"create policy web_says on verdict for insert to hub_web with check ({VISIBLE['verdict']})",
    f"create policy web_retracts on verdict for update to hub_web using ({VISIBLE['verdict']})",
    f"create policy web_says on verdict_pair for insert to hub_web with check ({BOTH_RECORDS})",
    f"create policy web_says on pin for insert to hub_web with check ({VISIBLE['pin']})",
    f"create policy web_retracts on pin for update to hub_web using ({VISIBLE['pin']})",
    (
        "create policy web_takes on question_lease for all to hub_web"
        f" using ({VISIBLE['question_lease']}) with check ({VISIBLE['question_lease']})"
    ),
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '3s'")
    for statement in SCRIPT.read_text(encoding="utf-8").split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
    for table, rule in VISIBLE.items():
        op.execute(f"grant select, insert, update, delete on {table} to hub_worker")
        op.execute(f"grant select on {table} to hub_web, hub_web_region")
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy owner on {table} to hub_owner using (true)")
        op.execute(f"create policy worker on {table} to hub_worker using (true)")
        op.execute(f"create policy web on {table} for select to hub_web using ({rule})")
        op.execute(f"create policy web_region on {table} for select to hub_web_region using (true)")
    for statement in GIVEN:
        op.execute(statement)
