"""What the lists of mentors, mentees, mentorships and programmes must hold, over plain rows."""

from collections.abc import Mapping
from datetime import date

from tests.door.evaluator import (
    Arguments,
    Resolve,
    World,
    by_name,
    identified,
    key_in,
    page,
    placed,
    within,
)
from tests.door.evaluator_people import is_wanted
from tests.door.tables import Row

SAME = (("formCode", "form_code"), ("status", "status"), ("confirmation", "confirmation"))


def mentorship_list(world: World, _: Row, arguments: Arguments) -> object:
    found = [
        row
        for row in world.tables["mentorship"]
        if world.places("mentorship_place", mentorship_id=row["id"])
        and is_wanted_mentorship(world, row, arguments.get("filter") or {})
    ]
    order = arguments.get("orderBy") or "NAME_ASC"
    name = "starts" if order.startswith("STARTS") else "sort_key"
    return page(
        "Mentorship",
        found,
        world.tables["mentorship"],
        arguments,
        lambda row: (row[name], str(row["id"])),
        descending=order.endswith("DESC"),
    )


def is_wanted_mentorship(world: World, row: Row, chosen: Arguments) -> bool:
    day = date.fromisoformat(chosen["activeOn"]) if chosen.get("activeOn") else None
    return (
        all(row[column] == chosen[name] for name, column in SAME if chosen.get(name))
        and (day is None or row["starts"] <= day < row["ends"])
        and chosen.get("endAssumed", row["end_assumed"]) is row["end_assumed"]
        and (not chosen.get("programme") or row["programme_id"] == key_in(chosen["programme"]))
        and (not asks_of_host(chosen) or has_host(world, row, chosen))
    )


def asks_of_host(chosen: Arguments) -> bool:
    return any(
        chosen.get(name) for name in ("organisation", "identifier", "department", "territory")
    )


def has_host(world: World, row: Row, chosen: Arguments) -> bool:
    members = world.all("mentorship_member", mentorship_id=row["id"])
    hosts = [world.one("organisation", id=member["host_organisation_id"]) for member in members]
    return any(
        host is not None
        and world.sees("Organisation", host)
        and is_wanted_host(world, host, chosen)
        for host in hosts
    )


def is_wanted_host(world: World, host: Row, chosen: Arguments) -> bool:
    department = chosen.get("department")
    return (
        (not chosen.get("organisation") or host["id"] == key_in(chosen["organisation"]))
        and (not chosen.get("identifier") or host["id"] == identified(world, chosen["identifier"]))
        and (
            not department
            or placed(
                world, "organisation_place", "organisation_id", host["id"], key_in(department)
            )
        )
        and (
            not chosen.get("territory")
            or host["territory_id"] in within(world, chosen["territory"])
        )
    )


def programme_list(world: World, _: Row, arguments: Arguments) -> object:
    found = [
        row
        for row in world.tables["programme"]
        if world.sees("Programme", row)
        and is_wanted_programme(world, row, arguments.get("filter") or {})
    ]
    return page("Programme", found, world.tables["programme"], arguments, by_name)


def is_wanted_programme(world: World, row: Row, chosen: Arguments) -> bool:
    school = chosen.get("organisation")
    prefix = (chosen.get("titlePrefix") or "").replace("«", "").casefold()
    return (
        (not chosen.get("academicYear") or row["academic_year"] == chosen["academicYear"])
        and (not chosen.get("status") or row["status"] == chosen["status"])
        and (not school or takes_part(world, row, school))
        and row["title"].casefold().startswith(prefix)
    )


def takes_part(world: World, row: Row, school: str) -> bool:
    key = key_in(school)
    shared = world.all("programme_organisation", programme_id=row["id"], organisation_id=key)
    return bool(shared) and world.sees("Organisation", {"id": key})


def in_role(column: str) -> Resolve:
    def find(world: World, _: Row, arguments: Arguments) -> object:
        scope = world.viewer.authority_id
        day = date.fromisoformat(arguments["asOf"]) if arguments.get("asOf") else world.today
        chosen = arguments.get("filter") or {}
        found = [
            row
            for row in world.tables["person"]
            if placed(world, "person_place", "person_id", row["id"], scope)
            and takes_part_on(world, {column: row["id"]}, day, chosen)
            and is_wanted_in_role(world, row, day, chosen)
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

    return find


def takes_part_on(world: World, party: Row, day: date, chosen: Arguments) -> bool:
    form = chosen.get("formCode")
    facts = world.all("participation_fact", **party)
    return any(
        fact["starts"] <= day < fact["ends"] and form in {None, fact["form_code"]} for fact in facts
    )


def is_wanted_in_role(world: World, row: Row, day: date, chosen: Arguments) -> bool:
    place = {name: value for name, value in chosen.items() if name != "namePrefix"}
    prefix = (chosen.get("namePrefix") or "").casefold().replace("ё", "е")
    names = [row, *world.all("person_name", person_id=row["id"])]
    return (
        is_wanted(world, row, place)
        and has_post(world, row["id"], day, chosen)
        and any(name["sort_key"].startswith(prefix) for name in names)
    )


def has_post(world: World, person: object, day: date, chosen: Arguments) -> bool:
    position, subject = chosen.get("positionCode"), (chosen.get("subject") or "").casefold()
    posts = [
        post
        for post in world.all("employment", person_id=person)
        if post["starts"] <= day < post["ends"]
        and position in {None, post["position_code"]}
        and (not subject or subject in post["subjects"])
    ]
    return bool(posts) or not (position or subject)


LISTS: Mapping[tuple[str, str], Resolve] = {
    ("Query", "mentors"): in_role("mentor_id"),
    ("Query", "mentees"): in_role("mentee_id"),
    ("Query", "mentorships"): mentorship_list,
    ("Query", "programmes"): programme_list,
}
