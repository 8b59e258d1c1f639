"""What organisations, territories and the viewer must hold, over plain rows."""

from collections.abc import Iterable, Mapping

from tests.door.evaluator import (
    Arguments,
    Listing,
    Resolve,
    Thing,
    World,
    by_name,
    page,
    related,
    things,
    unscoped,
    visible,
)
from tests.door.evaluator_lists import is_wanted_place
from tests.door.evaluator_people import folded
from tests.door.tables import Row


def organisations(world: World, _: Row, arguments: Arguments) -> object:
    return organisations_of(world, world.tables["organisation"], arguments)


def organisations_of(world: World, rows: Iterable[Row], arguments: Arguments) -> Listing:
    """List of these the organisations that the viewer sees and the filter wants."""
    chosen = arguments.get("filter") or {}
    found = [
        row
        for row in rows
        if world.sees("Organisation", row) and is_wanted_organisation(world, row, chosen)
    ]
    order = arguments.get("orderBy") or "NAME_ASC"
    return page(
        "Organisation",
        found,
        world.tables["organisation"],
        arguments,
        (lambda row: by_territory(world, row)) if order.startswith("TERRITORY") else by_name,
        descending=order.endswith("DESC"),
    )


def by_territory(world: World, row: Row) -> tuple[object, str]:
    territory = world.one("territory", id=row["territory_id"])
    return ((territory["sort_key"] if territory else "", row["sort_key"]), str(row["id"]))


def is_wanted_organisation(world: World, row: Row, chosen: Arguments) -> bool:
    return (
        all(row[name] == chosen[name] for name in ("kind", "status") if chosen.get(name))
        and is_wanted_place(world, row, chosen)
        and row["sort_key"].startswith(folded(chosen.get("namePrefix")))
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
