"""What organisations, territories and the viewer must hold, over plain rows."""

from collections.abc import Mapping

from tests.door.evaluator import (
    Arguments,
    Resolve,
    Thing,
    World,
    by_name,
    identified,
    key_in,
    page,
    placed,
    related,
    things,
    unscoped,
    visible,
    within,
)
from tests.door.tables import Row


def organisations(world: World, _: Row, arguments: Arguments) -> object:
    chosen = arguments.get("filter") or {}
    found = [
        row
        for row in world.tables["organisation"]
        if world.sees("Organisation", row) and is_wanted_organisation(world, row, chosen)
    ]
    return page("Organisation", found, world.tables["organisation"], arguments, by_name)


def is_wanted_organisation(world: World, row: Row, chosen: Arguments) -> bool:
    department = chosen.get("department")
    return (
        all(row[name] == chosen[name] for name in ("kind", "status") if chosen.get(name))
        and (
            not chosen.get("territory") or row["territory_id"] in within(world, chosen["territory"])
        )
        and (
            not department
            or placed(world, "organisation_place", "organisation_id", row["id"], key_in(department))
        )
        and (not chosen.get("identifier") or row["id"] == identified(world, chosen["identifier"]))
    )


def department(world: World, row: Row, _: Arguments) -> object:
    answers = world.all("subordination", organisation_id=row["id"], kind="PRIMARY")
    today = [each["authority_id"] for each in answers if world.in_force(each)]
    return visible(world, "Organisation", world.one("organisation", id=today[0])) if today else None


def viewer(world: World, _: Row, __: Arguments) -> object:
    who = world.viewer
    return Thing(
        "Viewer",
        {
            "name": who.client_name,
            "role": who.role.value,
            "purposes": sorted(purpose.value for purpose in who.purposes),
            "is_region_wide": who.is_region_wide,
            "organisation_id": who.authority_id,
        },
    )


ORGANISATIONS: Mapping[tuple[str, str], Resolve] = {
    ("Query", "viewer"): viewer,
    ("Query", "organisations"): organisations,
    ("Query", "territories"): lambda world, _, arguments: page(
        "Territory", world.tables["territory"], world.tables["territory"], arguments, by_name
    ),
    ("Viewer", "organisation"): unscoped("Organisation", "organisation", "organisation_id"),
    ("Territory", "parent"): unscoped("Territory", "territory", "parent_id"),
    ("Organisation", "territory"): unscoped("Territory", "territory", "territory_id"),
    ("Organisation", "parent"): related("Organisation", "organisation", "parent_id"),
    ("Organisation", "department"): department,
    ("Organisation", "identifiers"): lambda world, row, _: things(
        "OrganisationIdentifier",
        sorted(
            world.all("organisation_identifier", organisation_id=row["id"]),
            key=lambda each: (each["system"], each["value"]),
        ),
    ),
}
