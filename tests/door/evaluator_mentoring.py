"""What a mentorship and a programme must hold, over plain rows."""

from collections.abc import Mapping
from datetime import date

from tests.door.evaluator import (
    Arguments,
    Resolve,
    World,
    by_name,
    page,
    related,
    things,
    unscoped,
)
from tests.door.tables import Row


def mentorships(world: World, row: Row, arguments: Arguments) -> object:
    chosen = arguments.get("filter") or {}
    members = [
        member["mentorship_id"]
        for member in world.all("mentorship_member", person_id=row["id"])
        if not chosen.get("role") or member["role"] == chosen["role"]
    ]
    day = date.fromisoformat(chosen["activeOn"]) if chosen.get("activeOn") else None
    found = [
        each
        for each in world.tables["mentorship"]
        if each["id"] in members
        and world.sees("Mentorship", each)
        and (not chosen.get("formCode") or each["form_code"] == chosen["formCode"])
        and (day is None or each["starts"] <= day < each["ends"])
    ]
    return page("Mentorship", found, world.tables["mentorship"], arguments, by_name)


def members(world: World, row: Row, arguments: Arguments) -> object:
    day = date.fromisoformat(arguments["activeOn"]) if arguments.get("activeOn") else None
    found = [
        each
        for each in world.all("mentorship_member", mentorship_id=row["id"])
        if arguments.get("role") in {None, each["role"]}
        and (day is None or each["starts"] <= day < each["ends"])
    ]
    ordered = sorted(
        found, key=lambda each: (each["role"] == "MENTEE", each["display_name"], each["id"])
    )
    return things("MentorshipMember", ordered)


def suspensions(world: World, row: Row, _: Arguments) -> object:
    found = world.all("suspension", mentorship_id=row["id"])
    return things("Suspension", sorted(found, key=lambda each: (each["starts"], each["id"])))


def form_name(world: World, row: Row, _: Arguments) -> object:
    found = world.one("mentoring_form", code=row["form_code"])
    return found["label"] if found else None


MENTORING: Mapping[tuple[str, str], Resolve] = {
    ("Person", "mentorships"): mentorships,
    ("Mentorship", "formName"): form_name,
    ("Mentorship", "programme"): unscoped("Programme", "programme", "programme_id"),
    ("Mentorship", "members"): members,
    ("Mentorship", "suspensions"): suspensions,
    ("MentorshipMember", "hostOrganisation"): related(
        "Organisation", "organisation", "host_organisation_id"
    ),
    ("MentorshipMember", "person"): related("Person", "person", "person_id"),
    ("Programme", "leadOrganisation"): related(
        "Organisation", "organisation", "lead_organisation_id"
    ),
}
