"""Three departments of ten schools each beside the test region, as rows.

Whatever belongs to a school follows from its number, and in the schools that are not `ours` from a
`variant` besides: two regions of different variants are the same to whoever sees only ours.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from tests.door.rows import (
    ALWAYS,
    FIRST_NAMES,
    FOREVER,
    LAST_NAMES,
    NORTH_DISTRICT,
    PAST,
    RECENT,
    ROOT,
    SOUTH_DISTRICT,
    Region,
    key_of,
    uid,
)

DEPARTMENTS = (100, 200, 300)
SCHOOLS_OF = {number: range(number + 1, number + 11) for number in DEPARTMENTS}
SCHOOLS = tuple(school for schools in SCHOOLS_OF.values() for school in schools)
MOST_PEOPLE = 9


def add_departments(region: Region, *, ours: Collection[int], variant: int) -> None:
    """Add the departments and their schools with people, pairs, programmes and evidence."""
    for number in DEPARTMENTS:
        _unit(region, number, "AUTHORITY", ROOT)
        for school in SCHOOLS_OF[number]:
            _unit(region, school, "SCHOOL", uid("organisation", number))
            _school(region, number, school, 0 if school in ours else variant)


def _unit(region: Region, number: int, kind: str, authority: UUID) -> None:
    key, name = uid("organisation", number), f"Учреждение № {number}"
    region.add(
        "organisation", id=key, kind=kind, full_name=f"МБОУ {name}", short_name=name,
        number=str(number), locality="", legal_entity_id=key, status="ACTIVE", starts=ALWAYS,
        territory_id=NORTH_DISTRICT if number < 200 else SOUTH_DISTRICT, ends=FOREVER,
        sort_key=key_of(name),
    )  # fmt: skip
    region.add("organisation_identifier", organisation_id=key, system="INN", value=f"77{number}")
    region.add(
        "subordination", organisation_id=key, authority_id=authority, kind="PRIMARY",
        starts=ALWAYS, ends=FOREVER,
    )  # fmt: skip
    for above in {key, authority, ROOT}:
        region.add(
            "organisation_place", authority_id=above, organisation_id=key, starts=ALWAYS,
            ends=FOREVER,
        )  # fmt: skip


def _school(region: Region, department: int, school: int, variant: int) -> None:
    draw = Random(f"{school}/{variant}")  # noqa: S311 - test data, no secret
    scopes = [uid("organisation", number) for number in (school, department)]
    people = [
        _person(region, school, school * 100 + number, variant, draw, scopes)
        for number in range(draw.randint(4, MOST_PEOPLE))
    ]
    _programme(region, school, variant)
    for number in range(len(people) // 2):
        pair = people[number * 2], people[number * 2 + 1]
        _pair(region, department, school, number, pair, draw, [ROOT, *scopes])
    for number in range(draw.randint(0, 3)):
        region.add(
            "rejection", id=school * 100 + number, source_file_id=uid("file", 0),
            organisation_id=uid("organisation", school), sheet="Лист1", row=number + variant,
            column="ФИО", code="row.name", message=f"Строка {number} {variant}",
            payload_sealed=b"", changeset_id=1, stated_id=f"{variant}",
        )  # fmt: skip
    _doubts(region, school, variant, people, draw)


def _doubts(region: Region, school: int, variant: int, people: list[UUID], draw: Random) -> None:
    """Add a question, a base of mentors and a stated number."""
    unit, first = uid("organisation", school), school * 100
    region.add(
        "question", id=uid(f"question of {variant}", school), record_a=first, record_b=first + 1,
        person_a=people[0], person_b=people[1], organisation_id=unit, score=draw.randint(-9, 9),
        reasons=[f"причина {variant}"], state="OPEN", changeset_id=1, kind="MATCH",
        priority=draw.randint(0, 500), affects=["MENTORS"], version=1,
    )  # fmt: skip
    for person in people[:: 2 + variant % 2]:
        region.add(
            "mentor_profile", person_id=person, record_id=first, organisation_id=unit,
            starts=RECENT, ends=FOREVER, changeset_id=1,
        )  # fmt: skip
    region.add(
        "stated_figure", id=first, metric="PAIRS", organisation_id=unit, dimensions="{}",
        starts=RECENT, ends=FOREVER, value=Decimal(draw.randint(0, 40)), stated_as_of=RECENT,
        changeset_id=1,
    )  # fmt: skip


def _person(
    region: Region, school: int, number: int, variant: int, draw: Random, scopes: list[UUID]
) -> UUID:
    key = uid(f"person of {variant}", number)
    last, first = f"{draw.choice(LAST_NAMES)}{variant}", draw.choice(FIRST_NAMES)
    born, sort_key = date(1960 + number % 40, 5, draw.randint(1, 28)), key_of(f"{last} {first}")
    changed = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=draw.randint(0, 9_000))
    region.add(
        "person", id=key, last_name=last, first_name=first, middle_name="", sort_key=sort_key,
        birth_date=born, birth_year=born.year, sex="FEMALE", record_count=1, changeset_id=1,
        changed_at=changed,
    )  # fmt: skip
    _evidence(region, school, number, key, f"{last} {first}")
    shared = {"person_id": key, "record_id": number, "changeset_id": 1}
    region.add(
        "person_name", **shared, last_name=last, first_name=first, middle_name="",
        kind="CURRENT", sort_key=sort_key,
    )  # fmt: skip
    phone = f"+7901{variant:02d}{number:05d}"
    region.add("contact", **shared, kind="PHONE", value=phone, owner="SELF")
    region.add(
        "employment", id=number, **shared, organisation_id=uid("organisation", school),
        starts=PAST, ends=FOREVER, position_code="TEACHER", position_text="учитель",
        subjects=["физика"], kind="MAIN", young_specialist_flag=draw.random() < 0.5,
        teaching_since=date(2020 + draw.randint(0, 5), 9, 1),
    )  # fmt: skip
    for authority in (*scopes, ROOT):
        region.add(
            "person_place", authority_id=authority, sort_key=sort_key, person_id=key,
            starts=ALWAYS, ends=FOREVER, changed_at=changed, changeset_id=1,
        )  # fmt: skip
    return key


def _evidence(region: Region, school: int, number: int, person: UUID, name: str) -> None:
    region.add(
        "record", id=number, source_id=uid("source", 0), kind="STAFF", is_card=False,
        organisation_id=uid("organisation", school), external_id=str(number).encode(),
        current_version_id=number, projected_version_id=number, first_stated=PAST,
        last_stated=RECENT, ended_on=None,
    )  # fmt: skip
    region.add(
        "record_version", id=number, record_id=number, content_hash=b"h", stated_as_of=RECENT,
        payload="{}", source_file_id=uid("file", 0), sheet="Лист1", row=number, part=0,
        changeset_id=1, stated_id=f"к{number}",
    )  # fmt: skip
    region.add("link", record_id=number, person_id=person, model_version="t", changeset_id=1)
    region.add(
        "person_field", person_id=person, record_id=number, changeset_id=1, field="last_name",
        value=name, rule="RECENCY", stated_as_of=RECENT, record_version_id=number,
    )  # fmt: skip


def _programme(region: Region, school: int, variant: int) -> None:
    key, title = uid("programme", school), f"Программа {school}-{variant}"
    region.add(
        "programme", id=key, title=title, title_key=key_of(title), academic_year=2025,
        lead_organisation_id=uid("organisation", school), status="RUNNING", starts=RECENT,
        ends=FOREVER, sort_key=key_of(title), changeset_id=1,
    )  # fmt: skip
    region.add(
        "programme_organisation", programme_id=key, role="LEAD", changeset_id=1,
        organisation_id=uid("organisation", school),
    )  # fmt: skip


def _pair(
    region: Region, department: int, school: int, number: int, pair: tuple[UUID, UUID],
    draw: Random, scopes: list[UUID],
) -> None:  # fmt: skip
    key, host = uid(f"pair of {pair[0]}", number), uid("organisation", school)
    ends = draw.choice((FOREVER, date(2026, 1, 1)))
    shared = {"starts": RECENT, "ends": ends, "changeset_id": 1}
    region.add(
        "mentorship", id=key, form_code="TEACHER_TEACHER", programme_id=uid("programme", school),
        kind="PAIR", status="ACTIVE", confirmation="ONE_SIDED", end_assumed=False,
        sort_key=f"пара {school} {number}", **shared,
    )  # fmt: skip
    for side, (person, role) in enumerate(zip(pair, ("MENTOR", "MENTEE"), strict=True)):
        region.add(
            "mentorship_member", id=school * 100 + number * 2 + side, mentorship_id=key,
            person_id=person, role=role, host_organisation_id=host if side else None,
            moved=False, affiliation_kind="EMPLOYMENT", affiliation_text="",
            display_name=f"Участник {person}", organisation_name=f"Школа {school}",
            position_text="учитель", **shared,
        )  # fmt: skip
    territory = NORTH_DISTRICT if department < 200 else SOUTH_DISTRICT
    sides = {
        f"{side}_{column}": value
        for side in ("host", "mentor")
        for column, value in (
            ("territory_id", territory), ("department_id", uid("organisation", department)),
        )
    }  # fmt: skip
    region.add(
        "participation_fact", id=school * 100 + number, mentorship_id=key, mentor_id=pair[0],
        mentee_id=pair[1], form_code="TEACHER_TEACHER", programme_id=uid("programme", school),
        host_id=host, mentor_organisation_id=host, **sides, **shared,
    )  # fmt: skip
    for authority in scopes:
        region.add(
            "mentorship_place", authority_id=authority, sort_key=f"пара {school} {number}",
            mentorship_id=key, starts=RECENT, changeset_id=1,
        )  # fmt: skip
