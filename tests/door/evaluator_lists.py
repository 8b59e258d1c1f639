"""What the lists of mentors, mentees, mentorships and programmes must hold, over plain rows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from tests.door.evaluator import (
    Arguments,
    Listing,
    Order,
    Resolve,
    World,
    identified,
    key_in,
    page,
    placed,
    within,
)
from tests.door.evaluator_people import folded, has_post, holds, is_wanted
from tests.door.tables import Row

SAME = (("kind", "kind"), ("formCode", "form_code"), ("confirmation", "confirmation"))
PLACES = ("organisation", "identifier", "department", "territory")


def mentorship_list(world: World, _: Row, arguments: Arguments) -> object:
    seen = [
        row
        for row in world.tables["mentorship"]
        if world.places("mentorship_place", mentorship_id=row["id"])
    ]
    return mentorships_of(world, seen, arguments)


def mentorships_of(world: World, rows: Iterable[Row], arguments: Arguments) -> Listing:
    """List of these the mentorships that the filter wants, in the order asked for."""
    found = [row for row in rows if is_wanted_mentorship(world, row, arguments.get("filter") or {})]
    order = arguments.get("orderBy") or "NAME_ASC"
    return page(
        "Mentorship",
        found,
        world.tables["mentorship"],
        arguments,
        mentorship_order(world, order),
        descending=order.endswith("DESC"),
    )


def mentorship_order(world: World, order: str) -> Order:
    def by_host(row: Row) -> tuple[object, str]:
        host = min(hosts_of(world, row), key=lambda each: each["id"])
        return ((host["sort_key"], host["id"], row["sort_key"]), str(row["id"]))

    if order.startswith("ORGANISATION"):
        return by_host
    name = "starts" if order.startswith("STARTS") else "sort_key"
    return lambda row: (row[name], str(row["id"]))


def hosts_of(world: World, row: Row) -> list[Row]:
    members = world.all("mentorship_member", mentorship_id=row["id"], role="MENTEE")
    hosts = [world.one("organisation", id=member["host_organisation_id"]) for member in members]
    return [host for host in hosts if host is not None]


def status(world: World, row: Row, _: Arguments) -> object:
    if row["status"] in {"PROPOSED", "CANCELLED"}:
        return row["status"]
    if row["ends"] <= world.today:
        return "COMPLETED"
    return "PROPOSED" if row["starts"] > world.today else "ACTIVE"


def is_wanted_mentorship(world: World, row: Row, chosen: Arguments) -> bool:
    return (
        all(row[column] == chosen[name] for name, column in SAME if chosen.get(name))
        and chosen.get("status") in {None, status(world, row, {})}
        and has_days(row, chosen)
        and chosen.get("endAssumed", row["end_assumed"]) is row["end_assumed"]
        and (not chosen.get("programme") or row["programme_id"] == key_in(chosen["programme"]))
        and row["sort_key"].startswith(folded(chosen.get("namePrefix")))
        and (not asks_of_place(chosen) or has_host(world, row, chosen))
    )


def has_days(row: Row, chosen: Arguments) -> bool:
    day, since, before = (
        date.fromisoformat(chosen[name]) if chosen.get(name) else None
        for name in ("activeOn", "startsSince", "endsBefore")
    )
    year = chosen.get("academicYear")
    return (
        (day is None or row["starts"] <= day < row["ends"])
        and (since is None or row["starts"] >= since)
        and (before is None or row["ends"] <= before)
        and (year is None or holds(row, *year_of(year)))
    )


def year_of(year: int) -> tuple[date, date]:
    return date(year, 9, 1), date(year + 1, 9, 1)


def days_of(world: World, arguments: Arguments) -> tuple[date, date]:
    """Give the days of a role, half open: an academic year if asked for, else one day."""
    year = (arguments.get("filter") or {}).get("academicYear")
    if year is not None:
        return year_of(year)
    day = date.fromisoformat(arguments["asOf"]) if arguments.get("asOf") else world.today
    return day, day + timedelta(days=1)


def asks_of_place(chosen: Arguments) -> bool:
    return any(chosen.get(name) for name in PLACES)


def has_host(world: World, row: Row, chosen: Arguments) -> bool:
    return any(
        world.sees("Organisation", host) and is_wanted_place(world, host, chosen)
        for host in hosts_of(world, row)
    )


def is_wanted_place(world: World, unit: Row, chosen: Arguments) -> bool:
    department = chosen.get("department")
    return (
        (not chosen.get("organisation") or unit["id"] == key_in(chosen["organisation"]))
        and (not chosen.get("identifier") or unit["id"] == identified(world, chosen["identifier"]))
        and (
            not department
            or placed(
                world, "organisation_place", "organisation_id", unit["id"], key_in(department)
            )
        )
        and (
            not chosen.get("territory")
            or unit["territory_id"] in within(world, chosen["territory"])
        )
    )


def programme_list(world: World, _: Row, arguments: Arguments) -> object:
    return programmes_of(world, world.tables["programme"], arguments)


def programmes_of(world: World, rows: Iterable[Row], arguments: Arguments) -> Listing:
    """List of these the programmes that the viewer sees and the filter wants."""
    found = [
        row
        for row in rows
        if world.sees("Programme", row)
        and is_wanted_programme(world, row, arguments.get("filter") or {})
    ]
    order = arguments.get("orderBy") or "TITLE_ASC"
    return page(
        "Programme",
        found,
        world.tables["programme"],
        arguments,
        programme_order(world, order),
        descending=order.endswith("DESC"),
    )


def programme_order(world: World, order: str) -> Order:
    def by_leader(row: Row) -> tuple[object, str]:
        leader = world.one("organisation", id=row["lead_organisation_id"])
        assert leader is not None
        return ((leader["sort_key"], row["sort_key"]), str(row["id"]))

    if order.startswith("ORGANISATION"):
        return by_leader
    name = "starts" if order.startswith("STARTS") else "sort_key"
    return lambda row: (row[name], str(row["id"]))


def is_wanted_programme(world: World, row: Row, chosen: Arguments) -> bool:
    prefix = (chosen.get("titlePrefix") or "").replace("«", "").casefold()
    return (
        (not chosen.get("academicYear") or row["academic_year"] == chosen["academicYear"])
        and (not chosen.get("status") or row["status"] == chosen["status"])
        and has_days(row, {"activeOn": chosen.get("activeOn")})
        and (not asks_of_place(chosen) or takes_part(world, row, chosen))
        and row["title"].casefold().startswith(prefix)
    )


def takes_part(world: World, row: Row, chosen: Arguments) -> bool:
    return any(
        world.sees("Organisation", unit) and is_wanted_place(world, unit, chosen)
        for unit in units_of(world, row)
    )


def units_of(world: World, row: Row) -> Sequence[Row]:
    shared = world.all("programme_organisation", programme_id=row["id"])
    units = [world.one("organisation", id=each["organisation_id"]) for each in shared]
    return [unit for unit in units if unit is not None]


def in_role(column: str) -> Resolve:
    def find(world: World, _: Row, arguments: Arguments) -> object:
        scope, days = world.viewer.authority_id, days_of(world, arguments)
        chosen = arguments.get("filter") or {}
        found = [
            row
            for row in world.tables["person"]
            if placed(world, "person_place", "person_id", row["id"], scope)
            and takes_part_on(world, {column: row["id"]}, days, chosen)
            and is_wanted_in_role(world, row, days, chosen)
        ]
        return people_page(world, found, arguments)

    return find


def people_page(world: World, rows: Sequence[Row], arguments: Arguments) -> Listing:
    order = arguments.get("orderBy") or "NAME_ASC"
    name = "changed_at" if order.startswith("CHANGED") else "sort_key"
    return page(
        "Person",
        rows,
        world.tables["person"],
        arguments,
        lambda row: (row[name], str(row["id"])),
        descending=order.endswith("DESC"),
    )


def takes_part_on(world: World, party: Row, days: tuple[date, date], chosen: Arguments) -> bool:
    form = chosen.get("formCode")
    facts = filter(world.may_be_told, world.all("participation_fact", **party))
    return any(holds(fact, *days) and form in {None, fact["form_code"]} for fact in facts)


def is_wanted_in_role(world: World, row: Row, days: tuple[date, date], chosen: Arguments) -> bool:
    apart = ("namePrefix", "positionCode", "subject")
    place = {name: value for name, value in chosen.items() if name not in apart}
    names = [row, *world.all("person_name", person_id=row["id"])]
    return (
        is_wanted(world, row, place)
        and has_post(world, row["id"], days, chosen)
        and any(name["sort_key"].startswith(folded(chosen.get("namePrefix"))) for name in names)
    )


LISTS: Mapping[tuple[str, str], Resolve] = {
    ("Query", "mentors"): in_role("mentor_id"),
    ("Query", "mentees"): in_role("mentee_id"),
    ("Query", "mentorships"): mentorship_list,
    ("Query", "programmes"): programme_list,
    ("Mentorship", "status"): status,
}
