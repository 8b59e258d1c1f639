"""People with their records, work, study and facts, as rows."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hub.records import RecordKind
from sync.intake import CARD_KINDS, card_identities
from tests.door.rows import (
    ALWAYS,
    FIRST_NAMES,
    FOREVER,
    LAST_NAMES,
    LATER,
    MIDDLE_NAMES,
    PARTNER,
    PAST,
    RECENT,
    ROOT,
    SCHOOLS,
    Region,
    key_of,
    uid,
)

PEOPLE = 60


def add_people(region: Region) -> None:
    """Add everybody, each with records, work or study, and facts."""
    for number in range(PEOPLE):
        _person(region, number)
    since = {row["person_id"]: row["since"] for row in region.tables["experience"]}
    region.tables["employment"] = [
        {**row, "teaching_since": since.get(row["person_id"])}
        for row in region.tables["employment"]
    ]
    _move_cards(region)


def _person(region: Region, number: int) -> None:
    draw, key = region.draw, uid("person", number)
    last, first = draw.choice(LAST_NAMES), draw.choice(FIRST_NAMES)
    middle = draw.choice(MIDDLE_NAMES)
    born = date(1970 + number, 3, 7) if region.chance(0.8) else None
    year = born.year if born else (1990 if region.chance(0.5) else None)
    sort_key = key_of(f"{last} {first} {middle}")
    schools = draw.sample(sorted(SCHOOLS), k=2 if region.chance(0.2) else 1)
    region.add(
        "person", id=key, last_name=last, first_name=first, middle_name=middle, sort_key=sort_key,
        birth_date=born, birth_year=year, sex=draw.choice(("MALE", "FEMALE", None)),
        record_count=len(schools), changeset_id=1,
        changed_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number // 3),
    )  # fmt: skip
    records = [_record(region, key, school) for school in schools]
    for school, record in zip(schools, records, strict=True):
        _work_or_study(region, number, school, record)
    _facts(region, number, records[0])


def _record(region: Region, person: UUID, school: int) -> int:
    record = region.number("record")
    ended = date(2025, 12, 31) if region.chance(0.2) else None
    version = record if region.chance(0.9) else None
    kind = region.draw.choice(("STAFF", "PUPIL", "MENTOR"))
    stated_id = str(record) if record % 2 else ""
    is_card = bool(stated_id) and kind in CARD_KINDS
    region.add(
        "record", id=record, source_id=uid("source", record % 2),
        kind=kind, organisation_id=uid("organisation", school), is_card=is_card,
        external_id=identity(stated_id, kind) if is_card else str(record).encode(),
        current_version_id=version, projected_version_id=version, first_stated=PAST,
        last_stated=RECENT, ended_on=ended,
    )  # fmt: skip
    region.add(
        "record_version", id=record, record_id=record, content_hash=b"h", stated_as_of=RECENT,
        payload="{}", source_file_id=uid("file", 0) if region.chance(0.7) else None,
        sheet="Лист1", row=record + 1, part=0, changeset_id=1,
        stated_id=stated_id,
    )  # fmt: skip
    region.add("link", record_id=record, person_id=person, model_version="t", changeset_id=1)
    return record


def _move_cards(region: Region) -> None:
    """Let every fourth card have stood in another school before, until it moved on."""
    people = {row["record_id"]: row["person_id"] for row in region.tables["link"]}
    versions = {row["record_id"]: row for row in region.tables["record_version"]}
    cards = [row for row in region.tables["record"] if row["is_card"]]
    for card in cards[::4]:
        key, version = region.number("record"), versions[card["id"]]
        former = next(n for n in SCHOOLS if uid("organisation", n) != card["organisation_id"])
        current = {"current_version_id": key, "projected_version_id": key}
        place = {"organisation_id": uid("organisation", former), "ended_on": RECENT}
        region.add("record", **{**card, **current, **place, "id": key})
        region.add("record_version", **{**version, "id": key, "record_id": key})
        shared = {"model_version": "t", "changeset_id": 1}
        region.add("link", record_id=key, person_id=people[card["id"]], **shared)


def identity(number: str, kind: str) -> bytes:
    """Give the identity under which a card is landed."""
    return card_identities([number], RecordKind(kind))[0]


def _work_or_study(region: Region, number: int, school: int, record: int) -> None:
    shared = {
        "person_id": uid("person", number), "organisation_id": uid("organisation", school),
        "starts": region.draw.choice((ALWAYS, PAST, RECENT)),
        "ends": region.draw.choice((FOREVER, FOREVER, LATER, date(2024, 6, 1))),
        "record_id": record, "changeset_id": 1,
    }  # fmt: skip
    if number % 3 == 0:
        region.add(
            "enrolment", id=region.number("enrolment"), **shared,
            grade=region.draw.choice((5, 10, None)), letter=region.draw.choice(("А", "")),
            academic_year=region.draw.choice((2025, None)),
        )  # fmt: skip
        return
    region.add(
        "employment", id=region.number("employment"), **shared, position_code="TEACHER",
        position_text="учитель", subjects=["физика", "химия"] if number % 2 else [],
        kind=region.draw.choice(("MAIN", "EXTERNAL_PT", "UNKNOWN")),
        young_specialist_flag=region.draw.choice((True, False, None)),
    )  # fmt: skip


def _facts(region: Region, number: int, record: int) -> None:
    person = region.tables["person"][number]
    shared = {"person_id": person["id"], "record_id": record, "changeset_id": 1}
    names = {part: person[part] for part in ("last_name", "first_name", "middle_name")}
    region.add("person_name", **shared, **names, kind="CURRENT", sort_key=person["sort_key"])
    if region.chance(0.3):
        former = {**names, "last_name": "Прежнева"}
        region.add("person_name", **shared, **former, kind="PREVIOUS", sort_key="прежнева")
    if region.chance(0.6):
        digits = f"{11200000000 + number:011d}"
        region.add(
            "person_identifier", **shared, type="SNILS", value_hash=region.sealer.hash(digits),
            value_sealed=region.sealer.seal(digits),
        )  # fmt: skip
    if region.chance(0.5):
        region.add("contact", **shared, kind="PHONE", value=f"+7900000{number:04d}", owner="SELF")
        mail = f"p{number}@example.test"
        region.add("contact", **shared, kind="EMAIL", value=mail, owner="REPRESENTATIVE")
    if region.chance(0.5):
        region.add("experience", **shared, kind="TEACHING", since=date(2020 + number % 6, 9, 1))
        assigned = date(2024, 2, 2) if region.chance(0.5) else None
        region.add("qualification", **shared, category="FIRST", assigned_on=assigned)
    stated = {"last_name": person["last_name"], "snils": "***-***-445 95"}
    if person["birth_date"]:
        stated["birth_date"] = person["birth_date"].isoformat()
    for name, value in stated.items():
        region.add(
            "person_field", **shared, field=name, value=value, rule="RECENCY", stated_as_of=RECENT,
            record_version_id=record,
        )  # fmt: skip


def add_places(region: Region) -> None:
    """Give each person a row for every authority above their work or study, and for the root."""
    spans: dict[tuple[UUID, UUID], tuple[date, date]] = {}
    units = [*region.tables["employment"], *region.tables["enrolment"]]
    for unit in units:
        for place in region.tables["organisation_place"]:
            if place["organisation_id"] == unit["organisation_id"]:
                starts = max(unit["starts"], place["starts"])
                ends = min(unit["ends"], place["ends"])
                if starts < ends and place["authority_id"] != ROOT:
                    spans.setdefault((place["authority_id"], unit["person_id"]), (starts, ends))
    for person in region.tables["person"]:
        spans[ROOT, person["id"]] = (ALWAYS, FOREVER)
        if person["birth_year"] is None:
            spans[PARTNER, person["id"]] = (PAST, FOREVER)
    people = {person["id"]: person for person in region.tables["person"]}
    for (authority, person_id), (starts, ends) in spans.items():
        person = people[person_id]
        region.add(
            "person_place", authority_id=authority, sort_key=person["sort_key"],
            person_id=person_id, starts=starts, ends=ends, changed_at=person["changed_at"],
            changeset_id=1,
        )  # fmt: skip
