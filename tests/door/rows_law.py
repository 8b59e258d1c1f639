"""Consents, what subjects demand, and acts of destruction, as rows."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from tests.door.rows import FOREVER, Region, uid

KINDS = ("ACCESS", "CORRECTION", "WITHDRAWAL", "STOP", "UNLAWFUL", "GOAL_REACHED")
STATES = ("OPEN", "KEPT", "BLOCKED", "DONE", "REFUSED")
PURPOSES = ("PROCESSING", "TRANSFER", "PUBLICATION")
RELATIONS = ("SELF", "PARENT", "GUARDIAN", "REPRESENTATIVE")
START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def add_law(region: Region) -> None:
    """Add consents of every state, requests of every kind, a few acts."""
    draw = Random(13)  # noqa: S311 - test data, no secret
    records = region.tables["record"]
    for number in range(24):
        held = records[number * 2 % len(records)]
        region.add(
            "consent", id=uid("consent", number), record_id=held["id"],
            organisation_id=held["organisation_id"], purpose=PURPOSES[number % 3],
            relation=RELATIONS[number % 4],
            signer_sealed=region.sealer.seal(f"Подписанов {number}") if number % 3 else None,
            document=f"С-{number}", form_version="1" if number % 2 else "",
            categories=["ФИО"], actions=["сбор", "хранение"][: 1 + number % 2],
            processors=["РЦ"] if number % 5 == 0 else [], revocation="письмом",
            signed_on=draw.choice((date(2024, 9, 1), date(2025, 9, 1), date(2080, 1, 1))),
            ends=draw.choice((FOREVER, FOREVER, date(2026, 1, 1))),
            lapses_on=(None, date(2026, 5, 1), date(2080, 1, 1))[number % 3],
            withdrawn_on=date(2026, 2, 1) if number % 6 < 2 else None, actor="test",
            given_at=START + timedelta(hours=number),
        )  # fmt: skip
        received = date(2026, 3, 1) + timedelta(days=number // 2)
        state = STATES[number % 5]
        region.add(
            "subject_request", id=uid("request", number),
            record_id=held["id"] if number % 7 else None, organisation_id=held["organisation_id"],
            kind=KINDS[number % 6], state=state, received_on=received,
            due_on=date(2080, 1, 1) if number % 3 else received + timedelta(days=14),
            is_extended=number % 4 == 0, basis="EMPLOYMENT" if state == "KEPT" else None,
            kept_until=date(2081, 1, 1) if state == "KEPT" else None,
            closed_on=received if state in {"DONE", "REFUSED"} else None, actor="test",
        )  # fmt: skip
    for number in range(1, 6):
        region.add(
            "destruction_act", number=number, subject_id=uid("gone", number),
            reason=KINDS[number % 6], categories=["ФИО"], counts=f'{{"record": {number}}}',
            received_on=date(2026, 3, 1), destroyed_at=START + timedelta(days=number),
            actor="test", keep_until=date(2029, 3, 1),
        )  # fmt: skip
