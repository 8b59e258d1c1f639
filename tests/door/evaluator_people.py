"""What the list of people and a person must hold, over plain rows."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from hub.access import Purpose
from tests.door.evaluator import (
    Arguments,
    Resolve,
    World,
    identified,
    key_in,
    page,
    placed,
    related,
    short_name,
    things,
    within,
    written,
)
from tests.door.evaluator_evidence import sees_evidence
from tests.door.evaluator_law import state
from tests.door.tables import Row


def people(world: World, _: Row, arguments: Arguments) -> object:
    scope = world.viewer.authority_id
    found = [
        row
        for row in world.tables["person"]
        if placed(world, "person_place", "person_id", row["id"], scope)
        and is_wanted(world, row, arguments.get("filter") or {})
    ]
    order = arguments.get("orderBy") or "NAME_ASC"
    name = "changed_at" if order.startswith("CHANGED") else "sort_key"
    return page(
        "Person",
        found,
        world.tables["person"],
        arguments,
        lambda row: (row[name], str(row["id"])),
        descending=order.endswith("DESC"),
    )


def is_wanted(world: World, row: Row, chosen: Arguments) -> bool:
    key = row["id"]
    authorities: list[object] = [
        key_in(chosen[name]) for name in ("department", "organisation") if chosen.get(name)
    ]
    if chosen.get("identifier"):
        authorities.append(identified(world, chosen["identifier"]))
    since = datetime.fromisoformat(chosen["changedSince"]) if chosen.get("changedSince") else None
    today = (world.today, world.today + timedelta(days=1))
    return (
        all(
            is_beneath(world, each) and placed(world, "person_place", "person_id", key, each)
            for each in authorities
        )
        and (not chosen.get("territory") or is_in_territory(world, key, chosen["territory"]))
        and (not chosen.get("role") or has_role(world, key, chosen["role"]))
        and row["sort_key"].startswith(folded(chosen.get("namePrefix")))
        and (since is None or row["changed_at"] >= since)
        and has_post(world, key, today, chosen)
        and may_be(world, key, chosen.get("mayBe"))
    )


def may_be(world: World, person: object, purpose: str | None) -> bool:
    """Tell whether consents and the gate's rule let a person be named for a purpose."""
    if purpose is None:
        return True
    records = {row["record_id"] for row in world.all("link", person_id=person)}
    given = {
        state(world, row)
        for row in world.all("consent", purpose=purpose)
        if row["record_id"] in records
        and sees_evidence(world, world.one("record", id=row["record_id"]) or {})
    }
    if purpose == "PUBLICATION":
        return "IN_FORCE" in given
    return "IN_FORCE" in given or "WITHDRAWN" not in given


def folded(prefix: str | None) -> str:
    return (prefix or "").casefold().replace("ё", "е")


def holds(row: Row, lo: date, hi: date) -> bool:
    """Tell whether a row is in force on a day of a half open range."""
    return bool(row["starts"] < hi and row["ends"] > lo)


def has_post(world: World, person: object, days: tuple[date, date], chosen: Arguments) -> bool:
    position, subject = chosen.get("positionCode"), (chosen.get("subject") or "").casefold()
    posts = [
        post
        for post in world.all("employment", person_id=person)
        if holds(post, *days)
        and position in {None, post["position_code"]}
        and (not subject or subject in post["subjects"])
    ]
    return bool(posts) or not (position or subject)


def is_beneath(world: World, authority: object) -> bool:
    """Tell whether the viewer may know who belongs to an authority."""
    scope = world.viewer.authority_id
    return world.viewer.is_region_wide or placed(
        world, "organisation_place", "organisation_id", authority, scope
    )


def is_in_territory(world: World, person: UUID, territory: str) -> bool:
    inside = within(world, territory)
    units = [
        row
        for table in ("employment", "enrolment")
        for row in world.all(table, person_id=person)
        if world.in_force(row)
    ]
    schools = [world.one("organisation", id=row["organisation_id"]) for row in units]
    return any(school is not None and school["territory_id"] in inside for school in schools)


def has_role(world: World, person: UUID, role: str) -> bool:
    table, column = {
        "STAFF": ("employment", "person_id"),
        "PUPIL": ("enrolment", "person_id"),
        "MENTOR": ("participation_fact", "mentor_id"),
        "MENTEE": ("participation_fact", "mentee_id"),
    }[role]
    rows = filter(world.may_be_told, world.all(table, **{column: person}))
    return any(map(world.in_force, rows))


def of_person(kind: str, table: str, *order: str) -> Resolve:
    def find(world: World, row: Row, _: Arguments) -> object:
        found = world.all(table, person_id=row["id"])
        return things(kind, sorted(found, key=lambda each: tuple(each[name] for name in order)))

    return find


def masked(purpose: Purpose, *names: str) -> Resolve:
    return lambda world, _row, _: [] if purpose in world.viewer.purposes else list(names)


def display_name(_: World, row: Row, __: Arguments) -> object:
    parts = (row["last_name"], row["first_name"], row["middle_name"])
    return " ".join(part for part in parts if part)


def birth_date(world: World, row: Row, _: Arguments) -> object:
    return written(row["birth_date"]) if Purpose.BIRTH_DATES in world.viewer.purposes else None


def contact_value(world: World, row: Row, _: Arguments) -> object:
    value: str = row["value"]
    if Purpose.CONTACTS in world.viewer.purposes:
        return value
    return f"***@{value.split('@')[1]}" if row["kind"] == "EMAIL" else f"***{value[-2:]}"


def identifier_value(world: World, row: Row, _: Arguments) -> object:
    if Purpose.IDENTIFIERS in world.viewer.purposes:
        return world.sealer.open(row["value_sealed"])
    stated = world.one(
        "person_field", person_id=row["person_id"], field="snils", record_id=row["record_id"]
    )
    return stated["value"] if stated else "***"


def is_current(world: World, row: Row, _: Arguments) -> object:
    return world.in_force(row)


PEOPLE: Mapping[tuple[str, str], Resolve] = {
    ("Query", "people"): people,
    ("Person", "displayName"): display_name,
    ("Person", "birthDate"): birth_date,
    ("Person", "maskedFields"): masked(Purpose.BIRTH_DATES, "birthDate"),
    ("Person", "names"): of_person(
        "PersonName", "person_name", "last_name", "first_name", "middle_name"
    ),
    ("Person", "identifiers"): of_person(
        "PersonIdentifier", "person_identifier", "type", "value_hash"
    ),
    ("Person", "contacts"): of_person("Contact", "contact", "kind", "value"),
    ("Person", "employments"): of_person("Employment", "employment", "starts", "id"),
    ("Person", "enrolments"): of_person("Enrolment", "enrolment", "starts", "id"),
    ("Person", "experience"): of_person("Experience", "experience", "kind"),
    ("Person", "qualifications"): of_person("Qualification", "qualification", "category"),
    ("PersonIdentifier", "value"): identifier_value,
    ("PersonIdentifier", "maskedFields"): masked(Purpose.IDENTIFIERS, "value"),
    ("Contact", "value"): contact_value,
    ("Contact", "maskedFields"): masked(Purpose.CONTACTS, "value"),
    ("Employment", "organisation"): related("Organisation", "organisation", "organisation_id"),
    ("Employment", "organisationName"): short_name,
    ("Employment", "isCurrent"): is_current,
    ("Enrolment", "organisation"): related("Organisation", "organisation", "organisation_id"),
    ("Enrolment", "organisationName"): short_name,
    ("Enrolment", "isCurrent"): is_current,
}
