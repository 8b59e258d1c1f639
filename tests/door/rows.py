"""A small invented region as plain rows, written straight into the tables.

Two departments of different districts, schools, a partner and a closed school; people of one, of
both and of neither department; pairs inside a department, across departments and with a partner;
ended, future and unknown values. Everything follows from one seed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

from hub.access import ClientKind, Purpose, Role, issue_key
from hub.database import Database
from hub.seal import Sealer

ALWAYS, FOREVER = date.min, date.max
PAST, RECENT, LATER = date(2019, 9, 1), date(2025, 9, 1), date(2090, 9, 1)
LAST_NAMES = ("Ёлкин", "Дубров", "Берёзов", "Кленов", "Осинов", "Ивушкин", 'Ряб"инин', "Сосн\\ов")
FIRST_NAMES = ("Тестан", "Пробий", "Образ", "Экземпл", "Черновик")
MIDDLE_NAMES = ("Пробович", "Тестанович", "")
PEOPLE = 60
Row = Mapping[str, Any]  # a column holds any type that the driver writes


def uid(kind: str, number: int) -> UUID:
    """Return the same uuid for the same name in every run."""
    return UUID(bytes=sha256(f"{kind}/{number}".encode()).digest()[:16], version=4)


ROOT = uid("organisation", 0)
NORTH, SOUTH = uid("organisation", 1), uid("organisation", 2)
SCHOOLS = {3: NORTH, 4: NORTH, 5: SOUTH, 6: SOUTH, 7: NORTH}
PARTNER = uid("organisation", 8)
CLOSED = uid("organisation", 7)
REGION, NORTH_DISTRICT, SOUTH_DISTRICT, SETTLEMENT = (uid("territory", n) for n in range(4))


def key_of(text: str) -> str:
    """Fold a text as sort keys are folded."""
    return text.casefold().replace("ё", "е").strip()


@dataclass
class Region:
    """Rows by table, in an order in which they can be written."""

    draw: Random = field(default_factory=lambda: Random(7))  # noqa: S311 - test data, no secret
    tables: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    sealer: Sealer = field(default_factory=lambda: Sealer({1: bytes(range(32))}))

    def add(self, table: str, **row: Any) -> None:  # noqa: ANN401 - a column of any type
        self.tables[table].append(row)

    def number(self, table: str) -> int:
        return len(self.tables[table]) + 1

    def chance(self, share: float) -> bool:
        return self.draw.random() < share


def build() -> Region:
    """Draw the region."""
    region = Region()
    _changesets(region)
    _territories(region)
    _organisations(region)
    _sources(region)
    for number in range(PEOPLE):
        _person(region, number)
    _places(region)
    _programmes(region)
    _mentorships(region)
    _aliases(region)
    _rejections(region)
    _questions(region)
    return region


def _changesets(region: Region) -> None:
    kinds, states = ("REGISTRY", "IMPORT", "SYNC"), ("APPLIED", "WAITING")
    for number in range(8):
        started = datetime(2026, 1, 1, 9, 30, 15, 123456, tzinfo=UTC) + timedelta(days=number // 3)
        applied = None if number % 2 else started + timedelta(minutes=1)
        region.add(
            "changeset", id=number + 1, kind=kinds[number % 3], state=states[number % 2],
            actor="tests", summary='{"people": 7, "records": 9}' if number % 3 else "{}",
            created_at=started, applied_at=applied,
        )  # fmt: skip


def _territories(region: Region) -> None:
    for key, code, name, level, parent in (
        (REGION, "36000000", "Тестовая область", "REGION", None),
        (NORTH_DISTRICT, "36600000", "Северный район", "DISTRICT", REGION),
        (SOUTH_DISTRICT, "36700000", "Южный район", "DISTRICT", REGION),
        (SETTLEMENT, "36600100", "Ёлкино", "SETTLEMENT", NORTH_DISTRICT),
    ):
        tile = None if level == "REGION" else int(code[2:4]) % 7
        region.add(
            "territory", id=key, oktmo=code, name=name, level=level, parent_id=parent,
            tile_column=tile, tile_row=tile, sort_key=key_of(name),
        )  # fmt: skip


def _organisations(region: Region) -> None:
    _organisation(region, ROOT, "MINISTRY", "Министерство", REGION)
    _organisation(region, NORTH, "AUTHORITY", "Северное управление", NORTH_DISTRICT)
    _organisation(region, SOUTH, "AUTHORITY", "Южное управление", SOUTH_DISTRICT)
    for number, authority in SCHOOLS.items():
        territory = {3: NORTH_DISTRICT, 4: SETTLEMENT, 7: NORTH_DISTRICT}.get(
            number, SOUTH_DISTRICT
        )
        parent = uid("organisation", 3) if number == 4 else None
        kind = "KINDERGARTEN" if number == 6 else "SCHOOL"
        key = uid("organisation", number)
        _organisation(region, key, kind, f"Школа № {number}", territory, parent=parent)
        region.add(
            "organisation_identifier", organisation_id=key, system="INN", value=f"63{number}"
        )
        region.add("organisation_identifier", organisation_id=key, system="AIS", value=f"a{number}")
        _subordinate(region, key, authority, "PRIMARY", PAST, FOREVER)
    _organisation(region, PARTNER, "PARTNER", "Завод «Проба»", None)
    _subordinate(region, NORTH, ROOT, "PRIMARY", ALWAYS, FOREVER)
    _subordinate(region, SOUTH, ROOT, "PRIMARY", ALWAYS, FOREVER)
    _subordinate(region, PARTNER, ROOT, "PRIMARY", ALWAYS, FOREVER)
    # A school of the south that the north guides in method sees the same rows in both scopes.
    _subordinate(region, uid("organisation", 5), NORTH, "METHODICAL", RECENT, FOREVER)
    _organisation_places(region)


def _organisation(
    region: Region, key: UUID, kind: str, name: str, territory: UUID | None,
    *, parent: UUID | None = None,
) -> None:  # fmt: skip
    region.add(
        "organisation", id=key, kind=kind, full_name=f"МБОУ {name}", short_name=name,
        number=name.rpartition(" ")[2] if "№" in name else "", locality="",
        territory_id=territory, parent_id=parent, parent_kind="BRANCH" if parent else None,
        legal_entity_id=parent or key, status="CLOSED" if key == CLOSED else "ACTIVE",
        starts=PAST if parent else ALWAYS, ends=RECENT if key == CLOSED else FOREVER,
        sort_key=key_of(name),
    )  # fmt: skip


def _subordinate(
    region: Region, key: UUID, authority: UUID, kind: str, starts: date, ends: date
) -> None:
    region.add(
        "subordination", organisation_id=key, authority_id=authority, kind=kind, starts=starts,
        ends=ends,
    )  # fmt: skip


def _organisation_places(region: Region) -> None:
    seen: dict[tuple[UUID, UUID], Row] = {}
    for row in region.tables["organisation"]:
        for authority in (row["id"], ROOT):
            seen[authority, row["id"]] = _place(authority, row["id"], ALWAYS, FOREVER)
    for row in region.tables["subordination"]:
        pair = (row["authority_id"], row["organisation_id"])
        ends = RECENT if row["organisation_id"] == CLOSED else row["ends"]
        if row["authority_id"] != ROOT:
            seen[pair] = _place(*pair, row["starts"], ends)
    region.tables["organisation_place"] = list(seen.values())


def _place(authority: UUID, organisation: UUID, starts: date, ends: date) -> Row:
    return {
        "authority_id": authority, "organisation_id": organisation, "starts": starts, "ends": ends,
    }  # fmt: skip


def _sources(region: Region) -> None:
    for number, code in enumerate(("SCHOOL_FILES", "KADRY")):
        region.add(
            "source", id=uid("source", number), code=code, kind=code, title=f"Источник {code}",
            brake_share=Decimal("0.1"),
        )  # fmt: skip
    region.add(
        "source_file", id=uid("file", 0), source_id=uid("source", 0), name="Список школы.xlsx",
        sha256="0", size=1, rows=1, rejected=0, changeset_id=1,
    )  # fmt: skip


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
    region.add(
        "record", id=record, source_id=uid("source", record % 2),
        kind=region.draw.choice(("STAFF", "PUPIL", "MENTOR")),
        organisation_id=uid("organisation", school), external_id=str(record).encode(),
        current_version_id=version, projected_version_id=version, first_stated=PAST,
        last_stated=RECENT, ended_on=ended,
    )  # fmt: skip
    region.add(
        "record_version", id=record, record_id=record, content_hash=b"h", stated_as_of=RECENT,
        payload="{}", source_file_id=uid("file", 0) if region.chance(0.7) else None,
        sheet="Лист1", row=record + 1, part=0, changeset_id=1,
    )  # fmt: skip
    region.add("link", record_id=record, person_id=person, model_version="t", changeset_id=1)
    return record


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
        region.add("experience", **shared, kind="TEACHING", since=date(2020, 9, 1))
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


def _places(region: Region) -> None:
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


def _programmes(region: Region) -> None:
    for number, lead in enumerate((3, 5, 6)):
        key = uid("programme", number)
        region.add(
            "programme", id=key, title=f"Программа {number}", title_key=str(number),
            lead_organisation_id=uid("organisation", lead), academic_year=2025,
            status=("RUNNING", "DRAFT", "FINISHED")[number], starts=RECENT,
            ends=FOREVER if number else date(2026, 6, 1), sort_key=f"программа {number}",
            changeset_id=1,
        )  # fmt: skip
        for school, role in ((lead, "LEAD"), (4, "PARTNER")):
            region.add(
                "programme_organisation", programme_id=key, role=role, changeset_id=1,
                organisation_id=uid("organisation", school),
            )  # fmt: skip


def _mentorships(region: Region) -> None:
    people = [person["id"] for person in region.tables["person"]]
    for number in range(50):
        key = uid("mentorship", number)
        mentor, *mentees = region.draw.sample(people, k=4 if number % 10 == 0 else 2)
        starts = region.draw.choice((PAST, RECENT))
        ends = region.draw.choice((FOREVER, LATER, date(2026, 1, 1)))
        sort_key = f"пара {number % 17:02d}"
        form = region.draw.choice(("TEACHER_TEACHER", None))
        region.add(
            "mentorship", id=key, form_code=form,
            programme_id=region.draw.choice((uid("programme", number % 3), None)),
            kind="GROUP" if len(mentees) > 1 else "PAIR",
            status=region.draw.choice(("ACTIVE", "COMPLETED")),
            confirmation=region.draw.choice(("ONE_SIDED", "BOTH_SIDES", "DISPUTED")),
            starts=starts, ends=ends, end_assumed=region.chance(0.3), sort_key=sort_key,
            changeset_id=1,
        )  # fmt: skip
        for person, role in [(mentor, "MENTOR"), *((mentee, "MENTEE") for mentee in mentees)]:
            _member(region, key, person, role, starts, ends)
        for mentee in mentees:
            region.add(
                "participation_fact", id=region.number("participation_fact"), mentorship_id=key,
                mentor_id=mentor, mentee_id=mentee, host_id=uid("organisation", 3), starts=starts,
                ends=ends, form_code=form, changeset_id=1,
            )  # fmt: skip
        if region.chance(0.2):
            region.add(
                "suspension", id=region.number("suspension"), mentorship_id=key,
                starts=date(2025, 10, 1), ends=date(2025, 11, 1), changeset_id=1,
            )  # fmt: skip
        _mentorship_places(region, key, sort_key, [mentor, *mentees])


def _member(region: Region, key: UUID, person: UUID, role: str, starts: date, ends: date) -> None:
    host = uid("organisation", region.draw.choice(sorted(SCHOOLS))) if role == "MENTEE" else None
    known = next(row for row in region.tables["person"] if row["id"] == person)
    region.add(
        "mentorship_member", id=region.number("mentorship_member"), mentorship_id=key,
        person_id=person, role=role, host_organisation_id=host, moved=region.chance(0.1),
        affiliation_kind=region.draw.choice(("EMPLOYMENT", "PARTNER", "TEXT")),
        affiliation_text="", display_name=f"{known['last_name']} {known['first_name']}",
        organisation_name="Школа", position_text="учитель", starts=starts, ends=ends,
        changeset_id=1,
    )  # fmt: skip


def _mentorship_places(region: Region, key: UUID, sort_key: str, people: Sequence[UUID]) -> None:
    authorities = {
        row["authority_id"] for row in region.tables["person_place"] if row["person_id"] in people
    }
    for authority in sorted(authorities):
        region.add(
            "mentorship_place", authority_id=authority, sort_key=sort_key, mentorship_id=key,
            changeset_id=1,
        )  # fmt: skip


def _aliases(region: Region) -> None:
    for number, kind in enumerate(("MERGED", "SPLIT", "GONE")):
        region.add(
            "person_alias", alias_id=uid("former", number), person_id=uid("person", number),
            kind=kind, changeset_id=1,
        )  # fmt: skip
    region.add(
        "mentorship_alias", alias_id=uid("former pair", 0), mentorship_id=uid("mentorship", 0),
        changeset_id=1,
    )  # fmt: skip


def _rejections(region: Region) -> None:
    for number in range(20):
        school = uid("organisation", 3 + number % 5) if number % 6 else None
        region.add(
            "rejection", id=number + 1, source_file_id=uid("file", 0), organisation_id=school,
            sheet="Лист1", row=None if school is None else number,
            column="Дата рождения" if number % 2 else None, code=("row.name", "row.birth_date")[number % 2],
            message="Исправьте дату.", payload_sealed=region.sealer.seal("строка"), changeset_id=1,
        )  # fmt: skip


def _questions(region: Region) -> None:
    units = [*(uid("organisation", n) for n in SCHOOLS), NORTH, SOUTH, ROOT]
    links = {row["record_id"]: row["person_id"] for row in region.tables["link"]}
    for number in range(24):
        one, other = 2 * number + 1, 2 * number + 2
        region.add(
            "question", id=uid("question", number), record_a=one, record_b=other,
            person_a=links[one], person_b=links[other], organisation_id=units[number % len(units)],
            score=(number * 7) % 5 * 100 - 150, reasons=["та же фамилия", "другая дата"][: number % 3],
            state="ANSWERED" if number % 4 == 0 else "OPEN", changeset_id=1,
        )  # fmt: skip


async def write(region: Region, connection: asyncpg.Connection) -> None:
    """Write all rows in one go."""
    for table, rows in region.tables.items():
        columns = list(rows[0])
        names = ", ".join(f'"{name}"' for name in columns)
        places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
        statement = f"insert into {table} ({names}) values ({places})"
        records = [tuple(row[column] for column in columns) for row in rows]
        await connection.executemany(statement, records)


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The credentials of those who ask in the tests of the door."""

    centre: str
    north: str
    south: str
    partner: str
    steward: str


async def issue(database: Database) -> Keys:
    """Issue a key for each kind of viewer."""
    async with database.writing() as session:

        async def key(role: Role, organisation: UUID, *purposes: Purpose) -> str:
            return await issue_key(
                session, client_name="Проверка", kind=ClientKind.SYSTEM, role=role,
                organisation_id=organisation, purposes=frozenset(purposes), env="test",
            )  # fmt: skip

        return Keys(
            centre=await key(Role.REGIONAL_CENTRE, ROOT, *Purpose),
            north=await key(Role.TERRITORY, NORTH),
            south=await key(Role.TERRITORY, SOUTH, Purpose.BIRTH_DATES),
            partner=await key(Role.PARTNER_SYSTEM, PARTNER, Purpose.CONTACTS),
            steward=await key(Role.STEWARD, ROOT),
        )
