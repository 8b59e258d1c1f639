"""What belongs to an organisation, a territory and a programme, over plain rows."""

from collections.abc import Iterator, Mapping
from datetime import date
from uuid import UUID

from tests.door.evaluator import (
    Arguments,
    Resolve,
    World,
    key_in,
    placed,
    related,
    things,
    within,
)
from tests.door.evaluator_lists import (
    days_of,
    mentorships_of,
    people_page,
    programmes_of,
    units_of,
)
from tests.door.evaluator_organisations import organisations_of
from tests.door.evaluator_people import folded, has_post, holds, is_beneath, is_wanted
from tests.door.tables import Row


def beneath(world: World, row: Row, lo: date, hi: date) -> set[UUID]:
    """Name the organisation and all beneath it on a day of a range."""
    places = world.all("organisation_place", authority_id=row["id"])
    return {place["organisation_id"] for place in places if holds(place, lo, hi)}


def beneath_today(world: World, row: Row) -> set[UUID]:
    return beneath(world, row, *days_of(world, {}))


def people(world: World, row: Row, arguments: Arguments) -> object:
    scope = world.viewer.authority_id
    found = [
        person
        for person in world.tables["person"]
        if all(
            placed(world, "person_place", "person_id", person["id"], authority)
            for authority in (scope, row["id"])
        )
        and is_beneath(world, row["id"])
        and is_wanted(world, person, arguments.get("filter") or {})
    ]
    return people_page(world, found, arguments)


def staff(world: World, row: Row, arguments: Arguments) -> object:
    days = days_of(world, arguments)
    units = beneath(world, row, *days)
    found = [
        person
        for person in world.tables["person"]
        if any(
            post["organisation_id"] in units and holds(post, *days)
            for post in world.all("employment", person_id=person["id"])
        )
    ]
    return people_page(world, list(shown(world, found, arguments)), arguments)


def hosted(column: str) -> Resolve:
    def find(world: World, row: Row, arguments: Arguments) -> object:
        days = days_of(world, arguments)
        form = (arguments.get("filter") or {}).get("formCode")
        units = beneath(world, row, *days)
        taking_part = {
            fact[column]
            for fact in world.tables["participation_fact"]
            if fact["host_id"] in units
            and holds(fact, *days)
            and form in {None, fact["form_code"]}
            and world.sees("Mentorship", {"id": fact["mentorship_id"]})
        }
        found = [person for person in world.tables["person"] if person["id"] in taking_part]
        return people_page(world, list(shown(world, found, arguments)), arguments)

    return find


def shown(world: World, people: list[Row], arguments: Arguments) -> Iterator[Row]:
    chosen, days = arguments.get("filter") or {}, days_of(world, arguments)
    for person in people:
        if (
            world.sees("Person", person)
            and has_post(world, person["id"], days, chosen)
            and person["sort_key"].startswith(folded(chosen.get("namePrefix")))
        ):
            yield person


def mentorships(world: World, row: Row, arguments: Arguments) -> object:
    units = beneath_today(world, row)
    found = [
        each
        for each in world.tables["mentorship"]
        if world.sees("Mentorship", each)
        and any(
            member["host_organisation_id"] in units
            for member in world.all("mentorship_member", mentorship_id=each["id"])
        )
    ]
    return mentorships_of(world, found, arguments)


def programmes(world: World, row: Row, arguments: Arguments) -> object:
    units = beneath_today(world, row)
    found = [
        each
        for each in world.tables["programme"]
        if any(unit["id"] in units for unit in units_of(world, each))
    ]
    return programmes_of(world, found, arguments)


def programme_mentorships(world: World, row: Row, arguments: Arguments) -> object:
    found = [
        each
        for each in world.all("mentorship", programme_id=row["id"])
        if world.sees("Mentorship", each)
    ]
    return mentorships_of(world, found, arguments)


def inside(world: World, row: Row, arguments: Arguments) -> object:
    territories = within(world, f"territory-{row['id']}")
    every = world.tables["organisation"]
    found = [each for each in every if each["territory_id"] in territories]
    return organisations_of(world, found, arguments)


def subordinates(world: World, row: Row, arguments: Arguments) -> object:
    return answering(world, row["id"], arguments)


def subordinate_root(world: World, _: Row, arguments: Arguments) -> object:
    named = arguments.get("authority")
    return answering(world, key_in(named) if named else world.viewer.authority_id, arguments)


