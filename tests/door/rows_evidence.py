"""Sources, changes, refusals and questions, as rows."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tests.door.rows import NORTH, ROOT, SCHOOLS, SOUTH, Region, uid

HEARD = date(2025, 11, 30)


def add_changesets(region: Region) -> None:
    """Add changes of each kind and state."""
    kinds, states = ("REGISTRY", "IMPORT", "SYNC", "PUSH"), ("APPLIED", "WAITING")
    for number in range(8):
        started = datetime(2026, 1, 1, 9, 30, 15, 123456, tzinfo=UTC) + timedelta(days=number // 3)
        applied = None if number % 2 else started + timedelta(minutes=1)
        region.add(
            "changeset", id=number + 1, kind=kinds[number % 4], state=states[number % 2],
            actor=str(uid("client", 0)), summary='{"people": 7, "records": 9}' if number % 3 else "{}",
            created_at=started, applied_at=applied, undoes=number or None,
            reason="не тот файл" if number % 2 else "",
        )  # fmt: skip


def add_sources(region: Region) -> None:
    """Add two sources and a file."""
    for number, code in enumerate(("SCHOOL_FILES", "KADRY")):
        region.add(
            "source", id=uid("source", number), code=code, kind=code, title=f"Источник {code}",
            brake_share=Decimal("0.1"), every_days=(None, 30)[number],
            heard_on=(None, HEARD)[number],
            ranks=('{"snils": 1, "birth_date": 2, "last_name": 30}', "{}")[number],
        )  # fmt: skip
    region.add(
        "source_file", id=uid("file", 0), source_id=uid("source", 0), name="Список школы.xlsx",
        sha256="0", size=1, rows=1, rejected=0, changeset_id=1,
    )  # fmt: skip


def add_rejections(region: Region) -> None:
    """Add refused rows of schools, and some of nobody."""
    for number in range(20):
        school = uid("organisation", 3 + number % 5) if number % 6 else None
        region.add(
            "rejection", id=number + 1, source_file_id=uid("file", 0), organisation_id=school,
            sheet="Лист1", row=None if school is None else number,
            column="Дата рождения" if number % 2 else None, code=("row.name", "row.birth_date")[number % 2],
            message="Исправьте дату.", payload_sealed=region.sealer.seal("строка"), changeset_id=1,
            stated_id=str(number) if number % 3 else "",
        )  # fmt: skip


def add_questions(region: Region) -> None:
    """Add open and answered questions of every unit."""
    units = [*(uid("organisation", n) for n in SCHOOLS), NORTH, SOUTH, ROOT]
    links = {row["record_id"]: row["person_id"] for row in region.tables["link"]}
    for number in range(24):
        one, other = 2 * number + 1, 2 * number + 2
        region.add(
            "question", id=uid("question", number), record_a=one, record_b=other,
            person_a=links[one], person_b=links[other], organisation_id=units[number % len(units)],
            score=(number * 7) % 5 * 100 - 150, reasons=["та же фамилия", "другая дата"][: number % 3],
            state="ANSWERED" if number % 4 == 0 else "OPEN", changeset_id=1,
            kind=("MATCH", "CLUSTER", "DISPUTE")[number % 3], priority=(number * 5) % 7 * 100,
            affects=["MENTORS", "MENTEES", "PAIRS", "YOUNG_SPECIALISTS"][: number % 5],
            version=1 + number % 3,
        )  # fmt: skip
