"""Programmes and mentorships with their members, as rows."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from tests.door.rows import FOREVER, LATER, PARTNER, PAST, RECENT, ROOT, SCHOOLS, Region, Row, uid

# The same department on every day, so no fact has to be cut.
DEPARTMENTS: Mapping[UUID | None, UUID] = {
    PARTNER: ROOT,
    **{uid("organisation", number): department for number, department in SCHOOLS.items()},
}


def add_programmes(region: Region) -> None:
    """Add programmes of several schools."""
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


def add_mentorships(region: Region) -> None:
    """Add pairs and groups with members, facts and pauses."""
    people = [person["id"] for person in region.tables["person"]]
    for number in range(50):
        key = uid("mentorship", number)
        mentor, *mentees = region.draw.sample(people, k=4 if number % 10 == 0 else 2)
        starts = region.draw.choice((PAST, RECENT))
        ends = region.draw.choice((FOREVER, LATER, date(2026, 1, 1)))
        sort_key = f"пара {number % 17:02d}"
        form = region.draw.choice(("TEACHER_TEACHER", "STUDENT_STUDENT", None))
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
            _fact(region, region.tables["mentorship"][-1], mentor, mentee)
        if region.chance(0.2):
            region.add(
                "suspension", id=region.number("suspension"), mentorship_id=key,
                starts=date(2025, 10, 1), ends=date(2025, 11, 1), changeset_id=1,
            )  # fmt: skip
        _mentorship_places(region, region.tables["mentorship"][-1], [mentor, *mentees])


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


def _fact(region: Region, mentorship: Row, mentor: UUID, mentee: UUID) -> None:
    """Say where a pair counts: with the mentee's host, with an employer that some do not name."""
    host = next(
        member["host_organisation_id"]
        for member in region.tables["mentorship_member"]
        if (member["mentorship_id"], member["person_id"]) == (mentorship["id"], mentee)
    )
    number = region.number("participation_fact")
    employers = (host, uid("organisation", 3 + number % 5), PARTNER, None)
    region.add(
        "participation_fact", id=number, mentorship_id=mentorship["id"], mentor_id=mentor,
        mentee_id=mentee, form_code=mentorship["form_code"],
        programme_id=mentorship["programme_id"], starts=mentorship["starts"],
        ends=mentorship["ends"], changeset_id=1,
        **_counted_with(region, "host", host),
        **_counted_with(region, "mentor", employers[number % 4]),
    )  # fmt: skip


def _counted_with(region: Region, side: str, organisation: UUID | None) -> Row:
    units = {row["id"]: row["territory_id"] for row in region.tables["organisation"]}
    column = "host_id" if side == "host" else "mentor_organisation_id"
    return {
        column: organisation,
        f"{side}_territory_id": units.get(organisation),
        f"{side}_department_id": DEPARTMENTS.get(organisation),
    }


def _mentorship_places(region: Region, mentorship: Row, people: Sequence[UUID]) -> None:
    authorities = {
        row["authority_id"] for row in region.tables["person_place"] if row["person_id"] in people
    }
    for authority in sorted(authorities):
        region.add(
            "mentorship_place", authority_id=authority, sort_key=mentorship["sort_key"],
            mentorship_id=mentorship["id"], starts=mentorship["starts"], changeset_id=1,
        )  # fmt: skip


def add_aliases(region: Region) -> None:
    """Add former ids."""
    for number, kind in enumerate(("MERGED", "SPLIT", "GONE")):
        region.add(
            "person_alias", alias_id=uid("former", number), person_id=uid("person", number),
            kind=kind, changeset_id=1,
        )  # fmt: skip
    region.add(
        "mentorship_alias", alias_id=uid("former pair", 0), mentorship_id=uid("mentorship", 0),
        changeset_id=1,
    )  # fmt: skip