def answering(world: World, authority: UUID, arguments: Arguments) -> object:
    lo, hi = days_of(world, {"asOf": arguments.get("asOf")})
    direct = {
        answer["organisation_id"]
        for answer in world.all("subordination", authority_id=authority)
        if holds(answer, lo, hi) and arguments.get("kind") in {None, answer["kind"]}
    }
    found = [
        unit
        for unit in world.tables["organisation"]
        if unit["id"] in direct or (unit["legal_entity_id"] in direct and not is_apart(world, unit))
    ]
    return organisations_of(world, found, arguments)


def is_apart(world: World, unit: Row) -> bool:
    """Tell whether a branch answers to an authority of its own."""
    return bool(world.all("subordination", organisation_id=unit["id"], kind="PRIMARY"))


def subordinations(world: World, row: Row, _: Arguments) -> object:
    found = world.all("subordination", organisation_id=row["id"])
    return things("Subordination", sorted(found, key=lambda each: (each["starts"], each["id"])))


def authority_name(world: World, row: Row, _: Arguments) -> object:
    found = world.one("organisation", id=row["authority_id"])
    return found["short_name"] if found else None


PARTS: Mapping[tuple[str, str], Resolve] = {
    ("Query", "subordinateOrganisations"): subordinate_root,
    ("Organisation", "people"): people,
    ("Organisation", "staff"): staff,
    ("Organisation", "mentors"): hosted("mentor_id"),
    ("Organisation", "mentees"): hosted("mentee_id"),
    ("Organisation", "mentorships"): mentorships,
    ("Organisation", "programmes"): programmes,
    ("Organisation", "subordinates"): subordinates,
    ("Organisation", "subordinations"): subordinations,
    ("Subordination", "authority"): related("Organisation", "organisation", "authority_id"),
    ("Subordination", "authorityName"): authority_name,
    ("Territory", "organisations"): inside,
    ("Programme", "organisations"): lambda world, row, arguments: organisations_of(
        world, units_of(world, row), arguments
    ),
    ("Programme", "mentorships"): programme_mentorships,
}
DAYS = ["2020-02-02", "2025-10-05", "2026-10-05"]


def part_inputs(departments: list[str], schools: list[str]) -> Mapping[str, list[object]]:
    """Give what the arguments and filters of parts are drawn from."""
    parts = ("staff", "mentors", "mentees", "subordinates")
    posts = {"positionCode": ["TEACHER", "TEACHER", "DIRECTOR"], "subject": ["Физика", "химия"]}
    return {
        **{f"Organisation.{part}(asOf)": [*DAYS] for part in parts},
        "Query.subordinateOrganisations(asOf)": [*DAYS],
        "Query.subordinateOrganisations(authority)": [*departments, *schools],
        "Mentorship.members(activeOn)": [*DAYS],
        **{f"{name}.{part}": [*values] for name in ("PersonFilter", "StaffFilter", "HostedFilter")
           for part, values in posts.items()},
        **{f"{name}.namePrefix": ["Ёл", "дубров", "б"] for name in ("StaffFilter", "HostedFilter")},
        **{f"{name}.academicYear": [2024, 2025]
           for name in ("StaffFilter", "HostedFilter", "RoleFilter", "MentorshipListFilter")},
        "HostedFilter.formCode": ["TEACHER_TEACHER"],
        "PersonFilter.changedSince": ["2026-01-01T05:00:00+00:00"],
        "MentorshipListFilter.kind": ["PAIR", "GROUP"],
        "MentorshipListFilter.startsSince": ["2025-01-01"],
        "MentorshipListFilter.endsBefore": ["2030-01-01"],
        "MentorshipListFilter.namePrefix": ["пара 0", "Пара"],
        "ProgrammeFilter.activeOn": [*DAYS],
        "OrganisationFilter.namePrefix": ["Школа", "завод"],
    }  # fmt: skip


# Lists below a list, by the list above them: where their cursors are found.
NESTED: Mapping[str, str] = {
    **{
        f"Organisation.{part}": "organisations(first: 20)"
        for part in ("people", "staff", "mentors", "mentees", "mentorships", "programmes",
                     "subordinates")
    },
    "Territory.organisations": "territories",
    "Programme.organisations": "programmes",
    "Programme.mentorships": "programmes",
    "SyncRun.events": "syncRuns",
    "Person.mentorships": "people(first: 60)",
}  # fmt: skip
