"""Runs of sources with their logs, and what the brake holds, as rows."""

from datetime import UTC, datetime, timedelta

from tests.door.rows import SCHOOLS, Region, uid

FIRST = datetime(2026, 2, 1, 6, 0, 0, 250, tzinfo=UTC)
STATES = (
    "SUCCEEDED", "PARTIAL", "FAILED", "CANCELLED", "WAITING", "UNDONE", "RUNNING", "QUEUED",
)  # fmt: skip
FAILURES = ("CONFIG", "TRANSIENT", "SYSTEM")


def add_runs(region: Region) -> None:
    """Add runs in every state, two of them asked for in one moment, and holds of schools."""
    for number in range(16):
        _run(region, number)
    for number, school in enumerate(SCHOOLS):
        region.add(
            "hold", id=uid("hold", number), changeset_id=3, source_id=uid("source", number % 2),
            organisation_id=uid("organisation", school), kind="STAFF",
            state=("PLACED", "RELEASED", "MOOT")[number % 3], live=40 + number, ending=30,
            changing=number, placed_at=FIRST + timedelta(hours=number // 2),
            released_at=FIRST + timedelta(days=1) if number % 3 == 1 else None,
        )  # fmt: skip


def _run(region: Region, number: int) -> None:
    key, asked = uid("run", number), FIRST + timedelta(hours=number // 2)
    state = STATES[number % 8]
    begun = None if state == "QUEUED" else asked + timedelta(seconds=5)
    failed = state == "FAILED"
    region.add(
        "sync_run", id=key, source_id=uid("source", number % 3 % 2),
        changeset_id=3 if begun else None, mode=("FULL", "CHANGES")[number % 3 % 2], state=state,
        actor="tests", failure=FAILURES[number % 5 % 3] if failed else None,
        error_code="source.unreachable" if failed else None,
        message="Источник не ответил: обмен повторится." if failed else None,
        counts='{"rows": 12, "rejected": 1}' if begun else "{}", requested_at=asked,
        started_at=begun, heartbeat_at=begun, cancel_requested=state == "CANCELLED",
        finished_at=None if state in {"RUNNING", "QUEUED"} else asked + timedelta(minutes=3),
    )  # fmt: skip
    for line in range(number % 3):
        region.add(
            "sync_run_event", id=region.number("sync_run_event"), run_id=key, at=asked,
            level=("INFO", "WARNING", "ERROR")[(number + line) % 3], code="run.begun",
            message="Обмен начат.", counts='{"rows": 3}' if line else "{}",
        )  # fmt: skip
